using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Ledger.Tests.State;

/// <summary>Chunks of random states: each proves itself against the root, and nothing else does.</summary>
public sealed class SnapshotChunkTests
{
    private static readonly LedgerState Base = LedgerSnapshotTests.Busy().State;
    private static readonly LedgerSnapshot Large = LedgerSnapshot.Of(Grow(new Prng(77), 120));

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 40)]
    [InlineData(4, 150)]
    [InlineData(5, 200)]
    public void Every_chunk_proves_itself_alone_and_all_together_are_the_state(ulong seed, int more)
    {
        LedgerState state = Grow(new Prng(seed), more);
        LedgerSnapshot snapshot = LedgerSnapshot.Of(state);
        Assert.Equal(ManifestVerdict.Accepted, snapshot.Manifest.Verify(state.Root));
        StateKey? last = null;
        int entries = 0;
        for (int i = 0; i < snapshot.Manifest.Chunks.Length; i++)
        {
            byte[] bytes = snapshot.EncodeChunk(i);
            Assert.Equal(ChunkVerdict.Accepted, StateChunk.Check(bytes, snapshot.Manifest.Chunks[i], out StateChunk? chunk));
            if (last is { } before) Assert.True(before.CompareTo(chunk!.Entries[0].Key) < 0);
            last = chunk!.Entries[^1].Key;
            entries += chunk.Entries.Length;
        }

        Assert.Equal(state.Tree.Count, entries);
        SnapshotVerdict verdict = LedgerSnapshot.TryRestore(
            state.Chain, state.Root, snapshot.Manifest, index => snapshot.EncodeChunk(index), out LedgerState? restored);
        Assert.Equal((SnapshotVerdict.Accepted, state.Root), (verdict, restored!.Root));
        Assert.Equal(Keys(state), Keys(restored));
        // What was restored goes on as the state that it was taken of.
        StateKey key = new(StateFamily.Account, Base.Root);
        Assert.Equal(state.Tree.Set(key, new byte[] { 1 }).Root, restored.Tree.Set(key, new byte[] { 1 }).Root);
    }

    [Fact]
    public void A_large_state_has_many_chunks_of_bounded_size()
    {
        Assert.True(Large.Manifest.Chunks.Length >= 4, "chunks: " + Large.Manifest.Chunks.Length);
        for (int i = 0; i < Large.Manifest.Chunks.Length; i++) Assert.InRange(Large.EncodeChunk(i).Length, 1, Limits.StateChunkBytesMax + 40);
    }

    [Theory]
    [InlineData("another chunk", ChunkVerdict.HashMismatch)]
    [InlineData("key missing", ChunkVerdict.HashMismatch)]
    [InlineData("first key missing", ChunkVerdict.HashMismatch)]
    [InlineData("key added", ChunkVerdict.HashMismatch)]
    [InlineData("overlaps its neighbour", ChunkVerdict.HashMismatch)]
    [InlineData("value changed", ChunkVerdict.HashMismatch)]
    [InlineData("of another height", ChunkVerdict.HashMismatch)]
    [InlineData("reordered", ChunkVerdict.KeysNotIncreasing)]
    [InlineData("a key twice", ChunkVerdict.KeysNotIncreasing)]
    [InlineData("empty", ChunkVerdict.Empty)]
    [InlineData("truncated", ChunkVerdict.Malformed)]
    [InlineData("trailing byte", ChunkVerdict.Malformed)]
    [InlineData("no bytes", ChunkVerdict.Malformed)]
    [InlineData("oversized", ChunkVerdict.TooLarge)]
    public void A_chunk_that_is_not_the_one_is_refused_by_name(string fault, ChunkVerdict expected)
    {
        const int Index = 1;
        StateChunk chunk = ChunkOf(Large, Index);
        ImmutableArray<StateEntry> entries = chunk.Entries;
        byte[] bytes = fault switch
        {
            "another chunk" => Large.EncodeChunk(Index + 1),
            "key missing" => With([.. entries.RemoveAt(entries.Length / 2)]),
            "first key missing" => With(entries.RemoveAt(0)),
            "key added" => With(entries.Add(new StateEntry(new StateKey((StateFamily)255, Hash256.Zero), new byte[1]))),
            "overlaps its neighbour" => With([.. entries.Skip(1), ChunkOf(Large, Index + 1).Entries[0]]),
            "value changed" => With(entries.SetItem(0, entries[0] with { Value = new byte[] { 7 } })),
            "of another height" => With(entries.SetItem(0, new StateEntry(entries[0].Key, Flip(entries[0].Value)))),
            "reordered" => With([entries[1], entries[0], .. entries[2..]]),
            "a key twice" => With([entries[0], .. entries]),
            "empty" => With([]),
            "truncated" => chunk.Encode()[..^1],
            "trailing byte" => [.. chunk.Encode(), 0],
            "no bytes" => [],
            _ => new byte[Limits.StateChunkBytesMax + 41],
        };
        Assert.Equal(expected, StateChunk.Check(bytes, Large.Manifest.Chunks[Index], out StateChunk? taken));
        Assert.Null(taken);
    }

    [Theory]
    [InlineData("no chunks", ManifestVerdict.Malformed)]
    [InlineData("too many chunks", ManifestVerdict.TooManyChunks)]
    [InlineData("one chunk less", ManifestVerdict.Malformed)]
    [InlineData("one chunk more", ManifestVerdict.Malformed)]
    [InlineData("a node more", ManifestVerdict.Malformed)]
    [InlineData("a node less", ManifestVerdict.Malformed)]
    [InlineData("a bit beyond the key", ManifestVerdict.Malformed)]
    [InlineData("bits that do not grow", ManifestVerdict.Malformed)]
    [InlineData("two chunks in each other's place", ManifestVerdict.RootMismatch)]
    [InlineData("another hash", ManifestVerdict.RootMismatch)]
    [InlineData("another bit", ManifestVerdict.RootMismatch)]
    [InlineData("another height", ManifestVerdict.RootMismatch)]
    public void A_manifest_that_is_not_the_one_is_refused_by_name(string fault, ManifestVerdict expected)
    {
        StateManifest it = Large.Manifest;
        int inner = it.Shape.Select((bit, index) => (bit, index)).Last(static node => node.bit != StateManifest.Chunk).index;
        StateManifest manifest = fault switch
        {
            "no chunks" => it with { Shape = [], Chunks = [] },
            "too many chunks" => it with { Chunks = [.. Enumerable.Repeat(Hash256.Zero, Limits.SnapshotChunksMax + 1)] },
            "one chunk less" => it with { Chunks = it.Chunks.RemoveAt(0) },
            "one chunk more" => it with { Chunks = it.Chunks.Add(it.Chunks[0]) },
            "a node more" => it with { Shape = it.Shape.Add(StateManifest.Chunk), Chunks = it.Chunks.Add(it.Chunks[0]) },
            "a node less" => it with { Shape = it.Shape.RemoveAt(it.Shape.Length - 1) },
            "a bit beyond the key" => it with { Shape = it.Shape.SetItem(inner, StateManifest.Chunk + 1) },
            "bits that do not grow" => it with { Shape = it.Shape.SetItem(inner, 0) },
            "two chunks in each other's place" => it with { Chunks = it.Chunks.SetItem(0, it.Chunks[1]).SetItem(1, it.Chunks[0]) },
            "another hash" => it with { Chunks = it.Chunks.SetItem(0, Hash256.Zero) },
            "another bit" => it with { Shape = it.Shape.SetItem(inner, (ushort)(it.Shape[inner] + 1)) },
            _ => it,
        };
        Hash256 root = fault == "another height" ? Base.Root : Large.State.Root;
        Assert.Equal(expected, manifest.Verify(root));
    }

    [Fact]
    public void The_largest_manifest_fits_into_a_frame()
    {
        StateManifest largest = new(
            [.. Enumerable.Repeat(StateManifest.Chunk, 2 * Limits.SnapshotChunksMax)], [.. Enumerable.Repeat(Hash256.Zero, Limits.SnapshotChunksMax)]);
        WireWriter writer = new();
        largest.Write(writer);
        Assert.InRange(writer.ToArray().Length, 1, Limits.FrameBytesMax - 64);
    }

    private static StateChunk ChunkOf(LedgerSnapshot snapshot, int index)
    {
        Assert.Equal(ChunkVerdict.Accepted, StateChunk.TryDecode(snapshot.EncodeChunk(index), out StateChunk? chunk));
        return chunk!;
    }

    private static byte[] With(ImmutableArray<StateEntry> entries) => new StateChunk(entries).Encode();

    private static byte[] Flip(ReadOnlyMemory<byte> value)
    {
        byte[] flipped = value.ToArray();
        flipped[0] ^= 1;
        return flipped;
    }

    private static IEnumerable<StateKey> Keys(LedgerState state) => state.Tree.All().Select(static entry => entry.Key);

    // Under real records lies what nobody decodes here: large values make chunks of a few keys.
    private static LedgerState Grow(Prng prng, int more)
    {
        StateTree tree = Base.Tree;
        for (int i = 0; i < more; i++)
        {
            byte[] id = new byte[Hash256.ByteCount];
            prng.Fill(id);
            byte[] value = new byte[1 + prng.NextBelow(Limits.StateValueBytesMax)];
            prng.Fill(value);
            // Some keys that agree for long, as times do.
            if (prng.NextChance(300)) id.AsSpan(0, 28).Clear();
            tree = tree.Set(new StateKey(prng.NextChance(500) ? StateFamily.Account : StateFamily.Order, new Hash256(id)), value);
        }

        return new LedgerState(Base.Chain, tree);
    }
}
