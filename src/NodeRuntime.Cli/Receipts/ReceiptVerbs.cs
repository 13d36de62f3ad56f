using System;
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
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Jobs;
using NodeRuntime.Proofs.Receipts;
using NodeRuntime.Provenance.Custody;
using NodeRuntime.Provenance.Receipts;
using Spectre.Console;

namespace NodeRuntime.Cli.Receipts;

/// <summary><c>noderuntime receipt</c>: proofs of work done and paid, and of what happened to data, to be checked by strangers.</summary>
internal static class ReceiptVerbs
{
    public static Command Build(CliWorld world, GlobalOptions options) => new("receipt", "Receipts of jobs and of events: get one, verify any, take one further")
    {
        Get(world, options), Verify(world, options), Explain(world, options), ExtendVerb.Build(world, options),
    };

    private static Command Get(CliWorld world, GlobalOptions options)
    {
        Argument<string> id = new("ID") { Description = "A job's id, or an event's number" };
        Option<string?> output = new("--out") { Description = "Where to; default: ID.receipt here", HelpName = "FILE" };
        Option<string?> contact = new("--contact") { Description = "The peer that took the event; default: the context's first", HelpName = "URL" };
        Command command = new("get", "The receipt of a job that was submitted from this machine, or of an event from the peer that took it") { id, output, contact };
        return command.Runs(world, options, async (session, parsed, cancellation) =>
        {
            if (ulong.TryParse(parsed.GetRequiredValue(id), NumberStyles.None, CultureInfo.InvariantCulture, out ulong number))
            {
                return await GetEventAsync(session, number, parsed.GetValue(output), parsed.GetValue(contact), cancellation);
            }

            OrderId order = new(Words.ParseHash("ID", parsed.GetRequiredValue(id)));
            string path = session.Jobs.ReceiptOf(order);
            if (!File.Exists(path))
            {
                throw new CliException(
                    ExitCode.NotFound, "ReceiptNotHere", $"there is no receipt of job {order} here", $"`noderuntime job follow {order}` takes it once the job is settled");
            }

            byte[] bytes = await File.ReadAllBytesAsync(path, cancellation);
            string target = Path.GetFullPath(parsed.GetValue(output) ?? order + ".receipt");
            await File.WriteAllBytesAsync(target, bytes, cancellation);
            if (File.Exists(session.Jobs.CustodyOf(order))) File.Copy(session.Jobs.CustodyOf(order), CustodyCheck.BesideReceipt(target), overwrite: true);
            session.Display.Answer(new ReceiptGetResult(order.ToString(), target, bytes.Length), CliJson.Default.ReceiptGetResult, static (console, made) =>
                Display.Pairs(console, ("receipt", made.File), ("bytes", Words.Number((ulong)made.Bytes)), ("next", $"noderuntime receipt verify {made.File}")));
            return ExitCode.Ok;
        });
    }

    private static async Task<ExitCode> GetEventAsync(Session session, ulong number, string? output, string? contact, CancellationToken cancellation)
    {
        string target = Path.GetFullPath(output ?? EventVerbs.FileOf(number));
        ClusterClient client = session.OpenClient(contact);
        EventReceiptAnswer answer = await client.GetEventReceiptAsync(number, cancellation);
        byte[] bytes = Convert.FromBase64String(answer.Receipt);
        await File.WriteAllBytesAsync(target, bytes, cancellation);
        await EventVerbs.SaveChainProofAsync(client, session, Path.GetDirectoryName(target)!, cancellation);
        string id = number.ToString(CultureInfo.InvariantCulture);
        session.Display.Answer(new ReceiptGetResult(id, target, bytes.Length), CliJson.Default.ReceiptGetResult, static (console, made) =>
            Display.Pairs(console, ("receipt", made.File), ("bytes", Words.Number((ulong)made.Bytes)), ("next", $"noderuntime receipt verify {made.File}")));
        return ExitCode.Ok;
    }

