using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Consensus;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Light;

namespace NodeRuntime.Runtime.Consensus;

/// <summary>
/// What consensus keeps on disk, and in which streams:
/// <code>
/// blocks       height  -> block and the certificate that finalized it, or empty where a descendant's did; from some height on
/// consensus    0, 1, … -> votes, certificates and bodies above the floor
/// watermark    0       -> the last slot that our key signed
/// born         0       -> when this disk was first used
/// seals        epoch   -> the seal that ended it, kept for ever: every later proof begins with them
/// evidence     epoch, voter, fault -> evidence that we hold or held; a later one for the same takes its place
/// </code>
/// </summary>
internal sealed class ConsensusStore(IJournal journal)
{
    internal const string Blocks = "blocks";
    private const string Log = "consensus";
    private const string Mark = "watermark";
    private const string SealStream = "seals";
    private const string Accusations = "evidence";
    private const string Birth = "born";

    private readonly List<(ulong Sequence, EpochView At)> _log = [];
    private Height? _first;
    private ulong _nextLog;
    private bool _hasMark;

    public Height LastHeight => new(journal.Last(Blocks) ?? 0);

    /// <summary>The oldest block that is here; all from it on are.</summary>
    public Height FirstHeight
    {
        get
        {
            if (_first is { } known) return known;
            ImmutableArray<JournalRecord> oldest = journal.ReadRange(Blocks, 0, 1);
            _first = oldest.IsEmpty ? Height.Genesis.Next : new Height(oldest[0].Sequence);
            return _first.Value;
        }
    }

    /// <summary>The blocks from a height on, oldest first, read a few hundred at a time.</summary>
    public IEnumerable<StoredBlock> ReadFrom(Height height)
    {
        foreach (JournalRecord record in journal.ReadFrom(Blocks, height.Number, Limits.ChainBlocksMax)) yield return StoredBlock.Decode(record.Payload);
    }

    public StoredBlock? Read(Height height) => journal.Read(Blocks, height.Number) is { } bytes ? StoredBlock.Decode(bytes) : null;

    /// <summary>
    /// Blocks from a height on, up to one with its own certificate and at most what fits in a frame. Where the next certificate lies further
    /// away than that, the end before it: the asker asks for the rest by hash.
    /// </summary>
    public (ImmutableArray<Block> Blocks, Certificate? Finalization) ReadChain(Height from)
    {
        List<Block> blocks = [];
        int certified = 0;
        Certificate? finalization = null;
        int bytes = 0;
        foreach (JournalRecord record in journal.ReadRange(Blocks, from.Number, Limits.ChainBlocksMax))
        {
            StoredBlock stored = StoredBlock.Decode(record.Payload);
            bytes += record.Payload.Length;
            if (blocks.Count > 0 && bytes > Limits.BlockBytesMax) break;
            blocks.Add(stored.Block);
            if (stored.Finalization is null) continue;
            finalization = stored.Finalization;
            certified = blocks.Count;
            // What lies above a seal is proven by another set, which the asker learns from the seal.
            if (stored.Block.Header.IsSeal) break;
        }

        return finalization is null ? ReadEnd(from) : ([.. blocks.GetRange(0, certified)], finalization);
    }

    /// <summary>The block of a height, if it has this digest, and as many below it as fit in a frame, oldest first.</summary>
    public ImmutableArray<Block> ReadBranch(Height top, Hash256 digest)
    {
        List<Block> blocks = [];
        int bytes = 0;
        for (Height height = top; height > Height.Genesis && blocks.Count < Limits.ChainBlocksMax; height = new Height(height.Number - 1))
        {
            if (journal.Read(Blocks, height.Number) is not { } stored) break;
            bytes += stored.Length;
            if (blocks.Count > 0 && bytes > Limits.BlockBytesMax) break;
            blocks.Add(StoredBlock.Decode(stored).Block);
            if (height == top && blocks[0].Header.Digest != digest) return [];
        }

        blocks.Reverse();
        return [.. blocks];
    }

    private (ImmutableArray<Block> Blocks, Certificate? Finalization) ReadEnd(Height from)
    {
        for (ulong next = from.Number; next - from.Number < Limits.HangingBlocksMax;)
        {
            ImmutableArray<JournalRecord> records = journal.ReadRange(Blocks, next, Limits.ChainBlocksMax);
            if (records.IsEmpty) break;
            foreach (JournalRecord record in records)
            {
                StoredBlock stored = StoredBlock.Decode(record.Payload);
                if (stored.Finalization is { } finalization) return (ReadBranch(stored.Block.Header.Height, stored.Block.Header.Digest), finalization);
            }

            next = records[^1].Sequence + 1;
        }

        return ([], null);
    }

