using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Capacity;
using NodeRuntime.Capacity.Duties;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Forensics;
using NodeRuntime.Proofs.Jobs;
using NodeRuntime.Proofs.Light;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Receipts;
using NodeRuntime.Proofs.Tests.Receipts;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Proofs.Tests;

/// <param name="Again">Decodes and encodes again; null where the bytes are refused.</param>
internal sealed record WireSample(string Name, byte[] Bytes, Func<ReadOnlyMemory<byte>, byte[]?> Again);

/// <summary>One value of every record that goes over a wire, to disk or under a signature, each filled from one seed.</summary>
internal sealed class WireSamples
{
    private const ulong Seed = 2026;

    private Prng _prng = new(Seed);
    private readonly List<WireSample> _samples = [];

    private WireSamples()
    {
        AddChain();
        AddRecords();
        AddTransactions();
        AddJobs();
        AddProofs();
        AddCapacity();
        AddFraud();
        AddPublications();
    }

    public static IReadOnlyList<WireSample> All { get; } = new WireSamples()._samples;

    private void AddChain()
    {
        Genesis genesis = new()
        {
            Name = "sample",
            IsDevelopment = true,
            Nonce = Hash(),
            Time = Time(),
            Parameters = ChainParameters.Development,
            Validators = [new GenesisValidator(Key(), 5), new GenesisValidator(Key(), ValidatorSet.WeightMax, Hasher.Sha256("anchor"u8))],
            Allocations = [.. new[] { Allocation(), Allocation() }.OrderBy(it => it.Account)],
        };
        Add("Genesis", genesis.Encode(), static bytes => Genesis.TryDecode(bytes, out Genesis? it) ? it!.Encode() : null);
        Add("ChainParameters", ChainParameters.Development.Write, ChainParameters.Read, static it => it.Write);
        ChainParameters early = ChainParameters.Development with { Slashing = SlashingParameters.None };
        Add("ChainParameters, without slashing", early.Write, ChainParameters.Read, static it => it.Write);

        Certificate finalization = new(new VoteSlot(new Epoch(1), new View(300), VoteKind.Finalize), Hash(), [Signer(0), Signer(2)]);
        Certificate nullification = finalization with { Value = null };
        Certificate notarization = finalization with { Slot = finalization.Slot with { Kind = VoteKind.Notarize } };
        Justification justification = new(notarization, [nullification]);
        BlockHeader header = new()
        {
            Chain = new ChainId(Hash()),
            Epoch = new Epoch(1),
            View = new View(300),
            Height = new Height(200),
            ParentView = new View(298),
            ParentDigest = Hash(),
            JustificationHash = justification.Hash,
            BodyRoot = Hash(),
            ParentStateRoot = Hash(),
            Time = Instant.FromMilliseconds(1_700_000_000_000),
            Proposer = new ValidatorIndex(2),
            Participation = [7],
            EvidenceRoot = Hash(),
            Beacon = Hasher.Sha256("beacon"u8),
        };
        Block block = new(header, justification, [Bytes(40), Bytes(3)]);
        Vote vote = new(finalization.Slot, Hash(), new ValidatorIndex(99), Signature());
        Evidence evidence = Evidence.Of(header.Chain, vote, vote with { Value = null })!;
        Add("BlockHeader", header.Write, BlockHeader.Read, static it => it.Write);
        Add("BlockHeader, that reveals", (header with { Reveal = Hasher.Sha256("reveal"u8) }).Write, BlockHeader.Read, static it => it.Write);
        Add("BeaconRecord", new BeaconRecord(header.Beacon).Write, BeaconRecord.Read, static it => it.Write);
        RevealRecord reveals = new(Hasher.Sha256("anchor"u8), Hasher.Sha256("tip"u8), 300, 2, new Height(70));
        Add("RevealRecord", reveals.Write, RevealRecord.Read, static it => it.Write);
        Add("Vote", vote.Write, Vote.Read, static it => it.Write);
        Add("Evidence", evidence.Encode(), static bytes => Evidence.TryDecode(bytes, out Evidence? it) ? it!.Encode() : null);
        Add("SlashingParameters", SlashingParameters.Default.Write, SlashingParameters.Read, static it => it.Write);
        Add("Certificate", finalization.Write, Certificate.Read, static it => it.Write);
        Add("Certificate, of nothing", nullification.Write, Certificate.Read, static it => it.Write);
        Add("Justification", justification.Write, Justification.Read, static it => it.Write);
        Add("Justification, of genesis", Justification.OfGenesis.Write, Justification.Read, static it => it.Write);
        Add("CertifiedHeader", new CertifiedHeader(header, finalization).Write, CertifiedHeader.Read, static it => it.Write);
        ValidatorSet set = new(new Epoch(2), [new ValidatorMember(Key(), 7), new ValidatorMember(Key(), 8, new PeerId(Hash()))]);
        Succession succession = new(set, [Signer(0), Signer(1)]);
        BlockHeader sealing = header with { NextSetHash = set.Hash };
        Seal seal = new(new CertifiedHeader(sealing, finalization), set);
        Add("BlockHeader, of a seal", sealing.Write, BlockHeader.Read, static it => it.Write);
        Add("ValidatorSet", set.Write, ValidatorSet.Read, static it => it.Write);
        Add("Readiness", new Readiness(set.Hash, new ValidatorIndex(1), Signature()).Write, Readiness.Read, static it => it.Write);
        Add("Succession", succession.Write, Succession.Read, static it => it.Write);
        Add("Justification, of a seal", (justification with { Succession = succession }).Write, Justification.Read, static it => it.Write);
        Add("Seal", seal.Write, Seal.Read, static it => it.Write);
        Add("SetProof", new SetProof([seal, seal]).Write, SetProof.Read, static it => it.Write);
        ForkProof fork = new(new SetProof([seal]), seal.Certified, new CertifiedHeader(header, finalization));
        Add("ForkProof", fork.Encode(), static bytes => ForkProof.TryDecode(bytes, out ForkProof? it) ? it!.Encode() : null);
        EpochRecord epoch = new(set, new Height(77));
        Add("EpochRecord", epoch.Write, EpochRecord.Read, static it => it.Write);
        Add("ValidatorRecord", new ValidatorRecord(Key(), new PeerId(Hash()), 5).Write, ValidatorRecord.Read, static it => it.Write);
        Add("ValidatorKeyRecord", new ValidatorKeyRecord(Key(), Account(), Time()).Write, ValidatorKeyRecord.Read, static it => it.Write);
        Add("Block", block.Encode(), static bytes => Block.TryDecode(bytes, out Block? it) ? it!.Encode() : null);
        Block punishing = block with { Evidence = [evidence] };
        ChainLink link = new(header, justification, finalization);
        Add("ChainLink", link.Write, ChainLink.Read, static it => it.Write);
        Add("ChainLink, without a certificate", (link with { Finalization = null }).Write, ChainLink.Read, static it => it.Write);
        Add("ChainFileHead", new ChainFileHead(genesis).Encode(), static bytes => ChainFileHead.TryDecode(bytes, out ChainFileHead? it) ? it!.Encode() : null);
        Add("Block, with evidence", punishing.Encode(), static bytes => Block.TryDecode(bytes, out Block? it) ? it!.Encode() : null);
    }

