using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using NodeRuntime.Processes.Tests.Running;

namespace NodeRuntime.Processes.Tests;

/// <summary>However a devnet ends, nothing of it stays.</summary>
public sealed class DevnetEndTests
{
    [Fact]
    public async Task Killed_in_the_middle_of_a_job_it_leaves_no_peer_and_no_sandbox()
    {
        using Workplace place = new();
        await using CliRun devnet = CliRun.Start(
            place, "devnet", "--data", place.PathOf("net"), "--peers", "2", "--input", place.WriteCsv("large.csv", 1_000_000));
        await Deadline.UntilAsync("a sandbox at work", 40, () =>
            ProcessTable.DescendantsOf(devnet.Id).Any(static entry => entry.CommandLine.Contains("sandbox-", StringComparison.Ordinal)));
        IReadOnlyList<ProcessEntry> all = ProcessTable.DescendantsOf(devnet.Id);
        Assert.True(all.Count >= 3, $"{all.Count} processes");
        devnet.Kill();
        await Deadline.UntilAsync("the end of all that it started", 10, () => !all.Any(ProcessTable.IsAlive));
        Assert.Empty(ProcessTable.Naming(place.Root));
    }
}
