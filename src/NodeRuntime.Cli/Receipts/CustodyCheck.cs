using System;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using NodeRuntime.Cli.Results;
using NodeRuntime.Client.Reads;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Receipts;
using NodeRuntime.Provenance.Custody;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Cli.Receipts;

/// <summary>
/// Verifies a custody: every receipt by itself and, beside a job's receipt, whether they are that job's way. The first that is wrong refuses all; what is not
/// proven makes it INCONCLUSIVE, never OK.
/// </summary>
internal sealed class CustodyCheck
{
    private CustodyCheck(ExitCode code, string reason, CustodyGraph? graph, ImmutableArray<CustodyEvent> events)
    {
        Code = code;
        Reason = reason;
        Graph = graph;
        Events = events;
    }

    public ExitCode Code { get; }

    public string Reason { get; }

    public string Verdict => Code == ExitCode.Ok ? "OK" : Code == ExitCode.Inconclusive ? "INCONCLUSIVE" : "REFUSED";

    /// <summary>Null where the steps are none of a custody.</summary>
    public CustodyGraph? Graph { get; }

    /// <summary>In the graph's order.</summary>
    public ImmutableArray<CustodyEvent> Events { get; }

    /// <summary>A file's steps; who signs is proven by what is in it.</summary>
    /// <param name="trusted">Null where no genesis hash is trusted.</param>
    public static CustodyCheck OfFile(Session session, CustodyBundle bundle, ChainId? trusted, JobStatement? job)
    {
        ReceiptTrust? trust = null;
        if (trusted is { } chain)
        {
            trust = new ReceiptTrust(chain, [], [], 0, []);
            if (!bundle.Proof.IsEmpty)
            {
                trust = ChainProof.TryDecode(bundle.Proof)?.ToTrust(chain, session.Signatures);
                if (trust is null) return new CustodyCheck(ExitCode.VerificationFailed, "ChainProofWrong", null, []);
            }
        }

        return Of(session, bundle.Steps, trust, job, isWhole: true);
    }

    /// <param name="job">The statement of a receipt that the steps are to be the custody of; null where there is none.</param>
    /// <param name="isWhole">False where it is known that there is more than these steps.</param>
    public static CustodyCheck Of(Session session, ImmutableArray<CustodyStep> steps, ReceiptTrust? trust, JobStatement? job, bool isWhole)
    {
        if (CustodyGraph.TryOf(steps) is not { } graph) return new CustodyCheck(ExitCode.VerificationFailed, "CustodyMalformed", null, []);
        EventReceiptVerifier verifier = new(session.Signatures, session.Ed25519);
        ImmutableArray<ReceiptResult?> results =
            [.. graph.Nodes.Select(node => steps[node.Step].Receipt is { } receipt ? (ReceiptResult?)verifier.Verify(receipt.Encode(), trust) : null)];
        ImmutableArray<string> roles = job is null ? [.. graph.Nodes.Select(static _ => string.Empty)] : JobCustodyRules.RolesOf(graph, job);
        ImmutableArray<CustodyEvent> events = [.. graph.Nodes.Select((node, i) => FactsOf(node, steps[node.Step].Receipt, results[i], roles[i], job))];
        (ExitCode code, string reason) = Judge(graph, steps, results, job, isWhole);
        return new CustodyCheck(code, reason, graph, events);
    }

    public CustodyFacts ToFacts(string file) => new(Verdict, Reason, file, Events);

    /// <summary>Where a job's custody lies beside its receipt, and the other way round.</summary>
    public static string BesideReceipt(string path) => Beside(path, "receipt", "custody");

    public static string BesideCustody(string path) => Beside(path, "custody", "receipt");

    private static string Beside(string path, string from, string to)
    {
        string whole = Path.GetFullPath(path), folder = Path.GetDirectoryName(whole)!;
        return Path.GetFileName(whole) == from + ".cbor" ? Path.Combine(folder, to + ".cbor") : Path.ChangeExtension(whole, to);
    }

    private static (ExitCode Code, string Reason) Judge(
        CustodyGraph graph, ImmutableArray<CustodyStep> steps, ImmutableArray<ReceiptResult?> results, JobStatement? job, bool isWhole)
    {
        foreach (ReceiptResult? result in results)
        {
            if (result is { Outcome: ReceiptOutcome.Fail } wrong) return (ExitCode.VerificationFailed, wrong.Code.ToString());
        }

        if (job is not null)
        {
            ImmutableArray<PublicKey?> issuers = [.. graph.Nodes.Select(node => steps[node.Step].Receipt?.Issuer)];
            JobCustodyVerdict verdict = JobCustodyRules.Check(graph, issuers, job);
            if (verdict != JobCustodyVerdict.Accepted) return (ExitCode.VerificationFailed, verdict.ToString());
        }

        foreach (ReceiptResult? result in results)
        {
            if (result is { Outcome: ReceiptOutcome.Inconclusive } open) return (ExitCode.Inconclusive, open.Code.ToString());
        }

        if (results.Any(static result => result is null)) return (ExitCode.Inconclusive, "NotInCalendar");
        bool hasGaps = graph.Nodes.Any(static node => !node.Missing.IsEmpty);
        return isWhole && !hasGaps ? (ExitCode.Ok, "Accepted") : (ExitCode.Inconclusive, "Incomplete");
    }

    private static CustodyEvent FactsOf(CustodyNode node, EventReceipt? receipt, ReceiptResult? result, string role, JobStatement? job)
    {
        EventReceiptFacts? said = receipt is null ? null : EventReceiptCheck.FactsOf(receipt);
        EventLeaf leaf = node.Event;
        return new CustodyEvent(
            node.Leaf.ToString(),
            leaf.Sequence,
            said?.Peer ?? string.Empty,
            EventKindWords.Of(leaf.Kind),
            role,
            role.Length == 0 || job is null ? string.Empty : DigestOf(role, job).ToString(),
            leaf.Actor.ToString(),
            receipt is null ? string.Empty : KeyPolicy.Single(receipt.Issuer).ToAccountId().ToString(),
            Words.Time(new Instant((long)(leaf.Time / 1000))),
            leaf.Zone,
            said?.Second ?? string.Empty,
            said?.State ?? "NONE",
            result?.ToString() ?? "INCONCLUSIVE(NotInCalendar)",
            said?.MachineState ?? "none",
            said?.Policy ?? "none",
            [.. leaf.Parents.Select(static parent => parent.ToString())],
            [.. node.Missing.Select(static parent => parent.ToString())],
            node.Layer);
    }

    private static Hash256 DigestOf(string role, JobStatement job) => role switch
    {
        "result" => job.Result,
        "module" => job.Module,
        "standard input" => job.StandardInput!.Value,
        _ => job.Inputs[int.Parse(role.AsSpan("input ".Length), System.Globalization.CultureInfo.InvariantCulture) - 1],
    };
}
