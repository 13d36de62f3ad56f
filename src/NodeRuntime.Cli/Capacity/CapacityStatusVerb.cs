using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Api;
using NodeRuntime.Cli.Results;
using NodeRuntime.Client;
using NodeRuntime.Primitives;
using Spectre.Console;

namespace NodeRuntime.Cli.Capacity;

/// <summary><c>noderuntime capacity status</c>: where a peer's capacity stands, or everybody's. A gateway's word, without proof.</summary>
internal static class CapacityStatusVerb
{
    public static Command Build(CliWorld world, GlobalOptions options)
    {
        Option<string?> peer = new("--peer") { Description = "Whose; default: the peer's that answers", HelpName = "ID" };
        Option<bool> all = new("--all") { Description = "Everybody who sells capacity, a line each" };
        Option<string?> contact = new("--contact") { Description = "The gateway to ask, in place of the context's", HelpName = "URL" };
        Command command = new("status", "What a peer has proven, what it owes and until when") { peer, all, contact };
        return command.Runs(world, options, (session, parsed, cancellation) =>
        {
            string? named = parsed.GetValue(peer);
            if (named is not null && parsed.GetValue(all)) throw new CliException(ExitCode.Usage, "Usage", "--peer and --all exclude each other", "give one of them");
            PeerId? wanted = named is null ? null : new PeerId(Words.ParseHash("--peer", named));
            ClusterClient client = session.OpenReader(parsed.GetValue(contact));
            return parsed.GetValue(all) ? ShowAllAsync(session, client, cancellation) : ShowAsync(session, client, wanted, cancellation);
        });
    }

    private static async Task<ExitCode> ShowAsync(Session session, ClusterClient client, PeerId? wanted, CancellationToken cancellation)
    {
        PeerId peer = wanted ?? new PeerId(Words.ParseHash("the gateway's peer", (await client.StatusAsync(cancellation)).Peer));
        CapacityPeerAnswer answer = await client.CapacityOfAsync(peer, cancellation) ?? throw new CliException(
            ExitCode.NotFound, "CapacityUnknown", $"peer {peer} has not registered any capacity", "`noderuntime capacity status --all` lists who has; docs/capacity.md says how to");
        session.Display.Answer(answer, CliJson.Default.CapacityPeerAnswer, Show);
        return ExitCode.Ok;
    }

    private static async Task<ExitCode> ShowAllAsync(Session session, ClusterClient client, CancellationToken cancellation)
    {
        CapacitiesAnswer answer = await client.CapacityAsync(default, cancellation);
        List<CapacityAnswer> all = [.. answer.Capacity];
        // A gateway that never comes to an end is not followed for ever.
        while (answer.Next is { Length: > 0 } && all.Count < Limits.MembersKnownMax)
        {
            answer = await client.CapacityAsync(new AccountId(Words.ParseHash("the gateway's next account", answer.Next)), cancellation);
            all.AddRange(answer.Capacity);
        }

        CapacitiesAnswer whole = new(answer.Height, [.. all]);
        session.Display.Answer(whole, CliJson.Default.CapacitiesAnswer, ShowAll);
        return ExitCode.Ok;
    }

    private static void Show(IAnsiConsole console, CapacityPeerAnswer answer)
    {
        CapacityAnswer it = answer.Standing;
        MaintenanceAnswer maintenance = answer.Maintenance;
        string used = string.Create(
            CultureInfo.InvariantCulture, $"{TimeSpan.FromSeconds(maintenance.UsedSeconds).TotalHours:0.##} of {TimeSpan.FromSeconds(maintenance.MaxSeconds).TotalHours:0.##} hours used");
        Display.Pairs(
            console,
            ("peer", it.Peer),
            ("account", it.Account),
            ("region", it.Region),
            ("state", it.Proven ? "proven: it may bid" : "not proven"),
            ("rate", $"{CapacityWords.Rate(it)} hashes/s, {it.Grade} grade"),
            ("collateral", $"{CapacityWords.Tokens(answer.Collateral)} of {CapacityWords.Tokens(answer.Bonded)} bonded tokens"),
            ("earned", CapacityWords.Tokens(it.Earned) + " tokens"),
            ("maintenance", maintenance.From.Length == 0 ? "none declared" : $"{maintenance.From} to {maintenance.Until}, {used}"),
            ("ledger time", string.Create(CultureInfo.InvariantCulture, $"{answer.LedgerTime} at height {answer.Height}")));
        console.WriteLine();
        Table table = Display.NewTable("kind", "units", "proven", "leased", "state", "challenged", "deadline", "faults", "in a row", "convicted", "earned");
        foreach (CapacityKindAnswer kind in answer.Kinds)
        {
            string units = kind.Next == kind.Committed ? Number(kind.Committed) : $"{kind.Committed} -> {kind.Next}";
            table.AddRow(
                new Text(kind.Kind), new Text(units), new Text(Number(kind.Proven)), new Text(Number(kind.Leased)), new Text(kind.Stage), new Text(kind.ChallengedAt),
                new Text(kind.Deadline), new Text(Number(kind.Faults)), new Text(Number(kind.FaultsInRow)), new Text(Number(kind.Convictions)),
                new Text(CapacityWords.Tokens(kind.Earned)));
        }

        console.Write(table);
    }

    private static void ShowAll(IAnsiConsole console, CapacitiesAnswer answer)
    {
        Table table = Display.NewTable("peer", "region", "state", "processors", "hashes/s", "space", "grade", "faults", "convicted", "earned");
        foreach (CapacityAnswer it in answer.Capacity)
        {
            table.AddRow(
                new Text(it.Peer), new Text(it.Region), new Text(it.Proven ? "proven" : "not proven"), new Text(Number(it.CpuUnits)), new Text(CapacityWords.Rate(it)),
                new Text(Number(it.SpaceUnits)), new Text(it.Grade), new Text(Number(it.Faults)), new Text(Number(it.Convictions)),
                new Text(CapacityWords.Tokens(it.Earned)));
        }

        console.Write(table);
    }

    private static string Number(uint value) => value.ToString(CultureInfo.InvariantCulture);
}
