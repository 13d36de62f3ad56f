using System;
using System.Collections.Generic;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Ledger.Tests.State;

public sealed class StateTreeTests
{
    [Fact]
    public void An_empty_tree_has_its_own_root_and_proves_every_absence()
    {
        StateKey key = Key(1);
        Assert.Equal(StateProof.EmptyRoot, StateTree.Empty.Root);
        Assert.Equal(StateProofVerdict.Absent, StateTree.Empty.Prove(key).Verify(StateTree.Empty.Root, key, out _));
        Assert.Equal(StateProofVerdict.RootMismatch, StateTree.Empty.Prove(key).Verify(Hasher.Sha256([1]), key, out _));
        Assert.Empty(StateTree.Empty.All());
        Assert.Same(StateTree.Empty, StateTree.Empty.Remove(key));
    }

    [Theory]
    [InlineData(1UL, 400, 60)]
    [InlineData(2UL, 4000, 300)]
    [InlineData(3UL, 2000, 100_000)]
    public void It_agrees_with_a_sorted_dictionary_through_random_changes(ulong seed, int steps, int keys)
    {
        Prng prng = new(seed);
        SortedDictionary<StateKey, byte[]> model = [];
        StateTree tree = StateTree.Empty;
        for (int step = 0; step < steps; step++)
        {
            StateKey key = Key(prng.NextBelow(keys));
            byte[] value = new byte[prng.NextBelow(20)];
            prng.Fill(value);
            StateTree before = tree;
            Hash256 rootBefore = before.Root;
            if (prng.NextChance(350))
            {
                tree = tree.Remove(key);
                model.Remove(key);
            }
            else
            {
                tree = tree.Set(key, value);
                model[key] = value;
            }

            Assert.Equal(rootBefore, before.Root);
            Assert.Equal(model.Count, tree.Count);
            if (step % 97 == 0) AssertSame(model, tree);
        }

        AssertSame(model, tree);
        Assert.Equal(tree.Root, Built(model.Keys.Reverse(), model).Root);
    }

    [Fact]
    public void Enumeration_starts_at_any_key_whether_it_is_there_or_not()
    {
        Prng prng = new(11);
        SortedDictionary<StateKey, byte[]> model = [];
        for (int i = 0; i < 200; i++) model[Key(prng.NextBelow(1000))] = [1];
        StateTree tree = Built(model.Keys, model);
        for (int i = 0; i < 1000; i++)
        {
            StateKey first = Key(i);
            Assert.Equal(model.Keys.Where(key => key.CompareTo(first) >= 0), tree.From(first).Select(entry => entry.Key));
        }
    }

    [Fact]
    public void Keys_that_differ_in_any_single_bit_stand_side_by_side()
    {
        StateKey zero = new(0, Hash256.Zero);
        StateTree tree = StateTree.Empty.Set(zero, new byte[] { 0 });
        for (int bit = 0; bit < StateKey.BitCount; bit++) tree = tree.Set(WithBit(bit), new byte[] { 1 });
        Assert.Equal(StateKey.BitCount + 1, tree.Count);
        for (int bit = 0; bit < StateKey.BitCount; bit++)
        {
            StateProof proof = tree.Prove(WithBit(bit));
            Assert.Equal(StateProofVerdict.Included, proof.Verify(tree.Root, WithBit(bit), out _));
        }

        Assert.Equal(StateKey.BitCount, tree.Prove(zero).Steps.Length);
        for (int bit = 0; bit < StateKey.BitCount; bit++) tree = tree.Remove(WithBit(bit));
        Assert.Equal(StateTree.Empty.Set(zero, new byte[] { 0 }).Root, tree.Root);
    }

    [Fact]
    public void Every_key_there_is_proved_included_and_every_other_absent()
    {
        Prng prng = new(5);
        SortedDictionary<StateKey, byte[]> model = [];
        for (int i = 0; i < 150; i++) model[Key(prng.NextBelow(400))] = [(byte)i, 7];
        StateTree tree = Built(model.Keys, model);
        for (int i = 0; i < 400; i++)
        {
            StateKey key = Key(i);
            bool decoded = StateProof.TryDecode(tree.Prove(key).Encode(), out StateProof? proof);
            Assert.True(decoded);
            StateProofVerdict verdict = proof!.Verify(tree.Root, key, out ReadOnlyMemory<byte> value);
            Assert.Equal(model.ContainsKey(key) ? StateProofVerdict.Included : StateProofVerdict.Absent, verdict);
            Assert.Equal(model.GetValueOrDefault(key) ?? [], value.ToArray());
        }
    }

