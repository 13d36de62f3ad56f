using System.Buffers.Binary;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus;

/// <summary>
/// Who leads a view: a function of chain, epoch and view alone, so that nobody can argue. Rotations of length n; each is
/// its own shuffle of the set, drawn without replacement with chances by weight.
/// </summary>
public static class LeaderSchedule
{
    public static ValidatorIndex LeaderOf(ChainId chain, ValidatorSet set, View view)
    {
        ulong rotation = view.Number / (ulong)set.Count;
        int place = (int)(view.Number % (ulong)set.Count);
        System.Span<byte> seedBytes = stackalloc byte[Hash256.ByteCount + 12];
        chain.Hash.AsSpan().CopyTo(seedBytes);
        BinaryPrimitives.WriteUInt32BigEndian(seedBytes[Hash256.ByteCount..], set.Epoch.Number);
        BinaryPrimitives.WriteUInt64BigEndian(seedBytes[(Hash256.ByteCount + 4)..], rotation);
        Hash256 seed = Hasher.Tagged(HashDomain.Beacon, seedBytes);
        Prng prng = new(BinaryPrimitives.ReadUInt64BigEndian(seed.AsSpan()));
        System.Span<bool> taken = stackalloc bool[set.Count];
        ulong weightLeft = set.TotalWeight;
        ValidatorIndex chosen = default;
        for (int drawn = 0; drawn <= place; drawn++)
        {
            ulong at = prng.NextBelow(weightLeft);
            for (int i = 0; i < set.Count; i++)
            {
                if (taken[i]) continue;
                ulong weight = set.Members[i].Weight;
                if (at >= weight)
                {
                    at -= weight;
                    continue;
                }

                taken[i] = true;
                weightLeft -= weight;
                chosen = new ValidatorIndex((ushort)i);
                break;
            }
        }

        return chosen;
    }
}
