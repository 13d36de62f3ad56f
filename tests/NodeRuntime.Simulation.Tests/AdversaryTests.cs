using System;
using System.Text;
using NodeRuntime.Primitives;
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
        // Of four, somebody learns of both votes, or the test tests nothing; of seven, neither story gets a certificate.
        if (hasEquivocator && validators == 4) Assert.True(accused > 0);
    }
}
