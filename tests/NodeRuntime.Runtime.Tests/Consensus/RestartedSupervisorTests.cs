using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Actors;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Simulation;
using NodeRuntime.Workload;
using Xunit;

namespace NodeRuntime.Runtime.Tests.Consensus;

/// <summary>A supervisor that failed begins anew from the disk; what it knew of its connections is gone with it.</summary>
public sealed class RestartedSupervisorTests
{
    private readonly VirtualTimeDispatcher _time = new(1, World.Start);
    private readonly SimulatedSignatures _signatures = new();
    private readonly Prng _prng = new(1);
    private readonly StubNetwork _network = new();

    [Fact]
    public void It_ends_the_connections_that_it_no_longer_knows_and_speaks_again_when_they_are_back()
    {
        List<ISigner> signers = [.. Enumerable.Range(0, 4).Select(_ => _signatures.CreateSigner(_prng))];
        FailingJournal journal = new(new SimulatedDisk(_time, _prng.Fork(), Faults.None).Open());
        PeerNode node = Compose(signers, journal);
        PublicKey other = signers[1].PublicKey;
        NetworkEvent.Connected connected = new(other.ToPeerId(), other.AsSpan().ToArray(), PeerRole.Peer, "10.0.0.2:26600", Outbound: false);
        _time.RunFor(Duration.FromMilliseconds(100));
        _network.Sink(connected);
        // The others are silent: its next write is its vote against the first view.
        journal.FailsOnce = true;
        _time.RunFor(Duration.FromSeconds(8));
        Assert.False(journal.FailsOnce);
        Assert.Contains(node.System.Status().Actors, static actor => actor.Restarts == 1 && actor.Path.ToString() == "/consensus");
        Assert.Equal([other.ToPeerId()], _network.Disconnected);

        _network.Sink(new NetworkEvent.Disconnected(other.ToPeerId(), DisconnectReason.Closed));
        _network.Sink(connected);
        _network.ConsensusFrames = 0;
        _time.RunFor(Duration.FromSeconds(8));
        Assert.NotEqual(0, _network.ConsensusFrames);
    }

    [Fact]
    public void Membership_that_failed_ends_its_connections_too()
    {
        List<ISigner> signers = [.. Enumerable.Range(0, 4).Select(_ => _signatures.CreateSigner(_prng))];
        PeerNode node = Compose(signers, new SimulatedDisk(_time, _prng.Fork(), Faults.None).Open());
        PublicKey other = signers[1].PublicKey;
        _time.RunFor(Duration.FromMilliseconds(100));
        _network.ThrowsOnce = FrameClass.Membership;
        _network.Sink(new NetworkEvent.Connected(other.ToPeerId(), other.AsSpan().ToArray(), PeerRole.Peer, "10.0.0.2:26600", Outbound: false));
        _time.RunFor(Duration.FromSeconds(3));
        Assert.Null(_network.ThrowsOnce);
        Assert.Contains(node.System.Status().Actors, static actor => actor.Restarts == 1 && actor.Path.ToString() == "/membership");
        Assert.Equal([other.ToPeerId()], _network.Disconnected);
    }

    [Fact]
    public void A_workload_that_failed_sends_its_clients_away_to_come_back()
    {
        List<ISigner> signers = [.. Enumerable.Range(0, 4).Select(_ => _signatures.CreateSigner(_prng))];
        PeerNode node = Compose(signers, new SimulatedDisk(_time, _prng.Fork(), Faults.None).Open());
        PublicKey client = _signatures.CreateSigner(_prng).PublicKey;
        _time.RunFor(Duration.FromMilliseconds(100));
        _network.Sink(new NetworkEvent.Connected(client.ToPeerId(), client.AsSpan().ToArray(), PeerRole.Client, "10.0.0.9:1", Outbound: false));
        // It refuses what is no message by ending the connection; that fails, and the supervisor with it.
        _network.ThrowsOnDisconnectOnce = true;
        _network.Sink(new NetworkEvent.Received(client.ToPeerId(), FrameClass.Bulk, new byte[] { 1, 2, 3 }));
        _time.RunFor(Duration.FromSeconds(3));
        Assert.Contains(node.System.Status().Actors, static actor => actor.Restarts == 1 && actor.Path.ToString() == "/workload");
        Assert.Equal([client.ToPeerId()], _network.Disconnected);
    }

