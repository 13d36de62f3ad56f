using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Api;
using NodeRuntime.Capacity.Cpu;
using NodeRuntime.Capacity.Duties;
using NodeRuntime.Capacity.Space;
using NodeRuntime.Consensus;
using NodeRuntime.Consensus.Sync;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Membership;
using NodeRuntime.Network.Certificates;
using NodeRuntime.Network.Handshakes;
using NodeRuntime.Posture;
using NodeRuntime.Posture.Controls;
using NodeRuntime.Posture.Observing;
using NodeRuntime.Posture.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Light;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Tests;
using NodeRuntime.Proofs.Tests.Receipts;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Provenance.Custody;
using NodeRuntime.Provenance.Fraud;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Uses;
using NodeRuntime.Runtime.Capacity;
using NodeRuntime.Runtime.Consensus;
using NodeRuntime.Runtime.Flight;
using NodeRuntime.Runtime.Proposals;
using NodeRuntime.Runtime.Posture;
using NodeRuntime.Runtime.Posture.Challenges;
using NodeRuntime.Runtime.Provenance;
using NodeRuntime.Runtime.Snapshots;
using NodeRuntime.Runtime.Transactions;
using NodeRuntime.Sandbox;
using NodeRuntime.Sandbox.Protocol;
using NodeRuntime.Wasm;
using NodeRuntime.Wasm.Traces;
using NodeRuntime.Workload;
using ProvenanceSamples = NodeRuntime.Provenance.Tests.Samples;

namespace NodeRuntime.Wire.Tests;

/// <summary>One value of every kind of bytes that comes from outside, each filled from one seed.</summary>
internal sealed class WireCases
{
    private const ulong Seed = 2026;

    private readonly List<WireCase> _cases = [];
    private Prng _prng = new(Seed);

    private WireCases()
    {
        AddConsensus();
        AddNetwork();
        AddWorkload();
        AddSandbox();
        AddTraces();
        AddProposals();
        AddCapacity();
        AddCapacityWork();
        // The frames behind it hold graphs of a machine's own types, which only the build that wrote them reads: FlightReplayTests.
        FlightHead head = new("consensus", new ChainId(Hash()), Key(), "1.0", Hash(), Hash(), Time());
        Add("FlightHead", head.Encode(), static bytes => FlightHead.Decode(bytes).Head?.Encode());
        AddProvenance();
        AddPosture();
        AddFraud();
    }

    /// <summary>Those whose assemblies stand above Proofs; the others are reviewed beside Proofs' own tests.</summary>
    public static IReadOnlyList<WireCase> Own { get; } = new WireCases()._cases;

    public static IReadOnlyList<WireCase> All { get; } =
        [.. WireSamples.All.Select(static it => new WireCase(it.Name, it.Bytes, it.Again)), .. Own];

    /// <summary>Numbers without a value here, and why.</summary>
    public static IReadOnlyDictionary<WireType, string> Elsewhere { get; } = new SortedDictionary<WireType, string>
    {
        [WireType.KeyFile] = "opened with a passphrase by its owner alone: KeyFileTests",
        [WireType.HandOver] = "only hashed and signed, never read",
        [WireType.Possession] = "only hashed and signed, never read",
        [WireType.SettlementStatement] = "reserved",
        [WireType.WithdrawBid] = "reserved",
        [WireType.PeerFrame] = "reserved",
        [WireType.LedgerSnapshot] = "reserved: a whole state in one piece, before there were chunks",
        [WireType.ReceiptMaterials] = "read inside the receipt of an event: EventReceiptTests",
        [WireType.PostureThing] = "only hashed, never read",
        [WireType.PosturePolicy] = "only hashed, never read",
        [WireType.PostureSeen] = "one moment in a peer's own log: PostureSupervisorTests",
        [WireType.UsesJudged] = "one number in a peer's own log: UseSupervisorTests",
        [WireType.TraceEnd] = "read as a part of a trace's commitment",
        [WireType.TraceSnapshot] = "read under a root that is trusted already: the traces' own tests",
    };

