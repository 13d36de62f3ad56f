using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net.Http;
using System.Text.Json;
using System.Threading.Tasks;
using NodeRuntime.Api;
using NodeRuntime.Processes.Tests.Running;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Forensics;

namespace NodeRuntime.Processes.Tests;

/// <summary>The chain's randomness is the same whoever says it, and each value follows from the one before it.</summary>
[Collection(DevnetGroup.Name)]
public sealed class BeaconReadTests(Devnet devnet)
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(20) };

    [Fact]
    public async Task What_is_proven_stands_in_the_headers_and_the_next_follow_from_it()
    {
        Finished read = await CliRun.RunAsync(devnet.Place, 30, "beacon", "--context", devnet.ContextPath, "--output", "json");
        Assert.True(read.ExitCode == 0, read.Output + read.Error);
        ulong height = read.Json().GetProperty("height").GetUInt64();
        Assert.Equal(height + 1, read.Json().GetProperty("provenHeight").GetUInt64());
        await Deadline.UntilAsync("three more blocks", 30, async () => (await devnet.StatusAsync(1))?.FinalizedHeight >= height + 3);

        string path = Routes.Chain.Replace("{from}", height.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        ChainAnswer chain = JsonSerializer.Deserialize(await Http.GetStringAsync(new Uri(devnet.ApiOf(1), path)), ApiJson.Default.ChainAnswer)!;
        List<BlockHeader> headers = [.. chain.Links.Select(
            static link => ChainLink.TryDecode(Convert.FromBase64String(link), out ChainLink? read) ? read!.Header : throw new FormatException(link))];
        Assert.Equal(read.Json().GetProperty("beacon").GetString(), headers[0].Beacon.ToString());
        Assert.All(headers.Zip(headers.Skip(1)), static pair => Assert.Equal(BeaconVerdict.Accepted, Beacon.Verify(pair.First, pair.Second)));

        BeaconAnswer newest = JsonSerializer.Deserialize(await Http.GetStringAsync(new Uri(devnet.ApiOf(2), Routes.Beacon)), ApiJson.Default.BeaconAnswer)!;
        Assert.True(newest.Height >= height);
        if (headers.Find(header => header.Height.Number == newest.Height) is { } same) Assert.Equal(same.Beacon.ToString(), newest.Beacon);
    }
}
