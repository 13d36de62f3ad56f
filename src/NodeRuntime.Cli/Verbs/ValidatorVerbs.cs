using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Cli.Results;
using NodeRuntime.Client;
using NodeRuntime.Client.Reads;
using NodeRuntime.Client.Transactions;
using NodeRuntime.Crypto;
using NodeRuntime.Host.Peer;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using Spectre.Console;

namespace NodeRuntime.Cli.Verbs;

/// <summary><c>noderuntime validator</c>: who votes, and how an account's peer comes to it, changes its key and leaves.</summary>
internal static class ValidatorVerbs
{
    public static Command Build(CliWorld world, GlobalOptions options) => new("validator", "Who votes on blocks, and how to be one of them")
    {
        List(world, options), Join(world, options), Rotate(world, options), Leave(world, options),
    };

    private static Command List(CliWorld world, GlobalOptions options) => new Command("list", "The validators in force and those that are due, proven").Runs(
        world, options, static async (session, _, cancellation) =>
        {
            VerifiedReads reads = session.OpenReader().Reads;
            ProvenRecord<EpochRecord> due = await reads.EpochDueAsync(cancellation);
            ProvenRecord<EpochRecord> now = await reads.EpochAsync(cancellation);
            if (now.Record is not { Validators: var set } epoch)
            {
                throw new CliException(ExitCode.VerificationFailed, "NoValidators", "the proven state has no validators", "report it: no chain of this program is so");
            }

            // Between the two reads a seal may have made of what was due what is in force.
            uint reveals = (await reads.GenesisAsync(cancellation)).Parameters.Beacon.RevealsMax;
            ImmutableArray<ValidatorLine> next = due.Record is { } other && other.Validators.Epoch.CompareTo(set.Epoch) > 0
                ? await LinesAsync(other.Validators, reads, reveals, cancellation)
                : [];
            ValidatorListResult result = new(
                set.Epoch.Number, epoch.Since.Number, set.TotalWeight, set.Quorum, await LinesAsync(set, reads, reveals, cancellation), next, now.Height.Number);
            session.Display.Answer(result, CliJson.Default.ValidatorListResult, Show);
            return ExitCode.Ok;
        });

    private static Command Join(CliWorld world, GlobalOptions options)
    {
        Option<string> nodeKey = NodeKey();
        Option<string?> consensusKey = new("--consensus-key") { Description = "The key file that is to vote; default: the node key's", HelpName = "FILE" };
        Option<string?> bond = new("--bond") { Description = "Tokens to bond in the same transaction", HelpName = "TOKENS" };
        Command command = new("join", "Declare a peer a validator, for the bond of the context's account") { nodeKey, consensusKey, bond };
        return command.Runs(world, options, async (session, parsed, cancellation) =>
        {
            KeyPair node = NodeKeys.Load(parsed.GetRequiredValue(nodeKey));
            KeyPair key = parsed.GetValue(consensusKey) is { } file ? NodeKeys.Load(file) : node;
            Amount amount = parsed.GetValue(bond) is { } tokens ? Words.ParseTokens(tokens) : Amount.Zero;
            ClusterClient client = session.OpenClient();
            return await DeclareAsync(session, client, key, node, amount, cancellation);
        });
    }

    private static Command Rotate(CliWorld world, GlobalOptions options)
    {
        Option<string> nodeKey = NodeKey();
        Option<string> consensusKey = new("--consensus-key") { Description = "The key file that is to vote from the next seal on", HelpName = "FILE", Required = true };
        Command command = new("rotate", "Change the key that votes. The peer needs both until the seal: see `nextConsensusKey` in docs/configuration.md") { nodeKey, consensusKey };
        return command.Runs(world, options, async (session, parsed, cancellation) =>
        {
            KeyPair node = NodeKeys.Load(parsed.GetRequiredValue(nodeKey));
            KeyPair key = NodeKeys.Load(parsed.GetRequiredValue(consensusKey));
            ClusterClient client = session.OpenClient();
            ProvenRecord<ValidatorRecord> before = await client.Reads.ValidatorAsync(client.Account, cancellation);
            if (before.Record is null)
            {
                throw new CliException(ExitCode.Refused, "Staking.NotAValidator", $"account {client.Account} is no validator", "`noderuntime validator join` makes it one");
            }

            return await DeclareAsync(session, client, key, node, Amount.Zero, cancellation);
        });
    }