    private void AddProvenance()
    {
        foreach ((string name, byte[] bytes, Func<ReadOnlyMemory<byte>, byte[]?> again) in ProvenanceSamples.All) Add(name, bytes, again);
        FraudProof claim = new(
            FraudKind.AcknowledgementBroken, Key(), [Bytes(60), Bytes(70)], [Bytes(64), Bytes(64)], [new Segment(256, 3, [Hash(), Hash()], null)], [Bytes(80)]);
        Add("FraudProof", claim.Encode(), static bytes => FraudProof.TryDecode(bytes)?.Encode());
        Round round = new(1_767_225_600);
        AggregationLeaf second = new(1, 3, round, Peer(), Hash(), 3, 2, 70_000, 80_000, new Epoch(2), Hash());
        RoundLeaf live = new(round, Hash(), 4, 300, Hash(), Hash(), RoundMark.Live);
        ImmutableArray<Segment> spine = [new(256, 3, [Hash(), Hash()], Bytes(40)), new(70_000, 69_999, [Hash()], null)];
        ProvenanceMessage[] messages =
        [
            new ProvenanceMessage.Enrol(new Epoch(2)),
            new ProvenanceMessage.Enrolled(new Epoch(2), 200),
            new ProvenanceMessage.Closed(second, Signature()),
            new ProvenanceMessage.Taken(new SlotAcknowledgement(Peer(), 1, 3, round, new Epoch(2), Hash()), Signature()),
            new ProvenanceMessage.Spine(1, round, spine, "a\n2\nb\n\n\u2014 name c\n"),
            new ProvenanceMessage.Leaves(70_000, 70_002, [live, live with { CoreRoot = null, Events = 0, Mark = RoundMark.Backfilled }], [Hash(), Hash()]),
            new ProvenanceMessage.WantLeaves(70_000, 70_002),
            new ProvenanceMessage.WantTop(round),
            new ProvenanceMessage.TopShown(round, spine[1]),
            new ProvenanceMessage.Signed(70_000, Hash(), Key(), Signature()),
        ];
        foreach (ProvenanceMessage message in messages) Add("ProvenanceMessage." + message.GetType().Name, message.Encode(), static bytes => ProvenanceMessage.Decode(bytes)?.Encode());
        Add("ProvenanceMessage.Enrolled, of no slot", new ProvenanceMessage.Enrolled(new Epoch(2), null).Encode(), static bytes => ProvenanceMessage.Decode(bytes)?.Encode());
        EventBatch batch = new(round, new Epoch(2), 300, 70_000, 80_000, [Bytes(30), Bytes(40)], default, Bytes(64));
        Add("EventBatch", batch.Encode(), static bytes => EventBatch.Decode(bytes)?.Encode());
        Add("EventBatch, of leaves", (batch with { Records = [], Leaves = Bytes(64) }).Encode(), static bytes => EventBatch.Decode(bytes)?.Encode());
        Heartbeat heartbeat = new(new Salt(Bytes(16)), Peer(), round, new Round(round.Second - 1), 299, null, null, null, new HeartbeatCounters(1, 2, 3), -5, AgentLevel.None);
        ClosedSecond closed = new(heartbeat.Encode(), second, spine, "a\n2\nb\n\n\u2014 name c\n") { Sequence = 299, SettledBefore = 290 };
        Add("ClosedSecond", closed.Encode(), static bytes => ClosedSecond.Decode(bytes)?.Encode());
        Add("ClosedSecond, in no round", (closed with { Spine = [], Checkpoint = string.Empty }).Encode(), static bytes => ClosedSecond.Decode(bytes)?.Encode());
        EventReceipt promised = new(Key(), ReceiptState.Promised, Bytes(30), null, Bytes(40), [], [new Segment(4, 2, [Hash(), Hash()], null)], null, Bytes(64));
        EventReceipt entered = new(Key(), ReceiptState.Round, Bytes(30), Bytes(50), null, [Bytes(60)], [new Segment(4, 2, [Hash()], Bytes(40)), .. spine], "a\n2\nb\n\n\u2014 name c\n", Bytes(64));
        CustodyBundle custody = new(Bytes(20), [new CustodyStep(promised.Record, promised), new CustodyStep(entered.Record, entered), new CustodyStep(Bytes(30), null)]);
        Add("CustodyBundle", custody.Encode(), static bytes => CustodyBundle.TryDecode(bytes)?.Encode());
    }

