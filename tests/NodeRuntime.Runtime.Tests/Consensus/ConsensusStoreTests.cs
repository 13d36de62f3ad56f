using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Actors;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Consensus;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Runtime.Consensus;
using NodeRuntime.Simulation;
using Xunit;

namespace NodeRuntime.Runtime.Tests.Consensus;

/// <summary>What consensus finds again on its disk, and what it must not believe.</summary>
public sealed class ConsensusStoreTests
{
    private readonly VirtualTimeDispatcher _time = new(1, World.Start);
    private readonly SimulatedDisk _disk;

    public ConsensusStoreTests() => _disk = new SimulatedDisk(_time, new Prng(1), Faults.None);

    [Fact]
    public void A_new_folder_is_fresh_and_nothing_is_lost()
    {
        Recovery recovery = new ConsensusStore(_disk.Open()).Recover();

        Assert.Null(recovery.Tip);
        Assert.Null(recovery.Watermark);
        Assert.False(recovery.WatermarkIsLost);
        Assert.Empty(recovery.Records);
    }

    [Fact]
    public void A_vote_moves_the_watermark_in_its_own_batch()
    {
        Vote vote = Samples.Vote(3, Hasher.Sha256([1]));
        ImmutableArray<JournalWrite> writes = Append(new LogRecord.OwnVote(vote));
        Assert.Equal(2, writes.Length);

        Recovery recovery = Reopen().Recover();
        Assert.Equal(new Watermark(vote.Slot, vote.Value), recovery.Watermark);
        Assert.Equal(vote, Assert.IsType<LogRecord.OwnVote>(Assert.Single(recovery.Records)).Vote);
        Assert.False(recovery.WatermarkIsLost);
    }

    [Fact]
    public void A_first_watermark_says_that_nothing_was_signed()
    {
        Write([Reopen().FirstWatermark(new Epoch(0))]);
        Recovery recovery = Reopen().Recover();

        Assert.Equal(View.Genesis, recovery.Watermark!.Slot.View);
        Assert.False(recovery.WatermarkIsLost);
    }

    [Theory]
    [InlineData("missing, with a log")]
    [InlineData("missing, with blocks")]
    [InlineData("damaged")]
    public void A_watermark_that_is_gone_from_a_used_folder_is_lost(string how)
    {
        if (how == "missing, with blocks") Finalize([Samples.Block(1, 1)]);
        else Append(new LogRecord.OwnVote(Samples.Vote(3, null)));
        Write(how == "damaged"
            ? [new JournalWrite.Put("watermark", 0, new byte[] { 1, 2, 3 })]
            : [new JournalWrite.TruncateBelow("watermark", 1)]);
        Recovery recovery = Reopen().Recover();

        Assert.Null(recovery.Watermark);
        Assert.True(recovery.WatermarkIsLost);
    }

    [Fact]
    public void Finalized_blocks_cut_the_log_below_their_view_and_nothing_else()
    {
        Append(
            new LogRecord.OwnVote(Samples.Vote(1, null)),
            new LogRecord.Body(Samples.Block(1, 2)),
            new LogRecord.OwnVote(Samples.Vote(3, null)),
            new LogRecord.Held(Samples.Certificate(4, null)));
        Finalize([Samples.Block(1, 1), Samples.Block(2, 2)]);
        Recovery recovery = Reopen().Recover();

        Assert.Equal([new View(3), new View(4)], recovery.Records.Select(static record => record.At.View));
        Assert.Equal(new Height(2), recovery.Tip!.Value.Block.Header.Height);
        Assert.Equal(new View(3), recovery.Watermark!.Slot.View);
        Assert.False(recovery.WatermarkIsLost);
    }

    [Fact]
    public void A_chain_is_served_up_to_its_youngest_certificate()
    {
        Finalize([Samples.Block(1, 1), Samples.Block(2, 2)]);
        Finalize([Samples.Block(3, 3)]);
        (ImmutableArray<Block> blocks, Certificate? finalization) = Reopen().ReadChain(new Height(2));

        Assert.Equal([new Height(2), new Height(3)], blocks.Select(static block => block.Header.Height));
        Assert.Equal(new View(3), finalization!.Slot.View);
        Assert.Empty(_store!.ReadChain(new Height(4)).Blocks);
    }

    [Fact]
    public void Blocks_that_do_not_fit_between_two_certificates_are_served_from_the_upper_one_down()
    {
        ImmutableArray<ReadOnlyMemory<byte>> body = [.. Enumerable.Repeat(
            new ReadOnlyMemory<byte>(new byte[Limits.TransactionBytesMax]), Limits.BlockBytesMax / 3 / Limits.TransactionBytesMax)];
        Finalize([Samples.Block(1, 1)]);
        Finalize([.. Enumerable.Range(2, 7).Select(height => Samples.Block((ulong)height, (ulong)height) with { Transactions = body })]);
        (ImmutableArray<Block> blocks, Certificate? finalization) = Reopen().ReadChain(new Height(2));

        Assert.Equal(new View(8), finalization!.Slot.View);
        Assert.Equal(new Height(8), blocks[^1].Header.Height);
        Assert.True(blocks[0].Header.Height > new Height(2));
        Block below = _store!.Read(new Height(blocks[0].Header.Height.Number - 1))!.Block;
        ImmutableArray<Block> branch = _store.ReadBranch(below.Header.Height, below.Header.Digest);
        Assert.Equal(below.Header.Digest, branch[^1].Header.Digest);
        Assert.True(branch.Length > 1);
        Assert.Empty(_store.ReadBranch(below.Header.Height, Hash256.Zero));
        Assert.Empty(_store.ReadBranch(new Height(99), below.Header.Digest));
    }

    private ConsensusStore? _store;

    private IJournal? _journal;

    private ConsensusStore Store()
    {
        if (_store is not null) return _store;
        _journal = _disk.Open();
        _store = new ConsensusStore(_journal);
        _store.Recover();
        return _store;
    }

    // The power fails after everything was written.
    private ConsensusStore Reopen()
    {
        _disk.Crash();
        _journal = _disk.Open();
        _store = new ConsensusStore(_journal);
        return _store;
    }

    private ImmutableArray<JournalWrite> Append(params LogRecord[] records)
    {
        List<JournalWrite> writes = [];
        foreach (LogRecord record in records) Store().Append(record, writes);
        Write([.. writes]);
        return [.. writes];
    }

    private void Finalize(ImmutableArray<Block> blocks)
    {
        List<JournalWrite> writes = [];
        Store().Finalize(blocks, Samples.Certificate(blocks[^1].Header.View.Number, blocks[^1].Header.Digest), writes);
        Write([.. writes]);
    }

    private void Write(ImmutableArray<JournalWrite> writes)
    {
        Store();
        JournalVerdict? answer = null;
        _journal!.Write(new JournalBatch(writes), verdict => answer = verdict);
        _time.RunFor(Duration.FromSeconds(1));
        Assert.Equal(JournalVerdict.Written, answer);
    }
}
