using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Client;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Processes.Tests.Net;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Processes.Tests.Campaign;

/// <summary>A transfer that a client asked for and, where <see cref="Read"/> is there, the pot as it stood behind it.</summary>
/// <param name="To">A client, or the pot behind the last of them.</param>
/// <param name="Amount">Of no other transfer: the chain tells by it what became of this one.</param>
internal sealed record ClientOperation(int Client, int To, UInt128 Amount, Instant Invoked)
{
    /// <summary>When the ledger showed it; null where the client gave up.</summary>
    public Instant? Completed { get; set; }

    public (UInt128 Balance, Instant At)? Read { get; set; }

    public string Failure { get; set; } = string.Empty;
}

/// <summary>
/// Clients who transfer to each other and into a common pot, by the public client alone, and write down when they asked and when
/// they were told. A gateway may prove a state that is a little old; so who reads the pot pays into it first and reads behind the
/// block of that payment, which makes the whole a read of what is newest.
/// </summary>
internal sealed class HistoryClients
{
    public const int Count = 4;

    private readonly SystemSignatures _signatures;
    private readonly ImmutableArray<ISigner> _signers;
    private readonly List<ClientOperation> _operations = [];
    private readonly Lock _gate = new();
    private readonly Prng _prng;
    private ulong _drawn;

    public HistoryClients(ulong seed)
    {
        _prng = new Prng(seed);
        _signatures = SystemSignatures.Open(RandomNumberGenerator.GetBytes(SystemSignatures.EntropyByteCount));
        _signers = [.. Enumerable.Range(0, Count + 1).Select(_ =>
            _signatures.CreateSigner(KeyPair.Generate(KeyAlgorithm.Secp256k1, RandomNumberGenerator.GetBytes(KeyPair.EntropyByteCountMin))))];
        Accounts = [.. _signers.Select(static signer => KeyPolicy.Single(signer.PublicKey).ToAccountId())];
    }

    /// <summary>The clients' and, last, the pot's.</summary>
    public ImmutableArray<AccountId> Accounts { get; }

    public IReadOnlyList<ClientOperation> Operations
    {
        get
        {
            lock (_gate) return [.. _operations];
        }
    }

    public static Instant Now => new(Witness.Now);

    /// <summary>Until they are stopped; an operation under way is then brought to its end.</summary>
    public Task RunAsync(PeerNet net, CancellationToken stop) => Task.WhenAll(Enumerable.Range(0, Count).Select(client => RunAsync(net, client, stop)));

    /// <summary>What accounts hold, proven; asked of all peers.</summary>
    public async Task<ImmutableArray<UInt128>> BalancesAsync(PeerNet net)
    {
        await using ClusterClient client = ClientOf(net, 0);
        ImmutableArray<UInt128>.Builder balances = ImmutableArray.CreateBuilder<UInt128>();
        foreach (AccountId account in Accounts) balances.Add((await client.GetAccountAsync(account, CancellationToken.None)).Balance.Units);
        return balances.ToImmutable();
    }

    private async Task RunAsync(PeerNet net, int client, CancellationToken stop)
    {
        await using ClusterClient cluster = ClientOf(net, client);
        while (!stop.IsCancellationRequested)
        {
            ClientOperation operation = Draw(client);
            try
            {
                await cluster.TransferAsync(Accounts[operation.To], new Amount(operation.Amount), CancellationToken.None);
                operation.Completed = Now;
                if (operation.To == Count)
                {
                    AccountRecord pot = await cluster.GetAccountAsync(Accounts[Count], CancellationToken.None);
                    operation.Read = (pot.Balance.Units, Now);
                }
            }
            catch (ClientException exception)
            {
                // Nobody knows what became of it: that is what the chain is asked for in the end.
                operation.Failure = exception.Failure + ": " + exception.Message;
            }

            await Task.Delay(50, CancellationToken.None);
        }
    }

    private ClientOperation Draw(int client)
    {
        lock (_gate)
        {
            int to = _prng.NextBelow(2) == 0 ? Count : (client + 1 + _prng.NextBelow(Count - 1)) % Count;
            // A number of its own in the low digits, and some luck above them.
            UInt128 amount = (UInt128)(_prng.NextBelow(8UL) * 100_000) + ++_drawn;
            ClientOperation operation = new(client, to, amount, Now);
            _operations.Add(operation);
            return operation;
        }
    }

    private ClusterClient ClientOf(PeerNet net, int client)
    {
        ImmutableArray<Uri> contacts = [.. Enumerable.Range(0, net.Count).Select(i => net.ApiOf((client + i) % net.Count))];
        ClientContext context = new(contacts, net.Genesis.ChainId) { RequestTimeout = TimeSpan.FromSeconds(2), ConfirmWithin = TimeSpan.FromSeconds(25) };
        return new ClusterClient(context, _signers[client], _signatures, TimeProvider.System);
    }
}
