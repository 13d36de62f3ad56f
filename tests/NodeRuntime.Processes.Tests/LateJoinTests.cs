using System;
using System.Threading.Tasks;
using NodeRuntime.Api;
using NodeRuntime.Processes.Tests.Net;
using Xunit.Abstractions;

namespace NodeRuntime.Processes.Tests;

/// <summary>A peer joins a chain with a past, as processes over TLS. The campaign is the same at a height that takes days to reach.</summary>
public sealed class LateJoinTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_newcomer_is_live_by_a_snapshot_and_says_where_its_history_begins()
    {
        const ulong Height = 410;
        await using GrownNet net = await GrownNet.StartAsync(Height, accounts: 9_000, static config => config.SnapshotEvery = 400);
        TimeSpan joined = await net.JoinAsync(60, static config => config.SnapshotBehind = 100);
        StatusAnswer status = await net.NewcomerAsync();
        Assert.Equal(401UL, status.FirstBlock);
        Assert.Equal("in step", status.Sync);
        Assert.Equal(400UL, status.SnapshotHeight);
        Assert.True(status.Supply.Conserved);
        Assert.Contains("the ledger goes on at height", net.NewcomersLog, StringComparison.Ordinal);
        output.WriteLine($"live after {joined.TotalSeconds:F1} s");
    }

    /// <summary>NODERUNTIME_CAMPAIGN_HEIGHT=100000 dotnet test tests/NodeRuntime.Processes.Tests --filter Campaign -l "console;verbosity=detailed"</summary>
    [Fact]
    public async Task Campaign_start_and_join_at_a_great_height()
    {
        if (!ulong.TryParse(Environment.GetEnvironmentVariable("NODERUNTIME_CAMPAIGN_HEIGHT"), out ulong height))
        {
            output.WriteLine("not asked for: NODERUNTIME_CAMPAIGN_HEIGHT names no height");
            return;
        }

        await using GrownNet net = await GrownNet.StartAsync(height, accounts: 9_000, static _ => { });
        output.WriteLine($"journal of an archive at height {height}: {net.JournalBytes(0) / 1e6:F1} MB");
        TimeSpan restarted = await net.RestartAsync(1);
        output.WriteLine($"a validator started anew votes after {restarted.TotalSeconds:F1} s");
        TimeSpan bySnapshot = await net.JoinAsync(300, static _ => { });
        output.WriteLine($"a newcomer is live by snapshot after {bySnapshot.TotalSeconds:F1} s");
        await net.ForgetNewcomerAsync();
        TimeSpan byBlocks = await net.JoinAsync(500, static config => config.SnapshotBehind = 0);
        output.WriteLine($"a newcomer is live by blocks after {byBlocks.TotalSeconds:F1} s: {height / byBlocks.TotalSeconds:F0} blocks/s");
        net.ConfigureRetention(1, "2000");
        await net.RestartAsync(1);
        long before = net.JournalBytes(1);
        await net.UntilAsync(1, 400, "a pruned history", status => status.FirstBlock > height - 3_000);
        output.WriteLine($"journal: {before / 1e6:F1} MB before pruning, {net.JournalBytes(1) / 1e6:F1} MB after, blocks from {(await net.AskAsync(1)).FirstBlock} on");
    }
}
