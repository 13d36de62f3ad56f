using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Consensus.Tests.Harness;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus.Tests.Sync;

/// <summary>A machine far behind, and peers that answer out of turn, late, with too little or not at all.</summary>
public sealed class BlockSyncTests
{
    private const int Window = Limits.ChainBlocksMax;

    private static readonly Bench Past = new();
    private static readonly ImmutableArray<Block> Chain = Grow(3 * Window);

    private readonly Bench _bench = new Bench().Begin();

    [Fact]
    public void Windows_are_asked_for_at_once_of_different_peers_and_land_in_order()
    {
        int[] others = Others(_bench);
        foreach (int peer in others) _bench.Hear(peer, Tip(Chain.Length));
        List<(int Peer, ulong From)> asked = Asked(_bench);
        Assert.Equal([1UL, Window + 1UL, (2 * Window) + 1UL], asked.Select(static window => window.From));
        Assert.All(others, peer => Assert.InRange(asked.Count(window => window.Peer == peer), 0, Limits.SyncWindowsPerPeerMax));
        Assert.True(asked.Select(static window => window.Peer).Distinct().Count() > 1);

        _bench.Hear(asked[2].Peer, Piece(2 * Window, Window));
        _bench.Hear(asked[1].Peer, Piece(Window, Window));
        Assert.Empty(_bench.Of<ConsensusEffect.Deliver>());
        _bench.Hear(asked[0].Peer, Piece(0, Window));

        Assert.Equal(
            [1UL, Window + 1UL, (2 * Window) + 1UL],
            _bench.Of<ConsensusEffect.Deliver>().Select(static delivered => delivered.Blocks[0].Header.Height.Number));
        Assert.Equal(new Height((ulong)Chain.Length), _bench.Machine.Snapshot.Finalized);
        Assert.Null(_bench.Machine.Snapshot.SyncTarget);
        Assert.Empty(_bench.Of<ConsensusEffect.Blame>());
    }

    [Fact]
    public void A_window_that_does_not_come_is_asked_for_again_and_a_late_answer_harms_nobody()
    {
        int[] others = Others(_bench);
        foreach (int peer in others) _bench.Hear(peer, Tip(Chain.Length));
        List<(int Peer, ulong From)> asked = Asked(_bench);
        foreach ((int peer, ulong from) in asked)
        {
            if (from != 1) _bench.Hear(peer, Piece((int)from - 1, Window));
        }

        _bench.Seen.Clear();
        _bench.Now += _bench.Genesis.Parameters.NetworkDelay * 5;
        _bench.Fire(ConsensusTimer.Fetch);
        (int again, ulong first) = Assert.Single(Asked(_bench));
        Assert.Equal(1UL, first);
        _bench.Hear(again, Piece(0, Window));
        _bench.Hear(asked[0].Peer, Piece(0, Window));
        Assert.Equal(new Height((ulong)Chain.Length), _bench.Machine.Snapshot.Finalized);
        Assert.Empty(_bench.Of<ConsensusEffect.Blame>());
    }

    [Fact]
    public void Windows_that_overlap_are_one_chain()
    {
        int[] others = Others(_bench);
        foreach (int peer in others) _bench.Hear(peer, Tip(Chain.Length));
        List<(int Peer, ulong From)> asked = Asked(_bench);
        // Certificates lie elsewhere for each of them.
        _bench.Hear(asked[1].Peer, Piece(Window, Window + 40));
        _bench.Hear(asked[2].Peer, Piece(2 * Window, Window));
        _bench.Hear(asked[0].Peer, Piece(0, Window + 7));
        Assert.Equal(new Height((ulong)Chain.Length), _bench.Machine.Snapshot.Finalized);
        ulong next = 1;
        foreach (ConsensusEffect.Deliver delivered in _bench.Of<ConsensusEffect.Deliver>())
        {
            foreach (Block block in delivered.Blocks) Assert.Equal(next++, block.Header.Height.Number);
            Assert.Equal(delivered.Blocks[^1].Header.Digest, delivered.Finalization.Value);
        }
    }

    [Fact]
    public void A_piece_in_the_air_that_nobody_asked_for_is_not_kept()
    {
        _bench.Hear(_bench.Other(), Piece(Window, Window));
        _bench.Hear(_bench.Other(), Piece(0, Window));
        Assert.Equal(new Height(Window), _bench.Machine.Snapshot.Finalized);
    }

