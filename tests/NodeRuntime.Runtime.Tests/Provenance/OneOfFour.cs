using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Trees;
using NodeRuntime.Runtime.Provenance;
using NodeRuntime.Simulation;

namespace NodeRuntime.Runtime.Tests.Provenance;

/// <summary>The machine of one of four validators; the test says what the other three say, and what blocks enter.</summary>
internal sealed class OneOfFour
{
    private readonly SimulatedSignatures _signatures = new();
    private readonly ISigner[] _signers;
    private readonly Genesis _genesis;
    private readonly CalendarEpochs _epochs;
    private readonly TownLedger _ledger;
    private readonly ProvenanceMachine _machine;

    public OneOfFour(int secondsBefore = 0)
    {
        Prng prng = new(11);
        ISigner[] signers = [.. Enumerable.Range(0, 4).Select(_ => _signatures.CreateSigner(prng))];
        _genesis = new Genesis
        {
            Name = "four",
            IsDevelopment = true,
            Nonce = Hash256.Zero,
            Time = World.Start - Duration.FromSeconds(secondsBefore),
            Parameters = ChainParameters.Development,
            Validators = [.. signers.Select(static it => new GenesisValidator(it.PublicKey, 1, null))],
            Allocations = [],
        };
        _epochs = new CalendarEpochs(CalendarEpoch.Of(_genesis, []));
        // In the plan's order, so that a number here is a slot of the topmost tree.
        _signers = [.. _epochs.Genesis.Parents.Select(peer => signers.First(it => it.PublicKey.ToPeerId() == peer))];
        _ledger = new TownLedger(_epochs.Genesis.Plan);
        Now = World.Start + Duration.FromMilliseconds(400);
        _machine = new ProvenanceMachine(_genesis.ChainId, _signers[0], [_signers[0]], _signatures, ProvenanceSettings.Default, _epochs, Hasher.Sha256("four"u8));
        Step(_ledger.Tip(_epochs));
        Step(new ProvenanceInput.Started(Now));
        for (int other = 1; other < 4; other++) Step(new ProvenanceInput.Connected(IdOf(other), _signers[other].PublicKey));
    }

    public Instant Now { get; private set; }

    public ProvenanceStatus Status => _machine.Status;

    public List<RoundLeaf> Seconds => _ledger.Seconds;

    public EpochPlan Plan => _epochs.Genesis.Plan;

    /// <summary>What it said to others since this was last emptied.</summary>
    public List<(int To, ProvenanceMessage Message)> Said { get; } = [];

    public List<ProvenanceEffect> Effects { get; } = [];

    /// <summary>The newest of what it offers to blocks.</summary>
    public ImmutableArray<EnteredSecond> Offered { get; private set; } = [];

    public PeerId IdOf(int validator) => _signers[validator].PublicKey.ToPeerId();

    public PublicKey KeyOf(int validator) => _signers[validator].PublicKey;

    public void RunTo(Duration sinceStart)
    {
        Instant end = World.Start + sinceStart;
        while (_machine.NextTick(Now) <= end)
        {
            Now = _machine.NextTick(Now);
            Step(new ProvenanceInput.Ticked(Now));
        }

        Now = end;
    }

    /// <summary>A block is final that enters these, and what is too old; this machine is told.</summary>
    public void Enter(params ImmutableArray<EnteredSecond> seconds) => Tell(EnterUntold(seconds));

    /// <summary>The same, and this machine is told later.</summary>
    public ImmutableArray<RoundLeaf> EnterUntold(params ImmutableArray<EnteredSecond> seconds) => _ledger.Enter(seconds, Now);

    public void Tell(params ImmutableArray<RoundLeaf> news) => Step(_ledger.Tip(_epochs, news));

    public void Hear(int from, ProvenanceMessage message) =>
        Step(new ProvenanceInput.Heard(IdOf(from), ProvenanceMessage.Decode(message.Encode())!, Now));

    /// <summary>Another validator's line under the calendar that the ledger has.</summary>
    /// <param name="root">Another than the ledger's.</param>
    public ProvenanceMessage.Signed LineOf(int validator, Hash256? root = null)
    {
        CalendarLog log = LogOf(Seconds.Count);
        string text = new Checkpoint(Checkpoint.OriginOf(_genesis.ChainId), log.Size, root ?? log.Root).Text;
        return new ProvenanceMessage.Signed(log.Size, root ?? log.Root, KeyOf(validator), _signers[validator].Sign(ValidatorNote.SigningDigest(_genesis.ChainId, text)));
    }

    /// <summary>Another parent's tree of a round, with nobody's second in it.</summary>
    public ProvenanceMessage.Closed TreeOf(int validator, Round round)
    {
        ClosedParent empty = new ParentTree(Plan, 1, round, [.. Enumerable.Repeat((PeerId?)null, Plan.Slots[0])]).Close();
        AggregationLeaf leaf = empty.ToLeaf(IdOf(validator), validator);
        return new ProvenanceMessage.Closed(leaf, _signers[validator].Sign(leaf.SigningDigest(_genesis.ChainId)));
    }

    /// <summary>Another validator is this one's child, and tells it a second without events.</summary>
    public void HearSecondOf(int validator, Round round)
    {
        Hear(validator, new ProvenanceMessage.Enrol(Plan.Epoch));
        int slot = Said.Select(static said => said.Message).OfType<ProvenanceMessage.Enrolled>().Last().Slot!.Value;
        AggregationLeaf leaf = new(1, slot, round, IdOf(validator), Hasher.Sha256("second"u8), 1, 0, 0, 0, Plan.Epoch, Hasher.Sha256("pulse"u8));
        Hear(validator, new ProvenanceMessage.Closed(leaf, _signers[validator].Sign(leaf.SigningDigest(_genesis.ChainId))));
    }

    /// <summary>Whether its children have their way up from a round.</summary>
    public bool HasPassedDown(Round round) => Said.Any(said => said.Message is ProvenanceMessage.Spine { Level: 1 } spine && spine.Round == round);

    public CalendarLog LogOf(int size)
    {
        CalendarLog log = new(Plan);
        foreach (RoundLeaf leaf in Seconds.Take(size)) Invariant.Holds(log.Append(leaf, out _) == CalendarVerdict.Accepted);
        return log;
    }

    private void Step(ProvenanceInput input)
    {
        foreach (ProvenanceEffect effect in _machine.Step(input))
        {
            Effects.Add(effect);
            if (effect is ProvenanceEffect.OfferSeconds offered) Offered = offered.Seconds;
            if (effect is ProvenanceEffect.Send sent) Said.Add((Array.FindIndex(_signers, it => it.PublicKey.ToPeerId() == sent.Peer), sent.Message));
            if (effect is ProvenanceEffect.StoreSecond second) Step(new ProvenanceInput.SecondStored(second.Second.Round, Now));
            if (effect is ProvenanceEffect.StoreBatch batch) Step(new ProvenanceInput.BatchStored(batch.Batch.First, Now));
        }
    }
}
