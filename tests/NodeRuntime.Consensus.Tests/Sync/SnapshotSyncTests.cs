using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Consensus.Sync;
using NodeRuntime.Consensus.Tests.Harness;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Light;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Consensus.Tests.Sync;

/// <summary>The machine that fetches a snapshot, against peers that help, lie, forget and fall silent.</summary>
public sealed class SnapshotSyncTests
{
    private const ulong Taken = 40;

    private static readonly Bench Past = new();
    private static readonly StateChunk[] Chunks = [.. Enumerable.Range(0, 8).Select(ChunkOf)];
    private static readonly StateManifest Manifest = new(
        [8, 9, 10, StateManifest.Chunk, StateManifest.Chunk, 10, StateManifest.Chunk, StateManifest.Chunk,
            9, 10, StateManifest.Chunk, StateManifest.Chunk, 10, StateManifest.Chunk, StateManifest.Chunk],
        [.. Chunks.Select(static chunk => chunk.Hash())]);

    private static readonly Block Above = Anchored();
    private static readonly Certificate Finalization = Past.Certificate(Above.Header.View.Number, VoteKind.Finalize, Above.Header.Digest);

    private readonly SnapshotSyncMachine _machine = new(new SnapshotSyncConfig
    {
        Chain = Past.Genesis.ChainId,
        Signatures = Past.Signatures,
        NetworkDelay = Past.Genesis.Parameters.NetworkDelay,
        Prng = new Prng(5),
    });

    private readonly List<SnapshotSyncEffect> _seen = [];
    private Instant _now = Bench.Start;

    [Fact]
    public void Chunks_come_from_all_who_have_them_and_each_is_kept_once()
    {
        Begin(4);
        Plan();
        Assert.Equal(8, Asked().Count);
        Assert.Equal([0, 1, 2, 3], Asked().Select(static asked => asked.Peer).Distinct().Order());
        foreach ((int peer, int index) in Asked()) Say(peer, Chunk(index));
        foreach ((int peer, int index) in Asked()) Say(peer, Chunk(index));
        Assert.Equal(Enumerable.Range(0, 8), Of<SnapshotSyncEffect.KeepChunk>().Select(static kept => kept.Index).Order());
        Assert.Empty(Of<SnapshotSyncEffect.Complete>());
        KeepAll();
        SnapshotPlan plan = Assert.Single(Of<SnapshotSyncEffect.Complete>()).Plan;
        Assert.Equal((new Height(Taken), Above.Header.ParentStateRoot, Above.Header.ParentDigest), (plan.Height, plan.Root, plan.Digest));
        Assert.Equal(SnapshotSyncPhase.Idle, _machine.Phase);
        Assert.Empty(Of<SnapshotSyncEffect.Blame>());
    }

    [Fact]
    public void Questions_under_way_are_bounded_for_each_peer()
    {
        Begin(1);
        Plan();
        Assert.Equal(Limits.ChunksInFlightPerPeerMax, Asked().Count);
        Say(0, Chunk(Asked()[0].Index));
        Assert.Equal(Limits.ChunksInFlightPerPeerMax + 1, Asked().Count);
    }

    [Fact]
    public void A_poisoned_chunk_costs_one_question_and_its_sender_the_place()
    {
        Begin(3);
        Plan();
        (int poisoner, int index) = Asked()[0];
        int before = Asked().Count;
        Say(poisoner, new SyncMessage.Chunk(new Height(Taken), index, Chunks[(index + 1) % 8].Encode()));
        SnapshotSyncEffect.Blame blame = Assert.Single(Of<SnapshotSyncEffect.Blame>());
        Assert.Equal((Peer(poisoner), SnapshotSyncFault.ChunkWrong), (blame.Peer, blame.Fault));
        List<(int Peer, int Index)> after = Asked()[before..];
        Assert.Contains(after, asked => asked.Index == index);
        Assert.DoesNotContain(after, asked => asked.Peer == poisoner);
        Finish();
        Assert.Single(Of<SnapshotSyncEffect.Blame>());
    }

