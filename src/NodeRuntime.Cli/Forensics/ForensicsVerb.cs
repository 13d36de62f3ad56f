using System;
using System.Collections.Immutable;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Cli.Results;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Forensics;
using Spectre.Console;

namespace NodeRuntime.Cli.Forensics;

/// <summary><c>noderuntime forensics</c>: two chains, and who signed both.</summary>
internal static class ForensicsVerb
{
    public static Command Build(CliWorld world, GlobalOptions options)
    {
        Argument<string> first = new("A") { Description = "A chain file, or a peer's folder" };
        Argument<string> second = new("B") { Description = "Another" };
        Option<string?> genesis = new("--genesis") { Description = "The genesis hash to trust; default: the context's. Without any the best answer is INCONCLUSIVE", HelpName = "HASH" };
        Option<string?> evidence = new("--evidence") { Description = "Write each culprit's evidence there, for `noderuntime chain accuse`", HelpName = "FOLDER" };
        Command command = new("forensics", "Compare two finalized chains: do they agree, and if not, who is guilty") { first, second, genesis, evidence };
        return command.Runs(world, options, async (session, parsed, cancellation) =>
        {
            ChainId? trusted = session.TrustedGenesis(parsed.GetValue(genesis));
            using ChainSource one = ChainSource.Open(parsed.GetRequiredValue(first));
            using ChainSource other = ChainSource.Open(parsed.GetRequiredValue(second));
            ForkReport report = Examine(session, trusted, one, other);
            if (parsed.GetValue(evidence) is { } folder) await WriteAsync(report, folder, cancellation);
            ExitCode code = CodeOf(report, trusted);
            session.Display.Answer(ResultOf(report, code, trusted, one.Genesis.ChainId), CliJson.Default.ForensicsResult, Show);
            return code;
        });
    }

    private static ForkReport Examine(Session session, ChainId? trusted, ChainSource one, ChainSource other)
    {
        ChainId chain = trusted ?? one.Genesis.ChainId;
        if (one.Genesis.ChainId != chain) return new ForkReport { Verdict = ForkVerdict.WrongChain, Chain = 1 };
        if (other.Genesis.ChainId != chain) return new ForkReport { Verdict = ForkVerdict.WrongChain, Chain = 2 };
        return ForkExamination.Run(chain, one.Genesis.ValidatorSet, session.Signatures, one.Extract, other.Extract);
    }

    private static async Task WriteAsync(ForkReport report, string folder, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        foreach (Culprit culprit in report.Culprits)
        {
            await File.WriteAllBytesAsync(Path.Combine(folder, $"validator-{culprit.Validator}.evidence"), culprit.Evidence.Encode(), cancellation);
        }
    }

    private static ExitCode CodeOf(ForkReport report, ChainId? trusted) => report.Verdict switch
    {
        ForkVerdict.Agree => trusted is null ? ExitCode.Inconclusive : ExitCode.Ok,
        ForkVerdict.Attributed or ForkVerdict.NotAttributed =>
            trusted is null || report.Culprits.IsEmpty ? ExitCode.Inconclusive : ExitCode.VerificationFailed,
        ForkVerdict.NoCommonHeight => ExitCode.Inconclusive,
        ForkVerdict.WrongChain or ForkVerdict.SealMissing or ForkVerdict.SealWrong or ForkVerdict.LinkBroken or ForkVerdict.JustificationWrong or ForkVerdict.NotFinal
            or ForkVerdict.CertificateWrong => ExitCode.VerificationFailed,
    };

    private static string WordOf(ForkReport report, ExitCode code) => report.Verdict switch
    {
        ForkVerdict.Agree => code == ExitCode.Ok ? "OK" : "INCONCLUSIVE",
        ForkVerdict.Attributed or ForkVerdict.NotAttributed => code == ExitCode.VerificationFailed ? "FORK" : "INCONCLUSIVE",
        ForkVerdict.NoCommonHeight => "INCONCLUSIVE",
        ForkVerdict.WrongChain or ForkVerdict.SealMissing or ForkVerdict.SealWrong or ForkVerdict.LinkBroken or ForkVerdict.JustificationWrong or ForkVerdict.NotFinal
            or ForkVerdict.CertificateWrong => "REFUSED",
    };

    private static ForensicsResult ResultOf(ForkReport report, ExitCode code, ChainId? trusted, ChainId chain)
    {
        bool isFork = report.Verdict is ForkVerdict.Attributed or ForkVerdict.NotAttributed;
        string where = report.Chain == 0 ? string.Empty : $" in {(report.Chain == 1 ? "A" : "B")} at height {report.Height}";
        string reason = report.Reason.Length == 0 ? report.Verdict + where : $"{report.Verdict}: {report.Reason}";
        return new ForensicsResult(
            WordOf(report, code), reason, trusted?.ToString(), chain.ToString(), isFork ? report.Height.Number : null, report.Epoch.Number, TipOf(report.FirstTip), TipOf(report.SecondTip),
            report.Weight, report.TotalWeight, report.FaultyWeightMax, [.. report.Culprits.Select(FactsOf)]);
    }

    private static ChainTip? TipOf(BlockHeader? header) =>
        header is null ? null : new ChainTip(header.Height.Number, header.View.Number, header.Digest.ToString());

    private static CulpritFacts FactsOf(Culprit culprit) => new(
        culprit.Validator.Number, culprit.Key.ToString(), KeyPolicy.Single(culprit.Key).ToAccountId().ToString(), culprit.Weight,
        culprit.Evidence.Fault.ToString(), culprit.Evidence.View.Number, Convert.ToBase64String(culprit.Evidence.Encode()));

    private static void Show(IAnsiConsole console, ForensicsResult result)
    {
        Display.Verdict(console, result.Verdict, result.Reason);
        if (result.TrustedGenesis is null) console.WriteLine("  no genesis hash to trust was given: --genesis HASH, or a context");
        foreach ((string name, ChainTip? tip) in (ReadOnlySpan<(string, ChainTip?)>)[("A", result.First), ("B", result.Second)])
        {
            if (tip is not null) console.WriteLine($"  {name} ends at height {tip.Height}, view {tip.View}, {tip.Digest}");
        }

        if (result.ForkedAfter is not { } height) return;
        console.WriteLine($"  in common up to height {height}; culprits hold {result.CulpritsWeight} of {result.TotalWeight} votes of epoch {result.Epoch}, a fork takes more than {result.FaultyWeightMax}");
        foreach (CulpritFacts culprit in result.Culprits)
        {
            console.WriteLine($"  validator {culprit.Validator}, weight {culprit.Weight}: {culprit.Fault} in view {culprit.View}, account {culprit.Account}");
        }
    }
}
