using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Actors;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Crypto;
using NodeRuntime.Membership;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Runtime.Flight;
using NodeRuntime.Runtime.Gateway;

namespace NodeRuntime.Runtime.Membership;

/// <summary>Drives the membership machine: connections, gossip of records and topics, scores. Advisory: the ledger decides.</summary>
public sealed class MembershipSupervisor : Actor<MembershipCommand>
{
    private readonly NodeModel _model;
    private readonly NodePorts _ports;
    private readonly NodeDoors _doors;
    private readonly MembershipConfig _config;
    private readonly MembershipMachine _machine;
    private readonly FlightRecorder<MembershipInput, MembershipEffect> _recorder;
    private readonly SortedSet<PeerId> _connected = [];
    private int _ticks;

    public MembershipSupervisor(ActorContext<MembershipCommand> context, NodeModel model, NodePorts ports, NodeDoors doors)
    {
        _model = model;
        _ports = ports;
        _doors = doors;
        _config = new MembershipConfig
        {
            Chain = model.Chain,
            Addresses = [model.Address],
            Seeds = model.Seeds,
            Roles = RolesOf(model, ports.Signer.PublicKey),
            Region = model.Region,
            ApiAddress = model.Api.Length == 0 ? null : model.Api,
            Version = model.Version,
        };
        Prng prng = context.Prng.Fork();
        (_machine, _recorder) = FlightRecorder<MembershipInput, MembershipEffect>.Around(
            FlightMachine.Membership, model, ports, recorded => new MembershipMachine(_config, recorded(ports.Signer), ports.Signatures, prng),
            static (machine, now, input) => machine.Step(now, input));
    }

    protected override void PreStart()
    {
        ImmutableArray<PeerId>.Builder validators = ImmutableArray.CreateBuilder<PeerId>();
        foreach (GenesisValidator validator in _model.Genesis.Validators) validators.Add(validator.Key.ToPeerId());

        Step(new MembershipInput.Tick());
        Step(new MembershipInput.Validators(validators.ToImmutable()));
        Context.StartPeriodicTimer("tick", new MembershipCommand.Tick(), _config.TickInterval);
    }

    // The next instance knows of no connection, and the network tells of each but once: they are ended, to be told of anew.
    protected override void PreRestart(Exception cause)
    {
        foreach (PeerId peer in _connected) _ports.Network.Disconnect(peer, DisconnectReason.Closed);
    }

    protected override void Receive(MembershipCommand message)
    {
        switch (message)
        {
            case MembershipCommand.Network m:
                Hear(m.Happened);
                break;
            case MembershipCommand.Tick:
                Step(new MembershipInput.Tick());
                // Suspicion and round trips change without an event: once a second is often enough for a page.
                if (++_ticks % 4 == 0) Report();
                break;
            case MembershipCommand.Publish m:
                Step(new MembershipInput.Publish(m.Topic, m.Bytes));
                break;
            case MembershipCommand.Validators m:
                Step(new MembershipInput.Validators(m.Peers));
                break;
            case MembershipCommand.Misbehaved m:
                Step(new MembershipInput.Misbehaved(m.Peer, m.Misdeed));
                break;
            default:
                Invariant.Break("a command without a rule");
                break;
        }
    }

    private void Hear(NetworkEvent happened)
    {
        switch (happened)
        {
            case NetworkEvent.Connected m:
                _connected.Add(m.Peer);
                if (PublicKey.TryParse(m.NodeKey.Span, out PublicKey key)) Step(new MembershipInput.Connected(m.Peer, key, m.Address, m.Outbound));
                Report();
                break;
            case NetworkEvent.Disconnected m:
                _connected.Remove(m.Peer);
                Step(new MembershipInput.Disconnected(m.Peer, EndOf(m.Reason)));
                Report();
                break;
            case NetworkEvent.DialFailed m:
                if (m.Reason is DisconnectReason.WrongChain or DisconnectReason.VersionUnsupported or DisconnectReason.CertificateRefused)
                {
                    Say(LogLevel.Warning, $"{m.Address} is not of this chain: {m.Reason}: {m.Detail}");
                }

                Step(new MembershipInput.DialFailed(m.Address, EndOf(m.Reason)));
                break;
            case NetworkEvent.Received m:
                Step(new MembershipInput.Received(m.Peer, m.Frame));
                break;
            default:
                Invariant.Break("a network event without a rule");
                break;
        }
    }

    private void Step(MembershipInput input)
    {
        foreach (MembershipEffect effect in _recorder.Step(Context.Now, input)) Perform(effect);
    }

