using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus.Tests.Harness;

/// <summary>What survives a crash of one node: log, watermark, finalized blocks. The shape of the runtime's store.</summary>
internal sealed class SmallDisk
{
    public List<LogRecord> Log { get; private init; } = [];

    public SortedDictionary<Height, (Block Block, Certificate? Finalization)> Blocks { get; private init; } = [];

    public Watermark? Watermark { get; private set; }

    /// <summary>Set by a nemesis: the next start is told that the watermark is lost.</summary>
    public bool IsDamaged { get; set; }

    /// <summary>A backup: what an operator may put back one day.</summary>
    public SmallDisk Copy() => new() { Log = [.. Log], Blocks = new(Blocks), Watermark = Watermark };

    public void Append(LogRecord record)
    {
        // Through bytes, as on a real disk.
        LogRecord decoded = LogRecord.Decode(record.Encode()) ?? throw new HarnessException("a log record does not decode");
        Log.Add(decoded);
        Watermark = decoded switch
        {
            LogRecord.OwnVote own => new Watermark(own.Vote.Slot, own.Vote.Value),
            LogRecord.Entered entered => entered.Watermark,
            LogRecord.SaidReady said when Watermark is null => new Watermark(new VoteSlot(said.Epoch, View.Genesis, VoteKind.Notarize), null),
            _ => Watermark,
        };
    }

    public void Finalize(ImmutableArray<Block> blocks, Certificate finalization)
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            Blocks[blocks[i].Header.Height] = (blocks[i], i == blocks.Length - 1 ? finalization : null);
        }

        EpochView floor = new(blocks[^1].Header.Epoch, blocks[^1].Header.View);
        Log.RemoveAll(record => record.At <= floor);
    }

    public bool Holds(Vote vote)
    {
        foreach (LogRecord record in Log)
        {
            if (record is LogRecord.OwnVote own && own.Vote.Slot == vote.Slot && own.Vote.Value == vote.Value) return true;
        }

        // The log forgets votes below the floor; the watermark stands above them.
        return Watermark is { } mark && mark.Slot.CompareTo(vote.Slot) >= 0 && Blocks.Count > 0
            && new EpochView(LastBlock.Header.Epoch, LastBlock.Header.View) >= new EpochView(vote.Slot.Epoch, vote.Slot.View);
    }

    public Block LastBlock => Blocks[new Height((ulong)Blocks.Count)].Block;

    public Recovery Recover()
    {
        (Block Block, Certificate Finalization)? tip = null;
        if (Blocks.Count > 0)
        {
            (Block block, Certificate? finalization) = Blocks[new Height((ulong)Blocks.Count)];
            tip = (block, finalization ?? throw new HarnessException("the last stored block has no certificate"));
        }

        return new Recovery
        {
            Tip = tip,
            Watermark = IsDamaged ? null : Watermark,
            Records = IsDamaged ? [] : [.. Log],
            WatermarkIsLost = IsDamaged,
        };
    }

    /// <summary>The end of a chain reply: consecutive blocks from a height on, the last one certified.</summary>
    public (ImmutableArray<Block> Blocks, Certificate? Finalization) ReadChain(Height from, int count)
    {
        List<Block> blocks = [];
        int certified = 0;
        Certificate? finalization = null;
        for (ulong height = from.Number; blocks.Count < count && Blocks.TryGetValue(new Height(height), out (Block Block, Certificate? Finalization) stored); height++)
        {
            blocks.Add(stored.Block);
            if (stored.Finalization is null) continue;
            finalization = stored.Finalization;
            certified = blocks.Count;
            if (stored.Block.Header.IsSeal) break;
        }

        if (finalization is not null) return ([.. blocks.GetRange(0, certified)], finalization);
        for (ulong height = from.Number; Blocks.TryGetValue(new Height(height), out (Block Block, Certificate? Finalization) stored); height++)
        {
            if (stored.Finalization is { } far) return (ReadBranch(new Height(height), stored.Block.Header.Digest, count), far);
        }

        return ([], null);
    }

    /// <summary>A block and at most so many below it, oldest first.</summary>
    public ImmutableArray<Block> ReadBranch(Height top, Hash256 digest, int count)
    {
        List<Block> blocks = [];
        for (ulong height = top.Number; blocks.Count < count && Blocks.TryGetValue(new Height(height), out (Block Block, Certificate? Finalization) stored); height--)
        {
            blocks.Add(stored.Block);
        }

        blocks.Reverse();
        return blocks.Count > 0 && blocks[^1].Header.Digest == digest ? [.. blocks] : [];
    }
}