    [Fact]
    public void A_proof_with_any_byte_changed_shows_nothing()
    {
        SortedDictionary<StateKey, byte[]> model = [];
        for (int i = 0; i < 20; i++) model[Key(i)] = [1, 2, 3, (byte)i];
        StateTree tree = Built(model.Keys, model);
        foreach (StateKey key in new[] { Key(3), Key(17), Key(500), Key(501) })
        {
            byte[] good = tree.Prove(key).Encode();
            for (int i = 0; i < good.Length; i++)
            {
                for (int mask = 1; mask < 256; mask <<= 1)
                {
                    byte[] bad = [.. good];
                    bad[i] ^= (byte)mask;
                    if (!StateProof.TryDecode(bad, out StateProof? proof)) continue;
                    StateProofVerdict verdict = proof!.Verify(tree.Root, key, out ReadOnlyMemory<byte> value);
                    Assert.False(verdict is StateProofVerdict.Included or StateProofVerdict.Absent, $"byte {i} of {key}");
                    Assert.Equal(0, value.Length);
                }
            }
        }
    }

    [Fact]
    public void A_proof_of_one_key_says_nothing_of_another()
    {
        SortedDictionary<StateKey, byte[]> model = [];
        for (int i = 0; i < 64; i++) model[Key(i)] = [(byte)i];
        StateTree tree = Built(model.Keys, model);
        StateProof of3 = tree.Prove(Key(3));
        for (int i = 0; i < 64; i++)
        {
            if (i == 3) continue;
            StateProofVerdict verdict = of3.Verify(tree.Root, Key(i), out _);
            Assert.True(verdict is StateProofVerdict.OffPath or StateProofVerdict.Malformed or StateProofVerdict.RootMismatch);
        }
    }

    [Fact]
    public void A_present_key_cannot_be_hidden_behind_its_neighbour()
    {
        // The neighbour's true path, with its value's hash as an absence proof has it, offered as an absence of the key.
        StateTree tree = StateTree.Empty;
        for (int i = 0; i < 64; i++) tree = tree.Set(Key(i), new[] { (byte)i });
        for (int i = 1; i < 64; i++)
        {
            StateProof neighbour = tree.Prove(Key(i));
            StateProof forged = neighbour with { Content = Hasher.Sha256(neighbour.Content.Span).ToArray() };
            Assert.Equal(StateProofVerdict.OffPath, forged.Verify(tree.Root, Key(0), out _));
        }
    }

    [Fact]
    public void Each_defect_of_a_proof_has_its_verdict()
    {
        StateTree tree = StateTree.Empty;
        for (int i = 0; i < 8; i++) tree = tree.Set(Key(i), new[] { (byte)i });
        StateProof good = tree.Prove(Key(0));
        StateProof absent = tree.Prove(Key(99));
        StateProof emptyWithValue = StateProof.OfEmpty with { Content = new byte[] { 1 } };
        Assert.Equal(StateProofVerdict.Malformed, emptyWithValue.Verify(tree.Root, Key(0), out _));
        Assert.Equal(StateProofVerdict.Malformed, (good with { Steps = [.. good.Steps.Reverse()] }).Verify(tree.Root, Key(0), out _));
        Assert.Equal(StateProofVerdict.Malformed, (absent with { Content = new byte[31] }).Verify(tree.Root, Key(99), out _));
        Assert.Equal(StateProofVerdict.RootMismatch, good.Verify(StateTree.Empty.Root, Key(0), out _));
        Assert.Equal(StateProofVerdict.RootMismatch, (good with { Content = new byte[] { 77 } }).Verify(tree.Root, Key(0), out _));
        StateProofStep outside = new(StateKey.BitCount, Hash256.Zero);
        Assert.Equal(StateProofVerdict.Malformed, (good with { Steps = [outside] }).Verify(tree.Root, Key(0), out _));
    }

    [Fact]
    public void The_root_of_known_contents_is_known()
    {
        StateTree tree = StateTree.Empty;
        for (int i = 0; i < 5; i++) tree = tree.Set(Key(i), new[] { (byte)i });
        Assert.True(tree.Root.ToString() == ExpectedRoot, "the root is now " + tree.Root);
    }

    // Pins the hashes: a change here is a change of every chain's state roots.
    private const string ExpectedRoot = "5e70e0e52a655c14b29d0686aeb13503d92acd64c93be285563eb3677697b131";

    private static void AssertSame(SortedDictionary<StateKey, byte[]> model, StateTree tree)
    {
        Assert.Equal(model.Keys, tree.All().Select(entry => entry.Key));
        foreach ((StateKey key, byte[] value) in model)
        {
            Assert.True(tree.TryGet(key, out ReadOnlyMemory<byte> found));
            Assert.Equal(value, found.ToArray());
        }
    }

    private static StateTree Built(IEnumerable<StateKey> keys, SortedDictionary<StateKey, byte[]> model)
    {
        StateTree tree = StateTree.Empty;
        foreach (StateKey key in keys) tree = tree.Set(key, model[key]);
        return tree;
    }

    private static StateKey Key(int number) =>
        new((StateFamily)(1 + (number % 5)), Hasher.Sha256([(byte)(number & 255), (byte)((number >> 8) & 255), (byte)(number >> 16)]));

    private static StateKey WithBit(int bit)
    {
        byte[] bytes = new byte[StateKey.ByteCount];
        bytes[bit >> 3] = (byte)(128 >> (bit & 7));
        return new StateKey((StateFamily)bytes[0], new Hash256(bytes.AsSpan(1)));
    }
}