    private void AddRecords()
    {
        Add("AccountRecord", new AccountRecord(Amount(), 17, 3).Write, AccountRecord.Read, static it => it.Write);
        Add("BondRecord", new BondRecord(Amount(), Amount(), Time(), 2).Write, BondRecord.Read, static it => it.Write);
        JailRecord jail = new(Key(), Account(), new Epoch(1), new View(300), EvidenceFault.Mismatch, new Height(200), Amount());
        Add("JailRecord", jail.Write, JailRecord.Read, static it => it.Write);
        BidRecord bids = new([new Bid(Account(), Amount())], [Account(), Account()]);
        Add("BidRecord", bids.Write, BidRecord.Read, static it => it.Write);
        Add("ClockRecord", new ClockRecord(new Height(5), Time(), Time()).Write, ClockRecord.Read, static it => it.Write);
        Add("DeadlineRecord", new DeadlineRecord(DeadlineKind.Auction, Hash()).Write, DeadlineRecord.Read, static it => it.Write);
        Add("OpenOrderRecord", new OpenOrderRecord(new OrderId(Hash())).Write, OpenOrderRecord.Read, static it => it.Write);
        SupplyRecord supply = new(Amount(), Amount(), Amount(), Amount(), Amount());
        Add("SupplyRecord", supply.Write, SupplyRecord.Read, static it => it.Write);
        OrderRecord order = new()
        {
            Owner = Account(),
            Terms = Terms(),
            State = OrderState.Leased,
            Escrow = Amount(),
            AcceptedAt = Time(),
            AuctionEndsAt = Time(),
            Attempts = 2,
        };
        LeaseRecord lease = new()
        {
            Order = new OrderId(Hash()),
            Owner = Account(),
            Provider = Account(),
            PricePerSecond = Amount(),
            State = LeaseState.ResultReported,
            OpenedAt = Time(),
            ReadyBy = Time(),
            ReadyAt = Time(),
            ResultBy = Time(),
            ResultAt = Time(),
            HandOver = Hash(),
            ResultCommitment = Hash(),
            ChargedSeconds = 77,
            Paid = Amount(),
            Refunded = Amount(),
            Penalty = Amount(),
        };
        Add("OrderRecord", order.Write, OrderRecord.Read, static it => it.Write);
        Add("LeaseRecord", lease.Write, LeaseRecord.Read, static it => it.Write);
    }

