using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Runtime.Provenance;
using NodeRuntime.Simulation;

namespace NodeRuntime.Runtime.Tests.Provenance;

/// <summary>
/// Machines of several peers, their disks, and clocks that may go back, as no simulated peer's may: what each says is heard at once, unless one of the two is cut
/// off. The first three validate.
/// </summary>
internal sealed class ProvenanceTown
{
    private const int Validators = 3;

    private readonly SimulatedSignatures _signatures = new();
    private readonly List<Resident> _residents = [];
    private readonly Queue<(int From, int To, ProvenanceMessage Message)> _underWay = [];
    private readonly Genesis _genesis;
    private readonly TownLedger _ledger;
    private ulong _lives;

    public ProvenanceTown(int peers)
    {
        Prng prng = new(9);
        ISigner[] signers = [.. Enumerable.Range(0, peers).Select(_ => _signatures.CreateSigner(prng))];
        _genesis = new Genesis
        {
            Name = "town",
            IsDevelopment = true,
            Nonce = Hash256.Zero,
            Time = World.Start,
            Parameters = ChainParameters.Development,
            Validators = [.. signers.Take(Validators).Select(static it => new GenesisValidator(it.PublicKey, 1, null))],
            Allocations = [],
        };
        Epochs = new CalendarEpochs(CalendarEpoch.Of(_genesis, []));
        _ledger = new TownLedger(EpochPlans.OfGenesis(_genesis));
        foreach (ISigner signer in signers) _residents.Add(new Resident(signer));
        for (int i = 0; i < peers; i++) Start(i);
    }

    /// <summary>What the world's own clock says.</summary>
    public Instant Time { get; private set; } = World.Start + Duration.FromMilliseconds(400);

    /// <summary>Who was shown to have lied, and by whom.</summary>
    public List<(int Culprit, int Finder)> Found { get; } = [];

    public ProvenanceStatus StatusOf(int peer) => _residents[peer].Machine!.Status;

    public void Run(Duration length, params int[] suspended)
    {
        Instant end = Time + length;
        while (Time < end)
        {
            Instant next = end;
            for (int i = 0; i < _residents.Count; i++)
            {
                Resident it = _residents[i];
                if (it.Machine is null || suspended.Contains(i)) continue;
                if (it.TicksAt <= NowOf(i))
                {
                    if (!it.IsCut) Step(i, _ledger.Tip(Epochs));
                    Step(i, new ProvenanceInput.Ticked(NowOf(i)));
                    it.TicksAt = it.Machine.NextTick(NowOf(i));
                }

                Instant due = Time + (it.TicksAt - NowOf(i));
                if (due < next) next = due;
            }

            Time = next;
        }
    }

    public void Offer(int peer) => Step(peer, new ProvenanceInput.Offered(0, [LonePeer.Draft(), LonePeer.Draft(EventKind.Read)], NowOf(peer)));

    public void Cut(int peer, bool isCut)
    {
        _residents[peer].IsCut = isCut;
        for (int other = 0; other < _residents.Count; other++)
        {
            if (other == peer || _residents[other].Machine is null) continue;
            Meet(peer, other, isCut);
            Meet(other, peer, isCut);
        }
    }

    public void Crash(int peer)
    {
        Cut(peer, true);
        _residents[peer].Machine = null;
    }

    /// <param name="clock">How far its clock is ahead from now on.</param>
    public void Restart(int peer, Duration clock)
    {
        _residents[peer].Clock = clock;
        Start(peer);
    }

    public Disk CopyOf(int peer) => _residents[peer].Disk.Copy();

    public void PutBack(int peer, Disk disk) => _residents[peer].Disk = disk.Copy();

    private CalendarEpochs Epochs { get; }

    private PeerId IdOf(int peer) => _residents[peer].Signer.PublicKey.ToPeerId();

    private Instant NowOf(int peer) => Time + _residents[peer].Clock;

    private void Meet(int peer, int other, bool leaves)
    {
        if (_residents[peer].Machine is null) return;
        Step(peer, leaves ? new ProvenanceInput.Left(IdOf(other)) : new ProvenanceInput.Connected(IdOf(other), _residents[other].Signer.PublicKey));
    }

    private void Start(int peer)
    {
        Resident it = _residents[peer];
        it.Machine = new ProvenanceMachine(
            _genesis.ChainId, it.Signer, [it.Signer], _signatures, ProvenanceSettings.Default, Epochs, Hasher.Sha256(BitConverter.GetBytes(++_lives)));
        foreach (ClosedSecond second in it.Disk.Seconds.Values.ToArray()) Step(peer, new ProvenanceInput.RecoveredSecond(second));
        foreach (EventBatch batch in it.Disk.Batches.Values.ToArray()) Step(peer, new ProvenanceInput.RecoveredBatch(batch));
        Step(peer, _ledger.Tip(Epochs));
        foreach (RoundLeaf leaf in it.Disk.SecondsFrom(0)) Step(peer, new ProvenanceInput.RecoveredLeaf(leaf));
        Step(peer, new ProvenanceInput.Started(NowOf(peer)));
        it.TicksAt = it.Machine.NextTick(NowOf(peer));
        Cut(peer, false);
    }

