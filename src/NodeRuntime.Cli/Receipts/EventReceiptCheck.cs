using System;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Cli.Results;
using NodeRuntime.Client.Reads;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;
using Spectre.Console;

namespace NodeRuntime.Cli.Receipts;

/// <summary>What <c>noderuntime receipt</c> does with the receipt of an event.</summary>
internal static class EventReceiptCheck
{
    /// <param name="chainFile">Genesis and seals; by default what lies beside the receipt.</param>
    /// <param name="contentFile">What the event is to be about; null where nobody asks.</param>
    /// <param name="publicationFile">A root of the calendar on the ledger; by default what lies beside the receipt.</param>
    /// <param name="witnesses">Whom to believe, and how many of them it takes.</param>
    public static async Task<ExitCode> VerifyAsync(
        Session session, byte[] bytes, string path, string? genesis, string? chainFile, string? contentFile, string? publicationFile,
        (ImmutableArray<Witness> Believed, int Quorum) witnesses, CancellationToken cancellation)
    {
        ChainId? trusted = session.TrustedGenesis(genesis);
        ReceiptTrust? trust = await TrustOfAsync(session, trusted, path, chainFile, cancellation);
        if (trust is not null)
        {
            // No other state has a use for what lies beside.
            bool isPublished = EventReceipt.TryDecode(bytes, out EventReceipt? said) == ReceiptCode.None && said!.State == ReceiptState.Published;
            if (publicationFile is not null) trust = await WithPublicationAsync(session, trust, publicationFile, isNamed: true, cancellation);
            else if (isPublished) trust = await WithPublicationAsync(session, trust, PublicationFiles.Beside(path), isNamed: false, cancellation);
            trust = trust with { Witnesses = witnesses.Believed, WitnessQuorum = witnesses.Quorum };
        }

        ReceiptResult result = new EventReceiptVerifier(session.Signatures, session.Ed25519).Verify(bytes, trust, out EventReceipt? receipt);
        EventReceiptFacts? facts = receipt is null ? null : FactsOf(receipt);
        bool? isContent = contentFile is null ? null : await IsContentAsync(receipt, contentFile, cancellation);
        ExitCode code = isContent == false ? ExitCode.VerificationFailed : result.Outcome switch
        {
            ReceiptOutcome.Ok => ExitCode.Ok,
            ReceiptOutcome.Fail => ExitCode.VerificationFailed,
            ReceiptOutcome.Inconclusive => ExitCode.Inconclusive,
        };
        string word = code == ExitCode.Ok ? "OK" : code == ExitCode.Inconclusive ? "INCONCLUSIVE" : "REFUSED";
        string reason = isContent == false ? "ContentDiffers" : result.Outcome == ReceiptOutcome.Ok ? "Accepted" : result.Code.ToString();
        EventVerifyResult answer = new(word, reason, (int)result.Code, trusted?.ToString(), isContent, facts);
        session.Display.Answer(answer, CliJson.Default.EventVerifyResult, Show);
        return code;
    }

    public static EventReceiptFacts FactsOf(EventReceipt receipt)
    {
        EventLeaf.TryDecode(receipt.Record, out EventLeaf? leaf);
        Heartbeat.TryDecode(receipt.Heartbeat ?? (leaf is null ? receipt.Record : default(ReadOnlyMemory<byte>)), out Heartbeat? heartbeat);
        EventPromise? promise = null;
        if (receipt.Promise is { } promised) EventPromise.TryDecode(promised, out promise);
        AggregationLeaf? second = null;
        if (receipt.Segments[0].Next is { } next) AggregationLeaf.TryDecode(next, out second);
        return new EventReceiptFacts(
            receipt.State.ToString().ToUpperInvariant(),
            receipt.Issuer.ToPeerId().ToString(),
            leaf is null ? "heartbeat" : EventKindWords.Of(leaf.Kind),
            leaf?.Sequence ?? 0,
            RecordHash.Leaf(receipt.Record.Span).ToString(),
            leaf is null ? string.Empty : Words.Time(new Instant((long)(leaf.Time / 1000))),
            leaf?.Actor.ToString() ?? string.Empty,
            leaf?.Zone ?? string.Empty,
            leaf is null ? [] : [.. leaf.Parents.Select(static parent => parent.ToString())],
            leaf?.Decision is { } decision ? decision.Value.ToString("x32", System.Globalization.CultureInfo.InvariantCulture) : "none",
            second is null ? string.Empty : Second(second.Round),
            promise is null ? string.Empty : Second(promise.Due),
            heartbeat?.StateRoot?.ToString() ?? "none",
            heartbeat?.PolicyRoot?.ToString() ?? "none",
            second?.Events ?? 0);
    }

