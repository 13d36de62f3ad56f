using System;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Jobs;
using NodeRuntime.Proofs.Light;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Receipts;
using NodeRuntime.Proofs.Tests.Light;
using NodeRuntime.Proofs.Tests.Trees;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Proofs.Tests.Receipts;

/// <summary>
/// A chain of one settled job, made by hand from genesis to receipt. Each property changes one thing at the moment it
/// is made, so that everything after it (hashes, proofs, signatures) is made over the change.
/// </summary>
internal sealed record ReceiptScenario
{
    public Func<string, ISigner> SignerOf { get; init; } = static name => FakeSignatures.SignerOf(name);

    public Func<Genesis, Genesis> Genesis { get; init; } = static it => it;

    /// <summary>What goes into the receipt as genesis; the chain stays the one made above.</summary>
    public Func<byte[], byte[]> GenesisBytes { get; init; } = static it => it;

    public Func<OrderRecord, OrderRecord> Order { get; init; } = static it => it;

    public Func<LeaseRecord, LeaseRecord> Lease { get; init; } = static it => it;

    public Func<HandOver, HandOver> HandOver { get; init; } = static it => it;

    public Func<BlockHeader, BlockHeader> Header { get; init; } = static it => it;

    /// <summary>The header after it was certified.</summary>
    public Func<BlockHeader, BlockHeader> CertifiedHeader { get; init; } = static it => it;

    public Func<VoteSlot, VoteSlot> Slot { get; init; } = static it => it;

    public Func<ImmutableArray<CertificateSigner>, ImmutableArray<CertificateSigner>> Signers { get; init; } = static it => it;

    public Func<JobEvidence, JobEvidence> Evidence { get; init; } = static it => it;

    public Func<JobStatement, JobStatement> Statement { get; init; } = static it => it;

    /// <summary>Seals between genesis and the block.</summary>
    public uint Epoch { get; init; }

    public Func<SetProof, SetProof> Sets { get; init; } = static it => it;

    public string[] Voters { get; init; } = ["v0", "v1", "v2", "v3"];

    public int VoteCount { get; init; } = 3;

    public string OwnerName { get; init; } = "owner";

    public string ProviderName { get; init; } = "provider";

    public static JobSpec Spec { get; } = new()
    {
        Salt = new Salt(new byte[16]),
        Name = "count words",
        Module = new ContentRef(Hasher.Sha256("module"u8), 6),
        Arguments = ["wc", "-w"],
        Environment = ["LANG=C"],
        Inputs =
        [
            new JobInput("a.txt", new ContentRef(Hasher.Sha256("a"u8), 1)),
            new JobInput("b.txt", new ContentRef(Hasher.Sha256("b"u8), 1)),
        ],
        StandardInput = new ContentRef(Hasher.Sha256("stdin"u8), 5),
        FuelMax = 1_000_000,
        MemoryPagesMax = 16,
        CallDepthMax = 100,
        OutputBytesMax = 1 << 20,
        StartTime = Instant.FromMilliseconds(1_700_000_000_000),
        Seed = 42,
    };

    public static JobResult Result { get; } = new()
    {
        Salt = new Salt([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]),
        Outcome = JobOutcome.Exited,
        ExitCode = -3,
        FuelUsed = 123_456,
        FuelSchedule = 1,
        StandardOutput = new ContentRef(Hasher.Sha256("2"u8), 1),
        StandardError = new ContentRef(Hasher.Sha256([]), 0),
        Outputs = [new JobInput("out.txt", new ContentRef(Hasher.Sha256("2"u8), 1))],
    };

    public ChainId Chain => MakeGenesis().ChainId;

