using System;
using System.Buffers.Binary;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.Lanes;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Uses;

namespace NodeRuntime.Provenance.Trees;

/// <summary>An event before it has a salt and a number.</summary>
/// <param name="Content">SHA-256 of what the event is about; it goes no further than the subject.</param>
/// <param name="Label">What is said of the data beside the record; it goes no further than this peer's log.</param>
public readonly record struct EventDraft(
    EventKind Kind, Hash256 Content, Hash256 Actor, ulong Time, ImmutableArray<Hash256> Parents, DecisionId? Decision, string Zone, UseLabel? Label = null);

/// <summary>What is said of events that want to be taken.</summary>
public enum IntakeVerdict
{
    Accepted,

    /// <summary>The second is closed.</summary>
    Closed,

    /// <summary>The second holds as many as it may: the next takes them.</summary>
    Full,

    /// <summary>More in one call than a promise can cover.</summary>
    TooMany,
    KindUnknown,
    TimeOutOfRange,
    TooManyParents,
    ZoneMalformed,
}

/// <summary>Events that were taken together: numbers, records and leaves, in the order of the call.</summary>
/// <param name="first">Sequence number of the first.</param>
/// <param name="records">The records in a row; <paramref name="ends"/> says where each ends.</param>
/// <param name="leaves">Their leaf hashes in a row.</param>
public readonly ref struct Intake(ulong first, ReadOnlySpan<byte> records, ReadOnlySpan<int> ends, ReadOnlySpan<byte> leaves)
{
    public ulong First { get; } = first;

    public ReadOnlySpan<byte> Records { get; } = records;

    public ReadOnlySpan<int> Ends { get; } = ends;

    public ReadOnlySpan<byte> Leaves { get; } = leaves;

    public ReadOnlySpan<byte> RecordAt(int index) => Records[(index == 0 ? 0 : Ends[index - 1])..Ends[index]];
}

/// <summary>
/// One peer's second: the heartbeat is leaf 0, events follow in the order they come, and each gets salt, subject, number and leaf here. Per event, with
/// one parent: 2 compressions of SHA-256 for the salt, 1 for the subject, 3 for a record of 157 bytes, 2 for a node: 8. One owner.
/// </summary>
public sealed class SecondTree
{
    private readonly IShortSha256 _hasher;
    private readonly LaneTree _tree;
    private readonly byte[] _secret;
    private readonly byte[] _heartbeat;

    private byte[] _scratch = [];
    private byte[] _digests = [];
    private byte[] _records = [];
    private int[] _ends = [];
    private ulong _firstTime;
    private ulong _lastTime;

    /// <param name="secret">32 random bytes of this second alone: whoever forgets them forgets which content was meant.</param>
    /// <param name="keepsNodes">Whether paths of its leaves will be asked for.</param>
    public SecondTree(IShortSha256 hasher, Heartbeat heartbeat, ReadOnlySpan<byte> secret, bool keepsNodes)
    {
        Invariant.Holds(secret.Length == EventSalts.SecretByteCount);
        _hasher = hasher;
        _tree = new LaneTree(hasher, keepsNodes);
        _secret = secret.ToArray();
        _heartbeat = heartbeat.Encode();
        Heartbeat = heartbeat;
        _tree.Append(RecordHash.Leaf(_heartbeat));
    }

    public Heartbeat Heartbeat { get; }

    public ReadOnlyMemory<byte> HeartbeatRecord => _heartbeat;

    /// <summary>Of the heartbeat and all events.</summary>
    public ulong LeafCount => _tree.Count;

    public ulong Events => LeafCount - 1;

    public ulong NextSequence => Heartbeat.Sequence + LeafCount;

    public bool IsClosed { get; private set; }

    /// <summary>Takes all or none. What is given back stands until the next call.</summary>
    public IntakeVerdict Take(ReadOnlySpan<EventDraft> drafts, out Intake intake)
    {
        intake = default;
        IntakeVerdict verdict = Check(drafts);
        if (verdict != IntakeVerdict.Accepted || drafts.IsEmpty) return verdict;
        ulong first = NextSequence;
        MakeRoom(drafts);
        Span<byte> salts = _digests.AsSpan(0, drafts.Length * Hash256.ByteCount);
        EventSalts.Derive(_hasher, _secret, first, _scratch, salts);

        Span<byte> inputs = _scratch.AsSpan(0, drafts.Length * RecordHash.SubjectInputByteCount);
        for (int i = 0; i < drafts.Length; i++)
        {
            RecordHash.WriteSubjectInput(
                inputs.Slice(i * RecordHash.SubjectInputByteCount, RecordHash.SubjectInputByteCount), SaltAt(salts, i), drafts[i].Content.AsSpan());
        }

        Span<byte> subjects = _digests.AsSpan(salts.Length, salts.Length);
        _hasher.Hash(inputs, RecordHash.SubjectInputByteCount, subjects);
        int at = WriteRecords(drafts, salts, subjects, first);
        Span<byte> leaves = salts;
        _hasher.HashPrefixed(0, _records.AsSpan(0, at), _ends.AsSpan(0, drafts.Length), leaves);
        _tree.Append(leaves);
        intake = new Intake(first, _records.AsSpan(0, at), _ends.AsSpan(0, drafts.Length), leaves);
        return IntakeVerdict.Accepted;
    }

