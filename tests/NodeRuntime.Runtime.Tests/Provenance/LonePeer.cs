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

/// <summary>The machine of the only validator of a chain: its own parent, and every block is its. Its disk answers when the test says so.</summary>
internal sealed class LonePeer
{
    private readonly ISignatureVerifier _signatures;
    private readonly ISigner _signer;
    private readonly Genesis _genesis;
    private readonly ProvenanceSettings _settings;
    private readonly Queue<Func<Instant, ProvenanceInput>> _disk = [];
    private ProvenanceMachine _machine;
    private readonly TownLedger _ledger;
    private readonly Queue<ImmutableArray<RoundLeaf>> _blocks = [];
    private ulong _offers;

    public LonePeer(ProvenanceSettings? settings = null)
        : this(new SimulatedSignatures(), static signatures => ((SimulatedSignatures)signatures).CreateSigner(new Prng(7)), settings)
    {
    }

    public LonePeer(ISignatureVerifier signatures, Func<ISignatureVerifier, ISigner> signer, ProvenanceSettings? settings)
    {
        _signatures = signatures;
        _settings = settings ?? ProvenanceSettings.Default;
        _signer = signer(signatures);
        _genesis = new Genesis
        {
            Name = "alone",
            IsDevelopment = true,
            Nonce = Hash256.Zero,
            Time = World.Start - Duration.FromSeconds(3),
            Parameters = ChainParameters.Development,
            Validators = [new GenesisValidator(_signer.PublicKey, 1, null)],
            Allocations = [],
        };
        Now = World.Start + Duration.FromMilliseconds(400);
        _ledger = new TownLedger(EpochPlans.OfGenesis(_genesis));
        _machine = NewMachine(1);
        Begin();
    }

    public Genesis Genesis => _genesis;

    public Instant Now { get; private set; }

    /// <summary>What is asked of the disk stays under way.</summary>
    public bool IsDiskSlow { get; set; }

    public SortedDictionary<ulong, EventBatch> Batches { get; } = [];

    public SortedDictionary<Round, ClosedSecond> Seconds { get; } = [];

    public List<RoundLeaf> Calendar => _ledger.Seconds;

    public SortedDictionary<ulong, OfferAnswer> Answers { get; } = [];

    public ProvenanceStatus Status => _machine.Status;

    public ReceiptTrust Trust => new(_genesis.ChainId, [EpochPlans.OfGenesis(_genesis)], [], 0, []);

    public EventReceiptVerifier Verifier => new(_signatures, null);

    public static EventDraft Draft(EventKind kind = EventKind.Ingest, int parents = 0, string zone = "EE") => new(
        kind, Hasher.Sha256("content"u8), Hash256.Zero, 0, [.. Enumerable.Repeat(Hash256.Zero, parents)], null, zone);

    public ulong Offer(params ImmutableArray<EventDraft> drafts)
    {
        ulong number = _offers++;
        Step(new ProvenanceInput.Offered(number, drafts, Now));
        return number;
    }

    public void Act(PeerAct act) => Step(new ProvenanceInput.Acted(act, Now));

    public void MachineIs(MachineState state) => Step(new ProvenanceInput.MachineIs(state));

    public void Run(Duration length)
    {
        Instant end = Now + length;
        while (_machine.NextTick(Now) <= end)
        {
            Now = _machine.NextTick(Now);
            Step(_ledger.Tip(Epochs));
            Step(new ProvenanceInput.Ticked(Now));
        }

        Now = end;
    }

    public void Write()
    {
        while (_disk.TryDequeue(out Func<Instant, ProvenanceInput>? then)) Step(then(Now));
    }

    /// <summary>The process dies; what was under way to the disk is lost, and it is back after a while.</summary>
    public void Restart(Duration after)
    {
        _disk.Clear();
        Now += after;
        _machine = NewMachine(_offers + 2);
        foreach (ClosedSecond second in Seconds.Values) Step(new ProvenanceInput.RecoveredSecond(Again(second.Encode(), ClosedSecond.Decode)));
        foreach (EventBatch batch in Batches.Values) Step(new ProvenanceInput.RecoveredBatch(Again(batch.Encode(), EventBatch.Decode)));
        Step(_ledger.Tip(Epochs));
        foreach (RoundLeaf leaf in Calendar.ToArray()) Step(new ProvenanceInput.RecoveredLeaf(leaf));
        Begin();
    }

    private CalendarEpochs Epochs => new(CalendarEpoch.Of(_genesis, []));

    private void Begin()
    {
        Step(_ledger.Tip(Epochs));
        Step(new ProvenanceInput.Started(Now));
    }

    private ProvenanceMachine NewMachine(ulong seed) =>
        new(_genesis.ChainId, _signer, [_signer], _signatures, _settings, Epochs, Hasher.Sha256(BitConverter.GetBytes(seed)));

    private static T Again<T>(byte[] bytes, Func<ReadOnlyMemory<byte>, T?> decode)
        where T : class => decode(bytes) ?? throw new InvalidOperationException("what was written cannot be read");

    private void Step(ProvenanceInput input)
    {
        foreach (ProvenanceEffect effect in _machine.Step(input)) Do(effect);
        if (!IsDiskSlow) Write();
        while (_blocks.TryDequeue(out ImmutableArray<RoundLeaf> seconds)) Step(_ledger.Tip(Epochs, seconds));
    }

    private void Do(ProvenanceEffect effect)
    {
        switch (effect)
        {
            case ProvenanceEffect.StoreBatch m:
                Later(() => Batches[m.Batch.First] = m.Batch, now => new ProvenanceInput.BatchStored(m.Batch.First, now));
                break;
            case ProvenanceEffect.ShrinkBatch m:
                Batches[m.Batch.First] = m.Batch;
                break;
            case ProvenanceEffect.StoreSecond m:
                Later(() => Seconds[m.Second.Round] = m.Second, now => new ProvenanceInput.SecondStored(m.Second.Round, now));
                break;
            case ProvenanceEffect.StoreSpine m:
                Seconds[m.Second.Round] = m.Second;
                break;
            case ProvenanceEffect.OfferSeconds m:
                _blocks.Enqueue(_ledger.Enter(m.Seconds, Now));
                break;
            case ProvenanceEffect.Answer m:
                Answers.Add(m.Number, m.What);
                break;
            default:
                break;
        }
    }

    private void Later(Action write, Func<Instant, ProvenanceInput> then) => _disk.Enqueue(now =>
    {
        write();
        return then(now);
    });
}
