using System;
using System.Linq;
using NodeRuntime.Provenance.Fraud;
using NodeRuntime.Provenance.Tests.Receipts;

namespace NodeRuntime.Provenance.Tests.Fraud;

/// <summary>Who lies is convicted, by what it signed itself; who does not is not, whatever else goes wrong.</summary>
public sealed class ThousandPeersTests
{
    private const int Seconds = 4;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Every_provable_lie_is_proven_and_nobody_honest_is_accused(ulong seed)
    {
        Auditor auditor = new(new FraudRules(Samples.Chain, Signing.Fake.Verifier));
        ThousandPeers world = new(seed, auditor);
        for (int second = 0; second < Seconds; second++) world.Advance(second);

        Assert.Equal(world.Lies, auditor.Proven);
        Assert.Equal(Enum.GetValues<FraudKind>(), world.Lies.Select(static it => it.Kind).Distinct().Order());
        Assert.True(auditor.Cleared > ThousandPeers.Peers * Seconds, $"{auditor.Cleared} claims that accused nobody");
    }
}
