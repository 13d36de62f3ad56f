using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Actors;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Api.Jobs;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Jobs;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Runtime;

namespace NodeRuntime.Simulation;

/// <summary>
/// Somebody with jobs: places orders, hands inputs over, takes results and acknowledges them, over the same messages and
/// with the same machine as a real cluster client. It looks at the ledger of whichever peer is up and furthest.
/// </summary>
internal sealed class SimulatedOwner
{
    private readonly Genesis _genesis;
    private readonly ISigner _signer;
    private readonly ISignatureVerifier _signatures;
    private readonly VirtualTimeDispatcher _time;
    private readonly Prng _prng;
    private readonly List<SimulatedPeer> _peers;
    private readonly AccountId _account;
    private readonly INetwork _network;
    private readonly SortedDictionary<OrderId, Job> _jobs = [];
    private readonly List<Message> _waiting = [];
    private readonly SortedDictionary<PeerId, SortedSet<OrderId>> _sessions = [];
    private Transaction? _underWay;
    private ulong _nonce;

    public SimulatedOwner(
        Genesis genesis, ISigner signer, ISignatureVerifier signatures, VirtualTimeDispatcher time, SimulatedNetwork network, Prng prng, List<SimulatedPeer> peers)
    {
        _genesis = genesis;
        _signer = signer;
        _signatures = signatures;
        _time = time;
        _prng = prng;
        _peers = peers;
        _account = KeyPolicy.Single(signer.PublicKey).ToAccountId();
        _network = network.Attach("10.9.9.9:1", signer.PublicKey, PeerRole.Client);
        _network.Start(Hear);
        Look();
    }

    public int Submitted { get; private set; }

    public int Settled { get; private set; }

    public void Submit()
    {
        byte[] module = new byte[2000];
        byte[] input = new byte[100_000];
        byte[] salt = new byte[Salt.ByteCount];
        _prng.Fill(module);
        _prng.Fill(input);
        _prng.Fill(salt);
        JobSpec spec = new()
        {
            Salt = new Salt(salt),
            Name = "simulated",
            Module = new ContentRef(Hasher.Sha256(module), (ulong)module.Length),
            Arguments = ["a", "b"],
            Environment = [],
            Inputs = [new JobInput("input.bin", new ContentRef(Hasher.Sha256(input), (ulong)input.Length))],
            StandardInput = null,
            FuelMax = 1_000_000,
            MemoryPagesMax = 16,
            CallDepthMax = 100,
            OutputBytesMax = 10_000,
            StartTime = World.Start,
            Seed = _nonce++,
        };
        _placed.Add((spec, module, input));
        _waiting.Add(new Message.PlaceOrder(new OrderTerms
        {
            SpecCommitment = spec.Commitment,
            PricePerSecondMax = new Amount(2_000),
            SecondsMax = 12,
            ReadyWithin = Duration.FromSeconds(6),
            ExpiresAfter = Duration.FromMinutes(3),
            FuelMax = spec.FuelMax,
            MemoryPagesMax = spec.MemoryPagesMax,
            InputBytes = (ulong)(module.Length + input.Length),
            OutputBytesMax = spec.OutputBytesMax,
            Region = string.Empty,
        }));
        Submitted++;
    }

    private readonly List<(JobSpec Spec, byte[] Module, byte[] Input)> _placed = [];

    // Ten times a second, as a polling client does.
    private void Look()
    {
        _time.ScheduleAt(_time.Now + Duration.FromMilliseconds(100), Look);
        if (Furthest() is not { } peer || peer.Tip is not { } tip) return;
        LedgerRecords records = tip.State.Records;
        Review(tip);
        if (_underWay is null && _waiting.Count > 0) Send(tip);
        foreach (Job job in _jobs.Values) Follow(job, records);
    }

    private SimulatedPeer? Furthest()
    {
        SimulatedPeer? furthest = null;
        foreach (SimulatedPeer peer in _peers)
        {
            if (peer.IsUp && peer.Tip is not null && (furthest is null || peer.Tip.Height > furthest.Tip!.Height)) furthest = peer;
        }

        return furthest;
    }

    private void Review(LedgerTip tip)
    {
        if (_underWay is null) return;
        if (tip.State.Records.Account(_account).Sequence > _underWay.Sequence)
        {
            if (_underWay.Messages[0] is Message.PlaceOrder placed) Placed(placed, StateKeys.OrderOf(_account, _underWay.Sequence, 0));
            _waiting.RemoveAt(0);
            _underWay = null;
        }
        else if (tip.Height > _underWay.ExpiresAt)
        {
            // An acknowledgement that did not make it is not needed any more: the window pays out.
            if (_underWay.Messages[0] is not Message.PlaceOrder) _waiting.RemoveAt(0);
            _underWay = null;
        }
    }

