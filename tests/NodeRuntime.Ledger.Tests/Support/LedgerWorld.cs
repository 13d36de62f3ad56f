using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.Slashing;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Jobs;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Ledger.Tests.Support;

/// <summary>A small chain with people on it: makes transactions, applies blocks, audits after each.</summary>
internal sealed class LedgerWorld
{
    public const string SpecText = "specification";

    /// <summary>Round numbers, so that tables can be added up in the head.</summary>
    public static ChainParameters Parameters { get; } = ChainParameters.Development with
    {
        TransactionFee = new Amount(1),
        BondMin = new Amount(100),
        UnbondingTime = Duration.FromSeconds(60),
        AuctionWindow = Duration.FromSeconds(1),
        AcknowledgeWindow = Duration.FromSeconds(20),
        MissedResultPenaltyBasisPoints = 1_000,
        AttemptsMax = 2,
        FaucetAmount = new Amount(500),
        Beacon = new BeaconParameters { RevealsMax = 64, MissedPenalty = new Amount(1) },
    };

    public LedgerWorld(ChainParameters parameters, IEnumerable<(string Name, UInt128 Balance, UInt128 Bond)> holders, IWorkHashes? works = null)
    {
        Genesis = new Genesis
        {
            Name = "table",
            IsDevelopment = parameters.FaucetAmount != Amount.Zero,
            Nonce = Hasher.Sha256([7]),
            Time = Instant.FromMilliseconds(1_000_000),
            Parameters = parameters,
            Validators = [new GenesisValidator(Signer("validator").PublicKey, 1)],
            Allocations =
            [
                .. holders.Select(static holder => AllocationOf(holder.Name, holder.Balance, holder.Bond))
                    .OrderBy(static allocation => allocation.Account),
            ],
        };
        State = LedgerState.FromGenesis(Genesis, works);
    }

    public Genesis Genesis { get; }

    public LedgerState State { get; private set; }

    public KeyedHashVerifier Verifier { get; } = new();

    /// <summary>What the last accepted block made happen.</summary>
    public ImmutableArray<LedgerEvent> Events { get; private set; } = [];

    public static Hash256 Spec => Hasher.Sha256(System.Text.Encoding.UTF8.GetBytes(SpecText));

    public static KeyedHashSigner Signer(string name) => new(name);

    public static RevealChain Reveals(string name) =>
        RevealChain.FromSecret(Hasher.Sha256(System.Text.Encoding.UTF8.GetBytes("reveals of " + name)), Parameters.Beacon.RevealsMax);

    /// <summary>Declares a validator, with the chain of reveals that is its key's.</summary>
    public static Message.DeclareValidator Declare(ChainId chain, string account, string key, string node) =>
        Possession.Declare(chain, Account(account), Signer(key), Signer(node), Reveals(key).Anchor);

    public static AccountId Account(string name) => Signer(name).Account;

    public static OrderTerms Terms { get; } = new()
    {
        SpecCommitment = Spec,
        PricePerSecondMax = new Amount(10),
        SecondsMax = 10,
        ReadyWithin = Duration.FromSeconds(5),
        ExpiresAfter = Duration.FromSeconds(60),
        FuelMax = 1_000_000,
        MemoryPagesMax = 16,
        InputBytes = 1000,
        OutputBytesMax = 1000,
        Region = string.Empty,
    };

    public ulong Sequence(string name) => State.Records.Account(Account(name)).Sequence;

    public Transaction Make(string name, params Message[] messages) => Make(name, Sequence(name), messages);

    public Transaction Make(string name, ulong sequence, params Message[] messages) => TransactionBuilder.Sign(
        Signer(name), State.Chain, sequence, State.Parameters.TransactionFee, new Height(State.Height.Number + 1000), [.. messages]);

    public Message.ReportReady Ready(LeaseId lease, string owner, string provider)
    {
        HandOver handOver = new(lease, Spec, Account(owner), Account(provider));
        Hash256 digest = handOver.Digest(State.Chain);
        KeyedHashSigner signer = Signer(owner);
        return new Message.ReportReady(lease, digest, signer.PublicKey, signer.Sign(digest));
    }

    public BlockOutcome Apply(Duration later, params Transaction[] transactions)
    {
        BlockContext block = BlockContext.After(State, State.Time + later);
        ImmutableArray<ReadOnlyMemory<byte>> body = [.. transactions.Select(transaction => (ReadOnlyMemory<byte>)transaction.Encode())];
        return Take(BlockApplication.Apply(State, block, body, Verifier));
    }

    /// <summary>A block with evidence against these keys, and with nothing else.</summary>
    public BlockOutcome Punish(Duration later, string reporter, params string[] culprits)
    {
        BlockContext block = BlockContext.After(State, State.Time + later) with { Offences = [.. culprits.Select(name => OffenceOf(name, reporter))] };
        return Take(BlockApplication.Apply(State, block, [], Verifier));
    }

    public static Offence OffenceOf(string culprit, string reporter) => new(
        Signer(culprit).PublicKey, Account(culprit), Account(reporter), new Epoch(0), new View(7), EvidenceFault.DoubleFinalize);

    public BlockOutcome Take(BlockOutcome outcome)
    {
        if (outcome.State is not { } state) return outcome;
        State = state;
        Events = outcome.Events;
        Assert.Equal(AuditVerdict.Sound, LedgerAudit.Run(state));
        return outcome;
    }

    /// <summary>Applies and demands that it is accepted.</summary>
    public void Do(Duration later, params Transaction[] transactions)
    {
        BlockOutcome outcome = Apply(later, transactions);
        Assert.True(outcome.Verdict == BlockVerdict.Accepted, outcome.ToString());
    }

    private static GenesisAllocation AllocationOf(string name, UInt128 balance, UInt128 bond) =>
        new(Account(name), new Amount(balance), new Amount(bond));

    public OrderId OrderPlacedBy(string name, ulong sequence, int message = 0) =>
        StateKeys.OrderOf(Account(name), sequence, message);
}