    private void AddTransactions()
    {
        Message[] messages =
        [
            new Message.Transfer(Account(), Amount()),
            new Message.Faucet(Account()),
            new Message.Bond(Amount()),
            new Message.Unbond(Amount()),
            new Message.PlaceOrder(Terms()),
            new Message.CancelOrder(new OrderId(Hash())),
            new Message.PlaceBid(new OrderId(Hash()), Amount()),
            new Message.ReportReady(new LeaseId(Hash()), Hash(), Key(), Signature()),
            new Message.ReportResult(new LeaseId(Hash()), Hash()),
            new Message.AcknowledgeResult(new LeaseId(Hash())),
            new Message.CloseLease(new LeaseId(Hash())),
            new Message.DeclareValidator(Key(), Signature(), Key(), Signature(), Hasher.Sha256("anchor"u8)),
            new Message.LeaveValidators(),
        ];
        foreach (Message message in messages) Add("Message." + message.GetType().Name, message.Write, Message.Read, static it => it.Write);
        Transaction transaction = new()
        {
            Chain = new ChainId(Hash()),
            Sender = Account(),
            Sequence = 9,
            FeeMax = Amount(),
            ExpiresAt = new Height(1_000),
            Messages = [.. messages],
            Policy = new KeyPolicy(1, [.. new[] { Key(), Key() }.Order()]),
            Signatures = [new TransactionSignature(0, Signature()), new TransactionSignature(1, Signature())],
        };
        Add("Transaction", transaction.Encode(), static bytes => Transaction.TryDecode(bytes, out Transaction? it) ? it!.Encode() : null);
    }

    private void AddCapacity()
    {
        Message[] messages =
        [
            new Message.CommitCapacity(Key(), [new CapacityUnits(CapacityKind.Cpu, 4), new CapacityUnits(CapacityKind.Space, 100)], "eu-north", ["avx512", "ram=64"]),
            new Message.WithdrawCapacity(),
            new Message.AnswerCapacity(CapacityKind.Cpu, 77, true, [.. Bytes(40)]),
            new Message.ReportCapacity(CapacityKind.Space, 77, Account(), Hash(), DutyFinding.Failed),
            new Message.AccuseCapacity(CapacityKind.Cpu, 77, Account(), [.. Bytes(50)], new Amount(1_000_000)),
            new Message.DeclareMaintenance(Time(), Time()),
        ];
        foreach (Message message in messages) Add("Message." + message.GetType().Name, message.Write, Message.Read, static it => it.Write);
        ChainParameters proving = ChainParameters.Development with { Capacity = CapacityTerms.Development };
        Add("ChainParameters, with capacity", proving.Write, ChainParameters.Read, static it => it.Write);
        Add("CapacityTerms", CapacityTerms.Development.Write, CapacityTerms.Read, static it => it.Write);
        Add("KindTerms", CapacityTerms.Development.Cpu.Write, KindTerms.Read, static it => it.Write);
        CapacityPeriod open = new(77, Time(), new Height(9), Hash(), Hash(), null, 0, default);
        CapacityPeriod closed = open with { Number = 78, Closing = new CapacityClosing(Time(), new Height(10), Hash(), 4), Proven = 12, Minted = Amount() };
        Add("CapacityPeriod", closed.Write, CapacityPeriod.Read, static it => it.Write);
        Add("CapacityUnits", new CapacityUnits(CapacityKind.Cpu, 7).Write, CapacityUnits.Read, static it => it.Write);
        CapacityKindRecord kind = new(70, 4, 12, [open, closed]);
        Add("CapacityKindRecord", kind.Write, CapacityKindRecord.Read, static it => it.Write);
        CapacityProviderRecord provider = new(Key(), "eu", ["gpu"], Hash(), new Height(7), new CapacityMaintenance(Time(), Time(), 3, Duration.FromSeconds(9)));
        Add("CapacityProviderRecord", provider.Write, CapacityProviderRecord.Read, static it => it.Write);
        CapacityDutyRecord duty = new()
        {
            Account = Account(),
            Units = 4,
            NextUnits = 5,
            NextFrom = 79,
            Seat = 3,
            Judged = 77,
            JudgedAt = Time(),
            Proven = 4,
            LastProven = 76,
            OwedUnits = 4,
            OwedPeriod = 76,
            Earned = Amount(),
            FaultsInRow = 1,
            Faults = 2,
            Convictions = 1,
            Silences = 1,
            Leased = 1,
            LeasedBefore = 2,
            LeasedPeriod = 77,
            Memory = Bytes(12),
        };
        Add("CapacityDutyRecord", duty.Write, CapacityDutyRecord.Read, static it => it.Write);
        CapacityReport[] reports = [.. new[] { Account(), Account() }.Order().Select(static it => new CapacityReport(it, DutyFinding.Passed))];
        CapacityAnswerRecord answer = new(Account(), Time(), Hash(), Bytes(60), Bytes(70), [.. reports], true, false);
        Add("CapacityAnswerRecord", answer.Write, CapacityAnswerRecord.Read, static it => it.Write);
        Add("CapacitySeatRecord", new CapacitySeatRecord(Account()).Write, CapacitySeatRecord.Read, static it => it.Write);
    }