    private void Step(int peer, ProvenanceInput input)
    {
        Do(peer, input);
        while (_underWay.TryDequeue(out (int From, int To, ProvenanceMessage Message) it))
        {
            if (_residents[it.From].IsCut || _residents[it.To].IsCut || _residents[it.To].Machine is null) continue;
            Do(it.To, new ProvenanceInput.Heard(IdOf(it.From), ProvenanceMessage.Decode(it.Message.Encode())!, NowOf(it.To)));
        }
    }

    private void Do(int peer, ProvenanceInput input)
    {
        Resident it = _residents[peer];
        foreach (ProvenanceEffect effect in it.Machine!.Step(input))
        {
            switch (effect)
            {
                case ProvenanceEffect.StoreBatch m:
                    it.Disk.Batches[m.Batch.First] = m.Batch;
                    Do(peer, new ProvenanceInput.BatchStored(m.Batch.First, NowOf(peer)));
                    break;
                case ProvenanceEffect.StoreSecond m:
                    it.Disk.Seconds[m.Second.Round] = m.Second;
                    Do(peer, new ProvenanceInput.SecondStored(m.Second.Round, NowOf(peer)));
                    break;
                case ProvenanceEffect.StoreSpine m:
                    it.Disk.Seconds[m.Second.Round] = m.Second;
                    break;
                case ProvenanceEffect.OfferSeconds m:
                    if (!it.IsCut) TakeBlock(m.Seconds);
                    break;
                case ProvenanceEffect.ReadLeaves m:
                    Do(peer, new ProvenanceInput.LeavesRead(m.From, it.Disk.SecondsFrom(m.From)));
                    break;
                case ProvenanceEffect.StoreLeaves m:
                    it.Disk.Put(m.From, m.Leaves);
                    break;
                case ProvenanceEffect.Send m:
                    _underWay.Enqueue((peer, _residents.FindIndex(other => other.Signer.PublicKey.ToPeerId() == m.Peer), m.Message));
                    break;
                case ProvenanceEffect.SendLeaves m:
                    ImmutableArray<RoundLeaf> leaves = it.Disk.SecondsFrom(m.From)[..m.Count];
                    int to = _residents.FindIndex(other => other.Signer.PublicKey.ToPeerId() == m.Peer);
                    _underWay.Enqueue((peer, to, new ProvenanceMessage.Leaves(m.From, m.Size, leaves, m.Path)));
                    break;
                case ProvenanceEffect.StoreFraud m:
                    NodeRuntime.Provenance.Fraud.FraudProof proof = NodeRuntime.Provenance.Fraud.FraudProof.TryDecode(m.Report.Proof.AsMemory())!;
                    Found.Add((_residents.FindIndex(other => other.Signer.PublicKey == proof.Culprit), peer));
                    break;
                default:
                    break;
            }
        }
    }

    // Everybody who is there hears of it, and validators write it down.
    private void TakeBlock(ImmutableArray<EnteredSecond> offered)
    {
        ImmutableArray<RoundLeaf> entered = _ledger.Enter(offered, Time);
        if (entered.IsEmpty) return;
        for (int i = 0; i < _residents.Count; i++)
        {
            if (_residents[i].IsCut || _residents[i].Machine is null) continue;
            if (i < Validators) _residents[i].Disk.Put((ulong)(_ledger.Seconds.Count - entered.Length), entered);
            Do(i, _ledger.Tip(Epochs, entered));
        }
    }

    /// <summary>What a peer's log holds.</summary>
    internal sealed class Disk
    {
        public SortedDictionary<ulong, EventBatch> Batches { get; private init; } = [];

        public SortedDictionary<Round, ClosedSecond> Seconds { get; private init; } = [];

        private SortedDictionary<ulong, RoundLeaf> Calendar { get; init; } = [];

        public void Put(ulong from, ImmutableArray<RoundLeaf> leaves)
        {
            for (int i = 0; i < leaves.Length; i++) Calendar[from + (ulong)i] = leaves[i];
        }

        /// <summary>Of the calendar, up to the first gap.</summary>
        public ImmutableArray<RoundLeaf> SecondsFrom(ulong index)
        {
            ImmutableArray<RoundLeaf>.Builder leaves = ImmutableArray.CreateBuilder<RoundLeaf>();
            while (Calendar.TryGetValue(index++, out RoundLeaf? leaf)) leaves.Add(leaf);
            return leaves.ToImmutable();
        }

        public Disk Copy() => new() { Batches = new(Batches), Seconds = new(Seconds), Calendar = new(Calendar) };
    }

    private sealed class Resident(ISigner signer)
    {
        public ISigner Signer { get; } = signer;

        public ProvenanceMachine? Machine { get; set; }

        public Disk Disk { get; set; } = new();

        public Duration Clock { get; set; } = Duration.Zero;

        public bool IsCut { get; set; }

        public Instant TicksAt { get; set; }
    }
}
