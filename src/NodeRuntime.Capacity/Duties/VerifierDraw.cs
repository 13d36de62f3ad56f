using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Duties;

/// <summary>
/// Who looks at a peer's proof. Drawn by the beacon that follows the commitment, so that nobody knows beforehand whom to persuade; nobody looks at
/// its own. One hash for each verifier, however many peers there are.
/// </summary>
public static class VerifierDraw
{
    /// <param name="candidates">All who verify, strictly increasing.</param>
    /// <returns>As many as asked for, in increasing order; fewer where there are no more.</returns>
    public static ImmutableArray<PeerId> Choose(Hash256 beacon, PeerId subject, ImmutableArray<PeerId> candidates, int count)
    {
        for (int i = 1; i < candidates.Length; i++) Invariant.Holds(candidates[i - 1].CompareTo(candidates[i]) < 0);
        int own = candidates.BinarySearch(subject);
        uint others = (uint)candidates.Length - (own >= 0 ? 1u : 0);
        Hash256 seed = Hasher.Tagged(HashDomain.CapacityDuty, beacon.AsSpan(), subject.Hash.AsSpan());
        ImmutableArray<PeerId>.Builder chosen = ImmutableArray.CreateBuilder<PeerId>(count);
        foreach (uint index in BeaconDraw.Distinct(HashDomain.CapacityDuty, seed, others, count))
        {
            // The subject's own place is left out, what is behind it moves up.
            chosen.Add(candidates[own >= 0 && index >= own ? (int)index + 1 : (int)index]);
        }

        return chosen.ToImmutable();
    }
}