    /// <summary>The receipt, signed by the provider.</summary>
    public JobReceipt Make()
    {
        ISigner owner = SignerOf(OwnerName);
        ISigner provider = SignerOf(ProviderName);
        AccountId ownerAccount = KeyPolicy.Single(owner.PublicKey).ToAccountId();
        AccountId providerAccount = KeyPolicy.Single(provider.PublicKey).ToAccountId();
        Genesis genesis = MakeGenesis();
        ChainId chain = genesis.ChainId;
        OrderId orderId = StateKeys.OrderOf(ownerAccount, 5, 0);
        LeaseId leaseId = StateKeys.LeaseOf(orderId, 0);

        OrderRecord order = Order(MakeOrder(ownerAccount));
        HandOver handOver = HandOver(new HandOver(leaseId, Spec.Commitment, ownerAccount, providerAccount));
        Hash256 handOverDigest = handOver.Digest(chain);
        LeaseRecord lease = Lease(MakeLease(orderId, ownerAccount, providerAccount, handOverDigest));

        WireWriter orderBytes = new();
        order.Write(orderBytes);
        WireWriter leaseBytes = new();
        lease.Write(leaseBytes);
        HandMadeState state = new(
        [
            (StateKeys.Supply, [1]),
            (StateKeys.Account(ownerAccount), [2]),
            (StateKeys.Account(providerAccount), [3]),
            (StateKeys.Bond(providerAccount), [4]),
            (StateKeys.Order(orderId), orderBytes.ToArray()),
            (StateKeys.Lease(leaseId), leaseBytes.ToArray()),
        ]);

        JobEvidence evidence = Evidence(new JobEvidence
        {
            Genesis = GenesisBytes(genesis.Encode()),
            Block = Certify(chain, state.Root),
            Sets = Sets(new SealChain(chain, SignerOf).Proof(Epoch)),
            Order = state.Prove(StateKeys.Order(orderId)),
            Lease = state.Prove(StateKeys.Lease(leaseId)),
            Spec = Spec,
            Result = Result,
            OwnerKey = owner.PublicKey,
            OwnerSignature = owner.Sign(handOverDigest),
            ProviderSignature = provider.Sign(handOverDigest),
        });
        JobStatement statement = Statement(JobStatement.Of(chain, leaseId, lease, order, Spec, Result));
        return ReceiptBuilder.Sign(new JobReceipt(statement, evidence, provider.PublicKey, null), provider);
    }

    private static LeaseRecord MakeLease(OrderId order, AccountId owner, AccountId provider, Hash256 handOver) => new()
    {
        Order = order,
        Owner = owner,
        Provider = provider,
        PricePerSecond = new Amount(700),
        State = LeaseState.Settled,
        OpenedAt = Instant.FromMilliseconds(1_000_000),
        ReadyBy = Instant.FromMilliseconds(1_060_000),
        ReadyAt = Instant.FromMilliseconds(1_002_000),
        ResultBy = Instant.FromMilliseconds(1_070_000),
        ResultAt = Instant.FromMilliseconds(1_014_250),
        HandOver = handOver,
        ResultCommitment = Result.Commitment,
        ChargedSeconds = 13,
        Paid = new Amount(9_100),
        Refunded = new Amount(50_900),
        Penalty = Amount.Zero,
    };

    private static OrderRecord MakeOrder(AccountId owner) => new()
    {
        Owner = owner,
        Terms = new OrderTerms
        {
            SpecCommitment = Spec.Commitment,
            PricePerSecondMax = new Amount(1_000),
            SecondsMax = 60,
            ReadyWithin = Duration.FromSeconds(60),
            ExpiresAfter = Duration.FromSeconds(300),
            FuelMax = 1_000_000,
            MemoryPagesMax = 16,
            InputBytes = 8,
            OutputBytesMax = 1 << 20,
            Region = "",
        },
        State = OrderState.Completed,
        Escrow = Amount.Zero,
        AcceptedAt = Instant.FromMilliseconds(999_000),
        AuctionEndsAt = Instant.FromMilliseconds(1_000_000),
        Attempts = 1,
    };

    private Genesis MakeGenesis() => Genesis(new Genesis
    {
        Name = "by hand",
        IsDevelopment = true,
        Nonce = Hasher.Sha256("nonce"u8),
        Time = Instant.FromMilliseconds(900_000),
        Parameters = ChainParameters.Development,
        Validators = [.. Voters.Select(name => new GenesisValidator(SignerOf(name).PublicKey, 1))],
        Allocations = [],
    });

    private CertifiedHeader Certify(ChainId chain, Hash256 stateRoot)
    {
        BlockHeader header = Header(new BlockHeader
        {
            Chain = chain,
            Epoch = new Epoch(Epoch),
            View = new View(12),
            Height = new Height((Epoch * SealChain.HeightsPerEpoch) + 9),
            ParentView = new View(11),
            ParentDigest = Hasher.Sha256("parent"u8),
            JustificationHash = Hasher.Sha256("justification"u8),
            BodyRoot = Hasher.Sha256("body"u8),
            ParentStateRoot = stateRoot,
            Time = Instant.FromMilliseconds(1_040_000),
            Proposer = new ValidatorIndex(0),
            Participation = [15],
            EvidenceRoot = Hasher.Sha256([]),
            Beacon = Hasher.Sha256("beacon"u8),
        });
        VoteSlot slot = Slot(new VoteSlot(header.Epoch, header.View, VoteKind.Finalize));
        Hash256 digest = slot.SigningDigest(chain, header.Digest);
        CertificateSigner SignedBy(string name, int i) => new(new ValidatorIndex((ushort)i), SignerOf(name).Sign(digest));
        ImmutableArray<CertificateSigner> signers = [.. (Epoch == 0 ? Voters : [.. SealChain.NamesOf(Epoch)]).Take(VoteCount).Select(SignedBy)];
        return new CertifiedHeader(CertifiedHeader(header), new Certificate(slot, header.Digest, Signers(signers)));
    }
}
