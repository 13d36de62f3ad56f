using System;
using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace NodeRuntime.Cli;

/// <summary>The command line: parses, runs one verb, and turns whatever goes wrong into a sentence, a hint and an exit code.</summary>
internal static class Application
{
    public const string Description =
        "NodeRuntime: a decentralised cloud in one binary. Peers join with nothing but a genesis hash; jobs run in sandboxes, are paid "
        + "per second from escrow, and leave receipts that anybody verifies offline.";

    public static async Task<int> RunAsync(IReadOnlyList<string> args, CliWorld world, CancellationToken cancellation = default)
    {
        using EndRequests requests = new(cancellation);
        world = world with { Haste = requests.Haste };
        GlobalOptions options = new();
        RootCommand root = new(Description);
        options.AddTo(root);
        foreach (Command verb in VerbTable.Build(world, options)) root.Add(verb);

        ParseResult parsed = root.Parse(args);
        if (parsed.Errors.Count > 0) return (int)Complain(parsed, world);
        InvocationConfiguration invocation = new()
        {
            Output = world.Out,
            Error = world.Error,
            EnableDefaultExceptionHandler = false,
            // The library's own handling of signals breaks the process where two of them meet slow work.
            ProcessTerminationTimeout = null,
        };
        return await parsed.InvokeAsync(invocation, requests.End);
    }

    private static ExitCode Complain(ParseResult parsed, CliWorld world)
    {
        string message = string.Join(" ", parsed.Errors.Select(static error => error.Message).Distinct());
        string verb = string.Join(" ", VerbsOf(parsed.CommandResult));
        bool isJson = parsed.Tokens.Any(static token => token.Value.Equals("json", StringComparison.OrdinalIgnoreCase));
        Display display = new(world, isJson ? OutputFormat.Json : OutputFormat.Table, isPlain: true);
        display.Complain(new CliFailure(ExitCode.Usage, "Usage", message, $"`{verb} --help` shows how it is used"));
        return ExitCode.Usage;
    }

    private static Stack<string> VerbsOf(CommandResult command)
    {
        Stack<string> names = [];
        for (SymbolResult? at = command; at is not null; at = at.Parent)
        {
            if (at is CommandResult found) names.Push(found.Command is RootCommand ? "noderuntime" : found.Command.Name);
        }

        return names;
    }
}