    /// <summary>
    /// Takes events that have salt, number and leaf already: they were promised for a second that did not reach the calendar. Their numbers go on from
    /// <see cref="NextSequence"/>.
    /// </summary>
    /// <param name="leaves">Leaf hashes in a row, 32 bytes each.</param>
    /// <param name="firstTime">The least time among them; <paramref name="lastTime"/> is the greatest.</param>
    public IntakeVerdict Carry(ReadOnlySpan<byte> leaves, ulong firstTime, ulong lastTime)
    {
        if (IsClosed) return IntakeVerdict.Closed;
        if (leaves.IsEmpty) return IntakeVerdict.Accepted;
        if (LeafCount + (ulong)(leaves.Length / Hash256.ByteCount) > Limits.SecondLeavesMax) return IntakeVerdict.Full;
        _tree.Append(leaves);
        if (_firstTime == 0 || firstTime < _firstTime) _firstTime = firstTime;
        if (lastTime > _lastTime) _lastTime = lastTime;
        return IntakeVerdict.Accepted;
    }

    /// <summary>The second is over: what its parent is told. May be asked again, of another slot.</summary>
    public AggregationLeaf Close(int slot, Epoch epoch)
    {
        IsClosed = true;
        return new AggregationLeaf(
            1, slot, Heartbeat.Round, Heartbeat.Node, _tree.Root(), LeafCount, Events, _firstTime, _lastTime, epoch, RecordHash.Leaf(_heartbeat));
    }

    /// <summary>The place of a leaf in the tree as it is now; null where nodes are not kept.</summary>
    public MerkleInclusionProof? Prove(ulong index) => TreeProofs.Inclusion(_tree, LeafCount, index);

    private IntakeVerdict Check(ReadOnlySpan<EventDraft> drafts)
    {
        if (IsClosed) return IntakeVerdict.Closed;
        if (drafts.Length > Limits.PromiseEventsMax) return IntakeVerdict.TooMany;
        if (LeafCount + (ulong)drafts.Length > Limits.SecondLeavesMax) return IntakeVerdict.Full;
        // Neighbours share their zone's text more often than not.
        string? known = null;
        foreach (ref readonly EventDraft draft in drafts)
        {
            if (draft.Kind is < EventKind.Ingest or > EventKind.Restore) return IntakeVerdict.KindUnknown;
            if (draft.Time is 0 or > EventLeaf.TimeMax) return IntakeVerdict.TimeOutOfRange;
            if (!draft.Parents.IsDefault && draft.Parents.Length > Limits.EventParentsMax) return IntakeVerdict.TooManyParents;
            if (ReferenceEquals(draft.Zone, known)) continue;
            if (!Zone.IsZone(draft.Zone)) return IntakeVerdict.ZoneMalformed;
            known = draft.Zone;
        }

        return IntakeVerdict.Accepted;
    }

    private void MakeRoom(ReadOnlySpan<EventDraft> drafts)
    {
        int bytes = 0;
        foreach (ref readonly EventDraft draft in drafts)
        {
            bytes += EventLeaf.ByteCountMax(draft.Parents.IsDefault ? 0 : draft.Parents.Length, draft.Zone);
        }

        if (_records.Length < bytes) _records = new byte[bytes];
        if (_ends.Length >= drafts.Length) return;
        _ends = new int[drafts.Length];
        _digests = new byte[2 * drafts.Length * Hash256.ByteCount];
        _scratch = new byte[drafts.Length * Math.Max(RecordHash.SubjectInputByteCount, EventSalts.InputByteCount)];
    }

    private int WriteRecords(ReadOnlySpan<EventDraft> drafts, ReadOnlySpan<byte> salts, ReadOnlySpan<byte> subjects, ulong first)
    {
        int at = 0;
        for (int i = 0; i < drafts.Length; i++)
        {
            ref readonly EventDraft draft = ref drafts[i];
            ReadOnlySpan<Hash256> parents = draft.Parents.IsDefault ? [] : draft.Parents.AsSpan();
            at += EventLeaf.Write(
                _records.AsSpan(at), draft.Kind, SaltAt(salts, i), subjects.Slice(i * Hash256.ByteCount, Hash256.ByteCount),
                draft.Actor.AsSpan(), draft.Time, first + (ulong)i, parents, draft.Decision, draft.Zone);
            _ends[i] = at;
            if (_firstTime == 0 || draft.Time < _firstTime) _firstTime = draft.Time;
            if (draft.Time > _lastTime) _lastTime = draft.Time;
        }

        return at;
    }

    private static ReadOnlySpan<byte> SaltAt(ReadOnlySpan<byte> macs, int index) => macs.Slice(index * Hash256.ByteCount, Salt.ByteCount);
}