    [Fact]
    public void Who_has_pruned_is_not_asked_again_and_where_all_have_the_block_that_is_lacking_is_named()
    {
        int[] others = Others(_bench);
        foreach (int peer in others) _bench.Hear(peer, Tip(Chain.Length));
        for (int i = 0; i < others.Length; i++)
        {
            Assert.Null(_bench.Machine.Snapshot.Stranded);
            _bench.Seen.Clear();
            _bench.Hear(others[i], new ConsensusMessage.Pruned(new Height(500)));
            Assert.DoesNotContain(Asked(_bench), asked => Array.IndexOf(others, asked.Peer) <= i && asked.From < 500);
        }

        Assert.Equal(new Height(1), _bench.Machine.Snapshot.Stranded);
        Assert.Empty(_bench.Of<ConsensusEffect.FarBehind>());
        // A peer that keeps everything appears.
        _bench.Step(new ConsensusInput.PeerLeft(_bench.Peer(others[0])));
        _bench.Step(new ConsensusInput.PeerConnected(_bench.Peer(others[0])));
        _bench.Hear(others[0], Tip(Chain.Length));
        Assert.Null(_bench.Machine.Snapshot.Stranded);
        Assert.Contains(Asked(_bench), asked => asked.Peer == others[0] && asked.From == 1);
    }

    [Fact]
    public void Who_is_far_behind_asks_for_a_snapshot_and_for_no_block_until_there_is_none()
    {
        Bench bench = new Bench(snapshotBehind: 100).Begin();
        bench.Hear(bench.Other(), Tip(100));
        Assert.Empty(bench.Of<ConsensusEffect.FarBehind>());
        bench.Hear(bench.Other(), Tip(Chain.Length));
        Assert.Equal(new Height((ulong)Chain.Length), Assert.Single(bench.Of<ConsensusEffect.FarBehind>()).Target);
        Assert.True(bench.Machine.Snapshot.IsRestoring);
        bench.Seen.Clear();
        bench.Now += Duration.FromSeconds(10);
        bench.Fire(ConsensusTimer.Fetch);
        Assert.Empty(Asked(bench));
        bench.Step(new ConsensusInput.NoSnapshot());
        Assert.NotEmpty(Asked(bench));
        Assert.Empty(bench.Of<ConsensusEffect.FarBehind>());
    }

    [Fact]
    public void A_restored_machine_goes_on_above_the_snapshot_and_a_disk_without_a_past_does_not_vote_at_once()
    {
        VoteSlot nothing = new(new Epoch(0), View.Genesis, VoteKind.Notarize);
        Bench bench = new Bench(snapshotBehind: 200, recovery: Recovery.Fresh with { Watermark = new Watermark(nothing, null) }).Begin();
        bench.Hear(bench.Other(), Tip(Chain.Length));
        Block anchor = Chain[600];
        bench.Step(new ConsensusInput.Restored([anchor], Finalization(anchor), []));
        Assert.Equal(anchor.Header.Height, bench.Machine.Snapshot.Finalized);
        Assert.True(bench.Machine.Snapshot.IsFenced);
        Assert.Contains(Asked(bench), asked => asked.From == 602);
        bench.Hear(bench.Other(), Piece(601, Chain.Length - 601));
        Assert.Equal(new Height((ulong)Chain.Length), bench.Machine.Snapshot.Finalized);
    }

    [Fact]
    public void A_signature_of_ours_under_the_anchor_that_this_disk_does_not_know_raises_the_fence()
    {
        VoteSlot known = new(new Epoch(0), new View(3), VoteKind.Finalize);
        Recovery past = Recovery.Fresh with { Watermark = new Watermark(known, null) };
        foreach (bool isOurs in (bool[])[true, false])
        {
            Bench bench = new Bench(snapshotBehind: 100, recovery: past).Begin();
            bench.Hear(bench.Other(), Tip(Chain.Length));
            Block anchor = Chain[600] with { Justification = Justification.OfGenesis };
            int[] signers = isOurs ? [0, 1, 2, 3] : Others(bench);
            Certificate finalization = bench.Certificate(anchor.Header.View.Number, VoteKind.Finalize, anchor.Header.Digest, signers);
            bench.Step(new ConsensusInput.Restored([anchor], finalization, []));
            Assert.Equal(isOurs, bench.Machine.Snapshot.IsFenced);
        }
    }

