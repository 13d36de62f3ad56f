using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Numerics;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Proofs.Tests.Trees;

public sealed class MerkleTreeTests
{
    // The eight entries and the roots that the tests of Certificate Transparency have used since RFC 6962.
    private static readonly ImmutableArray<ReadOnlyMemory<byte>> Entries =
    [
        .. new[] { "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f" }
            .Select(hex => (ReadOnlyMemory<byte>)Convert.FromHexString(hex)),
    ];

    private static readonly Hash256[] Leaves = [.. Entries.Select(entry => MerkleTree.HashLeaf(entry.Span))];

    [Theory]
    [InlineData(0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData(1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")]
    [InlineData(2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]
    [InlineData(3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77")]
    [InlineData(4, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(5, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4")]
    [InlineData(6, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef")]
    [InlineData(7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c")]
    [InlineData(8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")]
    public void The_published_tree_has_its_published_roots(int size, string root) =>
        Assert.Equal(root, MerkleTree.Root(Entries[..size]).ToString());

    [Theory]
    [InlineData(1, 0, "")]
    [InlineData(8, 0, "96a296d2 5f083f0a 6b47aaf2")]
    [InlineData(8, 5, "bc1a0643 ca854ea1 d37ee418")]
    [InlineData(3, 2, "fac54203")]
    [InlineData(5, 1, "6e340b9c 5f083f0a bc1a0643")]
    public void Published_inclusion_proofs_are_made(int size, int index, string path)
    {
        MerkleInclusionProof proof = MerkleTree.ProveInclusion(Leaves.AsSpan(0, size), index);
        Assert.Equal(path, string.Join(' ', proof.Path.Select(hash => hash.ToShortString())));
    }

    [Theory]
    [InlineData(1, 1, "")]
    [InlineData(1, 8, "96a296d2 5f083f0a 6b47aaf2")]
    [InlineData(6, 8, "0ebc5d34 ca854ea1 d37ee418")]
    [InlineData(2, 5, "5f083f0a bc1a0643")]
    public void Published_consistency_proofs_are_made(int first, int second, string path)
    {
        MerkleConsistencyProof proof = MerkleTree.ProveConsistency(Leaves.AsSpan(0, second), first);
        Assert.Equal(path, string.Join(' ', proof.Path.Select(hash => hash.ToShortString())));
    }

    [Fact]
    public void Every_leaf_of_every_tree_up_to_70_leaves_is_proven_at_its_index_and_no_other()
    {
        for (int size = 1; size <= 70; size++)
        {
            Hash256[] leaves = MakeLeaves(size, seed: 1);
            Hash256 root = MerkleTree.Root(leaves);
            for (int index = 0; index < size; index++) CheckInclusion(leaves, root, index);
        }
    }

    [Fact]
    public void Every_beginning_of_every_tree_up_to_70_leaves_is_proven()
    {
        for (int size = 1; size <= 70; size++)
        {
            Hash256[] leaves = MakeLeaves(size, seed: 2);
            for (int first = 1; first <= size; first++) CheckConsistency(leaves, first);
        }
    }

    [Fact]
    public void Larger_trees_behave_likewise()
    {
        Prng prng = new(3);
        for (int i = 0; i < 12; i++)
        {
            Hash256[] leaves = MakeLeaves(71 + prng.NextBelow(3000), prng.NextUInt64());
            CheckInclusion(leaves, MerkleTree.Root(leaves), prng.NextBelow(leaves.Length));
            CheckConsistency(leaves, 1 + prng.NextBelow(leaves.Length));
        }
    }

    [Fact]
    public void The_builder_gives_the_root_of_every_beginning_as_it_grows()
    {
        Hash256[] leaves = MakeLeaves(130, seed: 4);
        MerkleTreeBuilder builder = new();
        Assert.Equal(MerkleTree.EmptyRoot, builder.Root());
        for (int size = 1; size <= leaves.Length; size++)
        {
            builder.Append(leaves[size - 1]);
            Assert.Equal((ulong)size, builder.Count);
            Assert.Equal(DefinedRoot(leaves.AsSpan(0, size)), builder.Root());
        }
    }

    [Fact]
    public void A_builder_that_goes_on_from_its_peaks_is_the_one_that_was_not_stopped()
    {
        Hash256[] leaves = MakeLeaves(310, seed: 5);
        MerkleTreeBuilder through = new();
        MerkleTreeBuilder stopped = new();
        for (int size = 0; size <= 300; size++)
        {
            Assert.Equal(BitOperations.PopCount((uint)size), stopped.Peaks().Length);
            Assert.Equal(through.Peaks().ToArray(), stopped.Peaks().ToArray());
            Assert.Equal(through.Root(), stopped.Root());
            MerkleTreeBuilder ahead = MerkleTreeBuilder.Resume((ulong)size, through.Peaks());
            foreach (Hash256 leaf in leaves.AsSpan(size, 10)) ahead.Append(leaf);
            Assert.Equal(MerkleTree.Root(leaves.AsSpan(0, size + 10)), ahead.Root());
            through.Append(leaves[size]);
            stopped = MerkleTreeBuilder.Resume((ulong)size, stopped.Peaks());
            stopped.Append(leaves[size]);
        }
    }

    [Fact]
    public void Peaks_are_the_roots_of_the_complete_trees_the_largest_first()
    {
        Hash256[] leaves = MakeLeaves(13, seed: 6);
        MerkleTreeBuilder builder = new();
        foreach (Hash256 leaf in leaves) builder.Append(leaf);
        Assert.Equal([MerkleTree.Root(leaves.AsSpan(0, 8)), MerkleTree.Root(leaves.AsSpan(8, 4)), leaves[12]], builder.Peaks().ToArray());
    }

    // A tree of 2^32 leaves or more nobody builds here: what a leaf more does to it follows from its peaks.
    [Theory]
    [InlineData(4_095UL)]
    [InlineData(65_536UL)]
    [InlineData((1UL << 32) - 1)]
    [InlineData((1UL << 32) + 5)]
    [InlineData(1UL << 63)]
    [InlineData(ulong.MaxValue - 1)]
    public void A_large_tree_goes_on_from_its_peaks(ulong count)
    {
        Hash256[] peaks = MakeLeaves(BitOperations.PopCount(count), seed: count);
        MerkleTreeBuilder builder = MerkleTreeBuilder.Resume(count, [.. peaks]);
        Assert.Equal(peaks, builder.Peaks().ToArray());
        Assert.Equal(peaks.AsEnumerable().Reverse().Aggregate(static (root, peak) => MerkleTree.HashNode(peak, root)), builder.Root());
        Hash256 leaf = Leaves[3];
        builder.Append(leaf);
        int merged = BitOperations.TrailingZeroCount(~count);
        Hash256 last = peaks.AsEnumerable().Reverse().Take(merged).Aggregate(leaf, static (root, peak) => MerkleTree.HashNode(peak, root));
        Assert.Equal([.. peaks[..^merged], last], builder.Peaks().ToArray());
        Assert.Equal(count + 1, builder.Count);
    }

    [Fact]
    public void A_node_is_no_leaf()
    {
        byte[] forged = [.. Leaves[0].AsSpan(), .. Leaves[1].AsSpan()];
        Assert.NotEqual(MerkleTree.HashNode(Leaves[0], Leaves[1]), MerkleTree.HashLeaf(forged));
    }

    [Theory]
    [InlineData(0ul, 0ul)]
    [InlineData(1ul, 1ul)]
    [InlineData(5ul, ulong.MaxValue)]
    public void An_index_outside_the_tree_is_refused(ulong size, ulong index) =>
        Assert.Equal(MerkleVerdict.IndexOutOfRange, new MerkleInclusionProof(size, index, []).Verify(Leaves[0], Leaves[0]));

    [Theory]
    [InlineData(0ul, 5ul)]
    [InlineData(6ul, 5ul)]
    public void A_first_tree_that_is_empty_or_larger_is_refused(ulong first, ulong second) =>
        Assert.Equal(MerkleVerdict.IndexOutOfRange, new MerkleConsistencyProof(first, second, []).Verify(Leaves[0], Leaves[0]));

    [Fact]
    public void Proofs_at_the_end_of_64_bits_are_walked_without_overflow()
    {
        ImmutableArray<Hash256> path = [.. Enumerable.Repeat(Leaves[1], 64)];
        Assert.Equal(MerkleVerdict.RootMismatch, new MerkleInclusionProof(ulong.MaxValue, 5, path).Verify(Leaves[0], Leaves[0]));
        Assert.Equal(MerkleVerdict.RootMismatch, new MerkleConsistencyProof(6, ulong.MaxValue, path).Verify(Leaves[0], Leaves[0]));
        Assert.Equal(
            MerkleVerdict.RootMismatch,
            new MerkleConsistencyProof(ulong.MaxValue - 1, ulong.MaxValue, path).Verify(Leaves[0], Leaves[0]));
    }

    [Fact]
    public void Proofs_come_back_from_their_bytes()
    {
        MerkleInclusionProof inclusion = MerkleTree.ProveInclusion(Leaves, 5);
        MerkleConsistencyProof consistency = MerkleTree.ProveConsistency(Leaves, 6);
        WireWriter writer = new();
        writer.Array(2);
        inclusion.Write(writer);
        consistency.Write(writer);
        WireReader reader = new(writer.End().ToArray());
        reader.Array(2);
        MerkleInclusionProof readInclusion = MerkleInclusionProof.Read(reader);
        MerkleConsistencyProof readConsistency = MerkleConsistencyProof.Read(reader);
        reader.End();
        Assert.True(reader.Succeeded);
        Assert.Equal(MerkleVerdict.Accepted, readInclusion.Verify(MerkleTree.Root(Leaves), Leaves[5]));
        Assert.Equal(MerkleVerdict.Accepted, readConsistency.Verify(MerkleTree.Root(Leaves.AsSpan(0, 6)), MerkleTree.Root(Leaves)));
    }

    private static void CheckInclusion(Hash256[] leaves, Hash256 root, int index)
    {
        MerkleInclusionProof proof = MerkleTree.ProveInclusion(leaves, index);
        Assert.Equal(MerkleVerdict.Accepted, proof.Verify(root, leaves[index]));
        Assert.Equal(MerkleVerdict.RootMismatch, proof.Verify(root, MerkleTree.EmptyRoot));
        Assert.Equal(MerkleVerdict.RootMismatch, proof.Verify(MerkleTree.EmptyRoot, leaves[index]));
        for (int other = 0; other < leaves.Length; other++)
        {
            if (other != index) Assert.NotEqual(MerkleVerdict.Accepted, (proof with { Index = (ulong)other }).Verify(root, leaves[index]));
        }

        Assert.Equal(MerkleVerdict.PathLengthWrong, (proof with { Path = proof.Path.Add(root) }).Verify(root, leaves[index]));
        if (proof.Path.IsEmpty) return;
        Assert.Equal(MerkleVerdict.PathLengthWrong, (proof with { Path = proof.Path[..^1] }).Verify(root, leaves[index]));
        for (int i = 0; i < proof.Path.Length; i++)
        {
            MerkleInclusionProof changed = proof with { Path = proof.Path.SetItem(i, root) };
            Assert.Equal(MerkleVerdict.RootMismatch, changed.Verify(root, leaves[index]));
        }
    }

    private static void CheckConsistency(Hash256[] leaves, int firstSize)
    {
        MerkleConsistencyProof proof = MerkleTree.ProveConsistency(leaves, firstSize);
        Hash256 first = MerkleTree.Root(leaves.AsSpan(0, firstSize));
        Hash256 second = MerkleTree.Root(leaves);
        Assert.Equal(MerkleVerdict.Accepted, proof.Verify(first, second));
        Assert.NotEqual(MerkleVerdict.Accepted, proof.Verify(first, MerkleTree.EmptyRoot));
        Assert.NotEqual(MerkleVerdict.Accepted, proof.Verify(MerkleTree.EmptyRoot, second));
        Assert.NotEqual(MerkleVerdict.Accepted, (proof with { Path = proof.Path.Add(second) }).Verify(first, second));
        for (int i = 0; i < proof.Path.Length; i++)
        {
            Assert.NotEqual(
                MerkleVerdict.Accepted, (proof with { Path = proof.Path.SetItem(i, MerkleTree.EmptyRoot) }).Verify(first, second));
            Assert.NotEqual(MerkleVerdict.Accepted, (proof with { Path = proof.Path.RemoveAt(i) }).Verify(first, second));
        }
    }

    // MTH of RFC 9162 section 2.1.1, word for word.
    private static Hash256 DefinedRoot(ReadOnlySpan<Hash256> leaves)
    {
        if (leaves.Length == 1) return leaves[0];
        int k = 1;
        while (2 * k < leaves.Length) k *= 2;
        return MerkleTree.HashNode(DefinedRoot(leaves[..k]), DefinedRoot(leaves[k..]));
    }

    private static Hash256[] MakeLeaves(int count, ulong seed)
    {
        Prng prng = new(seed);
        byte[] bytes = new byte[Hash256.ByteCount];
        List<Hash256> leaves = [];
        for (int i = 0; i < count; i++)
        {
            prng.Fill(bytes);
            leaves.Add(new Hash256(bytes));
        }

        return [.. leaves];
    }
}
