using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Client.Jobs;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Processes.Tests.Running;
using NodeRuntime.Proofs.Jobs;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Processes.Tests;

/// <summary>Programs that mean harm end with a name, are paid for as far as they ran, and every peer goes on.</summary>
[Collection(DevnetGroup.Name)]
public sealed class HostileModuleTests(Devnet devnet)
{
    [Theory]
    [InlineData("endless", JobOutcome.OutOfFuel)]
    [InlineData("garbage", JobOutcome.ModuleRefused)]
    [InlineData("greedy", JobOutcome.MemoryExceeded)]
    [InlineData("memory bomb", JobOutcome.Trapped)]
    public async Task It_ends_with_its_outcome_and_is_settled(string name, JobOutcome outcome)
    {
        byte[] module = name switch
        {
            "endless" => Modules.Endless,
            "garbage" => Modules.Garbage,
            "greedy" => Modules.Greedy,
            _ => Modules.MemoryBomb,
        };
        PreparedJob job = await Jobs.PrepareAsync(devnet, module, fuel: 2_000_000_000);
        OrderId order = await devnet.Owner.SubmitAsync(job, CancellationToken.None);
        JobReport report = await Jobs.RunAsync(devnet, job, order, 40);
        Assert.Equal(outcome, report.Result.Outcome);
        Assert.Equal(LeaseState.Settled, report.Lease.State);
        Assert.Equal(1, report.Attempts);
        await devnet.GoesOnAsync();
    }
}