    private static Command Explain(CliWorld world, GlobalOptions options)
    {
        Argument<string> file = new("FILE") { Description = "A receipt, or a job's custody.cbor" };
        Command command = new("explain", "What a receipt says, and on what each part rests; of an event it verifies nothing") { file };
        return command.Runs(world, options, async (session, parsed, cancellation) =>
        {
            string path = parsed.GetRequiredValue(file);
            byte[] bytes = await ReceiptFiles.ReadAsync(path, cancellation);
            if (await FindCustodyAsync(session, path, bytes, null, session.TrustedGenesis(null), cancellation) is { } found) return Explain(session, found);
            ReceiptCode code = EventReceipt.TryDecode(bytes, out EventReceipt? receipt);
            if (receipt is null)
            {
                throw new CliException(
                    ExitCode.VerificationFailed, code.ToString(), $"{path} is no receipt of an event, and no job's with a custody beside it", "`noderuntime receipt verify` shows what a job's receipt says");
            }

            EventExplainResult result = new(EventReceiptCheck.FactsOf(receipt), EventStory.Of(receipt));
            session.Display.Answer(result, CliJson.Default.EventExplainResult, static (console, shown) =>
            {
                foreach (string line in shown.Story) console.WriteLine(line);
                console.WriteLine();
                EventReceiptCheck.ShowFacts(console, shown.Receipt);
            });
            return ExitCode.Ok;
        });
    }

    private static ExitCode Explain(Session session, FoundCustodyFile found)
    {
        CustodyExplainResult result = new(found.Check.Verdict, found.Check.Reason, CustodyStory.Of(found.Job, found.Check.Events));
        session.Display.Answer(result, CliJson.Default.CustodyExplainResult, static (console, shown) =>
        {
            Display.Verdict(console, shown.Verdict, shown.Reason);
            foreach (string line in shown.Story) console.WriteLine(line);
        });
        return found.Check.Code;
    }

    private static Command Verify(CliWorld world, GlobalOptions options)
    {
        Argument<string> file = new("FILE") { Description = "The receipt, or a job's custody.cbor" };
        Option<string?> genesis = new("--genesis") { Description = "The genesis hash to trust; default: the context's. Without any the best answer is INCONCLUSIVE", HelpName = "HASH" };
        Option<string[]> rerun = new("--rerun")
        {
            Description = "Run the job again and compare: the module, then the input files, then standard input where there was one",
            HelpName = "MODULE INPUT...",
            AllowMultipleArgumentsPerToken = true,
        };
        Option<string?> chain = new("--chain") { Description = "Of an event: genesis and seals; default: chain.proof beside the receipt", HelpName = "FILE" };
        Option<string?> content = new("--content") { Description = "Of an event: what it is to be about", HelpName = "FILE" };
        Option<string?> publication = new("--publication") { Description = "Of an event: a root of the calendar on the ledger; default: the file of the receipt's name with .publication beside it", HelpName = "FILE" };
        Option<string?> custody = new("--custody") { Description = "Of a job: what its provider did with the data; default: custody.cbor beside the receipt", HelpName = "FILE" };
        WitnessOptions witnesses = new();
        Command command = new("verify", "Verify a receipt: offline, trusting a genesis hash and nobody else")
        {
            file, genesis, rerun, chain, content, publication, custody, witnesses.Keys, witnesses.Quorum,
        };
        return command.Runs(world, options, async (session, parsed, cancellation) =>
        {
            string path = parsed.GetRequiredValue(file);
            byte[] bytes = await ReceiptFiles.ReadAsync(path, cancellation);
            if (EventReceipt.IsOne(bytes))
            {
                return await EventReceiptCheck.VerifyAsync(
                    session, bytes, path, parsed.GetValue(genesis), parsed.GetValue(chain), parsed.GetValue(content), parsed.GetValue(publication),
                    witnesses.Read(parsed), cancellation);
            }

            ChainId? trusted = session.TrustedGenesis(parsed.GetValue(genesis));
            FoundCustodyFile? custodied = await FindCustodyAsync(session, path, bytes, parsed.GetValue(custody), trusted, cancellation);
            if (CustodyBundle.IsOne(bytes))
            {
                ReceiptVerifyResult alone = new(
                    custodied!.Check.Verdict, custodied.Check.Reason, trusted?.ToString(), FactsOf(custodied.Receipt), null, custodied.Check.ToFacts(custodied.File));
                session.Display.Answer(alone, CliJson.Default.ReceiptVerifyResult, (console, shown) => Show(console, shown, custodied.Check));
                return custodied.Check.Code;
            }

            ReceiptVerdict verdict = ReceiptVerifier.Verify(bytes, trusted, session.Signatures, out JobReceipt? receipt);
            RerunResult? again = null;
            // What does not verify is not run: its module is a stranger's program of unknown origin.
            if (parsed.GetValue(rerun) is { Length: > 0 } files && verdict is ReceiptVerdict.Accepted or ReceiptVerdict.Inconclusive)
            {
                again = await JobRerun.RunAsync(receipt!.Evidence.Spec, receipt.Evidence.Result, files, world.Time, cancellation);
            }

            ExitCode code = CodeOf(verdict, again);
            string reason = ReasonOf(verdict, again);
            // The worse of the two is the answer: a job is what it says only together with its custody.
            bool isWorse = custodied is not null && RankOf(custodied.Check.Code) > RankOf(code);
            if (isWorse) (code, reason) = (custodied!.Check.Code, custodied.Check.Reason);
            ReceiptVerifyResult result = new(WordOf(code), reason, trusted?.ToString(), FactsOf(receipt), again, custodied?.Check.ToFacts(custodied.File));
            session.Display.Answer(result, CliJson.Default.ReceiptVerifyResult, (console, shown) => Show(console, shown, custodied?.Check));
            return code;
        });
    }

