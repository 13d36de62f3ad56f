using System;
using System.CommandLine;
using System.Collections.Immutable;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Api;
using NodeRuntime.Cli.Results;
using NodeRuntime.Client;
using Spectre.Console;

namespace NodeRuntime.Cli.Verbs;

/// <summary><c>noderuntime actors</c>: the tree of a peer's actors, once or as it lives.</summary>
internal static class ActorsVerb
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public static Command Build(CliWorld world, GlobalOptions options)
    {
        Option<bool> watch = new("--watch") { Description = "Redraw every second, with rates, until Ctrl-C; a terminal only" };
        Command command = new("actors", "The tree of a peer's actors: mailboxes, messages, restarts") { watch };
        return command.Runs(world, options, (session, parsed, cancellation) => parsed.GetValue(watch)
            ? WatchAsync(session, cancellation)
            : ShowAsync(session, cancellation));
    }

    private static async Task<ExitCode> ShowAsync(Session session, CancellationToken cancellation)
    {
        StatusAnswer status = await session.OpenReader().StatusAsync(cancellation);
        session.Display.Answer(
            new ActorsResult(status.Peer, status.Supervisors),
            CliJson.Default.ActorsResult,
            static (console, result) => console.Write(ActorTree.Draw(result.Actors, [], TimeSpan.Zero)));
        return ExitCode.Ok;
    }

    private static async Task<ExitCode> WatchAsync(Session session, CancellationToken cancellation)
    {
        if (!session.Display.IsLive)
        {
            throw new CliException(ExitCode.Usage, "NotATerminal", "--watch redraws a terminal, and there is none", "leave --watch out, and ask again for another look");
        }

        ClusterClient client = session.OpenReader();
        ImmutableArray<SupervisorAnswer> before = (await client.StatusAsync(cancellation)).Supervisors;
        long since = session.World.Time.GetTimestamp();
        await session.Display.Console.Live(ActorTree.Draw(before, [], TimeSpan.Zero)).StartAsync(async context =>
        {
            while (!cancellation.IsCancellationRequested)
            {
                await Task.Delay(Interval, session.World.Time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (cancellation.IsCancellationRequested) return;
                ImmutableArray<SupervisorAnswer> now = (await client.StatusAsync(cancellation)).Supervisors;
                TimeSpan elapsed = session.World.Time.GetElapsedTime(since);
                since = session.World.Time.GetTimestamp();
                context.UpdateTarget(ActorTree.Draw(now, before, elapsed));
                before = now;
            }
        });
        return ExitCode.Ok;
    }
}
