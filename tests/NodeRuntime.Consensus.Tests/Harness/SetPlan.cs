using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus.Tests.Harness;

/// <summary>
/// Which set becomes due when: every so many blocks another one, with peers that come and go, and honest ones that change their keys. The
/// faulty ones are always within the bound.
/// </summary>
internal sealed class SetPlan(ulong seed, ulong blocks, ImmutableArray<int> faulty, ImmutableArray<int> honest, bool isWeighted)
{
    /// <summary>From one look at the stakes to the next.</summary>
    public ulong Blocks => blocks;

    /// <summary>A peer's second key, for changing to and fro.</summary>
    public static int OtherKeyOf(int key) => key + 50_000;

    public ValidatorSet? DueAt(Height height, ValidatorSet now)
    {
        Prng prng = new(seed ^ (height.Number * 0x9E37_79B9UL));
        int least = (2 * faulty.Length) + 1;
        int count = least + prng.NextBelow(honest.Length - least + 1);
        int[] order = [.. honest];
        for (int i = 0; i < count; i++)
        {
            int other = i + prng.NextBelow(order.Length - i);
            (order[i], order[other]) = (order[other], order[i]);
        }

        ImmutableArray<ValidatorMember>.Builder members = ImmutableArray.CreateBuilder<ValidatorMember>();
        foreach (int key in faulty)
        {
            if (prng.NextChance(800)) members.Add(Member(key, key, 1));
        }

        for (int i = 0; i < count; i++)
        {
            int key = prng.NextChance(250) ? OtherKeyOf(order[i]) : order[i];
            members.Add(Member(order[i], key, isWeighted ? 1 + prng.NextBelow(20UL) : 1));
        }

        ValidatorSet due = new(now.Epoch.Next, members.ToImmutable());
        return due.HasSameMembers(now) ? null : due;
    }

    private static ValidatorMember Member(int node, int key, ulong weight) =>
        new(KeyedHashSignatures.KeyOf(key), weight, KeyedHashSignatures.KeyOf(node).ToPeerId());
}