    private static Command Leave(CliWorld world, GlobalOptions options) => new Command("leave", "Vote no more after the next seal; the bond stays bonded").Runs(
        world, options, static async (session, _, cancellation) =>
        {
            ClusterClient client = session.OpenClient();
            return Sent(session, client, await client.LeaveValidatorsAsync(cancellation), null, null);
        });

    private static Option<string> NodeKey() => new("--node-key") { Description = "The key file of the peer that votes", HelpName = "FILE", Required = true };

    // How long the chain of reveals behind a key is, the genesis says.
    private static async Task<ExitCode> DeclareAsync(
        Session session, ClusterClient client, KeyPair key, KeyPair node, Amount bond, CancellationToken cancellation)
    {
        Genesis genesis = await client.Reads.GenesisAsync(cancellation);
        Hash256 anchor = RevealChain.Of(key, genesis.Parameters.Beacon.RevealsMax).Anchor;
        SubmittedTransaction sent = await client.DeclareValidatorAsync(
            session.Signatures.CreateSigner(key), session.Signatures.CreateSigner(node), anchor, bond, cancellation);
        return Sent(session, client, sent, key, node);
    }

    private static ExitCode Sent(Session session, ClusterClient client, SubmittedTransaction transaction, KeyPair? key, KeyPair? node)
    {
        ValidatorSentResult result = new(
            transaction.Id.ToString(), client.Account.ToString(), key?.PublicKey.ToString() ?? string.Empty, node?.PublicKey.ToPeerId().ToString() ?? string.Empty);
        session.Display.Answer(result, CliJson.Default.ValidatorSentResult, static (console, sent) =>
        {
            Display.Pairs(console, ("transaction", sent.Transaction), ("account", sent.Account));
            if (sent.Key.Length != 0) Display.Pairs(console, ("key", sent.Key), ("peer", sent.Peer));
            Display.Pairs(console, ("in force", "from a seal on; `noderuntime validator list` shows who is due"));
        });
        return ExitCode.Ok;
    }

    // A read for each: what is left of its reveals is proven, too, each by the header that its gateway had.
    private static async Task<ImmutableArray<ValidatorLine>> LinesAsync(
        ValidatorSet set, VerifiedReads reads, uint reveals, CancellationToken cancellation)
    {
        ImmutableArray<ValidatorLine>.Builder lines = ImmutableArray.CreateBuilder<ValidatorLine>(set.Count);
        for (int i = 0; i < set.Count; i++)
        {
            ValidatorMember member = set.Members[i];
            ProvenRecord<RevealRecord> record = await reads.RevealAsync(member.Key, cancellation);
            lines.Add(new ValidatorLine(i, member.Key.ToString(), member.Weight, member.Peer.ToString(), record.Record?.Left(reveals) ?? 0));
        }

        return lines.MoveToImmutable();
    }

    private static void Show(IAnsiConsole console, ValidatorListResult result)
    {
        Display.Pairs(
            console,
            ("epoch", result.Epoch.ToString(CultureInfo.InvariantCulture)),
            ("since height", result.Since.ToString(CultureInfo.InvariantCulture)),
            ("votes", $"{result.Quorum} of {result.TotalWeight} decide"),
            ("proven at", "height " + result.ProvenHeight.ToString(CultureInfo.InvariantCulture)));
        console.WriteLine();
        Print(console, "validator", result.Validators);
        if (!result.Due.IsEmpty) Print(console, "due next", result.Due);
    }

    private static void Print(IAnsiConsole console, string title, ImmutableArray<ValidatorLine> lines)
    {
        Table table = Display.NewTable(title, "votes", "reveals left", "key", "peer");
        foreach (ValidatorLine line in lines)
        {
            table.AddRow(
                line.Index.ToString(CultureInfo.InvariantCulture), line.Weight.ToString(CultureInfo.InvariantCulture),
                line.RevealsLeft.ToString(CultureInfo.InvariantCulture), line.Key, line.Peer);
        }

        console.Write(table);
    }
}
