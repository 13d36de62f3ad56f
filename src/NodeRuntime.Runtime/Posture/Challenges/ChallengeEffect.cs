using System.Collections.Immutable;
using NodeRuntime.Posture;
using NodeRuntime.Primitives;
using NodeRuntime.Runtime.Provenance;

namespace NodeRuntime.Runtime.Posture.Challenges;

/// <summary>Everything that the machine of challenges may ask for.</summary>
public abstract record ChallengeEffect
{
    private ChallengeEffect()
    {
    }

    public sealed record Send(PeerId Peer, ChallengeMessage Message) : ChallengeEffect;

    /// <summary>A new look at the thing that a number falls on; answered by <see cref="ChallengeInput.Read"/>.</summary>
    public sealed record Look(ulong Draw) : ChallengeEffect;

    /// <summary>What a peer signed of one second: against what its parents heard of it, and where there are two, one against the other.</summary>
    public sealed record Compare(ImmutableArray<ProvenanceMessage.Shown> Seconds) : ChallengeEffect;

    /// <summary>How a peer stands has changed.</summary>
    /// <param name="Verdict">That it stands so for.</param>
    public sealed record Report(PostureEdge Edge, ChallengeVerdict Verdict) : ChallengeEffect;
}
