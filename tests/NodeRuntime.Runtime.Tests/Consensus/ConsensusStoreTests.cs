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
using NodeRuntime.Proofs.Light;
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
    public void Evidence_outlives_every_floor_and_has_one_place_for_each_voter_and_fault()
    {
        Append(new LogRecord.Accused(Samples.Evidence(1, 3)), new LogRecord.OwnVote(Samples.Vote(3, null)), new LogRecord.Accused(Samples.Evidence(2, 3)));
        Append(new LogRecord.Accused(Samples.Evidence(1, 9)));
        Finalize([Samples.Block(1, 20)]);
        ImmutableArray<LogRecord> records = Reopen().Recover().Records;

        Assert.Equal([Samples.Evidence(1, 9), Samples.Evidence(2, 3)], records.Select(static record => Assert.IsType<LogRecord.Accused>(record).Evidence));
    }

    [Fact]
    public void Seals_outlive_the_blocks_that_they_stood_in()
    {
        Block seal = Samples.SealOf(Samples.Block(2, 2));
        Finalize([Samples.Block(1, 1), seal]);
        for (ulong height = 3; height <= 6; height++) Finalize([Samples.Block(height, height)]);
        List<JournalWrite> writes = [];
        Store().Prune(new Height(5), writes);
        Write([.. writes]);
        ConsensusStore reopened = Reopen();

        Assert.Equal(new Height(5), reopened.FirstHeight);
        Assert.Null(reopened.Read(new Height(2)));
        Seal kept = Assert.Single(reopened.ReadSeals());
        Assert.Equal(seal.Header.Digest, kept.Certified.Header.Digest);
        Assert.Equal(seal.Justification.Succession!.Next.Hash, kept.Next.Hash);
    }

    [Fact]
    public void Evidence_alone_is_no_history_of_votes()
    {
        Append(new LogRecord.Accused(Samples.Evidence(1, 3)));
        Assert.False(Reopen().Recover().WatermarkIsLost);
    }

    [Fact]
    public void A_first_watermark_says_that_nothing_was_signed()
    {
        Write([Reopen().FirstWatermark()]);
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

    [Fact]
    public void A_pruned_store_says_where_it_begins_and_serves_the_rest()
    {
        for (ulong height = 1; height <= 6; height++) Finalize([Samples.Block(height, height)]);
        Assert.Equal(new Height(1), Store().FirstHeight);
        List<JournalWrite> writes = [];
        Store().Prune(new Height(4), writes);
        Write([.. writes]);

        Assert.Equal(new Height(4), Reopen().FirstHeight);
        Assert.Equal([4UL, 5UL, 6UL], _store!.ReadFrom(new Height(1)).Select(static stored => stored.Block.Header.Height.Number));
        Assert.Null(_store.Read(new Height(3)));
        Assert.Equal(3, _store.ReadChain(new Height(4)).Blocks.Length);
        Assert.Equal(new Height(4), _store.ReadBranch(new Height(6), Samples.Block(6, 6).Header.Digest)[0].Header.Height);
        Assert.Equal(new Height(6), _store.Recover().Tip!.Value.Block.Header.Height);
    }

    [Fact]
    public void A_chain_that_jumped_begins_above_the_snapshot_and_remembers_its_votes()
    {
        Finalize([Samples.Block(1, 1), Samples.Block(2, 2)]);
        Append(new LogRecord.OwnVote(Samples.Vote(3, null)), new LogRecord.OwnVote(Samples.Vote(90, null)));
        List<JournalWrite> writes = [];
        ImmutableArray<Block> anchor = [Samples.Block(51, 60), Samples.Block(52, 61)];
        Store().Jump(anchor, Samples.Certificate(61, anchor[1].Header.Digest), [], writes);
        Write([.. writes]);
        Recovery recovery = Reopen().Recover();

        Assert.Equal(new Height(51), _store!.FirstHeight);
        Assert.Equal(new Height(52), recovery.Tip!.Value.Block.Header.Height);
        Assert.Equal([new View(90)], recovery.Records.Select(static record => record.At.View));
        Assert.Equal(new View(90), recovery.Watermark!.Slot.View);
    }

    [Fact]
    public void Blocks_that_lead_nowhere_are_forgotten_and_the_watermark_is_not()
    {
        Append(new LogRecord.OwnVote(Samples.Vote(9, null)));
        Finalize([Samples.Block(40, 5)]);
        Write(Store().ForgetBlocks());
        Recovery recovery = Reopen().Recover();
        Assert.Null(recovery.Tip);
        Assert.Equal(new Height(1), _store!.FirstHeight);
        Assert.False(recovery.WatermarkIsLost);
        Assert.Equal(new View(9), recovery.Watermark!.Slot.View);
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
