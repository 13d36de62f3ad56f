using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Api;
using NodeRuntime.Cli.Verbs;
using NodeRuntime.Client;
using NodeRuntime.Host.Config;
using NodeRuntime.Host.Peer;
using NodeRuntime.Host.Posture;
using NodeRuntime.Posture;
using NodeRuntime.Posture.Controls;
using NodeRuntime.Posture.State;
using NodeRuntime.Primitives;
using NodeRuntime.Runtime.Posture;
using Spectre.Console;

namespace NodeRuntime.Cli.Posture;

/// <summary><c>noderuntime posture</c>: how a machine stands under its controls: a peer's, as it says itself, or this one, without a peer.</summary>
internal static class PostureVerbs
{
    private static readonly TimeSpan LookWithin = TimeSpan.FromMinutes(10);

    public static Command Build(CliWorld world, GlobalOptions options) => new("posture", "How a machine stands under its controls, and what violated them")
    {
        Status(world, options),
        Alerts(world, options),
        Baseline(world, options),
        Watch(world, options),
        PostureBenchmark.Build(world, options),
    };

    /// <summary>What <c>--controls</c> and <c>--config</c> say is watched here.</summary>
    public static DeclaredControls Declared(string? controls, string? config)
    {
        string folder = (config ?? controls) is { } file ? Path.GetDirectoryName(Path.GetFullPath(file))! : Path.GetFullPath(".");
        if (config is null && controls is not null) return ControlsFile.Load(controls, PeerControls.Places(folder, Path.Combine(folder, "data")));
        PeerConfig peer = config is null ? new PeerConfig() : PeerConfigFile.Load(config);
        PostureSection section = peer.Posture ?? new PostureSection();
        if (controls is not null) section.Controls = Path.GetFullPath(controls);
        return PeerControls.Of(section, folder, Path.Combine(folder, peer.Data));
    }

    public static Option<string?> ControlsOption() => new("--controls") { Description = "What is watched: a file of controls (docs/posture.md)", HelpName = "FILE" };

    private static Command Status(CliWorld world, GlobalOptions options)
    {
        Option<string?> config = ConfigOption();
        Option<string?> contact = ContactOption();
        return new Command("status", "How a peer's machine stands: each control good, bad or unknown") { config, contact }.Runs(world, options, async (session, parsed, cancellation) =>
        {
            PostureAnswer answer = await OpenPeer(session, parsed.GetValue(config), parsed.GetValue(contact)).PostureAsync(cancellation);
            session.Display.Answer(answer, PostureJson.Default.PostureAnswer, static (console, it) =>
            {
                Display.Pairs(
                    console, ("level", it.Level), ("hears", string.Join(", ", it.Sources)), ("lacks", string.Join("; ", it.Missing)), ("state root", it.Root),
                    ("things", Number(it.Things)), ("edges", it.Edges.ToString(CultureInfo.InvariantCulture)), ("losses", it.Losses.ToString(CultureInfo.InvariantCulture)));
                console.WriteLine();
                Show(console, it.Controls);
                if (it.Challenges is { } challenges) Show(console, challenges);
            });
            return CodeOf(answer.Controls);
        });
    }