    private void AddFraud()
    {
        Round round = new(1_767_225_600);
        AggregationLeaf tree = new(2, 3, round, Peer(), Hash(), 256, 2, 70_000, 80_000, new Epoch(2), null);
        ProvenanceMessage[] messages =
        [
            new ProvenanceMessage.Shown(tree, Signature(), Key()),
            new ProvenanceMessage.WantSlot(round, 200, true),
            new ProvenanceMessage.SlotShown(tree, Signature(), new Segment(256, 3, [Hash(), Hash()], null), [Bytes(40), Bytes(50)]),
            new ProvenanceMessage.Complaint(new Message.ReportFraud([.. Bytes(60)], Key())),
        ];
        foreach (ProvenanceMessage message in messages) Add("ProvenanceMessage." + message.GetType().Name, message.Encode(), static bytes => ProvenanceMessage.Decode(bytes)?.Encode());
    }

    private void AddConsensus()
    {
        Block block = Block();
        Certificate finalization = Certificate(VoteKind.Finalize);
        Vote vote = new(new VoteSlot(new Epoch(1), new View(9), VoteKind.Notarize), Hash(), new ValidatorIndex(3), Signature());
        Evidence evidence = Evidence.Of(block.Header.Chain, vote, vote with { Value = Hash256.Zero })!;
        ConsensusMessage[] messages =
        [
            new ConsensusMessage.Propose(block, vote),
            new ConsensusMessage.Voted(vote),
            new ConsensusMessage.Certified(finalization),
            new ConsensusMessage.HaveCertificate(new Epoch(1), new View(300)),
            new ConsensusMessage.WantCertificate(new Epoch(1), new View(300)),
            new ConsensusMessage.WantBlock(Hash()),
            new ConsensusMessage.BlockBody(block),
            new ConsensusMessage.Tip(new CertifiedHeader(block.Header, finalization)),
            new ConsensusMessage.WantChain(new Height(70_000)),
            new ConsensusMessage.Chain([block, block], finalization),
            new ConsensusMessage.WantBranch(new Height(70_000), Hash()),
            new ConsensusMessage.Branch([block, block]),
            new ConsensusMessage.Pruned(new Height(70_000)),
            new ConsensusMessage.FenceQuestion(77),
            new ConsensusMessage.FenceAnswer(77, finalization),
            new ConsensusMessage.Reseal(block.Justification, vote),
            new ConsensusMessage.Ready(new Readiness(Hash(), new ValidatorIndex(300), Signature())),
            new ConsensusMessage.Accusation(evidence),
        ];
        foreach (ConsensusMessage message in messages) Add("ConsensusMessage." + message.GetType().Name, message.Encode(), static bytes => ConsensusMessage.Decode(bytes)?.Encode());
        Add("ConsensusMessage.FenceAnswer, of nothing", new ConsensusMessage.FenceAnswer(77, null).Encode(), static bytes => ConsensusMessage.Decode(bytes)?.Encode());

        StateManifest manifest = new([5, StateManifest.Chunk, StateManifest.Chunk], [Hash(), Hash()]);
        SyncMessage[] syncs =
        [
            new SyncMessage.WantOffers(),
            new SyncMessage.Offers([new Height(1_000), new Height(70_000)]),
            new SyncMessage.WantManifest(new Height(70_000)),
            new SyncMessage.Manifest(new Height(70_000), manifest),
            new SyncMessage.WantAnchor(new Height(70_000)),
            new SyncMessage.Anchor(new Height(70_000), [block, block], finalization),
            new SyncMessage.WantChunk(new Height(70_000), 300),
            new SyncMessage.Chunk(new Height(70_000), 300, Bytes(90)),
            new SyncMessage.Gone(new Height(70_000)),
            new SyncMessage.WantSeals(new Epoch(2)),
            new SyncMessage.Seals(new Epoch(2), [new Seal(new CertifiedHeader(block.Header, finalization), new ValidatorSet(new Epoch(3), [new ValidatorMember(Key(), 5), new ValidatorMember(Key(), 7, Peer())]))]),
        ];
        foreach (SyncMessage message in syncs) Add("SyncMessage." + message.GetType().Name, message.Encode(), static bytes => SyncMessage.Decode(bytes)?.Encode());
        Add("SnapshotPlan", new SnapshotPlan(manifest, [block], finalization).Encode(), static bytes => SnapshotPlan.Decode(bytes)?.Encode());
        Add("SnapshotHead", new SnapshotHead(new Height(70_000), Hash(), Hash(), manifest).Encode(), static bytes => SnapshotHead.Decode(bytes)?.Encode());

        LogRecord[] records =
        [
            new LogRecord.OwnVote(vote), new LogRecord.Held(finalization), new LogRecord.Body(block),
            new LogRecord.Fence(new Epoch(1), new View(300), null), new LogRecord.Fence(new Epoch(1), new View(300), new View(302)),
            new LogRecord.SaidReady(new Epoch(1), new View(300), Hash()), new LogRecord.Entered(new Epoch(2)), new LogRecord.Accused(evidence),
            new LogRecord.Born(Instant.FromMilliseconds(1_700_000_000_000)),
        ];
        for (int i = 0; i < records.Length; i++) Add($"LogRecord.{records[i].GetType().Name}, {i}", records[i].Encode(), static bytes => LogRecord.Decode(bytes)?.Encode());
        Add("Watermark", new Watermark(vote.Slot, Hash()).Encode(), static bytes => Watermark.Decode(bytes)?.Encode());
        Add("StoredBlock", new StoredBlock(block, finalization).Encode(), static bytes => FromOwnDisk(() => StoredBlock.Decode(bytes).Encode()));

        ImmutableArray<TransactionId> ids = [new TransactionId(Hash()), new TransactionId(Hash())];
        TransactionMessage[] transactions =
        [
            new TransactionMessage.Announce(ids), new TransactionMessage.Want(ids), new TransactionMessage.Missing(ids),
            new TransactionMessage.Bodies([Bytes(90)]),
        ];
        foreach (TransactionMessage message in transactions) Add("TransactionMessage." + message.GetType().Name, message.Encode(), static bytes => TransactionMessage.Decode(bytes)?.Encode());

        ChainId chain = new(Hash());
        Add("GenesisMessage.Want", GenesisMessage.Want(), static bytes => GenesisMessage.IsWant(bytes) ? GenesisMessage.Want() : null);
        Genesis genesis = Genesis();
        ChainId known = genesis.ChainId;
        Add("GenesisMessage.Document", GenesisMessage.Document(genesis), bytes => GenesisMessage.Read(bytes, known) is { } read ? GenesisMessage.Document(read) : null);
        Add(
            "AccessToken", System.Buffers.Text.Base64Url.DecodeFromChars(new AccessToken(chain, Peer(), Key(), Time(), Signature()).ToHeaderValue()),
            static bytes => AccessToken.Parse(System.Buffers.Text.Base64Url.EncodeToString(bytes.Span)) is { } token
                ? System.Buffers.Text.Base64Url.DecodeFromChars(token.ToHeaderValue()) : null);
    }

