using System;
using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Cli.Results;
using NodeRuntime.Client;
using NodeRuntime.Client.Custody;
using NodeRuntime.Client.Reads;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Receipts;
using NodeRuntime.Provenance.Custody;
using NodeRuntime.Provenance.Receipts;
using Spectre.Console;

namespace NodeRuntime.Cli.Receipts;

/// <summary><c>noderuntime data trace</c>: what came before an event and after it, every receipt verified here.</summary>
internal static class TraceVerb
{
    private const int DepthMax = 1024;

    public static Command Build(CliWorld world, GlobalOptions options)
    {
        Argument<string> id = new("ID") { Description = "An event's number or leaf, a job's id, or a file custody.cbor" };
        Option<string?> contact = new("--contact") { Description = "The peer that took the event, or that ran the job; default: the context's contacts", HelpName = "URL" };
        Option<int> depth = new("--depth") { Description = "Steps to follow, before and after", HelpName = "N", DefaultValueFactory = static _ => new CustodyLimits().Depth };
        Option<int> events = new("--events") { Description = "Events at most, 1 to " + Limits.CustodyStepsMax.ToString(CultureInfo.InvariantCulture), HelpName = "N", DefaultValueFactory = static _ => Limits.CustodyStepsMax };
        Option<string?> genesis = new("--genesis") { Description = "Of a file: the genesis hash to trust; default: the context's", HelpName = "HASH" };
        Option<string?> svg = new("--svg") { Description = "Draw it into this file", HelpName = "FILE" };
        Option<string?> save = new("--save") { Description = "Keep it in this file: every step with its receipt, and who signs; verifies without a network", HelpName = "FILE" };
        Command command = new("trace", "The custody of data: events before and after one, as a graph; every receipt is verified here") { id, contact, depth, events, genesis, svg, save };
        return command.Runs(world, options, async (session, parsed, cancellation) =>
        {
            int far = parsed.GetValue(depth), many = parsed.GetValue(events);
            if (far is < 0 or > DepthMax) throw new CliException(ExitCode.Usage, "Usage", $"--depth {far}: 0 to {DepthMax}", "give another number");
            if (many is < 1 or > Limits.CustodyStepsMax) throw new CliException(ExitCode.Usage, "Usage", $"--events {many}: 1 to {Limits.CustodyStepsMax}", "give another number");
            string name = parsed.GetRequiredValue(id);
            if (parsed.GetValue(save) is not null && File.Exists(name)) throw new CliException(ExitCode.Usage, "Usage", $"--save: {name} is a file already", "copy it");
            ChainId? trusted = session.TrustedGenesis(parsed.GetValue(genesis));
            CustodyCheck check = File.Exists(name)
                ? await OfFileAsync(session, name, trusted, cancellation)
                : await OfContactsAsync(session, name, parsed.GetValue(contact), new CustodyLimits { Depth = far, Events = many }, parsed.GetValue(save), cancellation);
            string picture = parsed.GetValue(svg) is { } path ? Path.GetFullPath(path) : string.Empty;
            if (picture.Length > 0 && check.Graph is { } drawn)
            {
                await File.WriteAllTextAsync(picture, CustodySvg.Draw(drawn, check.Events, "Custody of " + Path.GetFileName(name), $"{check.Verdict} {check.Reason}"), new UTF8Encoding(false), cancellation);
            }

            TraceResult result = new(check.Verdict, check.Reason, trusted?.ToString(), check.Events, check.Graph is null ? string.Empty : picture);
            session.Display.Answer(result, CliJson.Default.TraceResult, (console, shown) => Show(console, check, shown));
            return check.Code;
        });
    }

    private static async Task<CustodyCheck> OfFileAsync(Session session, string path, ChainId? trusted, CancellationToken cancellation)
    {
        byte[] bytes = await ReceiptFiles.ReadAsync(path, cancellation);
        CustodyBundle bundle = CustodyBundle.TryDecode(bytes) ?? throw ReceiptFiles.NoCustody(path);
        JobStatement? job = await ReceiptFiles.StatementBesideAsync(session, path, trusted, cancellation);
        return CustodyCheck.OfFile(session, bundle, trusted, job);
    }

    private static async Task<CustodyCheck> OfContactsAsync(Session session, string name, string? contact, CustodyLimits limits, string? save, CancellationToken cancellation)
    {
        ClusterClient client = session.OpenClient(contact);
        ChainId chain = session.LoadContext().ToContext(session.ContextPath).Chain;
        JobStatement? job = null;
        GatheredCustody gathered;
        if (ulong.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number))
        {
            gathered = await client.TraceAsync(number, limits, cancellation);
        }
        else
        {
            // A leaf and a job's id look alike: who has such a job says so.
            Hash256 hash = Words.ParseHash("ID", name);
            if (await client.TraceAsync(new OrderId(hash), limits, cancellation) is { } found)
            {
                gathered = found;
                job = await ReceiptFiles.StatementAsync(session, session.Jobs.ReceiptOf(new OrderId(hash)), chain, cancellation);
            }
            else
            {
                gathered = await client.TraceAsync(hash, limits, cancellation);
            }
        }

        ChainProof proof = await client.GetChainProofAsync(session.Signatures, cancellation);
        ReceiptTrust? trust = proof.ToTrust(chain, session.Signatures);
        if (save is not null) CustodyFile.Write(Path.GetFullPath(save), new CustodyBundle(proof.Encode(), gathered.Steps));
        return CustodyCheck.Of(session, gathered.Steps, trust, job, !gathered.IsCut && gathered.Unknown.IsEmpty);
    }

    private static void Show(IAnsiConsole console, CustodyCheck check, TraceResult result)
    {
        Display.Verdict(console, result.Verdict, result.Reason);
        if (check.Graph is { } graph) CustodyText.Show(console, graph, check.Events);
        if (result.Svg.Length > 0) console.WriteLine("drawn in " + result.Svg);
    }
}