    private static Command Alerts(CliWorld world, GlobalOptions options)
    {
        Option<string?> config = ConfigOption();
        Option<string?> contact = ContactOption();
        Option<ulong> from = new("--from") { Description = "From the edge of this number on; default: all that are kept", HelpName = "N" };
        Option<bool> alerts = new("--alerts-only") { Description = "Only what became bad or unknown, not what became good again" };
        return new Command("alerts", "What a peer's machine was caught in: every edge that it keeps") { config, contact, from, alerts }.Runs(world, options, async (session, parsed, cancellation) =>
        {
            ClusterClient client = OpenPeer(session, parsed.GetValue(config), parsed.GetValue(contact));
            List<PostureEdgeAnswer> all = [];
            ulong next = parsed.GetValue(from);
            while (all.Count < Limits.PostureEdgesKeptMax)
            {
                PostureEdgesAnswer answer = await client.PostureAlertsAsync(next, cancellation);
                if (answer.Edges.IsDefaultOrEmpty || answer.Next <= next) break;
                all.AddRange(answer.Edges);
                next = answer.Next;
            }

            if (parsed.GetValue(alerts)) all.RemoveAll(static edge => edge.To == nameof(ControlState.Good));
            session.Display.Answer(new PostureEdgesAnswer([.. all], next), PostureJson.Default.PostureEdgesAnswer, static (console, it) =>
            {
                Table table = Display.NewTable("number", "seen at", "control", "path", "from", "to", "cause", "by");
                foreach (PostureEdgeAnswer edge in it.Edges)
                {
                    table.AddRow(
                        new Text(edge.Number.ToString(CultureInfo.InvariantCulture)), new Text(edge.At), new Text(edge.Control), new Text(edge.Path), new Text(edge.From),
                        new Text(edge.To), new Text(edge.Cause), new Text(edge.Program ?? string.Empty));
                }

                console.Write(table);
            });
            return ExitCode.Ok;
        });
    }

    private static Command Baseline(CliWorld world, GlobalOptions options)
    {
        Option<string?> controls = ControlsOption();
        Option<string?> config = LocalConfigOption();
        Option<string?> output = new("--out") { Description = "Writes every thing with its value and leaf here, as JSON", HelpName = "FILE" };
        return new Command("baseline", "Look at this machine once, without a peer: what is there, and how it stands") { controls, config, output }.Runs(world, options, async (session, parsed, cancellation) =>
        {
            using LocalWatch watch = new(Declared(parsed.GetValue(controls), parsed.GetValue(config)), static _ => { });
            await watch.RunAsync(() => watch.HasLooked, LookWithin, cancellation);
            if (!watch.HasLooked) throw new CliException(ExitCode.TimedOut, "TimedOut", "there is more than can be looked at in ten minutes", "name less with --controls");
            PostureAnswer answer = PostureShown.Of(watch.Summary);
            string? file = parsed.GetValue(output);
            if (file is not null)
            {
                PostureThing[] things = [.. watch.Things.Select(static it => new PostureThing(ThingClassWords.Of(it.Thing.Class), it.Thing.Path, it.Value, StateTree.LeafOf(it.Thing, it.Value).ToString()))];
                await File.WriteAllTextAsync(file, JsonSerializer.Serialize(things, PostureJson.Default.PostureThingArray), cancellation);
            }

            PostureBaselineResult result = new(answer.Level, answer.Root, answer.Things, file is null ? string.Empty : Path.GetFullPath(file), [.. answer.Controls]);
            session.Display.Answer(result, PostureJson.Default.PostureBaselineResult, static (console, it) =>
            {
                Display.Pairs(console, ("level", it.Level), ("state root", it.Root), ("things", Number(it.Things)));
                console.WriteLine();
                Show(console, it.Controls);
            });
            return CodeOf(answer.Controls);
        });
    }

    private static Command Watch(CliWorld world, GlobalOptions options)
    {
        Option<string?> controls = ControlsOption();
        Option<string?> config = LocalConfigOption();
        Option<int> seconds = new("--seconds") { Description = "For so long; default: until Ctrl-C", HelpName = "N" };
        return new Command("watch", "Watch this machine, without a peer, and say what changes") { controls, config, seconds }.Runs(world, options, async (session, parsed, cancellation) =>
        {
            if (parsed.GetValue(seconds) is < 0 or > 7 * 24 * 3600) throw new CliException(ExitCode.Usage, "Usage", "--seconds: 1 to 604800", "leave it out to watch until Ctrl-C");
            List<PostureEdgeAnswer> edges = [];
            ulong dropped = 0;
            long begun = session.World.Time.GetTimestamp();
            using LocalWatch watch = new(Declared(parsed.GetValue(controls), parsed.GetValue(config)), edge =>
            {
                if (edges.Count < Limits.PostureEdgesKeptMax) edges.Add(PostureShown.Of(edge));
                else dropped++;
                session.Display.Line($"{PostureShown.Of(edge).At}  {PostureWords.Of(edge)}");
            });
            TimeSpan length = parsed.GetValue(seconds) is > 0 and int given ? TimeSpan.FromSeconds(given) : TimeSpan.MaxValue;
            try
            {
                await watch.RunAsync(static () => false, length, cancellation);
            }
            catch (OperationCanceledException)
            {
                // Ctrl-C is how this ends.
            }

            if (dropped > 0) session.Display.Note(string.Create(CultureInfo.InvariantCulture, $"the answer leaves out {dropped} edges behind the first {edges.Count}"));
            PostureAnswer answer = PostureShown.Of(watch.Summary);
            PostureWatchResult result = new(
                answer.Level, answer.Root, session.World.Time.GetElapsedTime(begun).TotalSeconds, [.. edges], [.. answer.Controls]);
            session.Display.Answer(result, PostureJson.Default.PostureWatchResult, static (console, it) =>
            {
                console.WriteLine();
                Show(console, it.Controls);
            });
            return edges.Exists(static edge => edge.To == nameof(ControlState.Bad)) ? ExitCode.Failed : CodeOf(answer.Controls);
        });
    }