    private void AddNetwork()
    {
        Add("Hello", new Hello(1, new ChainId(Hash()), PeerRole.Peer, "peer.example:7070").Encode(), static bytes => Hello.TryDecode(bytes, out Hello? it) ? it!.Encode() : null);
        TlsBinding binding = new(Key(), new ChainId(Hash()), PeerRole.Client, Time(), Signature());
        Add("TlsBinding", binding.Encode(), static bytes => TlsBinding.TryDecode(bytes, out TlsBinding? it) ? it!.Encode() : null);
        MemberRecord member = new()
        {
            NodeKey = Key(),
            Addresses = ["peer.example:7070", "[::1]:7071"],
            Roles = MemberRoles.Provider | MemberRoles.Gateway,
            Region = "eu-de",
            ApiAddress = "peer.example:26610",
            Version = "1.0",
            Sequence = 12,
            IssuedAt = Time(),
            Signature = Signature(),
        };
        MembershipMessage[] messages =
        [
            new MembershipMessage.Gossip([member, member with { ApiAddress = null }]),
            new MembershipMessage.Digest(true, [.. Enumerable.Range(0, MemberTable.BucketCount).Select(static n => (ulong)n << 40)]),
            new MembershipMessage.Ping(5, Peer()),
            new MembershipMessage.Ack(5, null, Duration.FromSeconds(3)),
            new MembershipMessage.Topic(1, Peer(), Time(), Bytes(60)),
        ];
        foreach (MembershipMessage message in messages)
        {
            Add("MembershipMessage." + message.GetType().Name, message.Encode(), static bytes => MembershipMessage.TryDecode(bytes, out MembershipMessage? it) ? it!.Encode() : null);
        }

        Add("MemberRecord", Written(member.Write), static bytes =>
        {
            WireReader reader = new(bytes);
            MemberRecord read = MemberRecord.Read(reader);
            return reader.Succeeded ? Written(read.Write) : null;
        });
    }

