using System;
using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Ledger.State;

/// <summary>
/// A state as bytes: the chain, then every key and value in the order of keys. Equal states have equal bytes. What is
/// read back must have the root that the reader already trusts, and passes the full audit.
/// </summary>
public static class LedgerSnapshot
{
    public static byte[] Encode(LedgerState state)
    {
        WireWriter writer = new();
        writer.Record(WireType.LedgerSnapshot, 2).Hash(state.Chain.Hash).Array(state.Tree.Count);
        foreach (StateEntry entry in state.Tree.All())
        {
            writer.Array(3);
            entry.Key.Write(writer);
            writer.Bytes(entry.Value.Span).End();
        }

        return writer.End().End().ToArray();
    }

    /// <param name="root">From a certified header, or from what was stored beside the snapshot.</param>
    public static SnapshotVerdict TryDecode(ReadOnlyMemory<byte> bytes, ChainId chain, Hash256 root, out LedgerState? state)
    {
        state = null;
        WireReader reader = new(bytes);
        reader.Record(WireType.LedgerSnapshot, 2);
        ChainId of = new(reader.Hash());
        ImmutableArray<StateEntry> entries = reader.List(int.MaxValue, ReadEntry);
        reader.End();
        if (!reader.Succeeded || !KeysIncrease(entries)) return SnapshotVerdict.Malformed;
        if (of != chain) return SnapshotVerdict.WrongChain;
        StateTree tree = StateTree.Empty;
        foreach (StateEntry entry in entries) tree = tree.Set(entry.Key, entry.Value);
        if (tree.Root != root) return SnapshotVerdict.RootMismatch;
        if (LedgerAudit.Run(tree) != AuditVerdict.Sound) return SnapshotVerdict.Unsound;
        state = new LedgerState(chain, tree);
        return SnapshotVerdict.Accepted;
    }

    private static StateEntry ReadEntry(WireReader reader)
    {
        if (reader.Array(3) != 3) reader.Fail();
        StateEntry entry = new(StateKey.Read(reader), reader.Bytes(Limits.StateValueBytesMax));
        reader.End();
        return entry;
    }

    private static bool KeysIncrease(ImmutableArray<StateEntry> entries)
    {
        for (int i = 1; i < entries.Length; i++)
        {
            if (entries[i - 1].Key.CompareTo(entries[i].Key) >= 0) return false;
        }

        return true;
    }
}