    private void Perform(MembershipEffect effect)
    {
        switch (effect)
        {
            case MembershipEffect.Dial m:
                _ports.Network.Dial(m.Address);
                break;
            case MembershipEffect.Send m:
                // A full queue is repaired by the next comparison.
                _ports.Network.Send(m.Peer, FrameClass.Membership, m.Message);
                break;
            case MembershipEffect.Disconnect m:
                _ports.Network.Disconnect(m.Peer, m.End == ConnectionEnd.Misbehaved ? DisconnectReason.ScoreTooLow : DisconnectReason.Closed);
                break;
            case MembershipEffect.Delivered m:
                _doors.Gateway.Tell(new GatewayCommand.TopicDelivered(m.Topic, m.Payload));
                break;
            case MembershipEffect.Joined m:
                Say(LogLevel.Information, $"member {m.Record.Peer.Hash.ToShortString()} joined");
                break;
            case MembershipEffect.Suspected m:
                Say(LogLevel.Information, $"member {m.Peer.Hash.ToShortString()} is silent");
                break;
            case MembershipEffect.Left m:
                Say(LogLevel.Information, $"member {m.Peer.Hash.ToShortString()} left");
                break;
            case MembershipEffect.Banned m:
                Say(LogLevel.Warning, $"peer {m.Peer.Hash.ToShortString()} is banned until {m.Until}");
                break;
            case MembershipEffect.PeerReady or MembershipEffect.PeerGone or MembershipEffect.Updated or MembershipEffect.Recovered:
                break;
            default:
                Invariant.Break("an effect without a hand");
                break;
        }
    }

    private void Report()
    {
        ImmutableArray<MemberStatus> known = _machine.Members;
        ImmutableArray<MemberView>.Builder members = ImmutableArray.CreateBuilder<MemberView>(known.Length + 1);
        if (_machine.Own is { } own) members.Add(ViewOf(own, "Self"));
        foreach (MemberStatus member in known) members.Add(ViewOf(member.Record, member.State.ToString()));
        Context.Publish(new MembershipStatus(_machine.ConnectedCount, members.ToImmutable()));
    }

    private static MemberView ViewOf(MemberRecord record, string state)
    {
        ImmutableArray<string>.Builder roles = ImmutableArray.CreateBuilder<string>();
        if (record.Roles.HasFlag(MemberRoles.Validator)) roles.Add("validator");
        if (record.Roles.HasFlag(MemberRoles.Provider)) roles.Add("provider");
        if (record.Roles.HasFlag(MemberRoles.Gateway)) roles.Add("gateway");
        return new MemberView
        {
            Key = record.NodeKey,
            Address = record.Addresses.IsEmpty ? string.Empty : record.Addresses[0],
            Api = record.ApiAddress ?? string.Empty,
            Roles = roles.ToImmutable(),
            Region = record.Region,
            State = state,
        };
    }

    private static MemberRoles RolesOf(NodeModel model, in PublicKey key)
    {
        MemberRoles roles = MemberRoles.None;
        if (model.ValidatorIndexOf(key) is not null) roles |= MemberRoles.Validator;
        if (model.Provider is not null) roles |= MemberRoles.Provider;
        if (model.Api.Length != 0) roles |= MemberRoles.Gateway;
        return roles;
    }

    private static ConnectionEnd EndOf(DisconnectReason reason) => reason switch
    {
        DisconnectReason.Closed => ConnectionEnd.Lost,
        DisconnectReason.ConnectionLost => ConnectionEnd.Lost,
        DisconnectReason.Timeout => ConnectionEnd.Lost,
        DisconnectReason.FrameTooLarge => ConnectionEnd.Misbehaved,
        DisconnectReason.FrameMalformed => ConnectionEnd.Misbehaved,
        DisconnectReason.RateExceeded => ConnectionEnd.Misbehaved,
        DisconnectReason.ScoreTooLow => ConnectionEnd.Misbehaved,
        DisconnectReason.WrongChain => ConnectionEnd.Incompatible,
        DisconnectReason.VersionUnsupported => ConnectionEnd.Incompatible,
        DisconnectReason.CertificateRefused => ConnectionEnd.Incompatible,
        DisconnectReason.DuplicateConnection => ConnectionEnd.Duplicate,
        DisconnectReason.TooManyPeers => ConnectionEnd.Full,
        DisconnectReason.SelfConnection => ConnectionEnd.Self,
    };

    private void Say(LogLevel level, string text) => Context.Publish(new NodeLog(level, "membership", text));
}
