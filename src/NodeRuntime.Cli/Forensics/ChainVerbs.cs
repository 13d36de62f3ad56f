using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Cli.Results;
using NodeRuntime.Client;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Forensics;
using NodeRuntime.Proofs.Light;
using Spectre.Console;

namespace NodeRuntime.Cli.Forensics;

/// <summary><c>noderuntime chain</c>: a chain as a file, and evidence for a chain.</summary>
internal static class ChainVerbs
{
    public static Command Build(CliWorld world, GlobalOptions options) => new("chain", "The chain: export it, accuse a validator")
    {
        Export(world, options), Accuse(world, options),
    };

    private static Command Export(CliWorld world, GlobalOptions options)
    {
        Option<string?> data = new("--data") { Description = "A peer's folder, or its data folder; the peer must not run", HelpName = "DIR" };
        Option<string?> contact = new("--contact") { Description = "A peer's API; default: the context's contacts", HelpName = "URL" };
        Option<string> output = new("--out") { Description = "The chain file", Required = true, HelpName = "FILE" };
        Command command = new("export", "The finalized chain without bodies: headers, justifications, certificates") { data, contact, output };
        return command.Runs(world, options, async (session, parsed, cancellation) =>
        {
            string path = Path.GetFullPath(parsed.GetRequiredValue(output));
            if (parsed.GetValue(data) is not { } folder) return await ExportFromAsync(session, parsed.GetValue(contact), path, cancellation);
            using ChainSource source = ChainSource.Open(folder);
            return Show(session, path, source.Genesis, await ChainFile.WriteAsync(
                path, source.Genesis, epoch => AsAsync(source.Seals.Take((int)epoch.Number)), AsAsync(source.Links), cancellation));
        });
    }

    private static async Task<ExitCode> ExportFromAsync(Session session, string? contact, string path, CancellationToken cancellation)
    {
        ClusterClient client = session.OpenReader(contact);
        Genesis genesis = await client.Reads.GenesisAsync(cancellation);
        return Show(session, path, genesis, await ChainFile.WriteAsync(
            path, genesis, epoch => AskSealsAsync(client, epoch, cancellation), AskAsync(client, cancellation), cancellation));
    }

    private static async IAsyncEnumerable<ChainLink> AskAsync(ClusterClient client, [EnumeratorCancellation] CancellationToken cancellation)
    {
        Height next = new(1);
        while (await client.GetChainAsync(next, cancellation) is { Count: > 0 } window)
        {
            foreach (ChainLink link in window) yield return link;
            // A gateway that does not move on would be asked for ever.
            Height last = window[^1].Header.Height;
            if (last < next) yield break;
            next = last.Next;
        }
    }

    private static async IAsyncEnumerable<Seal> AskSealsAsync(ClusterClient client, Epoch to, [EnumeratorCancellation] CancellationToken cancellation)
    {
        Epoch next = new(0);
        while (next.CompareTo(to) < 0 && await client.GetSealsAsync(next, cancellation) is { Count: > 0 } page)
        {
            foreach (Seal seal in page)
            {
                if (next.CompareTo(to) >= 0) yield break;
                yield return seal;
                next = next.Next;
            }
        }
    }

    private static async IAsyncEnumerable<T> AsAsync<T>(IEnumerable<T> items)
    {
        foreach (T item in items) yield return item;
        await Task.CompletedTask;
    }

    private static ExitCode Show(Session session, string path, Genesis genesis, (Height From, Height To, long Bytes) written)
    {
        ChainExportResult result = new(path, genesis.ChainId.ToString(), written.From.Number, written.To.Number, written.Bytes);
        session.Display.Answer(result, CliJson.Default.ChainExportResult, static (console, made) => Display.Pairs(
            console, ("file", made.File), ("chain", made.Chain), ("heights", $"{made.FromHeight} to {made.ToHeight}"), ("bytes", Words.Number((ulong)made.Bytes))));
        return ExitCode.Ok;
    }

    private static Command Accuse(CliWorld world, GlobalOptions options)
    {
        Argument<string[]> files = new("FILE") { Description = "Evidence, as `noderuntime forensics --evidence FOLDER` writes it", Arity = ArgumentArity.OneOrMore };
        Option<string?> contact = new("--contact") { Description = "A peer's API; default: the context's contacts", HelpName = "URL" };
        Command command = new("accuse", "Hand evidence against validators to the chain") { files, contact };
        return command.Runs(world, options, async (session, parsed, cancellation) =>
        {
            List<(string Path, Evidence Evidence)> read = [];
            foreach (string file in parsed.GetRequiredValue(files)) read.Add((file, await ReadAsync(file, cancellation)));
            ClusterClient client = session.OpenReader(parsed.GetValue(contact));
            ImmutableArray<AccusedFile>.Builder accused = ImmutableArray.CreateBuilder<AccusedFile>();
            foreach ((string path, Evidence evidence) in read)
            {
                string verdict = await client.AccuseAsync(evidence, cancellation);
                accused.Add(new AccusedFile(path, evidence.Voter.Number, evidence.Fault.ToString(), evidence.View.Number, verdict));
            }

            session.Display.Answer(new AccuseResult(accused.ToImmutable()), CliJson.Default.AccuseResult, static (console, made) =>
            {
                foreach (AccusedFile one in made.Evidence)
                {
                    console.WriteLine($"{one.File}: validator {one.Validator}, {one.Fault} in view {one.View}: {one.Verdict}");
                }
            });
            return ExitCode.Ok;
        });
    }

    private static async Task<Evidence> ReadAsync(string path, CancellationToken cancellation)
    {
        if (!File.Exists(path)) throw new CliException(ExitCode.NotFound, "FileMissing", $"there is no file {path}", "`noderuntime forensics A B --evidence FOLDER` writes them");
        bool isSmall = new FileInfo(path).Length <= Limits.EvidenceBytesMax;
        if (isSmall && Evidence.TryDecode(await File.ReadAllBytesAsync(path, cancellation), out Evidence? evidence)) return evidence!;
        throw new CliException(ExitCode.Usage, "EvidenceMalformed", $"{path} does not hold two votes that contradict each other", "check that it is the right file");
    }
}
