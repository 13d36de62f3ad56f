using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Consensus.Sync;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Runtime.Snapshots;

/// <summary>
/// Snapshots on disk, in three slots of which a new one takes the emptiest or oldest:
/// <code>
/// snapshot.0, .1, .2    0    -> the head, written when all chunks are durable, so that a torn snapshot has none
///                       1..n -> chunks
/// snapshot.plan         slot -> the plan of a snapshot that is being fetched into that slot
/// </code>
/// What is read is checked by hash up to the root, and by the chain that the root is of: rot is found here and named, and the next older
/// snapshot takes its place.
/// </summary>
internal sealed class SnapshotStore(IJournal journal)
{
    private const string PlanStream = "snapshot.plan";
    private const ulong Everything = Limits.SnapshotChunksMax + 1;

    /// <summary>Finished snapshots, the youngest first.</summary>
    /// <param name="faults">What was found and is none, in words.</param>
    public List<(int Slot, SnapshotHead Head)> ReadHeads(ICollection<string> faults)
    {
        List<(int Slot, SnapshotHead Head)> heads = [];
        for (int slot = 0; slot < Limits.SnapshotsKeptMax; slot++)
        {
            JournalReadVerdict verdict = journal.TryRead(StreamOf(slot), 0, out ReadOnlyMemory<byte> bytes);
            if (verdict == JournalReadVerdict.Absent) continue;
            if (verdict == JournalReadVerdict.Found && SnapshotHead.Decode(bytes) is { } head) heads.Add((slot, head));
            else faults.Add($"the snapshot in slot {slot} has a damaged head");
        }

        heads.Sort(static (left, right) => right.Head.Height.CompareTo(left.Head.Height));
        return heads;
    }

    /// <summary>The state of a snapshot that we took.</summary>
    public SnapshotVerdict TryRestore(ChainId chain, int slot, SnapshotHead head, out LedgerState? state)
    {
        SnapshotVerdict verdict = LedgerSnapshot.TryRestore(chain, head.Root, head.Manifest, index => ReadChunk(slot, index), out state);
        if (state is null || state.Height == head.Height) return verdict;
        state = null;
        return SnapshotVerdict.Unsound;
    }

    /// <summary>The state of a snapshot that strangers sent.</summary>
    public SnapshotVerdict TryAdopt(ChainId chain, int slot, SnapshotPlan plan, out LedgerState? state) =>
        LedgerSnapshot.TryAdopt(chain, plan.Root, plan.Manifest, index => ReadChunk(slot, index), out state);

    /// <summary>As it was written, for whoever asks; null where there is none or it is damaged.</summary>
    public ReadOnlyMemory<byte>? ReadChunk(int slot, int index)
    {
        // Not "found ? bytes : null": there, null is taken for an empty array, and an absent chunk for an empty one.
        if (journal.TryRead(StreamOf(slot), (ulong)index + 1, out ReadOnlyMemory<byte> bytes) == JournalReadVerdict.Found) return bytes;
        return null;
    }

    /// <summary>What an earlier life had begun to fetch.</summary>
    public (int Slot, SnapshotPlan Plan)? ReadPlan()
    {
        for (int slot = 0; slot < Limits.SnapshotsKeptMax; slot++)
        {
            if (journal.TryRead(PlanStream, (ulong)slot, out ReadOnlyMemory<byte> bytes) != JournalReadVerdict.Found) continue;
            if (SnapshotPlan.Decode(bytes) is { } plan) return (slot, plan);
        }

        return null;
    }

    /// <summary>Which chunks of a plan are here and are those that it names.</summary>
    public ImmutableArray<bool> HeldOf(int slot, SnapshotPlan plan)
    {
        ImmutableArray<Hash256> hashes = plan.Manifest.Chunks;
        ImmutableArray<bool>.Builder held = ImmutableArray.CreateBuilder<bool>(hashes.Length);
        for (int i = 0; i < hashes.Length; i++)
        {
            held.Add(ReadChunk(slot, i) is { } bytes && StateChunk.Check(bytes, hashes[i], out _) == ChunkVerdict.Accepted);
        }

        return held.MoveToImmutable();
    }

    // ---- writes, each batch by its caller ----

    public static JournalWrite Clear(int slot) => new JournalWrite.TruncateBelow(StreamOf(slot), Everything);

    public static JournalWrite PutChunk(int slot, int index, ReadOnlyMemory<byte> bytes) =>
        new JournalWrite.Put(StreamOf(slot), (ulong)index + 1, bytes);

    public static JournalWrite PutHead(int slot, SnapshotHead head) => new JournalWrite.Put(StreamOf(slot), 0, head.Encode());

    public static JournalWrite PutPlan(int slot, SnapshotPlan plan) => new JournalWrite.Put(PlanStream, (ulong)slot, plan.Encode());

    public static JournalWrite ForgetPlan() => new JournalWrite.TruncateBelow(PlanStream, Limits.SnapshotsKeptMax);

    private static string StreamOf(int slot) => "snapshot." + slot.ToString(CultureInfo.InvariantCulture);
}
