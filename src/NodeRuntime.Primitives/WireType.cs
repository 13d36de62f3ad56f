namespace NodeRuntime.Primitives;

/// <summary>
/// The second element of every record on the wire, on disk or under a signature. A number, once used, keeps its meaning
/// for ever; ranges belong to assemblies.
/// </summary>
public enum WireType : uint
{
    // 1-19: keys, signatures, accounts
    KeyPolicy = 1,
    KeyFile = 2,

    // 20-49: what every verifier shares
    Genesis = 20,
    Header = 21,
    Justification = 22,
    Vote = 23,
    Certificate = 24,
    Block = 25,
    StateProof = 26,
    Receipt = 27,
    CertifiedHeader = 28,
    JobStatement = 29,
    HandOver = 30,
    SettlementStatement = 31,
    GenesisWanted = 32,
    GenesisDocument = 33,
    Evidence = 40,
    ChainFile = 41,
    ChainFileLink = 42,

    // 50-69: consensus messages and its log
    ConsensusPropose = 50,
    ConsensusVote = 51,
    ConsensusCertificate = 52,
    ConsensusHaveCertificate = 53,
    ConsensusWantCertificate = 54,
    ConsensusWantBlock = 55,
    ConsensusBlock = 56,
    ConsensusStatus = 57,
    ConsensusEvidence = 58,
    ConsensusWatermark = 60,
    ConsensusLogRecord = 61,
    ConsensusWantTip = 62,
    ConsensusChain = 63,
    StoredBlock = 64,
    ConsensusFenceQuestion = 65,
    ConsensusFenceAnswer = 66,
    ConsensusWantBranch = 67,
    ConsensusBranch = 68,

    // 70-129: transactions and ledger records
    Transaction = 70,
    Transfer = 71,
    Faucet = 72,
    Bond = 73,
    Unbond = 74,
    PlaceOrder = 75,
    PlaceBid = 76,
    CancelOrder = 77,
    ReportReady = 78,
    ReportResult = 79,
    AcknowledgeResult = 80,
    CloseLease = 81,
    WithdrawBid = 82,
    AccountRecord = 100,
    BondRecord = 101,
    OrderRecord = 102,
    BidRecord = 103,
    LeaseRecord = 104,
    SupplyRecord = 105,
    ParametersRecord = 106,
    ClockRecord = 107,
    DeadlineRecord = 108,
    OpenOrderRecord = 109,
    LedgerSnapshot = 110,
    JailRecord = 115,

    // 130-149: membership and network
    Hello = 130,
    MemberRecord = 131,
    MembershipPing = 132,
    MembershipAck = 133,
    MembershipGossip = 134,
    TopicMessage = 135,
    TransactionAnnounce = 136,
    TransactionWant = 137,
    PeerFrame = 139,
    TlsBinding = 140,
    MembershipDigest = 141,
    TransactionBodies = 142,
    TransactionMissing = 143,
    CompactProposal = 144,
    CompactWant = 145,
    CompactBodies = 146,

    // 150-159: proofs of capacity, and plots on a disk
    ShareCommitment = 150,
    ShareOpening = 151,
    ShareFault = 152,
    SpaceCommitment = 153,
    SpaceProof = 154,
    SpaceFault = 155,
    CapacityReport = 156,
    PlotManifest = 157,
    PlotUnitSums = 158,

    // 160-189: jobs between client and provider
    JobSpec = 160,
    JobResult = 161,
    JobOffer = 162,
    JobWanted = 163,
    JobChunk = 164,
    JobReceived = 165,
    JobTaken = 166,
    JobHandOver = 167,
    JobFollow = 168,
    JobLog = 169,
    JobFinished = 170,
    JobFetch = 171,
    JobData = 172,
    JobWantReceipt = 173,
    JobReceipt = 174,
    JobRefused = 175,
    JobStage = 176,
    Decline = 180,
    WorkloadRecord = 181,

    // 190-199: sandbox child protocol
    SandboxRequest = 190,
    SandboxReport = 191,
    SandboxReady = 192,
    SandboxLog = 193,
    SandboxFile = 194,
    SandboxChunk = 195,

    // 200-: tokens and API
    AccessToken = 200,

    // 220-229: traces of guests and disputes about them
    TraceCommitment = 220,
    TraceEnd = 221,
    TraceSnapshot = 222,
    TraceAnswer = 223,

    // 230-249: snapshots of the state, and how they travel
    StateManifest = 230,
    StateChunk = 231,
    SnapshotHead = 232,
    SnapshotPlan = 233,
    SyncWantOffers = 234,
    SyncOffers = 235,
    SyncWantManifest = 236,
    SyncManifest = 237,
    SyncWantAnchor = 238,
    SyncAnchor = 239,
    SyncWantChunk = 240,
    SyncChunk = 241,
    SyncGone = 242,
    ConsensusPruned = 243,

    // 250-259: recordings of a peer's machines
    FlightHead = 250,
}