    private static async Task<ReceiptTrust?> TrustOfAsync(Session session, ChainId? trusted, string path, string? chainFile, CancellationToken cancellation)
    {
        string file = chainFile ?? Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, EventVerbs.ChainProofFile);
        if (!File.Exists(file))
        {
            if (chainFile is not null) throw new CliException(ExitCode.NotFound, "FileMissing", $"there is no file {file}", "`noderuntime receipt get ID` writes one");
            // A chain is trusted, and who signs its calendar is not known.
            return trusted is { } alone ? new ReceiptTrust(alone, [], [], 0, []) : null;
        }

        if (trusted is not { } chain) return null;
        byte[] bytes = await File.ReadAllBytesAsync(file, cancellation);
        return ChainProof.TryDecode(bytes)?.ToTrust(chain, session.Signatures) ?? throw new CliException(
            ExitCode.VerificationFailed, "ChainProofWrong", $"{file} does not prove who signs for the chain {chain}", "`noderuntime receipt get ID` writes one; check the genesis hash");
    }

    /// <summary>With the root that a file proves to stand on the chain's ledger; the same where there is no file and nobody named one.</summary>
    public static async Task<ReceiptTrust> WithPublicationAsync(Session session, ReceiptTrust trust, string file, bool isNamed, CancellationToken cancellation)
    {
        if (!isNamed && !File.Exists(file)) return trust;
        PublicationProof proof = await PublicationFiles.ReadAsync(file, cancellation);
        PublicationProofVerdict verdict = proof.Verify(trust.Chain, session.Signatures, out PublicationRecord? record);
        if (verdict == PublicationProofVerdict.Accepted) return trust with { Publications = [new Publication(record!.Size, record.Root)] };
        throw new CliException(
            ExitCode.VerificationFailed, verdict.ToString(), $"{file} does not prove what stands on the ledger of the chain {trust.Chain}", "`noderuntime receipt extend --published` writes one; check the genesis hash");
    }

    private static async Task<bool> IsContentAsync(EventReceipt? receipt, string file, CancellationToken cancellation)
    {
        if (!File.Exists(file)) throw new CliException(ExitCode.NotFound, "FileMissing", $"--content: there is no file {file}", "name what the event is about");
        if (receipt is null || EventLeaf.TryDecode(receipt.Record, out EventLeaf? leaf) != RecordVerdict.Accepted) return false;
        return RecordHash.Subject(leaf!.Salt, Hasher.Sha256(await File.ReadAllBytesAsync(file, cancellation))) == leaf.Subject;
    }

    public static string Second(Round round) => Words.Time(Instant.FromMilliseconds((long)round.Second * 1000));

    private static void Show(IAnsiConsole console, EventVerifyResult result)
    {
        Display.Verdict(console, result.Verdict, result.Reason);
        if (result.Reason == nameof(ReceiptCode.NoWitnesses)) console.WriteLine("  it is said to be witnessed: name whom to believe with --witness");
        else if (result.Reason == nameof(ReceiptCode.PublicationUnknown)) console.WriteLine("  it is said to be published: name the proof of that with --publication FILE");
        else if (result.Verdict == "INCONCLUSIVE") console.WriteLine("  a genesis hash (--genesis HASH, or a context) and the chain's proof (--chain FILE) are needed to know who signs");
        if (result.Content == true) console.WriteLine("  the event is about this file");
        if (result.Receipt is { } facts) ShowFacts(console, facts);
    }

    public static void ShowFacts(IAnsiConsole console, EventReceiptFacts facts) => Display.Pairs(
        console,
        ("state", facts.State),
        ("peer", facts.Peer),
        ("event", facts.Kind + (facts.Id > 0 ? $", number {facts.Id}" : string.Empty)),
        ("leaf", facts.Leaf),
        ("time", facts.Time),
        ("actor", facts.Actor),
        ("zone", facts.Zone),
        ("parents", facts.Parents.IsEmpty ? "none" : string.Join(" ", facts.Parents)),
        ("decision", facts.Decision),
        ("second", facts.Second.Length > 0 ? $"{facts.Second}, {Words.Number(facts.EventsBeside)} events" : "none yet"),
        ("promised for", facts.Due.Length > 0 ? facts.Due : "it is there"),
        ("machine state", facts.MachineState),
        ("policy", facts.Policy));
}
