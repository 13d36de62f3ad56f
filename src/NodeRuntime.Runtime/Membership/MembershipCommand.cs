using System;
using System.Collections.Immutable;
using NodeRuntime.Actors;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;

namespace NodeRuntime.Runtime.Membership;

/// <summary>What the membership supervisor hears.</summary>
public abstract record MembershipCommand
{
    private MembershipCommand()
    {
    }

    public sealed record Network(NetworkEvent Happened) : MembershipCommand;

    public sealed record Tick : MembershipCommand;

    /// <summary>Spread a topic's message to every peer.</summary>
    public sealed record Publish(string Topic, ReadOnlyMemory<byte> Bytes) : MembershipCommand;

    /// <summary>A peer sent what an honest one does not send.</summary>
    public sealed record Misbehaved(PeerId Peer, string What) : MembershipCommand;
}
