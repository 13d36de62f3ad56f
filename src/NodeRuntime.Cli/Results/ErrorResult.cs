namespace NodeRuntime.Cli.Results;

internal sealed record ErrorResult(ErrorBody Error);

/// <param name="Code">A stable word for programs.</param>
internal sealed record ErrorBody(string Code, string Message, string Hint, int ExitCode);
