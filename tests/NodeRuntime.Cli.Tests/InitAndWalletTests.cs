using System;
using System.IO;
using System.Text.Json;
using System.Threading.Tasks;
using NodeRuntime.Cli.Tests.Support;
using NodeRuntime.Client;
using NodeRuntime.Crypto;
using NodeRuntime.Host.Config;

namespace NodeRuntime.Cli.Tests;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class InitAndWalletTests
{
    private static readonly string Hash = new('b', 64);

    [Fact]
    public async Task Init_makes_a_folder_that_run_accepts()
    {
        using CommandLine line = new();
        (ExitCode code, JsonElement answer) = await line.RunJsonAsync(
            "init", line.PathOf("peer"), "--genesis", Hash, "--seed", "127.0.0.1:7001", "--seed", "127.0.0.1:7002",
            "--listen", "127.0.0.1:7003", "--api", "127.0.0.1:7004", "--region", "de-nue", "--price", "250");

        PeerConfig config = PeerConfigFile.Load(line.PathOf("peer/peer.yaml"));
        Assert.Equal(ExitCode.Ok, code);
        Assert.Equal(Hash, config.Genesis);
        Assert.Equal(["127.0.0.1:7001", "127.0.0.1:7002"], config.Seeds);
        Assert.Equal(250UL, config.Provider!.PricePerSecond);
        Assert.Equal("de-nue", config.Region);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(line.PathOf("peer/node.key")));
        Assert.True(DidKey.TryParse(answer.GetProperty("did").GetString(), out PublicKey key));
        Assert.Equal(KeyPolicy.Single(key).ToAccountId().ToString(), answer.GetProperty("account").GetString());
        Assert.Equal(key.ToPeerId().ToString(), answer.GetProperty("peer").GetString());
    }

    [Fact]
    public async Task Init_never_writes_over_a_peer()
    {
        using CommandLine line = new();
        await line.RunAsync("init", line.PathOf("peer"), "--genesis", Hash);
        byte[] key = await File.ReadAllBytesAsync(line.PathOf("peer/node.key"));

        (ExitCode code, _, string error) = await line.RunAsync("init", line.PathOf("peer"), "--genesis", Hash);

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("never written over", error, StringComparison.Ordinal);
        Assert.Equal(key, await File.ReadAllBytesAsync(line.PathOf("peer/node.key")));
    }

    [Fact]
    public async Task A_new_wallet_makes_a_context_that_uses_it()
    {
        using CommandLine line = new();
        (ExitCode code, JsonElement answer) = await line.RunJsonAsync("wallet", "new", "--contact", "http://127.0.0.1:1", "--genesis", Hash);

        string path = line.PathOf(".config/noderuntime/context.yaml");
        ContextFile context = ContextFile.Load(path);
        Assert.Equal(ExitCode.Ok, code);
        Assert.Equal("wallet.key", context.Key);
        Assert.Equal(Hash, context.ToContext(path).Chain.ToString());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(answer.GetProperty("keyFile").GetString()!));
        Assert.Equal(ExitCode.Usage, (await line.RunAsync("wallet", "new")).Code);
    }

    [Fact]
    public async Task A_machine_without_jobs_lists_none()
    {
        using CommandLine line = new();
        (ExitCode code, JsonElement answer) = await line.RunJsonAsync("job", "list", "--local");

        Assert.Equal(ExitCode.Ok, code);
        Assert.Equal(0, answer.GetProperty("jobs").GetArrayLength());
    }

    [Theory]
    [InlineData("1", 1_000_000UL, "1")]
    [InlineData("0.000001", 1UL, "0.000001")]
    [InlineData("12.50", 12_500_000UL, "12.5")]
    public void Tokens_are_read_and_written_to_the_last_unit(string text, ulong units, string written)
    {
        Assert.Equal(new NodeRuntime.Primitives.Amount(units), Words.ParseTokens(text));
        Assert.Equal(written, Words.Tokens(new NodeRuntime.Primitives.Amount(units)));
    }
}
