using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using NodeRuntime.Cli.Tests.Support;

namespace NodeRuntime.Cli.Tests;

public sealed class HelpTests
{
    // The name of this process stands in the usage lines; under the tests it is another.
    private static readonly string ProgramName = System.CommandLine.RootCommand.ExecutableName;

    [Theory]
    [InlineData("job")]
    [InlineData("job submit")]
    [InlineData("receipt")]
    [InlineData("receipt verify")]
    [InlineData("receipt extend")]
    [InlineData("fraud")]
    [InlineData("fraud submit")]
    [InlineData("witness serve")]
    [InlineData("data event add")]
    [InlineData("data trace")]
    [InlineData("wallet")]
    [InlineData("init")]
    [InlineData("doctor")]
    [InlineData("capacity")]
    [InlineData("capacity plot")]
    [InlineData("capacity prove")]
    [InlineData("posture")]
    [InlineData("posture watch")]
    [InlineData("wasm run")]
    [InlineData("wasm spec")]
    public async Task A_verbs_help_is_as_it_was(string verb)
    {
        using CommandLine line = new();
        (ExitCode code, string output, _) = await line.RunAsync([.. verb.Split(' '), "--help"]);

        string golden = Path.Combine(AppContext.BaseDirectory, "Golden", verb.Replace(' ', '-') + ".txt");
        string said = Normal(output);
        Assert.Equal(ExitCode.Ok, code);
        Assert.Equal(Normal(await File.ReadAllTextAsync(golden)), said);
    }

    [Fact]
    public async Task The_help_names_every_verb()
    {
        using CommandLine line = new();
        (ExitCode code, string output, _) = await line.RunAsync("--help");

        Assert.Equal(ExitCode.Ok, code);
        Assert.All(
            ["init", "run", "status", "actors", "wallet", "validator", "beacon", "job", "data", "receipt", "fraud", "witness", "capacity", "posture", "chain", "forensics", "wasm", "doctor", "completion"],
            verb => Assert.Contains("\n  " + verb, output, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_exit_code_is_documented()
    {
        string page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "cli.md"));

        Assert.All(Enum.GetValues<ExitCode>(), code => Assert.Contains($"| {(int)code} |", page, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public async Task A_completion_script_asks_the_program(string shell)
    {
        using CommandLine line = new();
        (ExitCode code, string output, _) = await line.RunAsync("completion", shell);

        Assert.Equal(ExitCode.Ok, code);
        Assert.Contains("[suggest:", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_program_suggests_its_verbs()
    {
        using CommandLine line = new();
        (_, string output, _) = await line.RunAsync("[suggest:14]", "noderuntime jo");

        Assert.Contains("job", output, StringComparison.Ordinal);
    }

    private static string Normal(string text) =>
        string.Join('\n', text.Replace(ProgramName, "noderuntime", StringComparison.Ordinal).Split('\n').Select(static line => line.TrimEnd())).TrimEnd();
}