    /// <summary>A custody and the job's receipt that it stands beside.</summary>
    private sealed record FoundCustodyFile(string File, CustodyCheck Check, JobReceipt? Receipt)
    {
        public JobStatement? Job => Receipt?.Statement;
    }

    // Of a custody's own bytes, or of a job's receipt whose custody is named or lies beside it; null where there is none.
    private static async Task<FoundCustodyFile?> FindCustodyAsync(
        Session session, string path, byte[] bytes, string? named, ChainId? trusted, CancellationToken cancellation)
    {
        bool isCustody = CustodyBundle.IsOne(bytes);
        if (!isCustody && EventReceipt.IsOne(bytes)) return null;
        string custodyPath = isCustody ? path : named ?? CustodyCheck.BesideReceipt(path), receiptPath = isCustody ? CustodyCheck.BesideCustody(path) : path;
        if (!File.Exists(custodyPath) && named is null) return null;
        byte[] custody = isCustody ? bytes : await ReceiptFiles.ReadAsync(custodyPath, cancellation);
        JobReceipt? receipt = null;
        if (File.Exists(receiptPath))
        {
            ReceiptVerdict verdict = ReceiptVerifier.Verify(await ReceiptFiles.ReadAsync(receiptPath, cancellation), trusted, session.Signatures, out receipt);
            // Beside a receipt that does not verify there is nothing to say of its custody.
            bool isSound = verdict is ReceiptVerdict.Accepted or ReceiptVerdict.Inconclusive;
            if (!isSound && !isCustody) return null;
            if (!isSound) throw new CliException(ExitCode.VerificationFailed, verdict.ToString(), $"the job's receipt {receiptPath} does not verify", "`noderuntime receipt verify` shows what it says");
        }

        CustodyBundle bundle = CustodyBundle.TryDecode(custody) ?? throw ReceiptFiles.NoCustody(custodyPath);
        return new FoundCustodyFile(Path.GetFullPath(custodyPath), CustodyCheck.OfFile(session, bundle, trusted, receipt?.Statement), receipt);
    }

    private static int RankOf(ExitCode code) => code == ExitCode.Ok ? 0 : code == ExitCode.Inconclusive ? 1 : 2;

