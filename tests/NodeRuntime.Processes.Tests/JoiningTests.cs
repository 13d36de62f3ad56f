using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Threading.Tasks;
using NodeRuntime.Processes.Tests.Running;

namespace NodeRuntime.Processes.Tests;

/// <summary>What stands in the way of a peer that wants to join is said in one sentence.</summary>
[Collection(DevnetGroup.Name)]
public sealed class JoiningTests(Devnet devnet)
{
    [Fact]
    public async Task A_wrong_genesis_hash_is_refused_by_name()
    {
        string folder = await devnet.InitAsync("wrong-genesis", new string('b', 64), devnet.ConfigOf(0).Listen);
        Finished done = await CliRun.RunAsync(devnet.Place, 10, "run", Path.Combine(folder, "peer.yaml"), "--output", "json");
        AssertError(done, 1, "PeerFailed", "another chain");
    }

    [Fact]
    public async Task A_mistyped_key_is_named_with_its_line()
    {
        string folder = await devnet.InitAsync("typo", devnet.Context.Chain.ToString(), devnet.ConfigOf(0).Listen);
        string path = Path.Combine(folder, "peer.yaml");
        string[] lines = [.. await File.ReadAllLinesAsync(path), "liste: 127.0.0.1:1"];
        await File.WriteAllLinesAsync(path, lines);
        Finished done = await CliRun.RunAsync(devnet.Place, 10, "run", path, "--output", "json");
        AssertError(done, 2, "ConfigInvalid", $"peer.yaml:{lines.Length}:");
        Assert.Contains("liste", done.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_taken_port_is_named()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        string address = taken.LocalEndpoint.ToString()!;
        foreach (string key in (string[])["listen", "api"])
        {
            string folder = await devnet.InitAsync("taken-" + key, devnet.Context.Chain.ToString(), devnet.ConfigOf(0).Listen);
            string path = Path.Combine(folder, "peer.yaml");
            string[] lines = [.. (await File.ReadAllLinesAsync(path)).Select(line => line.StartsWith(key + ":", StringComparison.Ordinal) ? $"{key}: {address}" : line)];
            await File.WriteAllLinesAsync(path, lines);
            Finished done = await CliRun.RunAsync(devnet.Place, 15, "run", path, "--output", "json");
            AssertError(done, 1, "PeerFailed", address);
        }
    }

    [Fact]
    public async Task A_data_folder_in_use_is_not_opened_twice()
    {
        Finished done = await CliRun.RunAsync(devnet.Place, 10, "run", devnet.ConfigPathOf(3), "--output", "json");
        AssertError(done, 1, "PeerFailed", "Another process");
        Assert.Equal("Voting", (await devnet.StatusAsync(3))!.Consensus);
    }

    private static void AssertError(Finished done, int exitCode, string code, string words)
    {
        Assert.True(done.ExitCode == exitCode, $"exit code {done.ExitCode}: {done.Output} {done.Error}");
        JsonElement error = done.Json().GetProperty("error");
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.Contains(words, error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.NotEmpty(error.GetProperty("hint").GetString()!);
    }
}
