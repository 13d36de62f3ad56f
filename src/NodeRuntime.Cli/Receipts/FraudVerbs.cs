using System;
using System.CommandLine;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Cli.Results;
using NodeRuntime.Client;
using NodeRuntime.Client.Transactions;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Provenance.Fraud;
using NodeRuntime.Provenance.Receipts;
using Spectre.Console;

namespace NodeRuntime.Cli.Receipts;

/// <summary><c>noderuntime fraud</c>: whether somebody lied about the calendar of events, offline, and the ledger's word on it.</summary>
internal static class FraudVerbs
{
    public static Command Build(CliWorld world, GlobalOptions options) => new("fraud", "Lies about the calendar of events: find, verify, report")
    {
        Find(world, options), Verify(world, options), Submit(world, options),
    };

    private static Command Find(CliWorld world, GlobalOptions options)
    {
        Argument<string> one = new("A") { Description = "A receipt in state PROMISED" };
        Argument<string> other = new("B") { Description = "Another of the same peer, with the same number" };
        Option<string?> genesis = Genesis();
        Option<string> output = new("--out") { Description = "The proof, where there is one", HelpName = "FILE", Required = true };
        Command command = new("find", "Hold two promises of a peer against each other: one number belongs to one event") { one, other, genesis, output };
        return command.Runs(world, options, async (session, parsed, cancellation) =>
        {
            EventReceipt first = await ReadReceiptAsync(parsed.GetRequiredValue(one), cancellation), second = await ReadReceiptAsync(parsed.GetRequiredValue(other), cancellation);
            FraudProof proof = FraudClaims.OfPromises(first, second)
                ?? throw new CliException(ExitCode.Refused, "NoClaim", "these are no two promises of one peer", "take receipts as `noderuntime data event add` wrote them");
            ExitCode code = Judge(session, parsed.GetValue(genesis), proof);
            if (code == ExitCode.Ok) await File.WriteAllBytesAsync(Path.GetFullPath(parsed.GetRequiredValue(output)), proof.Encode(), cancellation);
            return code;
        });
    }

    private static Command Verify(CliWorld world, GlobalOptions options)
    {
        Argument<string> file = new("FILE") { Description = "A proof of fraud" };
        Option<string?> genesis = Genesis();
        Command command = new("verify", "Verify a proof offline: by what the accused signed itself") { file, genesis };
        return command.Runs(world, options, async (session, parsed, cancellation) =>
            Judge(session, parsed.GetValue(genesis), await ReadAsync(parsed.GetRequiredValue(file), cancellation)));
    }

    private static Command Submit(CliWorld world, GlobalOptions options)
    {
        Argument<string> file = new("FILE") { Description = "A proof of fraud" };
        Option<string?> harmed = new("--harmed") { Description = "The node key of the peer that the proof names as left out", HelpName = "KEY" };
        Option<string?> contact = new("--contact") { Description = "A peer's API; default: the context's contacts", HelpName = "URL" };
        Command command = new("submit", "Report a proof to the ledger, which takes a share of the culprit's bond and rewards the sender") { file, harmed, contact };
        return command.Runs(world, options, async (session, parsed, cancellation) =>
        {
            FraudProof proof = await ReadAsync(parsed.GetRequiredValue(file), cancellation);
            PublicKey? named = parsed.GetValue(harmed) is { } text ? ParseKey(text) : null;
            byte[] bytes = proof.Encode();
            if (bytes.Length > Limits.FraudReportBytesMax)
            {
                throw new CliException(ExitCode.Refused, "ProofTooLarge", $"a proof of {bytes.Length} bytes does not fit into a transaction of {Limits.FraudReportBytesMax}", "it convicts offline: `noderuntime fraud verify`");
            }

            ClusterClient client = session.OpenClient(parsed.GetValue(contact));
            SubmittedTransaction sent = await client.SendAsync([new Message.ReportFraud([.. bytes], named)], cancellation);
            FraudSubmitResult result = new(sent.Id.ToString(), proof.Culprit.ToPeerId().ToString(), proof.Kind.ToString());
            session.Display.Answer(result, CliJson.Default.FraudSubmitResult, static (console, said) =>
                Display.Pairs(console, ("transaction", said.Transaction), ("culprit", said.Culprit), ("lie", said.Kind)));
            return ExitCode.Ok;
        });
    }

    private static ExitCode Judge(Session session, string? genesis, FraudProof proof)
    {
        ChainId? trusted = session.TrustedGenesis(genesis);
        FraudVerdict? verdict = trusted is { } chain ? new FraudRules(chain, session.Signatures).Judge(proof) : null;
        string word = verdict switch
        {
            null => "INCONCLUSIVE",
            FraudVerdict.Proven => "PROVEN",
            _ => "REFUSED",
        };
        FraudVerifyResult result = new(
            word, verdict?.ToString() ?? "NoTrust", trusted?.ToString(), proof.Kind.ToString(), proof.Culprit.ToPeerId().ToString(), proof.LatestRound?.Second, proof.Harmed?.ToString());
        session.Display.Answer(result, CliJson.Default.FraudVerifyResult, Show);
        return verdict is null ? ExitCode.Inconclusive : verdict == FraudVerdict.Proven ? ExitCode.Ok : ExitCode.VerificationFailed;
    }

    private static void Show(IAnsiConsole console, FraudVerifyResult result)
    {
        Display.Verdict(console, result.Verdict, result.Reason);
        if (result.TrustedGenesis is null) console.WriteLine("  no genesis hash to trust was given: --genesis HASH, or a context");
        console.WriteLine($"  {result.Kind}, by {result.Culprit}{(result.Second is { } second ? $", about second {second}" : string.Empty)}");
        if (result.Harmed is { } harmed) console.WriteLine($"  left out: {harmed}");
    }

    private static Option<string?> Genesis() =>
        new("--genesis") { Description = "The genesis hash to trust; default: the context's. Without any the answer is INCONCLUSIVE", HelpName = "HASH" };

    private static PublicKey ParseKey(string text)
    {
        byte[] bytes = new byte[PublicKey.ByteCount];
        bool isHex = Convert.FromHexString(text, bytes, out int read, out int written) == System.Buffers.OperationStatus.Done && read == text.Length && written == bytes.Length;
        return isHex && PublicKey.TryParse(bytes, out PublicKey key) ? key
            : throw new CliException(ExitCode.Usage, "KeyMalformed", $"--harmed: '{text}' is no key", $"write {PublicKey.ByteCount * 2} hexadecimal digits");
    }

    private static async Task<FraudProof> ReadAsync(string file, CancellationToken cancellation)
    {
        string path = Path.GetFullPath(file);
        if (!File.Exists(path)) throw new CliException(ExitCode.NotFound, "FileMissing", $"there is no file {path}", "`noderuntime fraud find` writes one");
        byte[] bytes = new FileInfo(path).Length <= Limits.FraudProofBytesMax ? await File.ReadAllBytesAsync(path, cancellation) : [];
        return FraudProof.TryDecode(bytes) ?? throw new CliException(ExitCode.VerificationFailed, "Malformed", $"{path} is no proof of fraud", "check that it is the right file");
    }

    private static async Task<EventReceipt> ReadReceiptAsync(string file, CancellationToken cancellation)
    {
        string path = Path.GetFullPath(file);
        ReceiptCode code = EventReceipt.TryDecode(await ReceiptFiles.ReadAsync(path, cancellation), out EventReceipt? receipt);
        return receipt ?? throw new CliException(ExitCode.VerificationFailed, code.ToString(), $"{path} is no receipt of an event", "check that it is the right file");
    }
}
