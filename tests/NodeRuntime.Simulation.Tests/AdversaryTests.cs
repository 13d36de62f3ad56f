using System;
using System.Text;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Runtime;
using Xunit;

namespace NodeRuntime.Simulation.Tests;

/// <summary>One validator in four misbehaves on purpose, or one of each kind in seven: the others agree and go on.</summary>
public sealed class AdversaryTests
{
    [Theory]
    [InlineData(true, false, 4)]
    [InlineData(false, true, 4)]
    [InlineData(true, true, 7)]
    public void Others_agree_and_go_on(bool hasEquivocator, bool hasSilentVoter, int validators)
    {
        StringBuilder failures = new();
        int accused = 0;
        for (ulong seed = 0; seed < 10; seed++)
        {
            SimulationReport report = new World(new SimulationConfig
            {
                Peers = validators,
                Validators = validators,
                Seed = seed,
                Length = Duration.FromSeconds(35),
                Faults = Faults.None with { LossPerMille = (int)seed },
                HasEquivocator = hasEquivocator,
                HasSilentVoter = hasSilentVoter,
                JobEvery = Duration.Zero,
                Log = (_, said) => accused += said.Text.Contains("two contradicting votes", StringComparison.Ordinal) ? 1 : 0,
            }).Run();
            if (!report.Violations.IsEmpty) failures.Append($"seed {seed}:").AppendJoin('\n', report.Violations).Append('\n');
            if (report.FinalizedHeight.Number < 8) failures.Append($"seed {seed}: only height {report.FinalizedHeight}\n");
        }

        Assert.True(failures.Length == 0, failures.ToString());
        // Who tells two stories is found out, even where neither gets a certificate.
        if (hasEquivocator) Assert.True(accused > 0);
    }

    [Theory]
    [InlineData(4, 5)]
    [InlineData(7, 8)]
    public void A_validator_that_tells_two_stories_is_slashed_on_every_ledger_and_nobody_else_is(int validators, int peers)
    {
        World world = new(new SimulationConfig
        {
            Peers = peers,
            Validators = validators,
            Seed = 21,
            Length = Duration.FromSeconds(60),
            Faults = Faults.None,
            HasEquivocator = true,
            JobEvery = Duration.FromSeconds(10),
        });
        world.Begin();
        world.AdvanceTo(Duration.FromSeconds(30));
        // Who was away, and who comes back without having kept the evidence, finds it in the chain.
        world.Crash(2);
        world.AdvanceTo(Duration.FromSeconds(33));
        world.Restart(2);
        world.AdvanceTo(Duration.FromSeconds(60));
        SimulationReport report = world.Finish();
        Assert.True(report.Violations.IsEmpty, string.Join('\n', report.Violations));

        JailRecord? first = null;
        for (int peer = 0; peer < peers; peer++)
        {
            LedgerTip tip = world.TipOf(peer)!;
            Assert.Equal(AuditVerdict.Sound, LedgerAudit.Run(tip.State));
            JailRecord jail = Assert.Single(tip.State.Records.Jailed(100));
            first ??= jail;
            Assert.Equal(first, jail);
        }

        Assert.Equal(world.KeyOf(0), first!.Key);
        // Half of the bond of 200 tokens.
        Assert.Equal(Amount.FromTokens(100), first.Taken);
    }
}
