using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Consensus;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Runtime.Consensus;

/// <summary>
/// What consensus keeps on disk, and in which streams:
/// <code>
/// blocks       height  -> block and the certificate that finalized it, or empty where a descendant's did
/// consensus    0, 1, … -> votes, certificates and bodies above the floor
/// watermark    0       -> the last slot that our key signed
/// </code>
/// </summary>
internal sealed class ConsensusStore(IJournal journal)
{
    private const string Blocks = "blocks";
    private const string Log = "consensus";
    private const string Mark = "watermark";

    private readonly List<(ulong Sequence, View View)> _log = [];
    private ulong _nextLog;

    public Height LastHeight => new(journal.Last(Blocks) ?? 0);

    public StoredBlock? Read(Height height) => journal.Read(Blocks, height.Number) is { } bytes ? StoredBlock.Decode(bytes) : null;

    /// <summary>Blocks from a height on, up to one with its own certificate and at most what fits in a frame.</summary>
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
        }

        return ([.. blocks.GetRange(0, certified)], finalization);
    }

    public Recovery Recover()
    {
        ImmutableArray<LogRecord>.Builder records = ImmutableArray.CreateBuilder<LogRecord>();
        ulong from = 0;
        while (true)
        {
            ImmutableArray<JournalRecord> read = journal.ReadRange(Log, from, 256);
            if (read.IsEmpty) break;
            foreach (JournalRecord record in read)
            {
                LogRecord? decoded = LogRecord.Decode(record.Payload);
                Invariant.Holds(decoded is not null);
                records.Add(decoded);
                _log.Add((record.Sequence, decoded.View));
                from = record.Sequence + 1;
            }
        }

        _nextLog = from;
        Watermark? watermark = journal.Read(Mark, 0) is { } bytes ? Watermark.Decode(bytes) : null;
        bool hasHistory = LastHeight > Height.Genesis || records.Count > 0;
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

    /// <summary>A validator's new folder begins with a watermark, so that a missing one always means a lost one.</summary>
    public static JournalWrite FirstWatermark(Epoch epoch) =>
        new JournalWrite.Put(Mark, 0, new Watermark(new VoteSlot(epoch, View.Genesis, VoteKind.Notarize), null).Encode());

    /// <summary>The writes that make a record durable; a vote moves the watermark in the same batch.</summary>
    public void Append(LogRecord record, List<JournalWrite> writes)
    {
        writes.Add(new JournalWrite.Put(Log, _nextLog, record.Encode()));
        _log.Add((_nextLog, record.View));
        _nextLog++;
        if (record is LogRecord.OwnVote own)
        {
            writes.Add(new JournalWrite.Put(Mark, 0, new Watermark(own.Vote.Slot, own.Vote.Value).Encode()));
        }
    }

    /// <summary>Finalized blocks, and the end of what the log had for them. The one durable commit point.</summary>
    public void Finalize(ImmutableArray<Block> blocks, Certificate finalization, List<JournalWrite> writes)
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            StoredBlock stored = new(blocks[i], i == blocks.Length - 1 ? finalization : null);
            writes.Add(new JournalWrite.Put(Blocks, blocks[i].Header.Height.Number, stored.Encode()));
        }

        View floor = blocks[^1].Header.View;
        int keep = _log.FindIndex(entry => entry.View > floor);
        int drop = keep < 0 ? _log.Count : keep;
        if (drop == 0) return;
        writes.Add(new JournalWrite.TruncateBelow(Log, _log[drop - 1].Sequence + 1));
        _log.RemoveRange(0, drop);
    }
}
