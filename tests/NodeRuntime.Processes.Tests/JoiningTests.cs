using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Api;
using NodeRuntime.Client;
using NodeRuntime.Client.Reads;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Processes.Tests.Running;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Processes.Tests;

/// <summary>A stranger's peer joins with one address and a genesis hash; what stands in its way is said in one sentence.</summary>
[Collection(DevnetGroup.Name)]
public sealed class JoiningTests(Devnet devnet)
{
    [Fact]
    public async Task A_fifth_peer_syncs_gets_tokens_and_bonds_by_itself()
    {
        string folder = await InitAsync("fifth", devnet.Context.Chain.ToString(), devnet.ConfigOf(2).Listen, "--price", "1200");
        await using CliRun peer = CliRun.Start(devnet.Place, "run", Path.Combine(folder, "peer.yaml"), "--output", "json");
        await Deadline.UntilAsync("its announcement", 30, () => peer.HasExited || peer.Output.EndsWith('}'));
        Assert.False(peer.HasExited, peer.Output + peer.Error);
        using JsonDocument said = JsonDocument.Parse(peer.Output);
        Uri api = new(said.RootElement.GetProperty("api").GetString()!);
        AccountId account = AccountOf(said.RootElement);
        Assert.True(File.Exists(Path.Combine(folder, "genesis.bin")));

        ulong tip = await devnet.TipAsync();
        await Deadline.UntilAsync($"the fifth peer at height {tip}", 30, async () => (await devnet.StatusAsync(api))?.FinalizedHeight >= tip);
        StatusAnswer status = (await devnet.StatusAsync(api))!;
        Assert.Equal("Observing", status.Consensus);
        Assert.True(status.Supply.Conserved);
        await Deadline.UntilAsync("five known members", 20, async () => (await devnet.StatusAsync(api))?.MembersKnown >= 5);

        Finished paid = await CliRun.RunAsync(
            devnet.Place, 30, "wallet", "faucet", "--to", account.ToString(), "--context", devnet.ContextPath, "--output", "json");
        Assert.True(paid.ExitCode == 0, paid.Output + paid.Error);
        Assert.Equal(account.ToString(), paid.Json().GetProperty("to").GetString());
        ProvenRecord<BondRecord>? bond = null;
        await Deadline.UntilAsync("its bond, proven", 30, async () =>
        {
            bond = await devnet.Owner.Reads.BondAsync(account, CancellationToken.None);
            return bond.Record?.Bonded == Amount.FromTokens(200);
        });
        Assert.Equal(Amount.Zero, bond!.Record!.Unbonding);

        peer.Interrupt();
        Finished done = await peer.EndAsync(15);
        Assert.True(done.ExitCode is 0 or 130, $"exit code {done.ExitCode}: {done.Error}");
    }

    [Fact]
    public async Task A_wrong_genesis_hash_is_refused_by_name()
    {
        string folder = await InitAsync("wrong-genesis", new string('b', 64), devnet.ConfigOf(0).Listen);
        Finished done = await CliRun.RunAsync(devnet.Place, 10, "run", Path.Combine(folder, "peer.yaml"), "--output", "json");
        AssertError(done, 1, "PeerFailed", "another chain");
    }

    [Fact]
    public async Task A_mistyped_key_is_named_with_its_line()
    {
        string folder = await InitAsync("typo", devnet.Context.Chain.ToString(), devnet.ConfigOf(0).Listen);
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
            string folder = await InitAsync("taken-" + key, devnet.Context.Chain.ToString(), devnet.ConfigOf(0).Listen);
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

    private static AccountId AccountOf(JsonElement said)
    {
        Assert.True(Hash256.TryParse(said.GetProperty("account").GetString()!, out Hash256 hash));
        return new AccountId(hash);
    }

    private async Task<string> InitAsync(string name, string genesis, string seed, params string[] more)
    {
        string folder = devnet.Place.PathOf(name);
        string[] ports = ["--listen", Free(), "--api", Free()];
        Finished done = await CliRun.RunAsync(
            devnet.Place, 15, ["init", folder, "--genesis", genesis, "--seed", seed, "--region", "local", .. ports, .. more]);
        Assert.True(done.ExitCode == 0, done.Output + done.Error);
        return folder;
    }

    private static string Free()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return listener.LocalEndpoint.ToString()!;
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
