using System;
using System.Text.Json;
using System.Threading.Tasks;
using NodeRuntime.Cli.Tests.Support;

namespace NodeRuntime.Cli.Tests;

/// <summary>What people get wrong: each has its exit code, its place and a hint, for people and for programs.</summary>
public sealed class BadInputTests
{
    private static readonly string Hash = new('a', 64);

    [Theory]
    [InlineData(2, "wat", "wat")]
    [InlineData(2, "FILE", "job", "submit")]
    [InlineData(2, "--genesis", "init", "HOME/peer")]
    [InlineData(2, "genesis: must be", "init", "HOME/peer", "--genesis", "abc")]
    [InlineData(2, "listen: 'nowhere'", "init", "HOME/peer", "--genesis", "HASH", "--listen", "nowhere")]
    [InlineData(2, "cannot be read", "run", "HOME/none.yaml")]
    [InlineData(2, "peer.yaml:2:1", "run", "HOME/peer.yaml")]
    [InlineData(2, "job.yaml:2:1", "job", "submit", "HOME/job.yaml")]
    [InlineData(2, "cannot be read", "job", "submit", "HOME/none.yaml")]
    [InlineData(2, "'xyz' is no id", "job", "status", "xyz")]
    [InlineData(3, "not submitted from this machine", "job", "logs", "HASH")]
    [InlineData(3, "not submitted from this machine", "job", "follow", "HASH")]
    [InlineData(3, "no receipt", "receipt", "get", "HASH")]
    [InlineData(3, "there is no file", "receipt", "verify", "HOME/none.receipt")]
    [InlineData(2, "'abc' is no id", "receipt", "verify", "HOME/peer.yaml", "--genesis", "abc")]
    [InlineData(2, "no context file", "wallet", "show")]
    [InlineData(2, "no context file", "status")]
    [InlineData(2, "no context file", "validator", "list")]
    [InlineData(2, "no context file", "validator", "leave")]
    [InlineData(2, "no context file", "beacon")]
    [InlineData(2, "'--node-key' is required", "validator", "join")]
    [InlineData(2, "'--consensus-key' is required", "validator", "rotate", "--node-key", "node.key")]
    [InlineData(2, "'1.1234567' is no amount", "wallet", "send", "HASH", "1.1234567")]
    [InlineData(2, "'0' is no amount", "wallet", "send", "HASH", "0")]
    [InlineData(2, "'-1' is no amount", "wallet", "send", "HASH", "-1")]
    [InlineData(2, "no id", "wallet", "new", "--genesis", "12")]
    [InlineData(2, "tcsh", "completion", "tcsh")]
    [InlineData(2, "no folder of a plot", "capacity", "plot")]
    [InlineData(2, "no chain is named", "capacity", "plot", "--data", "HOME/plot")]
    [InlineData(2, "no node key is named", "capacity", "plot", "--data", "HOME/plot", "--genesis", "HASH")]
    [InlineData(3, "none.key", "capacity", "plot", "--data", "HOME/plot", "--genesis", "HASH", "--node-key", "HOME/none.key")]
    [InlineData(2, "peer.yaml:2:1", "capacity", "plot", "--config", "HOME/peer.yaml")]
    [InlineData(3, "there is no plot", "capacity", "check", "--data", "HOME/none")]
    [InlineData(2, "no folder of a plot", "capacity", "prove", "--seconds", "0")]
    [InlineData(2, "--threads", "capacity", "benchmark", "--threads", "0")]
    public async Task It_is_named_with_its_place_and_a_hint(int expectedCode, string word, params string[] args)
    {
        ExitCode expected = (ExitCode)expectedCode;
        using CommandLine line = new();
        line.Write("peer.yaml", "version: 1\nlisten_: x\n");
        line.Write("job.yaml", "module: a.wasm\nlimts: {}\n");
        string[] real = Array.ConvertAll(args, arg => arg == "HASH" ? Hash : arg.Replace("HOME/", line.PathOf(string.Empty) + "/", StringComparison.Ordinal));

        (ExitCode code, string output, string error) = await line.RunAsync(real);
        (ExitCode jsonCode, JsonElement answer) = await line.RunJsonAsync(real);

        Assert.Equal(expected, code);
        Assert.Equal(expected, jsonCode);
        Assert.Empty(output);
        Assert.StartsWith("error: ", error, StringComparison.Ordinal);
        Assert.Contains(word, error, StringComparison.Ordinal);
        Assert.Contains("\n  hint: ", error, StringComparison.Ordinal);
        JsonElement body = answer.GetProperty("error");
        Assert.Contains(word, body.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.NotEmpty(body.GetProperty("code").GetString()!);
        Assert.Equal((int)expected, body.GetProperty("exitCode").GetInt32());
    }

    [Fact]
    public async Task Where_no_gateway_answers_the_error_lists_each()
    {
        using CommandLine line = new();
        line.Write(".config/noderuntime/context.yaml", $"contacts: [http://127.0.0.1:1]\ngenesis: {Hash}\n");

        (ExitCode code, _, string error) = await line.RunAsync("status");

        Assert.Equal(ExitCode.Unreachable, code);
        Assert.Contains("http://127.0.0.1:1/: Unreachable", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_context_comes_from_the_option_then_the_variable_then_the_home()
    {
        using CommandLine line = new();
        line.Write("option.yaml", "version: 7\n");
        line.Set("NODERUNTIME_CONTEXT", line.Write("variable.yaml", "version: 8\n"));
        line.Write(".config/noderuntime/context.yaml", "version: 9\n");

        Assert.Contains("version: 7", (await line.RunAsync("status", "--context", line.PathOf("option.yaml"))).Error, StringComparison.Ordinal);
        Assert.Contains("version: 8", (await line.RunAsync("status")).Error, StringComparison.Ordinal);
    }
}
