using System;

namespace NodeRuntime.Cli;

/// <summary>A verb cannot go on: what was wrong and where, what to do, and the code to end with.</summary>
internal sealed class CliException(ExitCode exitCode, string code, string message, string hint, Exception? inner = null)
    : Exception(message, inner)
{
    public ExitCode ExitCode { get; } = exitCode;

    /// <summary>A stable word for programs.</summary>
    public string Code { get; } = code;

    public string Hint { get; } = hint;
}