    [Fact]
    public void A_chunk_that_was_not_asked_of_this_peer_is_nothing()
    {
        Begin(2);
        Plan();
        (int peer, int index) = Asked()[0];
        Say(1 - peer, new SyncMessage.Chunk(new Height(Taken), index, new byte[10]));
        Say(peer, new SyncMessage.Chunk(new Height(Taken + 1), index, new byte[10]));
        Assert.Empty(Of<SnapshotSyncEffect.Blame>());
        Assert.Empty(Of<SnapshotSyncEffect.KeepChunk>());
    }

    [Fact]
    public void A_snapshot_of_a_later_epoch_is_proven_by_the_seals_that_come_first()
    {
        BeginLater(2);
        (int peer, SyncMessage.WantSeals want) = Followed();
        Assert.Equal(new Epoch(0), want.From);
        Assert.DoesNotContain(Sent(), static sent => sent.Message is SyncMessage.WantAnchor);
        Say(peer, new SyncMessage.Seals(want.From, [FirstSeal]));
        PlanLater(peer);
        Assert.Equal(SnapshotSyncPhase.Fetching, _machine.Phase);
        Finish();
        Assert.Equal(new Epoch(1), Assert.Single(Assert.Single(Of<SnapshotSyncEffect.Complete>()).Seals).Next.Epoch);
        Assert.Empty(Of<SnapshotSyncEffect.Blame>());
    }

    [Theory]
    [InlineData("another next set", SnapshotSyncFault.SealWrong)]
    [InlineData("too few signers", SnapshotSyncFault.SealWrong)]
    [InlineData("one that is left out", SnapshotSyncFault.SealWrong)]
    [InlineData("none", SnapshotSyncFault.SealMissing)]
    public void Poisoned_and_missing_seals_have_a_name_and_another_peer_is_asked(string fault, SnapshotSyncFault expected)
    {
        BeginLater(2);
        (int liar, SyncMessage.WantSeals want) = Followed();
        Say(liar, new SyncMessage.Seals(want.From, fault switch
        {
            "another next set" => [FirstSeal with { Next = new ValidatorSet(new Epoch(1), Later.Members.Reverse().ToImmutableArray()) }],
            "too few signers" => [FirstSeal with { Certified = FirstSeal.Certified with { Finalization = Past.Certificate(Taken - 1, VoteKind.Finalize, FirstSeal.Certified.Header.Digest, 0, 1) } }],
            "one that is left out" => [FirstSeal with { Certified = FirstSeal.Certified with { Header = FirstSeal.Certified.Header with { Epoch = new Epoch(1) } } }],
            _ => [],
        }));
        if (fault == "none") PlanLater(liar);
        SnapshotSyncEffect.Blame blame = Assert.Single(Of<SnapshotSyncEffect.Blame>());
        Assert.Equal((Peer(liar), expected), (blame.Peer, blame.Fault));
        (int other, want) = Followed();
        Assert.NotEqual(liar, other);
        Say(other, new SyncMessage.Seals(want.From, [FirstSeal]));
        PlanLater(other);
        Finish();
    }

    [Fact]
    public void Who_shows_no_seals_loses_its_place_to_another()
    {
        BeginLater(2);
        (int silent, SyncMessage.WantSeals _) = Followed();
        (int other, SyncMessage.WantSeals want) = (silent, new SyncMessage.WantSeals(default));
        for (int i = 0; i < 30 && other == silent; i++)
        {
            Wait(1);
            (other, want) = Followed();
        }

        Assert.NotEqual(silent, other);
        // What an answer says of another epoch than was asked for is nothing.
        Say(other, new SyncMessage.Seals(new Epoch(7), []));
        Assert.Equal(SnapshotSyncPhase.Following, _machine.Phase);
        Say(other, new SyncMessage.Seals(want.From, [FirstSeal]));
        Assert.Equal(SnapshotSyncPhase.Planning, _machine.Phase);
        Assert.Empty(Of<SnapshotSyncEffect.Blame>());
    }

