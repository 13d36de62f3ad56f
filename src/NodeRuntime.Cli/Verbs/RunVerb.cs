using System;
using System.CommandLine;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using NodeRuntime.Cli.Results;
using NodeRuntime.Crypto;
using NodeRuntime.Host.Config;
using NodeRuntime.Host.Peer;

namespace NodeRuntime.Cli.Verbs;

/// <summary><c>noderuntime run</c>: a peer, until Ctrl-C. Logs go to the error stream.</summary>
internal static class RunVerb
{
    public const string ConfigName = "peer.yaml";

    public static Command Build(CliWorld world, GlobalOptions options)
    {
        Argument<string> config = new("CONFIG") { Description = "The peer's configuration", DefaultValueFactory = static _ => ConfigName };
        Option<LogLevel> level = new("--log-level") { Description = "Least level that is logged", DefaultValueFactory = static _ => LogLevel.Information };
        Command command = new("run", "Run a peer until Ctrl-C") { config, level };
        return command.Runs(world, options, (session, parsed, cancellation) =>
            RunPeerAsync(session, Path.GetFullPath(parsed.GetRequiredValue(config)), parsed.GetValue(level), cancellation));
    }

    private static async Task<ExitCode> RunPeerAsync(Session session, string path, LogLevel level, CancellationToken cancellation)
    {
        PeerConfig config = PeerConfigFile.Load(path);
        using ILoggerFactory loggers = LoggerFactory.Create(builder => builder
            .SetMinimumLevel(level)
            .AddSimpleConsole(options =>
            {
                options.SingleLine = true;
                options.TimestampFormat = "HH:mm:ss.fff ";
                options.UseUtcTimestamp = true;
                options.ColorBehavior = session.Display.IsLive ? LoggerColorBehavior.Default : LoggerColorBehavior.Disabled;
            })
            .Services.Configure<ConsoleLoggerOptions>(static options => options.LogToStandardErrorThreshold = LogLevel.Trace));
        await using PeerHost peer = await PeerHost.StartAsync(config, Path.GetDirectoryName(path)!, loggers, cancellation);
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
            throw new CliException(ExitCode.Failed, "PeerFailed", "the peer failed for good: " + cause.Message, "see the log above", cause);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C is how a peer ends: its disposal closes everything in order.
            return ExitCode.Ok;
        }
    }
}
