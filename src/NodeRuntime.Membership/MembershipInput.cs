using System;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Membership;

/// <summary>Everything the world may say to membership. Clients' connections are none of its business and are not told.</summary>
public abstract record MembershipInput
{
    private MembershipInput()
    {
    }

    /// <summary>Time has passed: comes every <see cref="MembershipConfig.TickInterval"/>, and first of all inputs.</summary>
    public sealed record Tick : MembershipInput;

    /// <summary>A peer proved its key.</summary>
    public sealed record Connected(PeerId Peer, PublicKey NodeKey, string Address, bool Outbound) : MembershipInput;

    public sealed record Disconnected(PeerId Peer, ConnectionEnd End) : MembershipInput;

    public sealed record DialFailed(string Address, ConnectionEnd End) : MembershipInput;

    /// <summary>A frame of class Membership.</summary>
    public sealed record Received(PeerId Peer, ReadOnlyMemory<byte> Message) : MembershipInput;

    /// <summary>Another machine caught a peer at something.</summary>
    public sealed record Misbehaved(PeerId Peer, Misdeed Misdeed) : MembershipInput;

    /// <summary>The ledger's validators: connections with all of them are kept.</summary>
    public sealed record Validators(ImmutableArray<PeerId> Peers) : MembershipInput;

    /// <summary>Bytes for everybody, once.</summary>
    public sealed record Publish(ushort Topic, ReadOnlyMemory<byte> Payload) : MembershipInput;
}
