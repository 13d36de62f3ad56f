using System;
using System.Linq;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Client.Tests.Support;

internal static class TestClients
{
    public const string Owner = "owner";

    public static ClusterClient Over(HandMadeChain trusted, params FakeGateway[] gateways) => Over(trusted, static it => it, [.. gateways.Select(static g => g.Address)]);

    public static ClusterClient Over(HandMadeChain trusted, Func<ClientContext, ClientContext> change, params Uri[] contacts) => new(
        change(new ClientContext([.. contacts], trusted.Chain)
        {
            PollInterval = TimeSpan.FromMilliseconds(10),
            RequestTimeout = TimeSpan.FromSeconds(2),
            ConfirmWithin = TimeSpan.FromSeconds(10),
        }),
        TestKeys.SignerOf(Owner),
        TestKeys.Signatures,
        new StandingClock());
}