    [Fact]
    public void A_plan_of_a_later_epoch_waits_on_the_disk_for_its_seals()
    {
        Connect(1);
        SnapshotPlan plan = new(Manifest, [LaterAbove], LaterFinalization);
        Step(new SnapshotSyncInput.Begin(Height.Genesis, null, Past.Genesis.ValidatorSet, plan, [true, true, false, true, true, true, true, true]));
        Say(0, new SyncMessage.Offers([new Height(Taken)]));
        Assert.Empty(Asked());
        Say(0, new SyncMessage.Seals(Followed().Want.From, [FirstSeal]));
        Assert.Equal([2], Asked().Select(static asked => asked.Index));
        Finish();
        Assert.Empty(Of<SnapshotSyncEffect.KeepPlan>());
    }

    [Theory]
    [InlineData("anchor of another height", SnapshotSyncFault.AnchorWrong)]
    [InlineData("anchor without blocks", SnapshotSyncFault.AnchorWrong)]
    [InlineData("anchor with another body", SnapshotSyncFault.AnchorWrong)]
    [InlineData("anchor of another chain", SnapshotSyncFault.AnchorWrong)]
    [InlineData("certificate for another block", SnapshotSyncFault.AnchorWrong)]
    [InlineData("certificate of too few", SnapshotSyncFault.CertificateWrong)]
    [InlineData("manifest of another state", SnapshotSyncFault.ManifestWrong)]
    public void What_is_not_proven_is_blamed_and_another_peer_is_asked(string fault, SnapshotSyncFault expected)
    {
        Begin(2);
        (int liar, Height height) = Planned();
        Block other = Past.Block(Taken + 2, Above);
        SyncMessage.Anchor anchor = fault switch
        {
            "anchor of another height" => new(height, [other], Past.Certificate(other.Header.View.Number, VoteKind.Finalize, other.Header.Digest)),
            "anchor without blocks" => new(height, [], Finalization),
            "anchor with another body" => new(height, [Above with { Transactions = [] }], Finalization),
            "anchor of another chain" => new(height, [Above with { Header = Above.Header with { Chain = new ChainId(Hash256.Zero) } }], Finalization),
            "certificate for another block" => new(height, [Above], Finalization with { Value = Hash256.Zero }),
            "certificate of too few" => new(height, [Above], Past.Certificate(Above.Header.View.Number, VoteKind.Finalize, Above.Header.Digest, 0, 1)),
            _ => new(height, [Above], Finalization),
        };
        StateManifest manifest = fault == "manifest of another state" ? Manifest with { Chunks = Manifest.Chunks.SetItem(3, Hash256.Zero) } : Manifest;
        Say(liar, new SyncMessage.Manifest(height, manifest));
        Say(liar, anchor);
        SnapshotSyncEffect.Blame blame = Assert.Single(Of<SnapshotSyncEffect.Blame>());
        Assert.Equal((Peer(liar), expected), (blame.Peer, blame.Fault));
        Plan();
        Finish();
    }

    [Fact]
    public void A_height_above_what_is_proven_and_one_below_our_floor_are_not_asked_for()
    {
        Connect(2);
        Step(new SnapshotSyncInput.Begin(new Height(30), new Height(50), Past.Genesis.ValidatorSet, null, []));
        Say(0, new SyncMessage.Offers([new Height(1UL << 60), new Height(50), new Height(30)]));
        Say(1, new SyncMessage.Offers([new Height(10)]));
        Wait(1);
        Assert.DoesNotContain(Sent(), static sent => sent.Message is SyncMessage.WantManifest);
        Wait(60);
        Assert.Equal(SnapshotSyncEnd.NobodyOffers, Assert.Single(Of<SnapshotSyncEffect.GiveUp>()).Why);
    }

    [Fact]
    public void The_highest_that_most_of_them_have_is_chosen()
    {
        Connect(3);
        Step(new SnapshotSyncInput.Begin(Height.Genesis, new Height(100), Past.Genesis.ValidatorSet, null, []));
        Say(0, new SyncMessage.Offers([new Height(60), new Height(Taken)]));
        Say(1, new SyncMessage.Offers([new Height(Taken)]));
        Say(2, new SyncMessage.Offers([new Height(Taken), new Height(20)]));
        Assert.Equal(new Height(Taken), Planned().Height);
    }