    private void AddFraud()
    {
        Add("Message.ReportFraud", new Message.ReportFraud([.. Bytes(60)], Key()).Write, Message.Read, static it => it.Write);
        Add("Message.ReportFraud, that names nobody", new Message.ReportFraud([.. Bytes(60)], null).Write, Message.Read, static it => it.Write);
        Add("FraudRecord", new FraudRecord(Key(), 5, Account(), Time(), new Height(200), Amount()).Write, FraudRecord.Read, static it => it.Write);
    }

    private void AddPublications()
    {
        CheckpointLine[] lines = [new CheckpointLine(Key(), Signature()), new CheckpointLine(Key(), Signature())];
        Add("CheckpointLine", lines[0].Write, CheckpointLine.Read, static it => it.Write);
        Add("Message.PublishCalendar", new Message.PublishCalendar(86_400, Hash(), [.. Bytes(60)], [Hash(), Hash()], [.. lines]).Write, Message.Read, static it => it.Write);
        PublicationRecord record = new(new PublicationDay(20_454), 86_400, Hash(), Time(), new Epoch(2), new Height(200), Account());
        Add("PublicationRecord", record.Write, PublicationRecord.Read, static it => it.Write);
        EventCalendarPlan now = new(new Epoch(2), 1_767_225_600, Hash(), 4), next = new(new Epoch(3), 1_767_312_005, Hash(), Limits.ProvenanceSlotsMax);
        EventCalendarRecord calendar = new(1_767_225_600, 86_400, [Hash(), Hash(), Hash(), Hash(), Hash()], [now, next]);
        Add("EventCalendarRecord", calendar.Write, EventCalendarRecord.Read, static it => it.Write);
    }

    private void AddJobs()
    {
        JobSpec spec = ReceiptScenario.Spec;
        JobResult result = ReceiptScenario.Result;
        Add("JobSpec", spec.Write, JobSpec.Read, static it => it.Write);
        Add("JobSpec, without standard input", (spec with { StandardInput = null }).Write, JobSpec.Read, static it => it.Write);
        Add("JobResult", result.Write, JobResult.Read, static it => it.Write);
        LeaseId lease = new(Hash());
        JobPieceProgress progress = new(JobPiece.Input("a.txt"), 700);
        JobMessage[] messages =
        [
            new JobMessage.Offer(lease, spec),
            new JobMessage.Wanted(lease, [new JobPieceProgress(JobPiece.Module, 0), progress]),
            new JobMessage.Chunk(lease, JobPiece.StandardInput, 9, Bytes(20)),
            new JobMessage.Received(lease, progress),
            new JobMessage.Taken(lease, Key(), Signature()),
            new JobMessage.HandOverSigned(lease, Signature()),
            new JobMessage.Follow(lease, 1, 2),
            new JobMessage.Log(lease, true, 3, Bytes(20)),
            new JobMessage.Stage(lease, JobStage.Running),
            new JobMessage.Finished(lease, result, "detail"),
            new JobMessage.Fetch(lease, JobPiece.Output("out.txt"), 4),
            new JobMessage.Data(lease, JobPiece.StandardOutput, 5, Bytes(20)),
            new JobMessage.WantReceipt(lease),
            new JobMessage.Receipt(lease, Bytes(20)),
            new JobMessage.Refused(lease, JobRefusal.OffsetWrong, "detail"),
        ];
        foreach (JobMessage message in messages)
        {
            Add("JobMessage." + message.GetType().Name, message.Encode(), static bytes => JobMessage.Decode(bytes)?.Encode());
        }
    }