    private static ClusterClient OpenPeer(Session session, string? config, string? contact)
    {
        string path = Path.GetFullPath(config ?? RunVerb.ConfigName);
        PeerConfig peer = PeerConfigFile.Load(path);
        string folder = Path.GetDirectoryName(path)!;
        ContextFile context = new() { Contacts = [contact ?? "http://" + peer.Api], Genesis = peer.Genesis };
        return session.OpenClient(NodeKeys.Load(Path.Combine(folder, peer.Key)), context, path);
    }

    private static void Show(IAnsiConsole console, IEnumerable<PostureControlAnswer> controls)
    {
        Table table = Display.NewTable("control", "state", "since", "bad", "unknown", "things", "title");
        foreach (PostureControlAnswer it in controls)
        {
            table.AddRow(new Text(it.Id), new Text(it.State), new Text(it.Since), new Text(Number(it.Bad)), new Text(Number(it.Unknown)), new Text(Number(it.Things)), new Text(it.Title));
        }

        console.Write(table);
    }

    private static void Show(IAnsiConsole console, PostureChallengesAnswer challenges)
    {
        console.WriteLine();
        Display.Pairs(
            console,
            ("challenged", string.Create(CultureInfo.InvariantCulture, $"{challenges.Asked}: {challenges.Proven} proven, {challenges.Unanswered} unanswered, {challenges.Declined} declined, {challenges.Failed} failed")),
            ("contradictions", challenges.Contradictions.ToString(CultureInfo.InvariantCulture)),
            ("answered", string.Create(CultureInfo.InvariantCulture, $"{challenges.Answered}, and {challenges.Refused} refused")));
        if (challenges.Peers.IsDefaultOrEmpty) return;
        console.WriteLine();
        Table table = Display.NewTable("peer", "state", "verdict", "why", "at", "things");
        foreach (PostureChallengedAnswer it in challenges.Peers)
        {
            table.AddRow(
                new Text(it.Peer), new Text(it.State), new Text(it.Verdict), new Text(it.Why), new Text(it.At), new Text(it.Things.ToString(CultureInfo.InvariantCulture)));
        }

        console.Write(table);
    }

    // Unknown is never a yes.
    private static ExitCode CodeOf(IEnumerable<PostureControlAnswer> controls)
    {
        ExitCode code = ExitCode.Ok;
        foreach (PostureControlAnswer control in controls)
        {
            if (control.State == nameof(ControlState.Bad)) return ExitCode.Failed;
            if (control.State != nameof(ControlState.Good)) code = ExitCode.Inconclusive;
        }

        return code;
    }

    private static Option<string?> ConfigOption() => new("--config") { Description = "The peer's configuration: its API's address, and its key; default: peer.yaml here", HelpName = "FILE" };

    private static Option<string?> LocalConfigOption() => new("--config") { Description = "A peer's configuration: what it watches is watched here", HelpName = "FILE" };

    private static Option<string?> ContactOption() => new("--contact") { Description = "The peer's API, in place of the configured one", HelpName = "URL" };

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