    private void Placed(Message.PlaceOrder placed, OrderId id)
    {
        (JobSpec Spec, byte[] Module, byte[] Input) made = _placed.Find(candidate => candidate.Spec.Commitment == placed.Terms.SpecCommitment);
        _jobs.Add(id, new Job(id, made.Spec, made.Module, made.Input));
    }

    private void Send(LedgerTip tip)
    {
        _underWay = TransactionBuilder.Sign(
            _signer, _genesis.ChainId, tip.State.Records.Account(_account).Sequence, tip.State.Parameters.TransactionFee,
            new Height(tip.Height.Number + 10), [_waiting[0]]);
        byte[] bytes = _underWay.Encode();
        foreach (SimulatedPeer peer in _peers) peer.Submit(bytes);
    }

    private void Follow(Job job, LedgerRecords records)
    {
        if (job.IsOver || records.Order(job.Id) is not { } order) return;
        if (order.State is OrderState.Completed or OrderState.Expired or OrderState.Cancelled)
        {
            job.IsOver = true;
            if (order.State == OrderState.Completed) Settled++;
            return;
        }

        if (records.CurrentLease(job.Id) is not { } leaseId || records.Lease(leaseId) is not { } lease) return;
        bool isLive = lease.State is LeaseState.Opened or LeaseState.Ready or LeaseState.ResultReported;
        if (!isLive) return;
        if (job.Lease != leaseId) Take(job, leaseId, lease);
        if (job.Provider is { } provider && !_sessions.ContainsKey(provider.Key.ToPeerId()) && provider.IsUp && !job.IsComplete) _network.Dial(provider.Address);
        if (job.IsComplete && lease.State == LeaseState.ResultReported && !job.IsAcknowledged)
        {
            job.IsAcknowledged = true;
            if (lease.ResultCommitment == job.Result!.Commitment) _waiting.Add(new Message.AcknowledgeResult(leaseId));
        }
    }

    private void Take(Job job, LeaseId leaseId, LeaseRecord lease)
    {
        job.Lease = leaseId;
        job.IsComplete = false;
        job.IsAcknowledged = false;
        job.Provider = _peers.Find(peer => KeyPolicy.Single(peer.Key).ToAccountId() == lease.Provider);
        job.Machine = new JobOwnerMachine(_genesis.ChainId, _signer, _signatures, leaseId, lease.Provider, job.Spec);
        if (job.Provider is { } provider && _sessions.ContainsKey(provider.Key.ToPeerId())) Step(job, new JobOwnerInput.Connected());
    }

    private void Hear(NetworkEvent happened)
    {
        switch (happened)
        {
            case NetworkEvent.Connected m:
                _sessions[m.Peer] = [];
                foreach (Job job in _jobs.Values)
                {
                    if (!job.IsOver && job.Provider?.Key.ToPeerId() == m.Peer) Step(job, new JobOwnerInput.Connected());
                }

                break;
            case NetworkEvent.Disconnected m:
                _sessions.Remove(m.Peer);
                break;
            case NetworkEvent.Received m:
                if (JobMessage.Decode(m.Frame) is not { } message) return;
                foreach (Job job in _jobs.Values)
                {
                    if (job.Lease == message.Lease && !job.IsOver) Step(job, new JobOwnerInput.ProviderSaid(message));
                }

                break;
            case NetworkEvent.DialFailed:
                break;
            default:
                Invariant.Break("a network event without a rule");
                break;
        }
    }

    private void Step(Job job, JobOwnerInput input)
    {
        PeerId provider = job.Provider!.Key.ToPeerId();
        foreach (JobOwnerEffect effect in job.Machine!.Step(input))
        {
            switch (effect)
            {
                case JobOwnerEffect.Say m:
                    _network.Send(provider, FrameClass.Bulk, m.Message.Encode());
                    break;
                case JobOwnerEffect.SendChunk m:
                    byte[] content = m.Piece.Kind == JobPieceKind.Module ? job.Module : job.Input;
                    _network.Send(provider, FrameClass.Bulk, new JobMessage.Chunk(job.Lease, m.Piece, m.Offset, content.AsMemory((int)m.Offset, m.Count)).Encode());
                    break;
                case JobOwnerEffect.Complete m:
                    job.IsComplete = true;
                    job.Result = m.Result;
                    break;
                default:
                    break;
            }
        }
    }

    private sealed class Job(OrderId id, JobSpec spec, byte[] module, byte[] input)
    {
        public OrderId Id { get; } = id;

        public JobSpec Spec { get; } = spec;

        public byte[] Module { get; } = module;

        public byte[] Input { get; } = input;

        public LeaseId Lease { get; set; }

        public SimulatedPeer? Provider { get; set; }

        public JobOwnerMachine? Machine { get; set; }

        public JobResult? Result { get; set; }

        public bool IsComplete { get; set; }

        public bool IsAcknowledged { get; set; }

        public bool IsOver { get; set; }
    }
}