    private PeerNode Compose(List<ISigner> signers, IJournal journal)
    {
        Genesis genesis = new()
        {
            Name = "restart",
            IsDevelopment = true,
            Nonce = Hash256.Zero,
            Time = World.Start,
            Parameters = ChainParameters.Development,
            Validators = [.. signers.Select(static signer => new GenesisValidator(signer.PublicKey, 1))],
            Allocations = [],
        };
        SimulatedBlobs blobs = new();
        NodeModel model = new()
        {
            Genesis = genesis,
            Chain = genesis.ChainId,
            Address = "10.0.0.1:26600",
            Api = string.Empty,
            Seeds = [],
            Region = string.Empty,
            Provider = new ProviderConfig
            {
                PricePerSecond = new Amount(1),
                Region = string.Empty,
                MemoryPagesMax = 1,
                FuelMax = 1,
                InputBytesMax = 1,
                OutputBytesMax = 1,
                LeasesMax = 1,
            },
            BondTarget = Amount.Zero,
            Version = "0.1.0",
            // It would write each second, and take the failure that is meant for another.
            Provenance = null,
        };
        return NodeComposition.Compose(new ActorSystem("peer", _time, _prng.Fork()), model, new NodePorts
        {
            Network = _network,
            Journal = journal,
            Blobs = blobs,
            Sandbox = new SimulatedSandbox(_time, _prng.Fork(), blobs),
            Entropy = new SimulatedEntropy(_prng.Fork()),
            Signer = signers[0],
            Signatures = _signatures,
        });
    }

    /// <summary>Says once of a batch that it was not written, and does not write it.</summary>
    private sealed class FailingJournal(IJournal inner) : IJournal
    {
        public bool FailsOnce { get; set; }

        public void Write(JournalBatch batch, Action<JournalVerdict> written)
        {
            if (!FailsOnce)
            {
                inner.Write(batch, written);
                return;
            }

            FailsOnce = false;
            written(JournalVerdict.Failed);
        }

        public ReadOnlyMemory<byte>? Read(string stream, ulong sequence) => inner.Read(stream, sequence);

        public JournalReadVerdict TryRead(string stream, ulong sequence, out ReadOnlyMemory<byte> payload) =>
            inner.TryRead(stream, sequence, out payload);

        public ImmutableArray<JournalRecord> ReadRange(string stream, ulong from, int countMax) => inner.ReadRange(stream, from, countMax);

        public ulong? Last(string stream) => inner.Last(stream);
    }

    private sealed class StubNetwork : INetwork
    {
        public Action<NetworkEvent> Sink { get; private set; } = static _ => { };

        public int ConsensusFrames { get; set; }

        public FrameClass? ThrowsOnce { get; set; }

        public bool ThrowsOnDisconnectOnce { get; set; }

        public List<PeerId> Disconnected { get; } = [];

        public void Start(Action<NetworkEvent> sink) => Sink = sink;

        public void Dial(string address) => Sink(new NetworkEvent.DialFailed(address, DisconnectReason.Timeout, "nobody"));

        public SendVerdict Send(PeerId peer, FrameClass frameClass, ReadOnlyMemory<byte> frame)
        {
            if (frameClass == ThrowsOnce)
            {
                ThrowsOnce = null;
                throw new InvalidOperationException("broken for once");
            }

            if (frameClass == FrameClass.Consensus) ConsensusFrames++;
            return SendVerdict.Accepted;
        }

        public void Disconnect(PeerId peer, DisconnectReason reason)
        {
            if (ThrowsOnDisconnectOnce)
            {
                ThrowsOnDisconnectOnce = false;
                throw new InvalidOperationException("broken for once");
            }

            Disconnected.Add(peer);
        }
    }
}