    private void AddWorkload()
    {
        Add("Decline", new Decline(new OrderId(Hash()), BidVerdict.Full, Key(), Signature()).Encode(), static bytes => Decline.Decode(bytes)?.Encode());
        LeaseWorkRecord work = new()
        {
            Lease = new LeaseId(Hash()),
            Spec = ReceiptScenario.Spec,
            OwnerKey = Key(),
            OwnerSignature = Signature(),
            ProviderSignature = Signature(),
            Result = ReceiptScenario.Result,
        };
        Add("LeaseWorkRecord", work.Encode(), static bytes => LeaseWorkRecord.Decode(bytes)?.Encode());
        Add("LeaseWorkRecord, begun", (work with { OwnerSignature = null, Result = null }).Encode(), static bytes => LeaseWorkRecord.Decode(bytes)?.Encode());
    }

    private void AddPosture()
    {
        PostureEdge edge = new(
            7, "peer-program", ThingClass.File, "/opt/peer/noderuntime.dll", ControlState.Bad, ControlState.Good, EdgeCause.FileEvent, new Culprit(4711, 0, "/usr/bin/cp"), Time(), Time(),
            Time(), AgentLevel.Privileged);
        Add("PostureEdge", edge.Encode(), static bytes => PostureEdge.Decode(bytes)?.Encode());
        PostureEdge lost = edge with { Path = string.Empty, From = ControlState.Good, To = ControlState.Unknown, By = EdgeCause.QueueOverflowed, Who = null, Began = null };
        Add("PostureEdge, of what was lost", lost.Encode(), static bytes => PostureEdge.Decode(bytes)?.Encode());
        Add("UseLabel", new UseLabel("personal", Hasher.Sha256("a module"u8)).Encode(), static bytes => UseLabel.Decode(bytes)?.Encode());
        Add("KeyUse, votes", new KeyUse(KeyPurpose.Votes, FixedKey, new Epoch(7), null).Encode(), static bytes => KeyUse.Decode(bytes)?.Encode());
        Add("KeyUse, a transaction", new KeyUse(KeyPurpose.Transaction, FixedKey, new Epoch(7), Hasher.Sha256("a transaction"u8)).Encode(), static bytes => KeyUse.Decode(bytes)?.Encode());
        Add("UseLabel, of a class alone", new UseLabel("personal", null).Encode(), static bytes => UseLabel.Decode(bytes)?.Encode());
        PostureBaseline baseline = new(1, "peer-program", ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add("/a", "d 0755 0 0 -").Add("/b", "f 0644 0 0 -"));
        Add("PostureBaseline", baseline.Encode(), static bytes => PostureBaseline.Decode(bytes)?.Encode());
        Round round = new(1_767_225_600);
        PostureStatement statement = new(
            Peer(), Peer(), Hash(), round, Hash(), Hash(), Hasher.Sha256("leaf"u8), new MerkleInclusionProof(3, 2, [Hash(), Hash()]),
            Hash(), AgentLevel.Privileged);
        Add("PostureStatement", statement.Encode(), static bytes => PostureStatement.Decode(bytes)?.Encode());
        ChallengeMessage[] messages =
        [
            new ChallengeMessage.Challenge(Hash(), 70_000),
            new ChallengeMessage.Answer(statement, Signature(), Bytes(60), new AggregationLeaf(1, 3, round, Peer(), Hash(), 3, 2, 70_000, 80_000, new Epoch(2), Hash()), Signature()),
            new ChallengeMessage.Declined(Hash(), DeclineReason.TooOften),
        ];
        foreach (ChallengeMessage message in messages) Add("ChallengeMessage." + message.GetType().Name, message.Encode(), static bytes => ChallengeMessage.Decode(bytes)?.Encode());
    }

