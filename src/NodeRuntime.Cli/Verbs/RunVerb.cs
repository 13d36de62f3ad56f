using System.CommandLine;
using System.IO;
using System.Threading.Tasks;
using System.Threading;
using System;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Logging;
using NodeRuntime.Cli.Results;
using NodeRuntime.Crypto;
using NodeRuntime.Host.Config;
using NodeRuntime.Host.Peer;
using NodeRuntime.Persistence.Journal;

namespace NodeRuntime.Cli.Verbs;

/// <summary><c>noderuntime run</c>: a peer, until Ctrl-C. Logs go to the error stream.</summary>
internal static class RunVerb
{
    public const string ConfigName = "peer.yaml";

    public static Command Build(CliWorld world, GlobalOptions options)
    {
        Argument<string> config = new("CONFIG") { Description = "The peer's configuration", DefaultValueFactory = static _ => ConfigName };
        Option<LogLevel> level = new("--log-level") { Description = "Least level that is logged", DefaultValueFactory = static _ => LogLevel.Information };
        Option<string?> logFile = new("--log-file") { Description = "Log there instead of the error stream", HelpName = "FILE" };
        Option<bool> tied = new("--tied") { Description = "End when standard input ends: for whoever starts peers as children" };
        Option<string[]> seed = new("--seed") { Description = "Any peer of the chain, in place of the configured seeds; may be given several times", HelpName = "HOST:PORT" };
        Option<string?> genesis = new("--genesis") { Description = "The chain's genesis hash, in place of the configured one", HelpName = "HASH" };
        Command command = new("run", "Run a peer until Ctrl-C") { config, seed, genesis, level, logFile, tied };
        return command.Runs(world, options, async (session, parsed, cancellation) =>
        {
            using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            if (parsed.GetValue(tied)) _ = WatchParentAsync(stop);
            using ILoggerFactory loggers = LogsOf(session, parsed.GetValue(level), parsed.GetValue(logFile));
            string path = Path.GetFullPath(parsed.GetRequiredValue(config));
            PeerConfig loaded = PeerConfigFile.Load(path, given =>
            {
                if (parsed.GetValue(seed) is { Length: > 0 } seeds) given.Seeds = [.. seeds];
                if (parsed.GetValue(genesis) is { } hash) given.Genesis = hash;
            });
            return await RunPeerAsync(session, loaded, Path.GetDirectoryName(path)!, loggers, stop.Token);
        });
    }

    // Whoever holds the other end of our input is gone, however it went: nobody is left to stop us but ourselves.
    private static async Task WatchParentAsync(CancellationTokenSource stop)
    {
        using Stream input = Console.OpenStandardInput();
        byte[] ignored = new byte[256];
        while (await input.ReadAsync(ignored, stop.Token) > 0)
        {
        }

        await stop.CancelAsync();
        await Task.Delay(EndWithin, CancellationToken.None);
        Environment.Exit((int)ExitCode.Failed);
    }

    private static readonly TimeSpan EndWithin = TimeSpan.FromSeconds(8);

    /// <summary>To the error stream, or to a file.</summary>
    public static ILoggerFactory LogsOf(Session session, LogLevel level, string? file) => LoggerFactory.Create(builder =>
    {
        builder.SetMinimumLevel(level).AddFilter("Microsoft.AspNetCore", LogLevel.Warning).AddFilter("Microsoft.Hosting", LogLevel.Warning);
        if (file is not null)
        {
            builder.AddProvider(new FileLoggerProvider(file));
            return;
        }

        builder.AddSimpleConsole(options =>
            {
                options.SingleLine = true;
                options.TimestampFormat = "HH:mm:ss.fff ";
                options.UseUtcTimestamp = true;
                options.ColorBehavior = session.Display.IsLive ? LoggerColorBehavior.Default : LoggerColorBehavior.Disabled;
            })
            .Services.Configure<ConsoleLoggerOptions>(static options => options.LogToStandardErrorThreshold = LogLevel.Trace);
    });

    private static async Task<ExitCode> RunPeerAsync(
        Session session, PeerConfig config, string folder, ILoggerFactory loggers, CancellationToken cancellation)
    {
        await using PeerHost peer = await PeerHost.StartAsync(config, folder, loggers, cancellation);
        PublicKey key = peer.Node.Ports.Signer.PublicKey;
        RunResult result = new(
            key.ToPeerId().ToString(), KeyPolicy.Single(key).ToAccountId().ToString(), config.Genesis, peer.ListenAddress, "http://" + config.Api);
        session.Display.Answer(result, CliJson.Default.RunResult, static (console, running) => Display.Pairs(
            console, ("peer", running.Peer), ("account", running.Account), ("chain", running.Chain), ("listen", running.Listen), ("api", running.Api)));
        return await UntilEndAsync(peer, cancellation);
    }

    private static async Task<ExitCode> UntilEndAsync(PeerHost peer, CancellationToken cancellation)
    {
        try
        {
            Exception? cause = await peer.Ended.WaitAsync(cancellation);
            if (cause is null) return ExitCode.Ok;
            if (cause is JournalException journal)
            {
                throw new CliException(
                    ExitCode.Failed, "Journal" + journal.Fault, "the peer stopped, since it could not write: " + journal.Message,
                    "docs/persistence.md says what each fault means", cause);
            }

            throw new CliException(ExitCode.Failed, "PeerFailed", "the peer failed for good: " + cause.Message, "see the log above", cause);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C is how a peer ends: its disposal closes everything in order.
            return ExitCode.Ok;
        }
    }
}
