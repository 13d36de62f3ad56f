using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Api;
using NodeRuntime.Cli.Results;
using NodeRuntime.Client;
using NodeRuntime.Client.Reads;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Uses;
using Spectre.Console;

namespace NodeRuntime.Cli.Receipts;

/// <summary><c>noderuntime data</c>: enters what happened to data, without the data; <see cref="TraceVerb"/> follows it.</summary>
internal static class EventVerbs
{
    /// <summary>Beside receipts of events: genesis and seals, so that they verify where there is no network.</summary>
    public const string ChainProofFile = "chain.proof";

    public static Command Build(CliWorld world, GlobalOptions options) => new("data", "What happened to data: enter it, and see what came before and after")
    {
        new Command("event", "Events of applications") { Add(world, options) }, TraceVerb.Build(world, options),
    };

    /// <summary>Where a receipt of this event goes, and where it is looked for.</summary>
    public static string FileOf(ulong id) => id.ToString(CultureInfo.InvariantCulture) + ".receipt";

    /// <summary>Genesis and seals into a folder, verified against the context's genesis hash.</summary>
    public static async Task SaveChainProofAsync(ClusterClient client, Session session, string folder, CancellationToken cancellation)
    {
        ChainProof proof = await client.GetChainProofAsync(session.Signatures, cancellation);
        await File.WriteAllBytesAsync(Path.Combine(folder, ChainProofFile), proof.Encode(), cancellation);
    }

    private static Command Add(CliWorld world, GlobalOptions options)
    {
        Argument<string[]> files = new("FILE") { Description = "What each event is about: its SHA-256 is entered, the file stays here", Arity = ArgumentArity.ZeroOrMore };
        Option<string[]> contents = new("--content") { Description = "An event about something of this SHA-256", HelpName = "HASH" };
        Option<string> kind = new("--kind")
        {
            Description = "What happened: " + string.Join(", ", EventKindWords.All),
            HelpName = "KIND",
            DefaultValueFactory = static _ => EventKindWords.Of(EventKind.Ingest),
        };
        Option<string[]> parents = new("--parent") { Description = "Leaf of an event before it in the custody of the same data", HelpName = "LEAF" };
        Option<string?> zone = new("--zone") { Description = "Where: EE, or EE-tallinn-1; default: the peer's", HelpName = "ZONE" };
        Option<string?> dataClass = new("--class") { Description = "To which class the data belong; held against what the peer expects, and in no receipt", HelpName = "CLASS" };
        Option<string?> module = new("--module") { Description = "Hash of the program that does it; likewise", HelpName = "HASH" };
        Option<string?> contact = new("--contact") { Description = "The gateway whose calendar it is entered in; default: the context's first", HelpName = "URL" };
        Option<string?> output = new("--out") { Description = "Folder for the receipts; default: here", HelpName = "FOLDER" };
        Option<string?> batch = new("--batch") { Description = "A file with an event a line, as JSON: kind, content, parents, zone, class, module; entered 1024 at once", HelpName = "FILE" };
        Option<bool> follow = new("--follow") { Description = "Stay until all are in the calendar, and save those receipts" };
        Command command = new("add", "Enter events, all or none: each gets a number, a leaf and a promise") { files, contents, kind, parents, zone, dataClass, module, batch, follow, contact, output };
        return command.Runs(world, options, async (session, parsed, cancellation) =>
        {
            string word = parsed.GetRequiredValue(kind);
            if (EventKindWords.TryParse(word) is null)
            {
                throw new CliException(ExitCode.Usage, "KindUnknown", $"--kind: '{word}' is no kind of event", "use " + string.Join(", ", EventKindWords.All));
            }

            if (parsed.GetValue(dataClass) is { } named && !UseLabel.IsClass(named))
            {
                throw new CliException(ExitCode.Usage, "ClassMalformed", $"--class: '{named}' is no class of data", "write small letters, digits and hyphens");
            }

            string? program = parsed.GetValue(module) is { } hash ? Words.ParseHash("--module", hash).ToString() : null;
            ImmutableArray<string> before = [.. (parsed.GetValue(parents) ?? []).Select(static text => Words.ParseHash("--parent", text).ToString())];
            List<string> digests = [.. (parsed.GetValue(contents) ?? []).Select(static text => Words.ParseHash("--content", text).ToString())];
            foreach (string file in parsed.GetValue(files) ?? []) digests.Add((await DigestOfAsync(file, cancellation)).ToString());
            List<EventRequest> requests = [.. digests.Select(digest => new EventRequest(word, digest, before, parsed.GetValue(zone), parsed.GetValue(dataClass), program))];
            if (parsed.GetValue(batch) is { } lines) requests.AddRange(await EventLines.ReadAsync(lines, cancellation));
            if (requests.Count == 0) throw new CliException(ExitCode.Usage, "Empty", "there is nothing to enter", "name a FILE, --content HASH or --batch FILE");
            string folder = Path.GetFullPath(parsed.GetValue(output) ?? ".");
            Directory.CreateDirectory(folder);

            ClusterClient client = session.OpenClient(parsed.GetValue(contact));
            EventFollower follower = new(session, client, folder);
            await SaveChainProofAsync(client, session, folder, cancellation);
            foreach (EventRequest[] call in requests.Chunk(Limits.EventsPerCallMax)) await follower.AddAsync(call, cancellation);
            if (parsed.GetValue(follow)) await follower.FollowAsync(cancellation);
            EventAddResult result = new(follower.Peer, Words.Time(Instant.FromMilliseconds((long)follower.Due * 1000)), follower.Added);
            session.Display.Answer(result, CliJson.Default.EventAddResult, Show);
            return ExitCode.Ok;
        });
    }

    private static async Task<Hash256> DigestOfAsync(string file, CancellationToken cancellation)
    {
        if (!File.Exists(file)) throw new CliException(ExitCode.NotFound, "FileMissing", $"there is no file {file}", "name what the event is about");
        await using FileStream stream = File.OpenRead(file);
        using ContentHasher hasher = new();
        byte[] buffer = new byte[64 * 1024];
        while (await stream.ReadAsync(buffer, cancellation) is > 0 and var count) hasher.Append(buffer.AsSpan(0, count));
        return hasher.Finish();
    }

    private static void Show(IAnsiConsole console, EventAddResult result)
    {
        Display.Pairs(console, ("peer", result.Peer), ("in the calendar by", result.Due));
        console.WriteLine();
        Table table = Display.NewTable("event", "leaf", "receipt");
        foreach (EventAdded it in result.Events) table.AddRow(new Text(it.Id.ToString(CultureInfo.InvariantCulture)), new Text(it.Leaf), new Text(it.File));
        console.Write(table);
    }
}