    [Fact]
    public void Far_above_the_floor_no_body_is_pulled_and_no_proposal_kept()
    {
        _bench.Hear(_bench.Other(), Tip(Chain.Length));
        _bench.Now += _bench.Genesis.Parameters.NetworkDelay * 5;
        _bench.Fire(ConsensusTimer.Fetch);
        foreach (int peer in Others(_bench)) Assert.DoesNotContain(_bench.SentTo(peer), static message => message is ConsensusMessage.WantBlock);
        Assert.Equal(0, _bench.Machine.Snapshot.BlocksHeld);
    }

    [Fact]
    public void Who_signs_a_greater_height_in_a_view_that_is_over_stops_nobody_from_voting()
    {
        Bench bench = new Bench().Begin();
        bench.Hear(bench.Other(), Tip(3));
        bench.Hear(bench.Other(), Piece(0, 3));
        Assert.Equal(new Height(3), bench.Machine.Snapshot.Finalized);

        // The header of a block that is final, with another height; the certificate is over the digest, and nobody has signed it.
        BlockHeader header = Chain[1].Header with { Height = new Height(1_002) };
        Certificate finalization = Finalization(Chain[1]) with { Value = header.Digest };
        bench.Hear(bench.Other(), new ConsensusMessage.Tip(new CertifiedHeader(header, finalization)));

        Assert.Null(bench.Machine.Snapshot.SyncTarget);
        Assert.Equal(new ConsensusEffect.Blame(bench.Peer(bench.Other()), ConsensusFault.CertificateWrong), Assert.Single(bench.Of<ConsensusEffect.Blame>()));
        int leader = bench.Leader(4);
        if (leader == bench.Self) return;
        bench.Hear(leader, new ConsensusMessage.Propose(Chain[3], bench.Vote(leader, 4, VoteKind.Notarize, Chain[3].Header.Digest)));
        Assert.Equal(1, bench.Machine.Snapshot.BlocksHeld);
    }

    [Fact]
    public void Whoever_lets_a_window_lapse_is_asked_after_all_others_until_it_brings_one()
    {
        int[] others = Others(_bench);
        foreach (int peer in others) _bench.Hear(peer, Tip(Window));
        List<int> asked = [Assert.Single(Asked(_bench)).Peer];
        for (int turn = 0; turn < 8; turn++) asked.Add(NextAfterLapse());
        for (int first = 0; first < asked.Count; first += others.Length) Assert.Equal(others, asked.GetRange(first, others.Length).Order());

        // One that was silent thrice brings half: it is as good as new, and the others are behind it.
        int back = NextAfterLapse();
        _bench.Hear(back, Piece(0, Window / 2));
        Assert.Equal(new Height(Window / 2), _bench.Machine.Snapshot.Finalized);
        Assert.Equal(back, NextAfterLapse());
    }

    // Nobody answers for so long that everything is asked for again; who is asked then.
    private int NextAfterLapse()
    {
        _bench.Seen.Clear();
        _bench.Now += _bench.Genesis.Parameters.NetworkDelay * 5;
        _bench.Fire(ConsensusTimer.Fetch);
        return Assert.Single(Asked(_bench)).Peer;
    }

    private static ImmutableArray<Block> Grow(int count)
    {
        List<Block> blocks = [Past.Block(1)];
        for (ulong view = 2; view <= (ulong)count; view++) blocks.Add(Past.Block(view, blocks[^1]));
        return [.. blocks];
    }

    private static Certificate Finalization(Block block) => Past.Certificate(block.Header.View.Number, VoteKind.Finalize, block.Header.Digest);

    private static ConsensusMessage.Tip Tip(int height) => new(new CertifiedHeader(Chain[height - 1].Header, Finalization(Chain[height - 1])));

    private static ConsensusMessage.Chain Piece(int first, int count) =>
        new(Chain[first..(first + count)], Finalization(Chain[first + count - 1]));

    private static int[] Others(Bench bench) => [.. Enumerable.Range(0, 4).Where(peer => peer != bench.Self)];

    private static List<(int Peer, ulong From)> Asked(Bench bench)
    {
        List<(int Peer, ulong From)> asked = [];
        foreach (int peer in Others(bench))
        {
            foreach (ConsensusMessage message in bench.SentTo(peer))
            {
                if (message is ConsensusMessage.WantChain want) asked.Add((peer, want.From.Number));
            }
        }

        asked.Sort(static (left, right) => left.From.CompareTo(right.From));
        return asked;
    }
}
