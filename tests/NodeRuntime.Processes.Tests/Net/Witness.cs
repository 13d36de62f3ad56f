using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging.Abstractions;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Consensus;
using NodeRuntime.Crypto;
using NodeRuntime.Membership;
using NodeRuntime.Network;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Processes.Tests.Net;

/// <summary>A vote that has left its voter: by whom, when it came here (microseconds of Unix time), and its bytes' proof.</summary>
internal sealed record HeardVote(int From, Vote Vote, long At);

/// <summary>
/// A member that validates nothing: it is connected with all peers as any other, hears every vote, and says nothing but what
/// keeps a connection. It carries no block and no certificate from one peer to another, so that a cut between them stays one;
/// only where it is told to (<see cref="Repeat"/>) it says to all what it hears, once more and out of order.
/// </summary>
internal sealed class Witness : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<HeardVote> _votes = [];
    private readonly Dictionary<PeerId, int> _peers = [];
    private readonly TlsNetwork _network;
    private readonly MembershipMachine _machine;
    private readonly Timer _timer;
    private readonly Prng _chance = new(2);
    private int _repeatPerMille;
    private Duration _repeatWithin;
    private bool _isOver;

    private Witness(Genesis genesis, ISigner signer, SystemSignatures signatures, IEnumerable<string> seeds)
    {
        for (int i = 0; i < genesis.Validators.Length; i++) _peers.Add(genesis.Validators[i].Key.ToPeerId(), i);
        _network = TlsNetwork.Open(
            new NetworkConfig { Listen = "127.0.0.1:0" }, signer, signatures, genesis.ChainId, TimeProvider.System, NullLogger.Instance);
        MembershipConfig config = new()
        {
            Chain = genesis.ChainId,
            Addresses = [_network.ListenAddress],
            Seeds = [.. seeds],
            Roles = MemberRoles.None,
        };
        _machine = new MembershipMachine(config, signer, signatures, new Prng(1));
        _network.Start(Hear);
        _timer = new Timer(_ => Step(new MembershipInput.Tick()), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(250));
    }

    public static Witness Join(Genesis genesis, ISigner signer, SystemSignatures signatures, IEnumerable<string> seeds) =>
        new(genesis, signer, signatures, seeds);

    /// <summary>Microseconds of Unix time.</summary>
    public static long Now => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    public int Connected
    {
        get
        {
            lock (_gate) return _machine.ConnectedCount;
        }
    }

    /// <summary>All votes so far, retries among them, in the order of their coming.</summary>
    public IReadOnlyList<HeardVote> Votes
    {
        get
        {
            lock (_gate) return [.. _votes];
        }
    }

    /// <summary>How many frames it has said again.</summary>
    public int Repeated { get; private set; }

    /// <summary>From now on it says consensus frames again, to every peer: doubled, replayed and reordered messages, which no proxy can make under TLS.</summary>
    /// <param name="perMille">Of the frames that it hears; zero for none.</param>
    /// <param name="within">How much later at most.</param>
    public void Repeat(int perMille, Duration within)
    {
        lock (_gate)
        {
            _repeatPerMille = perMille;
            _repeatWithin = within;
        }
    }

    /// <summary>Says a frame of its own to one of the validators.</summary>
    public void Say(int peer, FrameClass frameClass, byte[] frame)
    {
        PeerId to;
        lock (_gate) to = _peers.Single(entry => entry.Value == peer).Key;
        _network.Send(to, frameClass, frame);
    }

    /// <summary>How often a peer has said again, since a moment, what it has said before: it tries and gets nowhere.</summary>
    public int RetriesOf(int peer, long since) => Votes
        .Where(heard => heard.From == peer && heard.Vote.Voter.Number == peer && heard.At >= since)
        .GroupBy(static heard => (heard.Vote.Slot, heard.Vote.Value))
        .Select(static group => group.Count() - 1)
        .DefaultIfEmpty(0)
        .Max();

    /// <summary>No voter signed two values in one slot, or finalized another block than the one that it notarized.</summary>
    public void AssertNobodyVotedTwice()
    {
        IReadOnlyList<HeardVote> votes = Votes;
        Assert.NotEmpty(votes);
        foreach (IGrouping<(int Voter, VoteSlot Slot), HeardVote> slot in votes.GroupBy(static heard => ((int)heard.Vote.Voter.Number, heard.Vote.Slot)))
        {
            Assert.True(slot.Select(static heard => heard.Vote.Value).Distinct().Count() == 1, $"validator {slot.Key.Voter} voted twice in {slot.Key.Slot}");
        }

        foreach (IGrouping<(int Voter, View View), HeardVote> view in votes
            .Where(static heard => heard.Vote.Value is not null).GroupBy(static heard => ((int)heard.Vote.Voter.Number, heard.Vote.Slot.View)))
        {
            Assert.True(view.Select(static heard => heard.Vote.Value).Distinct().Count() == 1, $"validator {view.Key.Voter} finalized another block in view {view.Key.View}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate) _isOver = true;
        await _timer.DisposeAsync();
        await _network.DisposeAsync();
    }

    private void Hear(NetworkEvent happened)
    {
        switch (happened)
        {
            case NetworkEvent.Connected m when PublicKey.TryParse(m.NodeKey.Span, out PublicKey key):
                Step(new MembershipInput.Connected(m.Peer, key, m.Address, m.Outbound));
                break;
            case NetworkEvent.Disconnected m:
                Step(new MembershipInput.Disconnected(m.Peer, EndOf(m.Reason)));
                break;
            case NetworkEvent.DialFailed m:
                Step(new MembershipInput.DialFailed(m.Address, EndOf(m.Reason)));
                break;
            case NetworkEvent.Received { FrameClass: FrameClass.Membership } m:
                Step(new MembershipInput.Received(m.Peer, m.Frame));
                break;
            case NetworkEvent.Received { FrameClass: FrameClass.Consensus } m when ConsensusMessage.Decode(m.Frame) is { } message:
                Note(m.Peer, message);
                SayAgain(m.Frame.ToArray());
                break;
            default:
                break;
        }
    }

    private void Note(PeerId peer, ConsensusMessage message)
    {
        long now = Now;
        ImmutableArray<Vote> votes = message switch
        {
            ConsensusMessage.Voted m => [m.Vote],
            ConsensusMessage.Propose m => [m.LeaderVote],
            ConsensusMessage.Certified m => [.. m.Certificate.Signers.Select(
                signer => new Vote(m.Certificate.Slot, m.Certificate.Value, signer.Index, signer.Signature))],
            _ => [],
        };
        lock (_gate)
        {
            if (!_peers.TryGetValue(peer, out int from)) return;
            foreach (Vote vote in votes) _votes.Add(new HeardVote(from, vote, now));
        }
    }

    private void SayAgain(byte[] frame)
    {
        Duration late;
        lock (_gate)
        {
            if (!_chance.NextChance(_repeatPerMille)) return;
            late = _chance.NextDuration(Duration.Zero, _repeatWithin);
        }

        _ = LaterAsync();

        async Task LaterAsync()
        {
            await Task.Delay(TimeSpan.FromMicroseconds(late.Microseconds));
            lock (_gate)
            {
                // Not across a cut that has come meanwhile.
                if (_isOver || _repeatPerMille == 0) return;
                Repeated++;
                foreach (PeerId peer in _peers.Keys) _network.Send(peer, FrameClass.Consensus, frame);
            }
        }
    }

    private void Step(MembershipInput input)
    {
        lock (_gate)
        {
            if (_isOver) return;
            foreach (MembershipEffect effect in _machine.Step(new Instant(Now), input))
            {
                switch (effect)
                {
                    case MembershipEffect.Dial m:
                        _network.Dial(m.Address);
                        break;
                    case MembershipEffect.Send m:
                        _network.Send(m.Peer, FrameClass.Membership, m.Message);
                        break;
                    case MembershipEffect.Disconnect m:
                        _network.Disconnect(m.Peer, DisconnectReason.Closed);
                        break;
                    default:
                        break;
                }
            }
        }
    }

    private static ConnectionEnd EndOf(DisconnectReason reason) => reason switch
    {
        DisconnectReason.DuplicateConnection => ConnectionEnd.Duplicate,
        DisconnectReason.SelfConnection => ConnectionEnd.Self,
        _ => ConnectionEnd.Lost,
    };
}
