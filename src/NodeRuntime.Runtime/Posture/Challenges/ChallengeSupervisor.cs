using System;
using System.Collections.Generic;
using NodeRuntime.Actors;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.State;
using NodeRuntime.Posture.Controls;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Provenance.Fraud;
using NodeRuntime.Runtime.Provenance;

namespace NodeRuntime.Runtime.Posture.Challenges;

/// <summary>What the supervisor of challenges hears.</summary>
public abstract record ChallengeCommand
{
    private ChallengeCommand()
    {
    }

    public sealed record PeerConnected(PeerId Peer, ReadOnlyMemory<byte> Key) : ChallengeCommand;

    public sealed record PeerLeft(PeerId Peer) : ChallengeCommand;

    public sealed record Frame(PeerId Peer, ReadOnlyMemory<byte> Bytes) : ChallengeCommand;

    public sealed record Read(PostureReading Reading) : ChallengeCommand;

    public sealed record Told(ClosedSecond Second) : ChallengeCommand;

    /// <summary>A lie was proven in this peer's part of the calendar.</summary>
    public sealed record Proven(LieProven Lie) : ChallengeCommand;

    public sealed record Advanced(LedgerState State) : ChallengeCommand;

    public sealed record Tick : ChallengeCommand;
}

/// <summary>Drives the machine of challenges: what it finds goes the way of posture's edges, and what others signed to those who heard the same second.</summary>
public sealed class ChallengeSupervisor : Actor<ChallengeCommand>
{
    private const string Timer = "tick";

    private readonly NodePorts _ports;
    private readonly ActorRef<PostureCommand> _posture;
    private readonly ActorRef<ProvenanceCommand> _provenance;
    private readonly ChallengeMachine _machine;
    private readonly SortedDictionary<PeerId, PublicKey> _connected = [];
    private ActorRef<PostureReading>? _readings;
    private bool _hasChanged = true;

    public ChallengeSupervisor(NodeModel model, NodePorts ports, PosturePlan plan, ActorRef<PostureCommand> posture, ActorRef<ProvenanceCommand> provenance)
    {
        _ports = ports;
        _posture = posture;
        _provenance = provenance;
        Span<byte> seed = stackalloc byte[Hash256.ByteCount];
        ports.Entropy.Fill(seed);
        _machine = new ChallengeMachine(model.Chain, ports.Signer, ports.Signatures, plan.Challenges, plan.Digest(), new Hash256(seed));
    }

    protected override void PreStart()
    {
        ActorRef<ChallengeCommand> self = Context.Self;
        _readings = ActorRef.FromDelegate<PostureReading>("reading", reading => { self.Tell(new ChallengeCommand.Read(reading)); });
        Context.Subscribe<SecondTold>(static it => new ChallengeCommand.Told(it.Second));
        Context.Subscribe<LieProven>(static lie => new ChallengeCommand.Proven(lie));
        Context.Subscribe<LedgerTip>(static tip => new ChallengeCommand.Advanced(tip.State));
        Context.StartPeriodicTimer(Timer, new ChallengeCommand.Tick(), Duration.FromSeconds(1));
    }

    // The next instance knows of no connection, and the network tells of each but once: they are ended, to be told of anew.
    protected override void PreRestart(Exception cause)
    {
        foreach (PeerId peer in _connected.Keys) _ports.Network.Disconnect(peer, DisconnectReason.Closed);
    }

    protected override void Receive(ChallengeCommand message)
    {
        switch (message)
        {
            case ChallengeCommand.PeerConnected m:
                if (!PublicKey.TryParse(m.Key.Span, out PublicKey key)) break;
                _connected[m.Peer] = key;
                Step(new ChallengeInput.Connected(m.Peer, key));
                break;
            case ChallengeCommand.PeerLeft m:
                if (_connected.Remove(m.Peer)) Step(new ChallengeInput.Left(m.Peer, Context.Now));
                break;
            case ChallengeCommand.Frame m:
                if (!_connected.ContainsKey(m.Peer)) break;
                if (ChallengeMessage.Decode(m.Bytes) is { } heard) Step(new ChallengeInput.Heard(m.Peer, heard, Context.Now));
                else _ports.Network.Disconnect(m.Peer, DisconnectReason.FrameMalformed);
                break;
            case ChallengeCommand.Read m:
                Step(new ChallengeInput.Read(m.Reading, Context.Now));
                break;
            case ChallengeCommand.Told m:
                Step(new ChallengeInput.Told(m.Second, Context.Now));
                break;
            case ChallengeCommand.Proven m:
                if (m.Lie.Kind == FraudKind.SlotContradiction) Step(new ChallengeInput.Convicted(m.Lie.Culprit, Context.Now, Context.Now));
                break;
            case ChallengeCommand.Advanced m:
                LookUp(m.State);
                break;
            case ChallengeCommand.Tick:
                Step(new ChallengeInput.Ticked(Context.Now));
                if (_hasChanged) Context.Publish(_machine.Status);
                _hasChanged = false;
                break;
            default:
                Invariant.Break("a command without a rule");
                break;
        }
    }

    // What others proved of a peer stands on the ledger.
    private void LookUp(LedgerState state)
    {
        foreach ((PeerId peer, PublicKey key) in _connected)
        {
            if (state.Records.Fraud(key) is { Kind: (byte)FraudKind.SlotContradiction } record) Step(new ChallengeInput.Convicted(peer, record.Covers, Context.Now));
        }
    }

    private void Step(ChallengeInput input)
    {
        foreach (ChallengeEffect effect in _machine.Step(input))
        {
            _hasChanged = true;
            switch (effect)
            {
                case ChallengeEffect.Send m:
                    _ports.Network.Send(m.Peer, FrameClass.Membership, m.Message.Encode());
                    break;
                case ChallengeEffect.Look m:
                    _posture.Tell(new PostureCommand.WantReading(m.Draw, _readings!));
                    break;
                case ChallengeEffect.Compare m:
                    _provenance.Tell(new ProvenanceCommand.Compare(m.Seconds));
                    break;
                case ChallengeEffect.Report m:
                    Report(m);
                    break;
                default:
                    Invariant.Break("an effect without a rule");
                    break;
            }
        }
    }

    private void Report(ChallengeEffect.Report report)
    {
        if (_posture.Tell(new PostureCommand.Noted([report.Edge], null)) != TellVerdict.Accepted)
        {
            Context.Publish(new NodeLog(LogLevel.Warning, "posture", $"peer {report.Edge.Path} is {report.Edge.To} and has no edge: the watch is busy"));
        }

        LogLevel level = report.Edge.To == ControlState.Bad ? LogLevel.Warning : LogLevel.Information;
        Context.Publish(new NodeLog(level, "posture", $"peer {report.Edge.Path} was challenged: {report.Verdict}"));
    }
}
