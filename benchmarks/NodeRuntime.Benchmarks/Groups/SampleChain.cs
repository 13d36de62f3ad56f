using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Security.Cryptography;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Benchmarks.Groups;

/// <summary>A chain with a thousand accounts and a block in which each of them pays its neighbour, really signed.</summary>
internal sealed class SampleChain
{
    public const int Accounts = 1000;

    public SampleChain(SystemSignatures signatures)
    {
        List<ISigner> signers = [];
        SortedDictionary<AccountId, GenesisAllocation> allocations = [];
        for (int i = 0; i < Accounts; i++)
        {
            byte[] entropy = RandomNumberGenerator.GetBytes(KeyPair.EntropyByteCountMin);
            ISigner signer = signatures.CreateSigner(KeyPair.Generate(KeyAlgorithm.Secp256k1, entropy));
            AccountId account = AccountOf(signer);
            signers.Add(signer);
            allocations.Add(account, new GenesisAllocation(account, Amount.FromTokens(1000), Amount.Zero));
        }

        Genesis genesis = new()
        {
            Name = "benchmark",
            IsDevelopment = true,
            Nonce = Hasher.Sha256([1]),
            Time = Instant.FromMilliseconds(1_767_225_600_000),
            Parameters = ChainParameters.Development,
            Validators = [new GenesisValidator(signers[0].PublicKey, 1)],
            Allocations = [.. allocations.Values],
        };
        State = LedgerState.FromGenesis(genesis);
        Context = BlockContext.After(State, State.Time + Duration.FromSeconds(1));
        ImmutableArray<ReadOnlyMemory<byte>>.Builder body = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>(Accounts);
        for (int i = 0; i < Accounts; i++)
        {
            Message transfer = new Message.Transfer(AccountOf(signers[(i + 1) % Accounts]), new Amount(5));
            Transaction transaction = TransactionBuilder.Sign(
                signers[i], State.Chain, 0, State.Parameters.TransactionFee, new Height(100), [transfer]);
            if (i == 0) Transaction = transaction;
            body.Add(transaction.Encode());
        }

        Body = body.MoveToImmutable();
        BlockHeader header = new()
        {
            Chain = State.Chain,
            Epoch = new Epoch(0),
            View = new View(1),
            Height = Context.Height,
            ParentView = new View(0),
            ParentDigest = Hash256.Zero,
            JustificationHash = Justification.OfGenesis.Hash,
            BodyRoot = NodeRuntime.Proofs.Trees.MerkleTree.Root(Body),
            ParentStateRoot = Context.ParentStateRoot,
            Time = Context.Time,
            Proposer = new ValidatorIndex(0),
            Participation = [1],
            EvidenceRoot = NodeRuntime.Proofs.Trees.MerkleTree.EmptyRoot,
            Beacon = NodeRuntime.Proofs.Chain.Beacon.Next(State.Beacon, null),
        };
        Block = new Block(header, Justification.OfGenesis, Body);
    }

    public LedgerState State { get; }

    public BlockContext Context { get; }

    public ImmutableArray<ReadOnlyMemory<byte>> Body { get; }

    public Transaction Transaction { get; } = null!;

    public Block Block { get; }

    private static AccountId AccountOf(ISigner signer) => KeyPolicy.Single(signer.PublicKey).ToAccountId();
}