    private void AddProofs()
    {
        StateKey key = new(StateFamily.Lease, Hash());
        StateProof proof = new([new StateProofStep(3, Hash()), new StateProofStep(200, Hash())], key, Bytes(50));
        Add("StateProof", proof.Write, StateProof.Read, static it => it.Write);
        Add("StateProof, of the empty state", StateProof.OfEmpty.Write, StateProof.Read, static it => it.Write);
        StateManifest manifest = new([5, 9, StateManifest.Chunk, StateManifest.Chunk, StateManifest.Chunk], [Hash(), Hash(), Hash()]);
        Add("StateManifest", manifest.Write, StateManifest.Read, static it => it.Write);
        StateChunk chunk = new([new StateEntry(key, Bytes(30)), new StateEntry(new StateKey(StateFamily.Parameters, Hash()), Bytes(0))]);
        Add("StateChunk", chunk.Write, StateChunk.Read, static it => it.Write);
        MerkleInclusionProof inclusion = new(9, 4, [Hash(), Hash()]);
        MerkleConsistencyProof consistency = new(4, 9, [Hash()]);
        Add("MerkleInclusionProof", inclusion.Write, MerkleInclusionProof.Read, static it => it.Write);
        Add("MerkleConsistencyProof", consistency.Write, MerkleConsistencyProof.Read, static it => it.Write);
        KeyPolicy policy = new(2, [.. new[] { Key(), Key(), Key() }.Order()]);
        Add("KeyPolicy", policy.Write, KeyPolicy.Read, static it => it.Write);

        JobReceipt receipt = new ReceiptScenario().Make();
        JobReceipt draft = receipt with { ProviderSignature = null };
        Add("JobStatement", receipt.Statement.Encode(), Statement);
        Add("JobEvidence", receipt.Evidence.Encode(), Evidence);
        Add("JobReceipt", receipt.Encode(), Receipt);
        Add("JobReceipt, unsigned", draft.Encode(), Receipt);

        static byte[]? Statement(ReadOnlyMemory<byte> bytes) => JobStatement.TryDecode(bytes, out JobStatement? it) ? it!.Encode() : null;
        static byte[]? Evidence(ReadOnlyMemory<byte> bytes) => JobEvidence.TryDecode(bytes, out JobEvidence? it) ? it!.Encode() : null;
        static byte[]? Receipt(ReadOnlyMemory<byte> bytes) => JobReceipt.TryDecode(bytes, out JobReceipt? it) ? it!.Encode() : null;
    }

    private void Add<T>(string name, Action<WireWriter> write, Func<WireReader, T> read, Func<T, Action<WireWriter>> writeAgain)
    {
        WireWriter writer = new();
        write(writer);
        Add(name, writer.ToArray(), bytes =>
        {
            WireReader reader = new(bytes);
            T value = read(reader);
            if (!reader.Succeeded) return null;
            WireWriter again = new();
            writeAgain(value)(again);
            return again.ToArray();
        });
    }

    private void Add(string name, byte[] bytes, Func<ReadOnlyMemory<byte>, byte[]?> again)
    {
        _samples.Add(new WireSample(name, bytes, again));
        // The next record begins anew, so that a changed record changes its own line alone.
        _prng = new Prng(Seed);
    }

    private OrderTerms Terms() => new()
    {
        SpecCommitment = Hash(),
        PricePerSecondMax = Amount(),
        SecondsMax = 60,
        ReadyWithin = Duration.FromSeconds(30),
        ExpiresAfter = Duration.FromSeconds(300),
        FuelMax = 1_000_000,
        MemoryPagesMax = 16,
        InputBytes = 8,
        OutputBytesMax = 1 << 20,
        Region = "eu-de",
    };

    private GenesisAllocation Allocation() => new(Account(), Amount(), Amount());

    private CertificateSigner Signer(ushort index) => new(new ValidatorIndex(index), Signature());

    private byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        _prng.Fill(bytes);
        return bytes;
    }

    private Hash256 Hash() => new(Bytes(32));

    private AccountId Account() => new(Hash());

    private Amount Amount() => new(_prng.NextBelow(1UL << 60));

    private Instant Time() => new((long)_prng.NextBelow(1UL << 60));

    private PublicKey Key() => new(KeyAlgorithm.P256, [3, .. Bytes(32)]);

    private Signature Signature() => new(KeyAlgorithm.Secp256k1, Bytes(64));
}