    [Fact]
    public void Nobody_answers_and_that_is_said()
    {
        Connect(2);
        Step(new SnapshotSyncInput.Begin(Height.Genesis, new Height(100), Past.Genesis.ValidatorSet, null, []));
        Wait(60);
        Assert.Equal(SnapshotSyncEnd.NobodyAnswers, Assert.Single(Of<SnapshotSyncEffect.GiveUp>()).Why);
        Assert.Equal(SnapshotSyncPhase.Idle, _machine.Phase);
    }

    [Fact]
    public void A_peer_that_falls_silent_loses_its_questions_to_others()
    {
        Begin(2);
        Plan();
        int silent = Asked()[0].Peer;
        for (int round = 0; round < 40 && Of<SnapshotSyncEffect.Complete>().Count == 0; round++)
        {
            foreach ((int peer, int index) in Asked())
            {
                if (peer != silent) Say(peer, Chunk(index));
            }

            KeepAll();
            Wait(1);
        }

        Assert.Single(Of<SnapshotSyncEffect.Complete>());
        Assert.Empty(Of<SnapshotSyncEffect.Blame>());
    }

    [Fact]
    public void When_whoever_had_it_has_it_no_more_another_height_is_looked_for()
    {
        Begin(1);
        Plan();
        foreach ((int peer, int _) in Asked()) Say(peer, new SyncMessage.Gone(new Height(Taken)));
        Assert.Equal(SnapshotSyncPhase.Looking, _machine.Phase);
        Wait(60);
        Assert.Equal(SnapshotSyncEnd.NothingProven, Assert.Single(Of<SnapshotSyncEffect.GiveUp>()).Why);
    }

    [Fact]
    public void A_later_life_asks_only_for_what_the_disk_lacks()
    {
        SnapshotPlan plan = new(Manifest, [Above], Finalization);
        Assert.Equal(plan.Encode(), SnapshotPlan.Decode(plan.Encode())!.Encode());
        Connect(2);
        ImmutableArray<bool> held = [true, true, false, true, true, true, false, true];
        Step(new SnapshotSyncInput.Begin(Height.Genesis, new Height(100), Past.Genesis.ValidatorSet, plan, held));
        for (int peer = 0; peer < 2; peer++) Say(peer, new SyncMessage.Offers([new Height(Taken)]));
        Assert.Equal([2, 6], Asked().Select(static asked => asked.Index).Order());
        Assert.Empty(Of<SnapshotSyncEffect.KeepPlan>());
        Finish();
    }

    [Fact]
    public void A_plan_on_disk_that_proves_nothing_is_not_believed()
    {
        SnapshotPlan forged = new(Manifest, [Above], Past.Certificate(Above.Header.View.Number, VoteKind.Finalize, Above.Header.Digest, 0, 1));
        Connect(1);
        Step(new SnapshotSyncInput.Begin(Height.Genesis, new Height(100), Past.Genesis.ValidatorSet, forged, [.. Enumerable.Repeat(true, 8)]));
        Assert.Empty(Of<SnapshotSyncEffect.Complete>());
        Say(0, new SyncMessage.Offers([new Height(Taken)]));
        Plan();
        Finish();
    }

    [Fact]
    public void Messages_come_back_as_they_were_and_damage_is_none_or_another()
    {
        foreach (SyncMessage message in Samples())
        {
            byte[] bytes = message.Encode();
            Assert.True(SyncMessage.IsOne(bytes));
            SyncMessage? decoded = SyncMessage.Decode(bytes);
            Assert.Equal(message.GetType(), decoded?.GetType());
            Assert.Equal(bytes, decoded!.Encode());
            for (int length = 0; length < bytes.Length; length++) Assert.Null(SyncMessage.Decode(bytes.AsMemory(0, length)));
            Assert.Null(SyncMessage.Decode((byte[])[.. bytes, 0]));
            Prng prng = new(9);
            for (int i = 0; i < bytes.Length; i++)
            {
                byte[] changed = [.. bytes];
                changed[i] ^= (byte)(1 + prng.NextBelow(255));
                if (SyncMessage.Decode(changed) is { } other) Assert.Equal(changed, other.Encode());
            }
        }

        Assert.False(SyncMessage.IsOne(new ConsensusMessage.WantChain(new Height(1)).Encode()));
    }

