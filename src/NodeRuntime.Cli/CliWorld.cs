using System;
using System.IO;
using System.Threading;

namespace NodeRuntime.Cli;

/// <summary>What the command line touches of its process; tests put their own in its place.</summary>
internal sealed record CliWorld
{
    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    /// <summary>The three streams for bytes that are a program's and no text of ours; whoever opens one disposes it.</summary>
    public required Func<Stream> OpenInput { get; init; }

    public required Func<Stream> OpenOutput { get; init; }

    public required Func<Stream> OpenError { get; init; }

    /// <summary>A person looks on: colours and live tables. Otherwise plain lines.</summary>
    public required bool IsTerminal { get; init; }

    /// <summary>Of the user: where the context stands unless it is named.</summary>
    public required string Home { get; init; }

    public required Func<string, string?> Variable { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>Cancelled when somebody has asked a second time that the process end.</summary>
    public CancellationToken Haste { get; init; }

    public static CliWorld OfThisProcess() => new()
    {
        Out = System.Console.Out,
        Error = System.Console.Error,
        OpenInput = System.Console.OpenStandardInput,
        OpenOutput = System.Console.OpenStandardOutput,
        OpenError = System.Console.OpenStandardError,
        IsTerminal = !System.Console.IsOutputRedirected,
        Home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify),
        Variable = Environment.GetEnvironmentVariable,
        Time = TimeProvider.System,
    };
}