    /// <summary>Every seal since genesis, oldest first.</summary>
    public ImmutableArray<Seal> ReadSeals()
    {
        ImmutableArray<Seal>.Builder seals = ImmutableArray.CreateBuilder<Seal>();
        foreach (JournalRecord record in journal.ReadFrom(SealStream, 0, 256))
        {
            Invariant.Holds(record.Sequence == (ulong)seals.Count);
            seals.Add(Decode(record));
        }

        return seals.ToImmutable();
    }

    /// <summary>The seals of an epoch and of those after it, for a peer that asks.</summary>
    public ImmutableArray<Seal> ReadSeals(Epoch from, int countMax) => [.. journal.ReadRange(SealStream, from.Number, countMax).Select(Decode)];

    private static Seal Decode(JournalRecord record)
    {
        WireReader reader = new(record.Payload);
        Seal seal = Seal.Read(reader);
        Invariant.Holds(reader.Succeeded);
        return seal;
    }

    public Recovery Recover()
    {
        ImmutableArray<LogRecord>.Builder records = ImmutableArray.CreateBuilder<LogRecord>();
        _nextLog = 0;
        foreach (JournalRecord record in journal.ReadFrom(Log, 0, 256))
        {
            LogRecord? decoded = LogRecord.Decode(record.Payload);
            Invariant.Holds(decoded is not null);
            records.Add(decoded);
            _log.Add((record.Sequence, decoded.At));
            _nextLog = record.Sequence + 1;
        }

        if (journal.Read(Birth, 0) is { } birth)
        {
            LogRecord? born = LogRecord.Decode(birth);
            Invariant.Holds(born is LogRecord.Born);
            records.Add(born);
        }

        foreach (JournalRecord record in journal.ReadFrom(Accusations, 0, 256))
        {
            LogRecord? decoded = LogRecord.Decode(record.Payload);
            Invariant.Holds(decoded is LogRecord.Accused);
            records.Add(decoded);
        }

        Watermark? watermark = journal.Read(Mark, 0) is { } bytes ? Watermark.Decode(bytes) : null;
        _hasMark = watermark is not null;
        bool hasHistory = LastHeight > Height.Genesis || _log.Count > 0;
        StoredBlock? tip = LastHeight > Height.Genesis ? Read(LastHeight) : null;
        Invariant.Holds(tip is null || tip.Finalization is not null);
        return new Recovery
        {
            Tip = tip is null ? null : (tip.Block, tip.Finalization!),
            Watermark = watermark,
            Records = records.ToImmutable(),
            WatermarkIsLost = watermark is null && hasHistory,
        };
    }

    /// <summary>
    /// A validator's new folder begins with a watermark, so that a missing one always means a lost one. It is of the first epoch whichever is in
    /// force: one of a later epoch says that we know what we signed in it.
    /// </summary>
    public JournalWrite FirstWatermark()
    {
        _hasMark = true;
        return PutWatermark(new Watermark(new VoteSlot(new Epoch(0), View.Genesis, VoteKind.Notarize), null));
    }

    public static JournalWrite PutWatermark(Watermark watermark) => new JournalWrite.Put(Mark, 0, watermark.Encode());

    /// <summary>When the folder was made: once, by <see cref="LogRecord.Born"/>.</summary>
    public static JournalWrite PutBirth(LogRecord born) => new JournalWrite.Put(Birth, 0, born.Encode());

    public static JournalWrite PutBlock(Block block, Certificate? finalization) =>
        new JournalWrite.Put(Blocks, block.Header.Height.Number, new StoredBlock(block, finalization).Encode());

