using System;
using System.Collections.Immutable;
using System.CommandLine;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using NodeRuntime.Cli.Receipts;
using NodeRuntime.Cli.Results;
using NodeRuntime.Crypto.Edwards;
using NodeRuntime.Host.Witnesses;
using NodeRuntime.Persistence.Files;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Witnesses;
using Spectre.Console;

namespace NodeRuntime.Cli.Verbs;

/// <summary><c>noderuntime witness</c>: an outsider who sees a chain's calendar and says so, so that nobody can be shown another.</summary>
internal static class WitnessVerbs
{
    private const string KeyName = "witness.key";
    private const string OriginStart = "noderuntime.calendar/";

    public static Command Build(CliWorld world, GlobalOptions options) => new("witness", "An outside witness of a chain's calendar of events")
    {
        New(world, options), Serve(world, options),
    };

    private static Command New(CliWorld world, GlobalOptions options)
    {
        Argument<string> name = new("NAME") { Description = "How notes call it, such as witness.example/1: no spaces, no plus" };
        Option<string> key = KeyOption();
        Command command = new("new", "A key for a witness; prints what verifiers and peers are to be given") { name, key };
        return command.Runs(world, options, (session, parsed, cancellation) =>
        {
            string wanted = parsed.GetRequiredValue(name), path = Path.GetFullPath(parsed.GetRequiredValue(key));
            if (!WitnessKeys.IsName(wanted)) throw new CliException(ExitCode.Usage, "NameMalformed", $"'{wanted}' is no name of a witness", "up to 128 letters, digits and signs, without spaces and plus");
            SystemEd25519 ed25519 = OpenEd25519();
            byte[] seed = RandomNumberGenerator.GetBytes(SystemEd25519.SeedByteCount);
            Witness witness = new(wanted, ed25519.PublicKeyOf(seed));
            KeyFiles.Write(path, Encoding.ASCII.GetBytes(WitnessKeys.ToPrivateText(witness, seed) + "\n"));
            CryptographicOperations.ZeroMemory(seed);
            WitnessResult result = new(wanted, WitnessKeys.ToText(witness), path, string.Empty, string.Empty, 0);
            session.Display.Answer(result, CliJson.Default.WitnessResult, Show);
            return Task.FromResult(ExitCode.Ok);
        });
    }

    private static Command Serve(CliWorld world, GlobalOptions options)
    {
        Option<string> key = KeyOption();
        Option<string> origin = new("--origin") { Description = "The calendar to watch: noderuntime.calendar/ and the chain's genesis hash", HelpName = "ORIGIN", Required = true };
        Option<string> chain = new("--chain") { Description = "Genesis and seals, which prove who signs it; read again where it was replaced", HelpName = "FILE", DefaultValueFactory = static _ => EventVerbs.ChainProofFile };
        Option<string> listen = new("--listen") { Description = "Where to answer", HelpName = "HOST:PORT", DefaultValueFactory = static _ => "127.0.0.1:26650" };
        Option<string> data = new("--data") { Description = "Folder for what it cosigned last; must never be lost or put back", HelpName = "DIR", DefaultValueFactory = static _ => "witness" };
        Command command = new("serve", "Cosign checkpoints of a calendar until Ctrl-C (C2SP tlog-witness)") { key, origin, chain, listen, data };
        return command.Runs(world, options, async (session, parsed, cancellation) =>
        {
            SystemEd25519 ed25519 = OpenEd25519();
            string said = parsed.GetRequiredValue(origin);
            if (!said.StartsWith(OriginStart, StringComparison.Ordinal) || !Hash256.TryParse(said[OriginStart.Length..], out Hash256 genesis))
            {
                throw new CliException(ExitCode.Usage, "OriginMalformed", $"--origin: '{said}' is no calendar", "write noderuntime.calendar/ and the genesis hash, 64 hexadecimal digits");
            }

            ChainId trusted = new(genesis);
            string proofPath = parsed.GetRequiredValue(chain);
            // For the one complaint of a file that is missing; what is in it the file says itself.
            await ReceiptFiles.ReadAsync(proofPath, cancellation);
            ChainProofFile file = new(proofPath, trusted, session.Signatures);
            ImmutableArray<EpochPlan> plans = file.ReadWhereChanged(out string complaint) ?? throw new CliException(
                ExitCode.VerificationFailed, "ChainProofWrong", complaint, "`noderuntime receipt get ID` writes one; check the genesis hash");
            string keyPath = Path.GetFullPath(parsed.GetRequiredValue(key));
            if (!WitnessKeys.TryParsePrivate(Encoding.ASCII.GetString(KeyFiles.Read(keyPath)).TrimEnd('\n'), ed25519, out Witness? witness, out byte[] seed))
            {
                throw new CliException(ExitCode.Usage, "KeyMalformed", $"{keyPath} is no key of a witness", "`noderuntime witness new NAME` makes one");
            }

            using ILoggerFactory loggers = RunVerb.LogsOf(session, LogLevel.Information, null);
            WitnessBook book = WitnessBook.Open(
                Path.GetFullPath(parsed.GetRequiredValue(data)), new WitnessRules(trusted, plans, session.Signatures), witness!, seed, ed25519, world.Time,
                Follow(file, loggers.CreateLogger("witness")));
            await using WitnessServer server = await WitnessServer.StartAsync(book, parsed.GetRequiredValue(listen), loggers);
            WitnessResult result = new(witness!.Name, WitnessKeys.ToText(witness), keyPath, said, server.Address, book.Size);
            session.Display.Answer(result, CliJson.Default.WitnessResult, Show);
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, world.Time, cancellation);
            }
            catch (OperationCanceledException)
            {
                // Ctrl-C is how a witness ends.
            }

            return ExitCode.Ok;
        });
    }

    // Who signs from now on is in the file when somebody puts it there.
    private static WitnessChain Follow(ChainProofFile file, ILogger logger) => new(
        () =>
        {
            ImmutableArray<EpochPlan>? plans = file.ReadWhereChanged(out string complaint);
            if (complaint.Length > 0) logger.LogWarning("what was known stays: {Complaint}", complaint);
            return plans;
        },
        (news, newest) =>
        {
            if (news is WitnessNews.Newer or WitnessNews.Same) logger.LogInformation("the chain's proof was read again: {News}, epoch {Epoch}", news, newest.Number);
            else logger.LogWarning("what was known stays: the chain's proof is {News}", news);
        });

    private static Option<string> KeyOption() => new("--key") { Description = "Its key file", HelpName = "FILE", DefaultValueFactory = static _ => KeyName };

    private static SystemEd25519 OpenEd25519() =>
        SystemEd25519.TryOpen(out SystemEd25519? ed25519) ? ed25519! : throw new CliException(ExitCode.Failed, "Ed25519Missing", SystemEd25519.Hint, "install it and try again");

    private static void Show(IAnsiConsole console, WitnessResult result) => Display.Pairs(
        console,
        ("witness", result.Name),
        ("verifier key", result.VerifierKey),
        ("key file", result.KeyFile),
        ("watches", result.Origin.Length > 0 ? $"{result.Origin}, cosigned up to size {result.Size}" : "nothing yet"),
        ("listens", result.Address.Length > 0 ? result.Address : "not yet"));
}