    private void AddCapacityWork()
    {
        CapacityWork work = new(77, [new Share(3, 900), new Share(40, 1), new Share(41, 0)]);
        Add("CapacityWork", work.Encode(), static bytes => CapacityWork.Decode(bytes)?.Encode());
    }

    private void AddSandbox()
    {
        SandboxMessage[] messages =
        [
            new SandboxMessage.Ready(),
            new SandboxMessage.Log(2, Bytes(30)),
            new SandboxMessage.File("out.txt", 1 << 20),
            new SandboxMessage.Chunk(Bytes(30)),
            new SandboxMessage.Report(ProcessVerdict.ModuleMalformed, 3, "Unreachable", "in f", 1 << 30),
        ];
        foreach (SandboxMessage message in messages) Add("SandboxMessage." + message.GetType().Name, message.Encode(), static bytes => SandboxMessage.Decode(bytes)?.Encode());
        SandboxRequest request = new(
            4242, 65534, 4, true, ["program", "--flag"], [new GuestVariable("NAME", "value")], ["a.txt"], true, 1 << 40, 256, 1000, 1 << 20, 60, 7, Time());
        Add("SandboxRequest", request.Encode(), static bytes => SandboxRequest.Decode(bytes)?.Encode());
    }

    private void AddTraces()
    {
        TraceEnd end = new(WasiStatus.Trapped, 0, Trap.OutOfBoundsMemory, 1 << 20, Hash());
        Add("TraceCommitment", new TraceCommitment(Hash(), 4_000, 263, Hash(), end).Encode(), static bytes => TraceCommitment.Decode(bytes)?.Encode());
        TraceAnswer answer = new(7, new TraceCheckpoint(28_000, Hash()), Hash(), [Hash(), Hash(), Hash()]);
        Add("TraceAnswer", answer.Encode(), static bytes => TraceAnswer.Decode(bytes)?.Encode());
    }

    private void Add(string name, byte[] bytes, Func<ReadOnlyMemory<byte>, byte[]?> again)
    {
        _cases.Add(new WireCase(name, bytes, again));
        // The next begins anew, so that a changed format changes its own line alone.
        _prng = new Prng(Seed);
    }

    // Our own disk's rows are checked below: what does not decode there is a broken invariant, by name.
    private static byte[]? FromOwnDisk(Func<byte[]> read)
    {
        try
        {
            return read();
        }
        catch (InvariantException)
        {
            return null;
        }
    }

    private static byte[] Written(Action<WireWriter> write)
    {
        WireWriter writer = new();
        write(writer);
        return writer.ToArray();
    }

    private Block Block()
    {
        Justification justification = new(Certificate(VoteKind.Notarize), [Certificate(VoteKind.Finalize) with { Value = null }]);
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
        return new Block(header, justification, [Bytes(40), Bytes(3)]);
    }

    private Certificate Certificate(VoteKind kind) => new(
        new VoteSlot(new Epoch(1), new View(298), kind), Hash(),
        [new CertificateSigner(new ValidatorIndex(0), Signature()), new CertificateSigner(new ValidatorIndex(2), Signature())]);

