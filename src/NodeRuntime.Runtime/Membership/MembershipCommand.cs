using System;
using System.Collections.Immutable;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Membership;
using NodeRuntime.Primitives;

namespace NodeRuntime.Runtime.Membership;

/// <summary>What the membership supervisor hears.</summary>
public abstract record MembershipCommand
{
    private MembershipCommand()
    {
    }

    /// <summary>From the network; peers only, clients are none of its business.</summary>
    public sealed record Network(NetworkEvent Happened) : MembershipCommand;

    public sealed record Tick : MembershipCommand;

    /// <summary>Spread a topic's message to every peer.</summary>
    public sealed record Publish(ushort Topic, ReadOnlyMemory<byte> Bytes) : MembershipCommand;

    /// <summary>Who votes from now on: they keep connections with each other.</summary>
    public sealed record Validators(ImmutableArray<PeerId> Peers) : MembershipCommand;

    /// <summary>A peer sent what an honest one does not send.</summary>
    public sealed record Misbehaved(PeerId Peer, Misdeed Misdeed) : MembershipCommand;
}
