using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Provenance.Fraud;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Trees;
using NodeRuntime.Runtime.Provenance;
using NodeRuntime.Simulation;
using Xunit;

namespace NodeRuntime.Runtime.Tests.Provenance;

/// <summary>Whole peers, some of whom lie about rounds: the others find it by themselves, and the ledger takes stake. Nobody else loses any.</summary>
public sealed class FraudWorldTests
{
    private const int Peers = 5;
    private World? _world;

    [Fact]
    public void A_parent_that_writes_absent_after_it_acknowledged_loses_stake_and_a_child_is_paid()
    {
        _world = new World(Config(seed: 3, seconds: 22, Forgetful));
        Run(22);
        FraudRecord record = ConvictedAlone(Parent);
        Assert.Equal((byte)FraudKind.AcknowledgementBroken, record.Kind);
        // Of 20 tokens a tenth for the child that was left out, a twentieth for whoever told it.
        Assert.Contains(Enumerable.Range(0, Peers), peer => BalanceOf(peer) > Amount.FromTokens(10_000) + Amount.FromTokens(1));
    }

    [Fact]
    public void A_parent_whose_totals_leave_out_what_is_below_loses_stake()
    {
        _world = new World(Config(seed: 4, seconds: 20, Understating));
        Run(20);
        Assert.Equal((byte)FraudKind.WrongTotals, ConvictedAlone(Parent).Kind);
    }

    [Fact]
    public void A_parent_that_shows_its_children_another_tree_than_the_validators_loses_stake()
    {
        _world = new World(Config(seed: 5, seconds: 22, Twofaced));
        Run(22);
        Assert.Equal((byte)FraudKind.SlotContradiction, ConvictedAlone(Parent).Kind);
    }

    [Fact]
    public void A_peer_that_tells_its_two_parents_different_things_loses_stake()
    {
        _world = new World(Config(seed: 6, seconds: 16, Doubletongued));
        Run(16);
        Assert.Equal((byte)FraudKind.SlotContradiction, ConvictedAlone(_world.PeerIdOf(Peers - 1)).Kind);
    }

    [Fact]
    public void A_proof_outlives_its_finder_and_is_told_when_it_is_back()
    {
        // Nobody but the finder may tell it: what it says to the others about it is lost.
        _world = new World(Config(seed: 6, seconds: 26, (id, signer, message, to) => message is ProvenanceMessage.Complaint ? null : Doubletongued(id, signer, message, to)));
        _world.Begin();
        bool hasStored = false;
        for (int step = 0; step < 160 && !hasStored; step++)
        {
            _world.AdvanceTo(Duration.FromMilliseconds(2000 + (50 * step)));
            hasStored = Enumerable.Range(0, 4).Any(peer => new ProvenanceStore(_world.NodeOf(peer)!.Ports.Journal).Frauds().Any());
        }

        Assert.True(hasStored, "nobody keeps a proof");
        int[] finders = [.. Enumerable.Range(0, 4).Where(peer => new ProvenanceStore(_world.NodeOf(peer)!.Ports.Journal).Frauds().Any())];
        foreach (int finder in finders) _world.Crash(finder);
        _world.AdvanceTo(_world.Now - World.Start + Duration.FromSeconds(1));
        foreach (int finder in finders) _world.Restart(finder);
        _world.AdvanceTo(Duration.FromSeconds(26));
        ConvictedAlone(_world.PeerIdOf(Peers - 1));
        // What is done with is not kept.
        Assert.All(Enumerable.Range(0, Peers), peer => Assert.Empty(new ProvenanceStore(_world.NodeOf(peer)!.Ports.Journal).Frauds()));
    }

    [Theory]
    [InlineData(21UL)]
    [InlineData(22UL)]
    public void With_losses_crashes_and_cuts_nobody_honest_is_accused(ulong seed)
    {
        SimulationConfig config = Config(seed, seconds: 40, null);
        _world = new World(config with { Faults = Faults.None with { LossPerMille = 60 } });
        _world.Begin();
        Prng prng = new(seed);
        for (int second = 3; second < 34; second += 3)
        {
            _world.AdvanceTo(Duration.FromMilliseconds((second * 1000) + prng.NextBelow(1000)));
            int peer = prng.NextBelow(Peers);
            switch (prng.NextBelow(4))
            {
                // Somewhere between a promise and its round.
                case 0 or 1:
                    _world.Crash(peer);
                    _world.After(Duration.FromMilliseconds(100 + prng.NextBelow(2500)), () => _world.Restart(peer));
                    break;
                case 2:
                    _world.Cut(peer);
                    break;
                default:
                    _world.Mend();
                    break;
            }
        }

        _world.Mend();
        _world.AdvanceTo(Duration.FromSeconds(40));
        NobodyConvicted();
    }

    private PeerId Parent => CalendarEpoch.Of(_world!.Genesis, [])[0].Parents[1];

    private static EpochPlan PlanOf(World world) => EpochPlans.OfGenesis(world.Genesis);

    private readonly SortedDictionary<Round, (ClosedParent Tree, AggregationLeaf Leaf)> _lies = [];
    private readonly PeerId?[] _slots = new PeerId?[Limits.ProvenanceChildrenMax];
    private PeerId? _first;