    private static ExitCode CodeOf(ReceiptVerdict verdict, RerunResult? rerun) => verdict switch
    {
        ReceiptVerdict.Accepted => rerun is { Matches: false } ? ExitCode.VerificationFailed : ExitCode.Ok,
        ReceiptVerdict.Inconclusive => rerun is { Matches: false } ? ExitCode.VerificationFailed : ExitCode.Inconclusive,
        ReceiptVerdict.Malformed or ReceiptVerdict.WrongChain or ReceiptVerdict.GenesisMalformed or ReceiptVerdict.HeaderNotCertified
            or ReceiptVerdict.SetProofWrong or ReceiptVerdict.ForeignValidatorSet or ReceiptVerdict.BelowQuorum or ReceiptVerdict.CertificateSignatureWrong
            or ReceiptVerdict.StateProofWrong or ReceiptVerdict.LeaseMismatch or ReceiptVerdict.OrderMismatch
            or ReceiptVerdict.SpecCommitmentWrong or ReceiptVerdict.SpecMismatch or ReceiptVerdict.ResultCommitmentWrong
            or ReceiptVerdict.ResultMismatch or ReceiptVerdict.HandOverWrong or ReceiptVerdict.HandOverKeyForeign
            or ReceiptVerdict.HandOverSignatureWrong or ReceiptVerdict.SettlementInconsistent or ReceiptVerdict.ProviderSignatureMissing
            or ReceiptVerdict.ProviderSignatureWrong => ExitCode.VerificationFailed,
    };

    private static string WordOf(ExitCode code) => code switch
    {
        ExitCode.Ok => "OK",
        ExitCode.Inconclusive => "INCONCLUSIVE",
        ExitCode.Failed or ExitCode.Usage or ExitCode.NotFound or ExitCode.Refused or ExitCode.VerificationFailed
            or ExitCode.Unreachable or ExitCode.TimedOut or ExitCode.Interrupted => "REFUSED",
    };

    private static string ReasonOf(ReceiptVerdict verdict, RerunResult? rerun) => rerun is { Matches: false } ? "RerunDiffers" : verdict.ToString();

    private static ReceiptFacts? FactsOf(JobReceipt? receipt)
    {
        if (receipt is null) return null;
        JobStatement said = receipt.Statement;
        return new ReceiptFacts(
            said.Chain.ToString(),
            said.Order.ToString(),
            said.Lease.ToString(),
            said.Owner.ToString(),
            said.Provider.ToString(),
            said.Module.ToString(),
            [.. said.Inputs.Select(static input => input.ToString())],
            said.Outcome.ToString(),
            said.ExitCode,
            said.FuelUsed,
            said.Result.ToString(),
            Words.Time(said.ReadyAt),
            Words.Time(said.ResultAt),
            said.ChargedSeconds,
            Words.Tokens(said.Paid),
            Words.Tokens(said.Refunded),
            receipt.Evidence.Block.Header.Height.Number);
    }

    private static void Show(IAnsiConsole console, ReceiptVerifyResult result, CustodyCheck? custody)
    {
        Display.Verdict(console, result.Verdict, result.Reason);
        if (result.Verdict == "INCONCLUSIVE") console.WriteLine("  no genesis hash to trust was given: --genesis HASH, or a context");
        if (result.Receipt is { } said)
        {
            Display.Pairs(
                console,
                ("chain", said.Chain),
                ("order", said.Order),
                ("lease", said.Lease),
                ("owner", said.Owner),
                ("provider", said.Provider),
                ("module", said.Module),
                ("inputs", string.Join(" ", said.Inputs)),
                ("outcome", $"{said.Outcome}, exit code {said.ExitCode}, fuel {Words.Number(said.FuelUsed)}"),
                ("result", said.ResultHash),
                ("ran", $"{said.ReadyAt} to {said.ResultAt}"),
                ("paid", $"{said.Paid} tokens for {said.ChargedSeconds} s, {said.Refunded} back"),
                ("block", $"{said.BlockHeight}"));
        }

        if (result.Custody is { } facts && custody?.Graph is { } graph)
        {
            console.WriteLine($"custody: {facts.Verdict} {facts.Reason}, {facts.Events.Length} events in {facts.File}");
            CustodyText.Show(console, graph, facts.Events);
        }

        if (result.Rerun is not { } rerun) return;
        console.WriteLine(rerun.Matches
            ? $"rerun: the same result after {rerun.Milliseconds} ms"
            : "rerun: DIFFERS in " + string.Join(", ", rerun.Differences));
    }
}