    private Genesis Genesis() => new()
    {
        Name = "sample",
        IsDevelopment = true,
        Nonce = Hash(),
        Time = Instant.FromMilliseconds(1_700_000_000_000),
        Parameters = ChainParameters.Development,
        Validators = [new GenesisValidator(Key(), 5, Hasher.Sha256("anchor"u8))],
        Allocations = [],
    };

    private void AddProposals()
    {
        Block block = Block();
        Vote vote = new(new VoteSlot(new Epoch(1), new View(9), VoteKind.Notarize), Hash(), new ValidatorIndex(3), Signature());
        CompactMessage[] messages =
        [
            new CompactMessage.Proposal(block with { Transactions = [] }, ShortId.Of(block.Header.Digest, block.Transactions.AsSpan()), vote),
            new CompactMessage.Want(Hash(), [0, 7, 4000]),
            new CompactMessage.Bodies(Hash(), [new PlacedBody(3, Bytes(90)), new PlacedBody(300, Bytes(20))]),
        ];
        foreach (CompactMessage message in messages) Add("CompactMessage." + message.GetType().Name, message.Encode(), static bytes => CompactMessage.Decode(bytes)?.Encode());
    }

    private void AddCapacity()
    {
        ShareCommitment commitment = new(Peer(), new SliceNumber(70_000), WorkKind.RandomX, 2, new ShareSum(81, Hash()));
        ShareProof share = new(new Share(1027, 300), [new ShareSum(1, Hash()), ShareSum.Empty, new ShareSum(3, Hash()), ShareSum.Empty]);
        Add("ShareCommitment", commitment.Encode(), static bytes => ShareCommitment.Decode(bytes)?.Encode());
        Add("ShareOpening", new ShareOpening(Hash(), [share, share with { Siblings = [] }]).Encode(), static bytes => ShareOpening.Decode(bytes)?.Encode());
        Add("ShareFault", new ShareFault(commitment, share).Encode(), static bytes => ShareFault.Decode(bytes)?.Encode());
        Add("SpaceCommitment", new SpaceCommitment(Key(), Hash(), 1, 100).Encode(), static bytes => SpaceCommitment.Decode(bytes)?.Encode());
        Add("SpaceProof", new SpaceProof(Hash(), 77, [.. Bytes(300)]).Encode(), static bytes => SpaceProof.Decode(bytes)?.Encode());
        Add("SpaceFault", new SpaceFault(Hash(), 299).Encode(), static bytes => SpaceFault.Decode(bytes)?.Encode());
        Add("DutyReport", new DutyReport(Peer(), Hash(), DutyFinding.Missing).Encode(), static bytes => DutyReport.Decode(bytes)?.Encode());
        PlotIdentity identity = new(Hash());
        PlotOwner owner = new(new ChainId(identity.Hash), new PublicKey(KeyAlgorithm.P256, [2, .. identity.Hash.AsSpan()]), identity.Hash, 1);
        Add("PlotOwner", owner.Encode(), static bytes => PlotOwner.Decode(bytes)?.Encode());
        Add("PlotManifest", new PlotManifest(owner.Identity, owner, 1 << 20, 1024, 100).Encode(), static bytes => PlotManifest.Decode(bytes)?.Encode());
        Add("PlotManifest.Bare", new PlotManifest(identity, null, 64, 64, 1).Encode(), static bytes => PlotManifest.Decode(bytes)?.Encode());
        Add("UnitSums", new UnitSums(identity, 7, [Hash(), Hash()]).Encode(), static bytes => UnitSums.Decode(bytes)?.Encode());
    }

    private byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        _prng.Fill(bytes);
        return bytes;
    }

    private Hash256 Hash() => new(Bytes(32));

    private PeerId Peer() => new(Hash());

    private Instant Time() => new((long)_prng.NextBelow(1UL << 57));

    /// <summary>What came late takes nothing from those behind it.</summary>
    private static PublicKey FixedKey => new(KeyAlgorithm.P256, [3, .. Hasher.Sha256("a key"u8).ToArray()]);

    private PublicKey Key() => new(KeyAlgorithm.P256, [3, .. Bytes(32)]);

    private Signature Signature() => new(KeyAlgorithm.Secp256k1, Bytes(64));
}