    // Acknowledges all, and enters none.
    private ProvenanceMessage? Forgetful(PeerId id, ISigner signer, ProvenanceMessage message, PeerId to)
    {
        if (id != Parent) return message;
        switch (message)
        {
            case ProvenanceMessage.Enrolled { Slot: { } slot }:
                _slots[slot] = to;
                return message;
            case ProvenanceMessage.Closed { Leaf.Level: 2 } m:
                if (!_lies.TryGetValue(m.Leaf.Round, out (ClosedParent Tree, AggregationLeaf Leaf) lie))
                {
                    ClosedParent empty = new ParentTree(PlanOf(_world!), 1, m.Leaf.Round, [.. _slots]).Close();
                    _lies.Add(m.Leaf.Round, lie = (empty, empty.ToLeaf(id, m.Leaf.Slot)));
                }

                return new ProvenanceMessage.Closed(lie.Leaf, Sign(signer, lie.Leaf));
            case ProvenanceMessage.SlotShown m:
                (ClosedParent tree, AggregationLeaf leaf) = _lies[m.Tree.Round];
                int at = (int)m.Way.Index;
                return new ProvenanceMessage.SlotShown(leaf, Sign(signer, leaf), Segment.Of(tree.Prove(at), null), m.Records.Length == 1 ? [tree.Records[at]] : tree.Records);
            case ProvenanceMessage.Spine { Level: 1 } or ProvenanceMessage.Shown { Leaf.Level: 2 }:
                return null;
            default:
                return message;
        }
    }

    // Says of every tree that nothing happened in it.
    private ProvenanceMessage? Understating(PeerId id, ISigner signer, ProvenanceMessage message, PeerId to)
    {
        if (id != Parent) return message;
        return message switch
        {
            ProvenanceMessage.Closed { Leaf.Level: 2 } m => new ProvenanceMessage.Closed(Empty(m.Leaf), Sign(signer, Empty(m.Leaf))),
            ProvenanceMessage.Shown { Leaf.Level: 2 } => null,
            ProvenanceMessage.SlotShown m => m with { Tree = Empty(m.Tree), Signature = Sign(signer, Empty(m.Tree)) },
            ProvenanceMessage.Spine { Level: 1 } m => m with { Segments = m.Segments.SetItem(0, m.Segments[0] with { Next = Empty(Read(m.Segments[0].Next!.Value)).Encode() }) },
            _ => message,
        };
    }

    // What validators hear has one event more than what children are shown.
    private ProvenanceMessage? Twofaced(PeerId id, ISigner signer, ProvenanceMessage message, PeerId to)
    {
        if (id != Parent || message is not ProvenanceMessage.Closed { Leaf: { Level: 2, Events: > 0 } leaf }) return message;
        AggregationLeaf lie = leaf with { Events = leaf.Events + 1 };
        return new ProvenanceMessage.Closed(lie, Sign(signer, lie));
    }

    private ProvenanceMessage? Doubletongued(PeerId id, ISigner signer, ProvenanceMessage message, PeerId to)
    {
        if (id != _world!.PeerIdOf(Peers - 1) || message is not ProvenanceMessage.Closed { Leaf.Level: 1 } m) return message;
        _first ??= to;
        if (to == _first) return message;
        AggregationLeaf other = m.Leaf with { ChildRoot = Hasher.Sha256("another"u8) };
        return new ProvenanceMessage.Closed(other, Sign(signer, other));
    }

    private static AggregationLeaf Empty(AggregationLeaf leaf) => leaf with { Events = 0, FirstTime = 0, LastTime = 0 };

    private static AggregationLeaf Read(ReadOnlyMemory<byte> bytes)
    {
        Assert.Equal(RecordVerdict.Accepted, AggregationLeaf.TryDecode(bytes, out AggregationLeaf? leaf));
        return leaf!;
    }

    private Signature Sign(ISigner signer, AggregationLeaf leaf) => signer.Sign(leaf.SigningDigest(_world!.Genesis.ChainId));

    private void Run(int seconds)
    {
        _world!.Begin();
        _world.AdvanceTo(Duration.FromSeconds(seconds));
        Assert.Empty(_world.Finish().Violations);
    }

    private FraudRecord ConvictedAlone(PeerId culprit)
    {
        FraudRecord? found = null;
        for (int peer = 0; peer < Peers; peer++)
        {
            FraudRecord? record = _world!.TipOf(1)!.State.Records.Fraud(_world.KeyOf(peer));
            Assert.Equal(_world.PeerIdOf(peer) == culprit, record is not null);
            found ??= record;
        }

        // A tenth; views that a validator let pass may have cost something before. Providers fill their bonds up again.
        Assert.True(found!.Taken >= Amount.FromTokens(19) && found.Taken <= Amount.FromTokens(20), $"{found.Taken}");
        return found;
    }

    private void NobodyConvicted()
    {
        for (int peer = 0; peer < Peers; peer++)
        {
            Assert.Equal((0UL, 0UL, 0UL), _world!.NodeOf(peer)?.Provenance?.Frauds ?? default);
            Assert.Null(_world.TipOf(0)!.State.Records.Fraud(_world.KeyOf(peer)));
        }
    }

    private Amount BalanceOf(int peer) => _world!.TipOf(1)!.State.Records.Account(KeyPolicy.Single(_world.KeyOf(peer)).ToAccountId()).Balance;

    private static SimulationConfig Config(ulong seed, int seconds, Func<PeerId, ISigner, ProvenanceMessage, PeerId, ProvenanceMessage?>? lies) => new()
    {
        Peers = Peers,
        Validators = 4,
        Seed = seed,
        Length = Duration.FromSeconds(seconds),
        Faults = Faults.None,
        HealBefore = Duration.Zero,
        JobEvery = Duration.Zero,
        Provenance = ProvenanceSettings.Default,
        Bend = lies is null ? null : (_, signer, network) => new Liar(network, (message, to) => lies(signer.PublicKey.ToPeerId(), signer, message, to)),
    };
}