    [Fact]
    public void Random_bytes_never_throw()
    {
        Prng prng = new(3);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = new byte[prng.NextBelow(80)];
            prng.Fill(bytes);
            if (bytes.Length > 3) (bytes[0], bytes[1], bytes[2], bytes[3]) = ((byte)(0x82 + prng.NextBelow(4)), 1, 0x18, (byte)(230 + prng.NextBelow(14)));
            _ = SyncMessage.Decode(bytes);
            _ = SyncMessage.IsOne(bytes);
            _ = SnapshotPlan.Decode(bytes);
        }
    }

    private static IEnumerable<SyncMessage> Samples() =>
    [
        new SyncMessage.WantOffers(),
        new SyncMessage.Offers([]),
        new SyncMessage.Offers([new Height(7), new Height(ulong.MaxValue)]),
        new SyncMessage.WantSeals(new Epoch(7)),
        new SyncMessage.Seals(new Epoch(0), [FirstSeal, FirstSeal]),
        new SyncMessage.WantManifest(new Height(7)),
        new SyncMessage.Manifest(new Height(7), Manifest),
        new SyncMessage.WantAnchor(new Height(7)),
        new SyncMessage.Anchor(new Height(Taken), [Above], Finalization),
        new SyncMessage.WantChunk(new Height(7), Limits.SnapshotChunksMax - 1),
        Chunk(3),
        new SyncMessage.Gone(new Height(7)),
    ];

    // ---- the script's hands ----

    private void Connect(int peers)
    {
        for (int peer = 0; peer < peers; peer++) Step(new SnapshotSyncInput.PeerConnected(Peer(peer)));
    }

    private void Begin(int peers)
    {
        Connect(peers);
        Step(new SnapshotSyncInput.Begin(Height.Genesis, new Height(100), Past.Genesis.ValidatorSet, null, []));
        for (int peer = 0; peer < peers; peer++) Say(peer, new SyncMessage.Offers([new Height(Taken)]));
    }

    private void Plan()
    {
        (int peer, Height height) = Planned();
        Say(peer, new SyncMessage.Manifest(height, Manifest));
        Say(peer, new SyncMessage.Anchor(height, [Above], Finalization));
        Assert.Equal(SnapshotSyncPhase.Fetching, _machine.Phase);
    }

    private void BeginLater(int peers)
    {
        Connect(peers);
        Step(new SnapshotSyncInput.Begin(Height.Genesis, null, Past.Genesis.ValidatorSet, null, []));
        for (int peer = 0; peer < peers; peer++) Say(peer, new SyncMessage.Offers([new Height(Taken)]));
    }

    private void PlanLater(int peer)
    {
        Say(peer, new SyncMessage.Manifest(new Height(Taken), Manifest));
        Say(peer, new SyncMessage.Anchor(new Height(Taken), [LaterAbove], LaterFinalization));
    }

    private (int Peer, SyncMessage.WantSeals Want) Followed()
    {
        (int peer, SyncMessage message) = Sent().Last(static sent => sent.Message is SyncMessage.WantSeals);
        return (peer, (SyncMessage.WantSeals)message);
    }

    private (int Peer, Height Height) Planned()
    {
        // Within an epoch there is no seal to show.
        (int asked, SyncMessage.WantSeals want) = Followed();
        Say(asked, new SyncMessage.Seals(want.From, []));
        (int peer, SyncMessage message) = Sent().Last(static sent => sent.Message is SyncMessage.WantManifest);
        return (peer, ((SyncMessage.WantManifest)message).Height);
    }

    private void Finish()
    {
        for (int round = 0; round < 20 && Of<SnapshotSyncEffect.Complete>().Count == 0; round++)
        {
            foreach ((int peer, int index) in Asked()) Say(peer, Chunk(index));
            KeepAll();
        }

        Assert.Single(Of<SnapshotSyncEffect.Complete>());
    }

    private void KeepAll()
    {
        foreach (SnapshotSyncEffect.KeepChunk kept in Of<SnapshotSyncEffect.KeepChunk>()) Step(new SnapshotSyncInput.Kept(kept.Height, kept.Index));
    }

    private void Wait(int seconds)
    {
        for (int i = 0; i < seconds * 2; i++)
        {
            _now += Duration.FromMilliseconds(500);
            Step(new SnapshotSyncInput.TimerFired());
        }
    }

    private void Say(int peer, SyncMessage message) => Step(new SnapshotSyncInput.Received(Peer(peer), message));

    private void Step(SnapshotSyncInput input) => _seen.AddRange(_machine.Step(_now, input));

    private List<T> Of<T>() => [.. _seen.OfType<T>()];

    private List<(int Peer, SyncMessage Message)> Sent() =>
        [.. Of<SnapshotSyncEffect.Send>().Select(sent => (Enumerable.Range(0, 4).Single(peer => Peer(peer) == sent.Peer), sent.Message))];

    private List<(int Peer, int Index)> Asked() =>
        [.. Sent().Where(static sent => sent.Message is SyncMessage.WantChunk).Select(static sent => (sent.Peer, ((SyncMessage.WantChunk)sent.Message).Index))];

    private static PeerId Peer(int peer) => Past.Peer(peer);

    private static SyncMessage.Chunk Chunk(int index) => new(new Height(Taken), index, Chunks[index].Encode());

    private static ValidatorSet Later { get; } = Bench.SetOf(5, 6, 7, 8);

    private static Seal FirstSeal { get; } = SealOf(Past.Seal(Taken - 1, Later, Past.Block(Taken - 2)));

    /// <summary>The second epoch's first block, which stands on the snapshot.</summary>
    private static Block LaterAbove { get; } = MakeLater();

    private static Certificate LaterFinalization { get; } = new(
        new VoteSlot(new Epoch(1), new View(3), VoteKind.Finalize), LaterAbove.Header.Digest,
        [.. Enumerable.Range(0, 3).Select(static i => new CertificateSigner(
            new ValidatorIndex((ushort)i), Past.VoteIn(Later, i, 5 + i, 3, VoteKind.Finalize, LaterAbove.Header.Digest).Signature))]);

    private static Seal SealOf(Block seal) => new(
        new CertifiedHeader(seal.Header, Past.Certificate(seal.Header.View.Number, VoteKind.Finalize, seal.Header.Digest)), Later);

    private static Block MakeLater() => Above with { Header = Above.Header with { Epoch = new Epoch(1), View = new View(3) } };

    // Eight chunks, told apart by the first three bits of their keys' ids.
    private static StateChunk ChunkOf(int index)
    {
        List<StateEntry> entries = [];
        for (byte i = 0; i < 5; i++)
        {
            byte[] id = new byte[Hash256.ByteCount];
            id[0] = (byte)(index << 5);
            id[1] = i;
            entries.Add(new StateEntry(new StateKey(StateFamily.Account, new Hash256(id)), new byte[] { i, (byte)index }));
        }

        return new StateChunk([.. entries]);
    }

    private static Block Anchored()
    {
        Block parent = Past.Block(1);
        for (ulong view = 2; view <= Taken; view++) parent = Past.Block(view, parent);
        Block above = Past.Block(Taken + 1, parent);
        // The manifest's own root: that it is one is shown by whoever verifies it.
        return above with { Header = above.Header with { ParentStateRoot = RootOf(Manifest) } };
    }

    private static Hash256 RootOf(StateManifest manifest)
    {
        Hash256 Pair(int bit, Hash256 left, Hash256 right) => StateProof.HashNode(bit, left, right);
        ImmutableArray<Hash256> it = manifest.Chunks;
        return Pair(8,
            Pair(9, Pair(10, it[0], it[1]), Pair(10, it[2], it[3])),
            Pair(9, Pair(10, it[4], it[5]), Pair(10, it[6], it[7])));
    }
}
