using NodeRuntime.Primitives;
using NodeRuntime.Simulation;
using Xunit;

namespace NodeRuntime.Runtime.Tests;

/// <summary>A whole peer, alone: its own validator, provider and gateway.</summary>
public sealed class PeerNodeTests
{
    [Fact]
    public void One_validator_finalizes_and_settles_jobs_by_itself()
    {
        SimulationReport report = new World(new SimulationConfig
        {
            Peers = 1,
            Validators = 1,
            Seed = 1,
            Length = Duration.FromSeconds(60),
            Faults = Faults.None,
        }).Run();

        Assert.Empty(report.Violations);
        Assert.True(report.FinalizedHeight.Number > 10, $"only height {report.FinalizedHeight}");
        Assert.True(report.JobsSettled > 0, $"{report.JobsSettled} of {report.JobsSubmitted} jobs settled");
    }
}