    /// <summary>The writes that make a record durable; a vote moves the watermark in the same batch.</summary>
    public void Append(LogRecord record, List<JournalWrite> writes)
    {
        if (record is LogRecord.Born)
        {
            writes.Add(PutBirth(record));
            return;
        }

        if (record is LogRecord.Accused { Evidence: { } evidence })
        {
            ulong place = PlaceOf(evidence.First.Slot.Epoch.Number) + ((ulong)evidence.Voter.Number * 4) + (ulong)evidence.Fault;
            writes.Add(new JournalWrite.Put(Accusations, place, record.Encode()));
            return;
        }

        writes.Add(new JournalWrite.Put(Log, _nextLog, record.Encode()));
        _log.Add((_nextLog, record.At));
        _nextLog++;
        Watermark? mark = record switch
        {
            LogRecord.OwnVote own => new Watermark(own.Vote.Slot, own.Vote.Value),
            LogRecord.Entered entered => entered.Watermark,
            // A peer that is about to become a validator has one from now on, so that a missing one means a lost one.
            LogRecord.SaidReady said when !_hasMark => new Watermark(new VoteSlot(said.Epoch, View.Genesis, VoteKind.Notarize), null),
            _ => null,
        };
        if (mark is null) return;
        _hasMark = true;
        writes.Add(PutWatermark(mark));
    }

    /// <summary>Finalized blocks, and the end of what the log had for them. The one durable commit point.</summary>
    public void Finalize(ImmutableArray<Block> blocks, Certificate finalization, List<JournalWrite> writes)
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            writes.Add(PutBlock(blocks[i], i == blocks.Length - 1 ? finalization : null));
        }

        if (PutSealOf(blocks[^1], finalization) is { } seal)
        {
            writes.Add(seal);
            ulong epochs = blocks[^1].Header.Epoch.Number + 1UL;
            if (epochs > Limits.EvidenceEpochsMax) writes.Add(new JournalWrite.TruncateBelow(Accusations, PlaceOf(epochs - Limits.EvidenceEpochsMax)));
        }

        CutLog(new EpochView(blocks[^1].Header.Epoch, blocks[^1].Header.View), writes);
    }

    // Of each epoch's evidence the first.
    private static ulong PlaceOf(ulong epoch) => epoch * (4 * Limits.ValidatorsMax);

    /// <summary>The chain goes on here, above a restored state: what lies below has no use any more.</summary>
    /// <param name="seals">Of the epochs that are passed over.</param>
    public void Jump(ImmutableArray<Block> blocks, Certificate finalization, IEnumerable<Seal> seals, List<JournalWrite> writes)
    {
        foreach (Seal seal in seals) writes.Add(PutSeal(seal));
        Height first = blocks[0].Header.Height;
        writes.Add(new JournalWrite.TruncateBelow(Blocks, first.Number));
        _first = first;
        Finalize(blocks, finalization, writes);
    }

    /// <summary>Forgets the blocks below a height; seals outlive their blocks.</summary>
    public void Prune(Height below, List<JournalWrite> writes)
    {
        writes.Add(new JournalWrite.TruncateBelow(Blocks, below.Number));
        _first = below;
    }

    /// <summary>Forgets all blocks: without the state below the oldest of them they lead nowhere. What they sealed comes anew as well.</summary>
    public ImmutableArray<JournalWrite> ForgetBlocks()
    {
        ulong end = LastHeight.Number + 1;
        _first = Height.Genesis.Next;
        ulong sealsEnd = (journal.Last(SealStream) ?? 0) + 1;
        return [new JournalWrite.TruncateBelow(Blocks, end), new JournalWrite.TruncateBelow(SealStream, sealsEnd)];
    }

    private void CutLog(EpochView floor, List<JournalWrite> writes)
    {
        int keep = _log.FindIndex(entry => entry.At > floor);
        int drop = keep < 0 ? _log.Count : keep;
        if (drop == 0) return;
        writes.Add(new JournalWrite.TruncateBelow(Log, _log[drop - 1].Sequence + 1));
        _log.RemoveRange(0, drop);
    }

    /// <summary>The write that keeps a seal; null where the block seals nothing.</summary>
    public static JournalWrite? PutSealOf(Block block, Certificate finalization) =>
        SealOf(block, finalization) is { } seal ? PutSeal(seal) : null;

    private static JournalWrite.Put PutSeal(Seal seal) => new(SealStream, seal.Certified.Header.Epoch.Number, seal.Encode());

    /// <summary>What a final block is to whoever follows the sets; null where it seals nothing. A seal is never final but by itself.</summary>
    public static Seal? SealOf(Block block, Certificate finalization) =>
        block.Justification.Succession is { } succession ? new Seal(new CertifiedHeader(block.Header, finalization), succession.Next) : null;
}
