using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Ledger.State;

/// <summary>
/// A state in chunks: the manifest is the top of its tree, each chunk one subtree below. Cutting costs a step per chunk and
/// copies nothing, as the state is a value; chunks are encoded one at a time. <see cref="StateManifest"/> has the picture.
/// </summary>
public sealed class LedgerSnapshot
{
    private readonly ImmutableArray<StateNode> _cuts;

    private LedgerSnapshot(LedgerState state, StateManifest manifest, ImmutableArray<StateNode> cuts)
    {
        State = state;
        Manifest = manifest;
        _cuts = cuts;
    }

    public LedgerState State { get; }

    public StateManifest Manifest { get; }

    public static LedgerSnapshot Of(LedgerState state)
    {
        ImmutableArray<ushort>.Builder shape = ImmutableArray.CreateBuilder<ushort>();
        ImmutableArray<StateNode>.Builder cuts = ImmutableArray.CreateBuilder<StateNode>();
        Stack<StateNode> rest = new();
        if (state.Tree.RootNode is { } root) rest.Push(root);
        while (rest.TryPop(out StateNode? node))
        {
            if (node is StateNode.Inner inner && inner.Bytes > Limits.StateChunkBytesMax)
            {
                shape.Add((ushort)inner.Bit);
                rest.Push(inner.Right);
                rest.Push(inner.Left);
                continue;
            }

            shape.Add(StateManifest.Chunk);
            cuts.Add(node);
        }

        ImmutableArray<Hash256>.Builder chunks = ImmutableArray.CreateBuilder<Hash256>(cuts.Count);
        foreach (StateNode cut in cuts) chunks.Add(cut.Hash);
        return new LedgerSnapshot(state, new StateManifest(shape.ToImmutable(), chunks.ToImmutable()), cuts.ToImmutable());
    }

    public byte[] EncodeChunk(int index)
    {
        StateNode cut = _cuts[index];
        ImmutableArray<StateEntry>.Builder entries = ImmutableArray.CreateBuilder<StateEntry>(cut.Count);
        foreach (StateEntry entry in new StateTree(cut, cut.Count).All()) entries.Add(entry);
        return new StateChunk(entries.MoveToImmutable()).Encode();
    }

    /// <summary>A state that this peer wrote down itself, and audited then.</summary>
    /// <param name="root">From a certified header, or from what was stored beside the snapshot.</param>
    /// <param name="chunk">The bytes of a chunk; null where there are none.</param>
    public static SnapshotVerdict TryRestore(
        ChainId chain, Hash256 root, StateManifest manifest, Func<int, ReadOnlyMemory<byte>?> chunk, out LedgerState? state)
    {
        SnapshotVerdict verdict = TryAssemble(root, manifest, chunk, out StateTree? tree);
        state = tree is null ? null : new LedgerState(chain, tree);
        return verdict;
    }

    /// <summary>A state from strangers, under a root that a quorum stands behind: it also passes the full audit.</summary>
    public static SnapshotVerdict TryAdopt(
        ChainId chain, Hash256 root, StateManifest manifest, Func<int, ReadOnlyMemory<byte>?> chunk, out LedgerState? state)
    {
        state = null;
        SnapshotVerdict verdict = TryAssemble(root, manifest, chunk, out StateTree? tree);
        if (tree is null) return verdict;
        if (LedgerAudit.Run(tree) != AuditVerdict.Sound) return SnapshotVerdict.Unsound;
        state = new LedgerState(chain, tree);
        return SnapshotVerdict.Accepted;
    }

    private static SnapshotVerdict TryAssemble(
        Hash256 root, StateManifest manifest, Func<int, ReadOnlyMemory<byte>?> chunk, out StateTree? tree)
    {
        tree = null;
        ManifestVerdict manifested = manifest.Verify(root);
        if (manifested == ManifestVerdict.RootMismatch) return SnapshotVerdict.RootMismatch;
        if (manifested != ManifestVerdict.Accepted) return SnapshotVerdict.ManifestMalformed;
        StateNode[] nodes = new StateNode[manifest.Chunks.Length];
        for (int i = 0; i < nodes.Length; i++)
        {
            if (chunk(i) is not { } bytes) return SnapshotVerdict.ChunkMissing;
            if (StateChunk.TryDecode(bytes, out StateChunk? read) != ChunkVerdict.Accepted || read is null) return SnapshotVerdict.ChunkWrong;
            // The nodes keep the hashes that are computed here.
            nodes[i] = Plant(read.Entries.AsSpan());
            if (nodes[i].Hash != manifest.Chunks[i]) return SnapshotVerdict.ChunkWrong;
        }

        int shape = 0;
        int next = 0;
        StateNode top = Join(manifest.Shape, nodes, ref shape, ref next);
        Invariant.Holds(top.Hash == root);
        tree = new StateTree(top, top.Count);
        return SnapshotVerdict.Accepted;
    }

    private static StateNode Plant(ReadOnlySpan<StateEntry> entries)
    {
        if (entries.Length == 1) return new StateNode.Leaf(entries[0].Key, entries[0].Value);
        int bit = entries[0].Key.FirstDifference(entries[^1].Key);
        int split = StateChunk.Split(entries, bit);
        return new StateNode.Inner(bit, Plant(entries[..split]), Plant(entries[split..]));
    }

    // The manifest was verified: its shape is a tree's.
    private static StateNode Join(ImmutableArray<ushort> shape, StateNode[] chunks, ref int node, ref int chunk)
    {
        int bit = shape[node++];
        if (bit == StateManifest.Chunk) return chunks[chunk++];
        StateNode left = Join(shape, chunks, ref node, ref chunk);
        return new StateNode.Inner(bit, left, Join(shape, chunks, ref node, ref chunk));
    }
}
