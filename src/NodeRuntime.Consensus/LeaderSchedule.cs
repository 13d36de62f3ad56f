using System;
using System.Buffers.Binary;
using System.Collections.Immutable;
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
        int place = PlaceOf(set, view);
        Span<ValidatorIndex> order = stackalloc ValidatorIndex[place + 1];
        Draw(chain, set, RotationOf(set, view), order);
        return order[place];
    }

    /// <summary>
    /// How often each led between two views, neither of them included: by index, and none where the views follow each other. Of whole rotations
    /// everybody led one view, so that only the first and the last are drawn, however many lie between.
    /// </summary>
    public static ImmutableArray<ulong> TurnsBetween(ChainId chain, ValidatorSet set, View after, View before)
    {
        if (before.Number <= after.Number + 1) return [];
        View first = after.Next;
        View last = new(before.Number - 1);
        ulong firstRotation = RotationOf(set, first);
        ulong lastRotation = RotationOf(set, last);
        ulong whole = lastRotation > firstRotation ? lastRotation - firstRotation - 1 : 0;
        ulong[] turns = new ulong[set.Count];
        Array.Fill(turns, whole);
        Span<ValidatorIndex> order = stackalloc ValidatorIndex[set.Count];
        Draw(chain, set, firstRotation, order);
        int end = firstRotation == lastRotation ? PlaceOf(set, last) + 1 : set.Count;
        for (int place = PlaceOf(set, first); place < end; place++) turns[order[place].Number]++;
        if (firstRotation < lastRotation)
        {
            Draw(chain, set, lastRotation, order);
            for (int place = 0; place <= PlaceOf(set, last); place++) turns[order[place].Number]++;
        }

        return ImmutableArray.Create(turns);
    }

    private static ulong RotationOf(ValidatorSet set, View view) => view.Number / (ulong)set.Count;

    private static int PlaceOf(ValidatorSet set, View view) => (int)(view.Number % (ulong)set.Count);

    // The first places of a rotation, as many as there is room for.
    private static void Draw(ChainId chain, ValidatorSet set, ulong rotation, Span<ValidatorIndex> order)
    {
        Span<byte> seedBytes = stackalloc byte[Hash256.ByteCount + 12];
        chain.Hash.AsSpan().CopyTo(seedBytes);
        BinaryPrimitives.WriteUInt32BigEndian(seedBytes[Hash256.ByteCount..], set.Epoch.Number);
        BinaryPrimitives.WriteUInt64BigEndian(seedBytes[(Hash256.ByteCount + 4)..], rotation);
        Hash256 seed = Hasher.Tagged(HashDomain.Beacon, seedBytes);
        Prng prng = new(BinaryPrimitives.ReadUInt64BigEndian(seed.AsSpan()));
        Span<bool> taken = stackalloc bool[set.Count];
        taken.Clear();
        ulong weightLeft = set.TotalWeight;
        for (int drawn = 0; drawn < order.Length; drawn++)
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
                order[drawn] = new ValidatorIndex((ushort)i);
                break;
            }
        }
    }
}
