using System;
using System.Collections.Immutable;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Cli.Results;
using NodeRuntime.Client;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Jobs;
using NodeRuntime.Proofs.Receipts;
using Spectre.Console;

namespace NodeRuntime.Cli.Receipts;

/// <summary><c>noderuntime receipt</c>: proofs of work done and paid, to be checked by strangers.</summary>
internal static class ReceiptVerbs
{
    public static Command Build(CliWorld world, GlobalOptions options) => new("receipt", "Receipts: get one, verify any")
    {
        Get(world, options), Verify(world, options),
    };

    private static Command Get(CliWorld world, GlobalOptions options)
    {
        Argument<string> id = new("ID") { Description = "The job's id" };
        Option<string?> output = new("--out") { Description = "Where to; default: ID.receipt here", HelpName = "FILE" };
        Command command = new("get", "The receipt of a job that was submitted from this machine") { id, output };
        return command.Runs(world, options, async (session, parsed, cancellation) =>
        {
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
            session.Display.Answer(new ReceiptGetResult(order.ToString(), target, bytes.Length), CliJson.Default.ReceiptGetResult, static (console, made) =>
                Display.Pairs(console, ("receipt", made.File), ("bytes", Words.Number((ulong)made.Bytes)), ("next", $"noderuntime receipt verify {made.File}")));
            return ExitCode.Ok;
        });
    }

    private static Command Verify(CliWorld world, GlobalOptions options)
    {
        Argument<string> file = new("FILE") { Description = "The receipt" };
        Option<string?> genesis = new("--genesis") { Description = "The genesis hash to trust; default: the context's. Without any the best answer is INCONCLUSIVE", HelpName = "HASH" };
        Option<string[]> rerun = new("--rerun")
        {
            Description = "Run the job again and compare: the module, then the input files, then standard input where there was one",
            HelpName = "MODULE INPUT...",
            AllowMultipleArgumentsPerToken = true,
        };
        Command command = new("verify", "Verify a receipt: offline, trusting a genesis hash and nobody else") { file, genesis, rerun };
        return command.Runs(world, options, async (session, parsed, cancellation) =>
        {
            string path = parsed.GetRequiredValue(file);
            byte[] bytes = await ReadAsync(path, cancellation);
            ChainId? trusted = session.TrustedGenesis(parsed.GetValue(genesis));
            ReceiptVerdict verdict = ReceiptVerifier.Verify(bytes, trusted, session.Signatures, out JobReceipt? receipt);
            RerunResult? again = null;
            // What does not verify is not run: its module is a stranger's program of unknown origin.
            if (parsed.GetValue(rerun) is { Length: > 0 } files && verdict is ReceiptVerdict.Accepted or ReceiptVerdict.Inconclusive)
            {
                again = await JobRerun.RunAsync(receipt!.Evidence.Spec, receipt.Evidence.Result, files, world.Time, cancellation);
            }

            ExitCode code = CodeOf(verdict, again);
            ReceiptVerifyResult result = new(WordOf(code), ReasonOf(verdict, again), trusted?.ToString(), FactsOf(receipt), again);
            session.Display.Answer(result, CliJson.Default.ReceiptVerifyResult, Show);
            return code;
        });
    }

    private static async Task<byte[]> ReadAsync(string path, CancellationToken cancellation)
    {
        if (!File.Exists(path)) throw new CliException(ExitCode.NotFound, "FileMissing", $"there is no file {path}", "`noderuntime receipt get ID` writes one");
        if (new FileInfo(path).Length > Limits.ReceiptBytesMax)
        {
            throw new CliException(
                ExitCode.VerificationFailed, nameof(ReceiptVerdict.Malformed), $"{path} has more bytes than a receipt may", "check that it is the right file");
        }

        return await File.ReadAllBytesAsync(path, cancellation);
    }

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

    private static void Show(IAnsiConsole console, ReceiptVerifyResult result)
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

        if (result.Rerun is not { } rerun) return;
        console.WriteLine(rerun.Matches
            ? $"rerun: the same result after {rerun.Milliseconds} ms"
            : "rerun: DIFFERS in " + string.Join(", ", rerun.Differences));
    }
}
