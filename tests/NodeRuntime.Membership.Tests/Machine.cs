using System;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Membership.Tests;

/// <summary>One machine by itself, with a clock in hand.</summary>
internal sealed class Machine
{
    private readonly MembershipMachine _machine;

    public Machine(Func<MembershipConfig, MembershipConfig>? configure = null)
    {
        MembershipConfig config = new() { Chain = TestKeys.Chain, Addresses = ["self.test:7070"], Seeds = ["seed.test:7070"] };
        _machine = new MembershipMachine(
            configure is null ? config : configure(config), TestKeys.Signer(0), TestKeys.Signatures, new Prng(1));
    }

    public MembershipMachine Inner => _machine;

    public Instant Now { get; set; } = Instant.FromMilliseconds(1_795_000_000_000);

    public PeerId Self => _machine.Self;

    public (PeerId Peer, ISigner Signer) Peer(int number)
    {
        ISigner signer = TestKeys.Signer(number);
        return (signer.PublicKey.ToPeerId(), signer);
    }

    public ImmutableArray<MembershipEffect> Step(MembershipInput input) => _machine.Step(Now, input);

    public ImmutableArray<MembershipEffect> Tick(Duration after)
    {
        Now += after;
        return Step(new MembershipInput.Tick());
    }

    public ImmutableArray<MembershipEffect> Connect(int number) =>
        Step(new MembershipInput.Connected(Peer(number).Peer, Peer(number).Signer.PublicKey, $"peer{number}.test:7070", Outbound: false));

    public ImmutableArray<MembershipEffect> Receive(int from, byte[] message) =>
        Step(new MembershipInput.Received(Peer(from).Peer, message));

    public ImmutableArray<MembershipEffect> Receive(int from, MembershipMessage message) => Receive(from, message.Encode());
}
