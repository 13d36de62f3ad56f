using System;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Api;
using NodeRuntime.Cli.Results;
using NodeRuntime.Client;
using NodeRuntime.Client.Reads;
using NodeRuntime.Client.Transactions;
using NodeRuntime.Crypto;
using NodeRuntime.Host.Peer;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using Spectre.Console;

namespace NodeRuntime.Cli.Verbs;

/// <summary><c>noderuntime wallet</c>: the key that signs, and the account it names.</summary>
internal static class WalletVerbs
{
    private const string KeyName = "wallet.key";

    public static Command Build(CliWorld world, GlobalOptions options) => new("wallet", "Keys and tokens")
    {
        New(world, options), Show(world, options), Send(world, options), Faucet(world, options), Token(world, options),
    };

    private static Command New(CliWorld world, GlobalOptions options)
    {
        Option<string?> key = new("--key") { Description = "The key file to make; default: wallet.key beside the context", HelpName = "FILE" };
        Option<string[]> contact = new("--contact") { Description = "A gateway for the context; may be given several times", HelpName = "URL" };
        Option<string?> genesis = new("--genesis") { Description = "The genesis hash for the context", HelpName = "HASH" };
        Command command = new("new", "Make a key, and a context that uses it where there is none") { key, contact, genesis };
        return command.Runs(world, options, (session, parsed, _) =>
        {
            if (parsed.GetValue(genesis) is { } hash) Words.ParseHash("--genesis", hash);
            ContextFile context = session.TryLoadContext() ?? new ContextFile();
            string folder = Path.GetDirectoryName(session.ContextPath)!;
            string path = Path.GetFullPath(parsed.GetValue(key) ?? Path.Combine(folder, KeyName));
            if (parsed.GetValue(contact) is { Length: > 0 } contacts) context.Contacts = [.. contacts];
            if (parsed.GetValue(genesis) is { } trusted) context.Genesis = trusted;
            bool usesIt = context.Key.Length == 0;
            if (usesIt) context.Key = Path.GetRelativePath(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            PublicKey made = NodeKeys.Create(path).PublicKey;
            context.Save(session.ContextPath);
            if (!usesIt) session.Display.Note($"the context {session.ContextPath} keeps its key; edit it to use the new one");
            WalletResult result = new(
                KeyPolicy.Single(made).ToAccountId().ToString(), DidKey.Format(made), path, null, null, null, null, null);
            session.Display.Answer(result, CliJson.Default.WalletResult, Show);
            return Task.FromResult(ExitCode.Ok);
        });
    }

    private static Command Show(CliWorld world, GlobalOptions options)
    {
        Argument<string?> account = new("ACCOUNT") { Description = "Any account; default: the context's", Arity = ArgumentArity.ZeroOrOne };
        Command command = new("show", "An account's proven balance") { account };
        return command.Runs(world, options, async (session, parsed, cancellation) =>
        {
            string keyFile = string.Empty;
            string did = string.Empty;
            AccountId id;
            if (parsed.GetValue(account) is { } named)
            {
                id = new AccountId(Words.ParseHash("ACCOUNT", named));
            }
            else
            {
                keyFile = session.KeyPathOf(session.LoadContext());
                PublicKey key = NodeKeys.Load(keyFile).PublicKey;
                did = DidKey.Format(key);
                id = KeyPolicy.Single(key).ToAccountId();
            }

            ProvenRecord<AccountRecord> read = await session.OpenReader().Reads.AccountAsync(id, cancellation);
            AccountRecord record = read.Record ?? AccountRecord.Empty;
            WalletResult result = new(
                id.ToString(), did, keyFile, Words.Tokens(record.Balance), record.Balance.ToString(), record.Sequence, record.OpenOrders,
                read.Height.Number);
            session.Display.Answer(result, CliJson.Default.WalletResult, Show);
            return ExitCode.Ok;
        });
    }

    private static Command Send(CliWorld world, GlobalOptions options)
    {
        Argument<string> to = new("TO") { Description = "The recipient's account" };
        Argument<string> amount = new("AMOUNT") { Description = "Tokens, with up to six decimals" };
        Command command = new("send", "Send tokens; returns when the ledger shows it") { to, amount };
        return command.Runs(world, options, (session, parsed, cancellation) =>
        {
            AccountId recipient = new(Words.ParseHash("TO", parsed.GetRequiredValue(to)));
            Amount tokens = Words.ParseTokens(parsed.GetRequiredValue(amount));
            return PayAsync(session, recipient, Words.Tokens(tokens), (client, stop) => client.TransferAsync(recipient, tokens, stop), cancellation);
        });
    }

    private static Command Faucet(CliWorld world, GlobalOptions options)
    {
        Option<string?> to = new("--to") { Description = "Who gets it; default: the context's account", HelpName = "ACCOUNT" };
        Command command = new("faucet", "Tokens on a development chain. The fee is paid by the context's key, so an empty account asks a funded one") { to };
        return command.Runs(world, options, async (session, parsed, cancellation) =>
        {
            ClusterClient client = session.OpenClient();
            AccountId recipient = parsed.GetValue(to) is { } named ? new AccountId(Words.ParseHash("--to", named)) : client.Account;
            Amount amount = (await client.GenesisAsync(cancellation)).Parameters.FaucetAmount;
            return await PayAsync(session, client, recipient, Words.Tokens(amount), (c, stop) => c.FaucetAsync(recipient, stop), cancellation);
        });
    }

    private static Command Token(CliWorld world, GlobalOptions options)
    {
        Option<string?> contact = new("--contact") { Description = "The gateway it is for; default: the context's first that answers", HelpName = "URL" };
        Option<int> minutes = new("--minutes") { Description = "How long it is good for, 1 to 60", DefaultValueFactory = static _ => 10 };
        Command command = new("token", "A bearer token for what the HTTP API shows to an owner alone: for one gateway, for some minutes") { contact, minutes };
        return command.Runs(world, options, async (session, parsed, cancellation) =>
        {
            int length = parsed.GetValue(minutes);
            if (length < 1 || length > AccessToken.LifetimeMax.Seconds / 60)
            {
                throw new CliException(ExitCode.Usage, "Usage", $"--minutes {length}: a token is good for 1 to 60 minutes", "make another one when it ends");
            }

            ClusterClient client = session.OpenClient(parsed.GetValue(contact));
            (PeerId peer, AccessToken token) = await client.AccessTokenAsync(TimeSpan.FromMinutes(length), cancellation);
            TokenResult result = new(token.ToHeaderValue(), peer.ToString(), client.Account.ToString(), length);
            session.Display.Answer(result, CliJson.Default.TokenResult, static (console, made) => console.Profile.Out.Writer.WriteLine(made.Token));
            return ExitCode.Ok;
        });
    }

    private delegate Task<SubmittedTransaction> Payment(ClusterClient client, CancellationToken cancellation);

    private static Task<ExitCode> PayAsync(Session session, AccountId to, string amount, Payment pay, CancellationToken cancellation) =>
        PayAsync(session, session.OpenClient(), to, amount, pay, cancellation);

    private static async Task<ExitCode> PayAsync(
        Session session, ClusterClient client, AccountId to, string amount, Payment pay, CancellationToken cancellation)
    {
        SubmittedTransaction transaction = await pay(client, cancellation);
        AccountRecord after = await client.GetAccountAsync(client.Account, cancellation);
        SendResult result = new(transaction.Id.ToString(), client.Account.ToString(), to.ToString(), amount, Words.Tokens(after.Balance));
        session.Display.Answer(result, CliJson.Default.SendResult, static (console, sent) => Display.Pairs(
            console, ("transaction", sent.Transaction), ("from", sent.From), ("to", sent.To), ("amount", sent.Amount), ("balance after", sent.BalanceAfter)));
        return ExitCode.Ok;
    }

    private static void Show(IAnsiConsole console, WalletResult wallet)
    {
        Display.Pairs(console, ("account", wallet.Account));
        if (wallet.Did.Length != 0) Display.Pairs(console, ("did", wallet.Did), ("key", wallet.KeyFile));
        if (wallet.Balance is null) return;
        Display.Pairs(
            console,
            ("balance", wallet.Balance),
            ("sequence", wallet.Sequence!.Value.ToString(CultureInfo.InvariantCulture)),
            ("open orders", wallet.OpenOrders!.Value.ToString(CultureInfo.InvariantCulture)),
            ("proven at", "height " + wallet.ProvenHeight!.Value.ToString(CultureInfo.InvariantCulture)));
    }
}
