using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Actors;
using NodeRuntime.Consensus;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Runtime.Proposals;
using NodeRuntime.Simulation.Atlas;

namespace NodeRuntime.Simulation.Wan;

/// <summary>
/// How long a block takes to be final between ten regions of a cloud: the consensus machine as it ships, and a model of all that takes time
/// around it: distance with a tenth of jitter, a link of so many bytes a second that a peer's connections share, signatures, the ledger and
/// the disk. Nothing goes wrong. Every block is full, and its body is a price: a word of noise stands for it, its bytes and the work with it
/// are counted, and the ledger accepts everything. Messages are counted by their encoding and not decoded.
/// </summary>
public sealed class WanWorld
{
    private readonly SortedDictionary<PeerId, WanPeer> _byId = [];
    private readonly List<WanPeer> _peers = [];
    private readonly Instant[] _lastArrival;
    private readonly Prng _prng;

    public WanWorld(WanConfig config)
    {
        Invariant.Holds(config.Validators is >= 4 and <= Limits.ValidatorsMax);
        Invariant.Holds(config.Length > config.WarmUp);
        Config = config;
        _prng = new Prng(config.Seed);
        Time = new VirtualTimeDispatcher(_prng.NextUInt64(), World.Start);
        Report = new WanTimes(World.Start + config.WarmUp);
        SimulatedSignatures registry = new();
        List<ISigner> signers = [];
        for (int i = 0; i < config.Validators; i++) signers.Add(registry.CreateSigner(_prng));
        Genesis = MakeGenesis(config.Seed, signers);
        for (int i = 0; i < signers.Count; i++)
        {
            WanPeer peer = new(this, i, signers[i], registry, _prng.Fork());
            _peers.Add(peer);
            _byId.Add(peer.Id, peer);
        }

        _lastArrival = new Instant[signers.Count * signers.Count];
    }

    internal WanConfig Config { get; }

    internal Genesis Genesis { get; }

    internal VirtualTimeDispatcher Time { get; }

    internal WanTimes Report { get; }

    internal IReadOnlyList<WanPeer> Peers => _peers;

    public WanReport Run()
    {
        foreach (WanPeer peer in _peers) peer.Input(new ConsensusInput.Start(), Duration.Zero);
        foreach (WanPeer peer in _peers)
        {
            foreach (WanPeer other in _peers)
            {
                if (other != peer) peer.Input(new ConsensusInput.PeerConnected(other.Id), Duration.Zero);
            }

            peer.Input(new ConsensusInput.Pending(true), Duration.Zero);
        }

        Time.RunUntil(World.Start + Config.WarmUp);
        (long signaturesBefore, long bytesBefore) = Spent();
        Time.RunUntil(World.Start + Config.Length);
        (long signatures, long bytes) = Spent();
        return Report.ToReport(_peers.Count, signatures - signaturesBefore, bytes - bytesBefore);
    }

    internal void Send(WanPeer from, PeerId to, ConsensusMessage message) => Carry(from, _byId[to], message, BytesOf(message));

    internal void Broadcast(WanPeer from, ConsensusMessage message)
    {
        int bytes = BytesOf(message);
        // The network writes to its connections in turns: nobody is always the last.
        int first = _prng.NextBelow(_peers.Count);
        for (int i = 0; i < _peers.Count; i++)
        {
            WanPeer to = _peers[(first + i) % _peers.Count];
            if (to == from) continue;
            Instant left = Carry(from, to, message, bytes);
            if (message is ConsensusMessage.Propose propose && i == _peers.Count - 1) Report.Sent(propose.Block.Header.View, left);
        }
    }

    /// <summary>What stands for a body, another one in each view.</summary>
    internal static ImmutableArray<ReadOnlyMemory<byte>> MakeBody(View view) => [BitConverter.GetBytes(view.Number)];

    private Instant Carry(WanPeer from, WanPeer to, ConsensusMessage message, int bytes)
    {
        Instant left = from.Leave(bytes);
        Duration way = CloudRegions.Between(from.Number, to.Number);
        Instant arrival = left + way + _prng.NextDuration(Duration.Zero, way / 10);
        ref Instant last = ref _lastArrival[(from.Number * _peers.Count) + to.Number];
        // One connection keeps its order.
        if (arrival <= last) arrival = last + new Duration(1);
        last = arrival;
        Time.ScheduleAt(arrival, () => to.Hear(from, message, bytes));
        return left;
    }

    // Bodies are left out of what is encoded: a short proposal has eight bytes in the place of each.
    private int BytesOf(ConsensusMessage message)
    {
        int overhead = Config.Costs.FrameOverheadBytes;
        switch (message)
        {
            case ConsensusMessage.Propose m:
                ConsensusMessage empty = new ConsensusMessage.Propose(m.Block with { Transactions = [] }, m.LeaderVote);
                return overhead + empty.Encode().Length + (Config.IsCompact ? Config.Transactions * ShortId.ByteCount : BodyBytes);
            case ConsensusMessage.BlockBody m:
                return overhead + new ConsensusMessage.BlockBody(m.Block with { Transactions = [] }).Encode().Length + BodyBytes;
            default:
                return overhead + message.Encode().Length;
        }
    }

    // A byte string of this length has two or three bytes before it.
    private int BodyBytes => (Config.TransactionBytes + 3) * Config.Transactions;

    private (long Signatures, long Bytes) Spent()
    {
        long signatures = 0;
        long bytes = 0;
        foreach (WanPeer peer in _peers)
        {
            signatures += peer.SignaturesVerified;
            bytes += peer.BytesSent;
        }

        return (signatures, bytes);
    }

    private static Genesis MakeGenesis(ulong seed, List<ISigner> signers)
    {
        ImmutableArray<GenesisValidator>.Builder validators = ImmutableArray.CreateBuilder<GenesisValidator>();
        SortedDictionary<AccountId, GenesisAllocation> allocations = [];
        foreach (ISigner signer in signers)
        {
            validators.Add(new GenesisValidator(signer.PublicKey, 1));
            AccountId account = KeyPolicy.Single(signer.PublicKey).ToAccountId();
            allocations.Add(account, new GenesisAllocation(account, Amount.FromTokens(10_000), Amount.FromTokens(200)));
        }

        return new Genesis
        {
            Name = "wan",
            IsDevelopment = true,
            Nonce = Hasher.Sha256(BitConverter.GetBytes(seed)),
            Time = World.Start - Duration.FromSeconds(1),
            Parameters = ChainParameters.Development,
            Validators = validators.ToImmutable(),
            Allocations = [.. allocations.Values],
        };
    }
}
