using System;
using System.Collections.Generic;
using System.IO;
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
        string input = place.WriteCsv("large.csv", 1_000_000);
        await using CliRun devnet = await Startup.AloneAsync(async () =>
        {
            CliRun started = CliRun.Start(place, "devnet", "--no-capacity", "--data", place.PathOf("net"), "--peers", "2", "--input", input);
            await Deadline.UntilAsync("a sandbox at work", 90, () =>
                ProcessTable.DescendantsOf(started.Id).Any(static entry => entry.CommandLine.Contains("sandbox-", StringComparison.Ordinal)));
            return started;
        });
        IReadOnlyList<ProcessEntry> all = ProcessTable.DescendantsOf(devnet.Id);
        Assert.True(all.Count >= 3, $"{all.Count} processes");
        devnet.Kill();
        await Deadline.UntilAsync("the end of all that it started", 10, () => !all.Any(ProcessTable.IsAlive));
        Assert.Empty(ProcessTable.Naming(place.Root));
    }

    [Theory]
    [InlineData("SIGINT")]
    [InlineData("SIGTERM")]
    public async Task Asked_once_it_stops_all_it_started_says_where_the_data_is_and_returns_zero(string signal)
    {
        using Workplace place = new();
        await using CliRun devnet = await Startup.AloneAsync(async () =>
        {
            CliRun started = CliRun.Start(
                place, "devnet", "--no-capacity", "--data", place.PathOf("net"), "--peers", "1", "--input", place.WriteCsv("small.csv", 20));
            await started.LineAsync("devnet: running", 60);
            return started;
        });
        IReadOnlyList<ProcessEntry> all = ProcessTable.DescendantsOf(devnet.Id);
        Assert.NotEmpty(all);
        if (signal == "SIGINT") Signals.Interrupt(devnet.Id);
        else Signals.Terminate(devnet.Id);
        Finished done = await devnet.EndAsync(15);
        Assert.True(done.ExitCode == 0, $"exit code {done.ExitCode}: {done.Output} {done.Error}");
        Assert.Contains("the data is in " + place.PathOf("net"), done.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("were killed", done.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(all, ProcessTable.IsAlive);
        Assert.True(File.Exists(place.PathOf(Path.Combine("net", "peer-0", "peer.yaml"))));
    }

    [Fact]
    public async Task Cut_off_at_its_start_it_says_interrupted_and_a_peer_that_does_not_end_is_killed_when_asked_again()
    {
        using Workplace place = new();
        await using CliRun devnet = CliRun.Start(place, "devnet", "--no-capacity", "--data", place.PathOf("net"), "--peers", "2");
        string second = place.PathOf(Path.Combine("net", "peer-1", "peer.yaml"));
        await Deadline.UntilAsync("two peers", 30, () => ProcessTable.Naming(second).Count == 1);
        IReadOnlyList<ProcessEntry> all = ProcessTable.DescendantsOf(devnet.Id);
        Signals.Pause(ProcessTable.Naming(second).Single().Id);
        Signals.Interrupt(devnet.Id);
        await Deadline.UntilAsync("its word that it stops", 10, () => devnet.Error.Contains("once more kills", StringComparison.Ordinal));
        Signals.Interrupt(devnet.Id);
        Finished done = await devnet.EndAsync(15);
        Assert.True(done.ExitCode == 130, $"exit code {done.ExitCode}: {done.Output} {done.Error}");
        Assert.Contains("were killed", done.Error, StringComparison.Ordinal);
        Assert.Contains("the data is in " + place.PathOf("net"), done.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(all, ProcessTable.IsAlive);
    }
}
