using System;
using System.CommandLine;
using System.Threading;
using System.Threading.Tasks;

namespace NodeRuntime.Cli;

/// <summary>How every verb begins and ends.</summary>
internal static class VerbActions
{
    /// <summary>The verb's work inside the one place that answers for what goes wrong.</summary>
    public static Command Runs(
        this Command command, CliWorld world, GlobalOptions options, Func<Session, ParseResult, CancellationToken, Task<ExitCode>> work)
    {
        command.SetAction(async (parsed, cancellation) =>
        {
            Display display = new(world, parsed.GetValue(options.Output), parsed.GetValue(options.NoColor));
            await using Session session = new(world, display, parsed.GetValue(options.Context));
            try
            {
                return (int)await work(session, parsed, cancellation);
            }
            catch (Exception exception) when (CliFailure.Of(exception) is { } failure)
            {
                display.Complain(failure);
                return (int)failure.ExitCode;
            }
        });
        return command;
    }
}
