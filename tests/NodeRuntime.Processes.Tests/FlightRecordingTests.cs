using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using NodeRuntime.Processes.Tests.Net;
using NodeRuntime.Processes.Tests.Running;

namespace NodeRuntime.Processes.Tests;

/// <summary>A validator is killed in the middle of its work: what its flight recorder left replays equal.</summary>
[Collection(PeerNetGroup.Name)]
public sealed class FlightRecordingTests(PeerNet net)
{
    [Fact]
    public async Task Killed_it_leaves_a_recording_that_replays_equal_and_a_change_in_it_is_caught()
    {
        await net.BeginAsync();
        Signals.Kill(net.ProcessOf(3));
        string flight = Path.Combine(net.DataOf(3), "flight");

        Finished equal = await CliRun.RunAsync(net.Place, 60, "replay", flight, "--output", "json");
        string newest = Directory.GetFiles(flight, "consensus-*").Order(StringComparer.Ordinal).Last();
        byte[] bytes = await File.ReadAllBytesAsync(newest);
        bytes[bytes.Length / 2] ^= 1;
        string changed = net.Place.PathOf("changed.flight");
        await File.WriteAllBytesAsync(changed, bytes);
        Finished damaged = await CliRun.RunAsync(net.Place, 30, "replay", changed, "--output", "json");
        Finished missing = await CliRun.RunAsync(net.Place, 30, "replay", net.Place.PathOf("none"), "--output", "json");
        net.Start(3);
        await net.GoesOnAsync();

        Assert.True(equal.ExitCode == 0, equal.Output + equal.Error);
        JsonElement result = equal.Json();
        Assert.True(result.GetProperty("equal").GetBoolean());
        Assert.True(result.GetProperty("inputs").GetInt32() > 50, equal.Output);
        Assert.Contains(result.GetProperty("files").EnumerateArray(), static file => file.GetProperty("machine").GetString() == "consensus");
        Assert.Equal(5, damaged.ExitCode);
        Assert.Equal("Damaged", damaged.Json().GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(3, missing.ExitCode);
    }
}
