using System.Collections.Generic;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.Mempool;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Simulation;

namespace NodeRuntime.Runtime.Tests.Transactions;

/// <summary>A chain with some people on it, whose transactions a pool takes.</summary>
internal sealed class TestLedger
{
    private readonly SimulatedSignatures _signatures = new();
    private readonly List<ISigner> _people;
    private readonly Genesis _genesis;

    public TestLedger(int people = 40)
    {
        Prng prng = new(1);
        _people = [.. Enumerable.Range(0, people).Select(_ => _signatures.CreateSigner(prng))];
        _genesis = new Genesis
        {
            Name = "gossip",
            IsDevelopment = true,
            Nonce = Hash256.Zero,
            Time = World.Start,
            Parameters = ChainParameters.Development,
            Validators = [new GenesisValidator(_people[0].PublicKey, 1)],
            Allocations = [.. _people.Select(static person => new GenesisAllocation(AccountOf(person), Amount.FromTokens(1000), Amount.Zero)).OrderBy(static a => a.Account)],
        };
    }

    public ISignatureVerifier Signatures => _signatures;

    public ChainId Chain => _genesis.ChainId;

    public MempoolMachine CreatePool() => new(LedgerState.FromGenesis(_genesis), _signatures, new DigestHashing(new Prng(1)));

    /// <summary>A block on genesis that holds this was committed.</summary>
    public void Commit(MempoolMachine pool, byte[] transaction)
    {
        LedgerState parent = LedgerState.FromGenesis(_genesis);
        BlockContext block = BlockContext.After(parent, parent.Time + Duration.FromSeconds(1));
        pool.Committed(BlockApplication.Apply(parent, block, [transaction], _signatures));
    }

    public byte[] Transfer(int person, ulong sequence = 0, ulong amount = 1) => Make(person, sequence, amount).Encode();

    public Transaction Make(int person, ulong sequence = 0, ulong amount = 1) => TransactionBuilder.Sign(
        _people[person], _genesis.ChainId, sequence, _genesis.Parameters.TransactionFee, new Height(1000),
        [new Message.Transfer(AccountOf(_people[0]), new Amount(amount))]);

    /// <summary>The same transaction, and so the same id, with a signature of somebody else.</summary>
    public byte[] Forged(int person)
    {
        Transaction genuine = Make(person);
        Transaction other = Make(person == 0 ? 1 : 0);
        return (genuine with { Signatures = other.Signatures }).Encode();
    }

    private static AccountId AccountOf(ISigner person) => KeyPolicy.Single(person.PublicKey).ToAccountId();
}
