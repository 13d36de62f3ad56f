using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Membership;

/// <summary>Everything membership may ask of the world or tell it.</summary>
public abstract record MembershipEffect
{
    private MembershipEffect()
    {
    }

    public sealed record Dial(string Address) : MembershipEffect;

    /// <summary>A frame of class Membership; one that a full queue refuses is repaired by a later comparison.</summary>
    public sealed record Send(PeerId Peer, ReadOnlyMemory<byte> Message) : MembershipEffect;

    /// <summary>Misbehaved is ScoreTooLow to the network.</summary>
    public sealed record Disconnect(PeerId Peer, ConnectionEnd End) : MembershipEffect;

    /// <summary>A connected peer's record is known: it can be spoken with. Once for each connection.</summary>
    public sealed record PeerReady(PeerId Peer, MemberRecord Record) : MembershipEffect;

    /// <summary>The connection of a peer that was ready ended.</summary>
    public sealed record PeerGone(PeerId Peer) : MembershipEffect;

    /// <summary>A member that was not known, or had left.</summary>
    public sealed record Joined(MemberRecord Record) : MembershipEffect;

    /// <summary>A known member issued a newer record.</summary>
    public sealed record Updated(MemberRecord Record) : MembershipEffect;

    /// <summary>Advice, not truth: neither we nor those that we asked hear of it.</summary>
    public sealed record Suspected(PeerId Peer) : MembershipEffect;

    public sealed record Recovered(PeerId Peer) : MembershipEffect;

    public sealed record Left(PeerId Peer) : MembershipEffect;

    public sealed record Banned(PeerId Peer, Instant Until) : MembershipEffect;

    /// <summary>A topic message, once. Who published it is a claim that the payload must prove; who passed it on is proven.</summary>
    public sealed record Delivered(ushort Topic, ReadOnlyMemory<byte> Payload, PeerId Origin, PeerId Via) : MembershipEffect;
}
