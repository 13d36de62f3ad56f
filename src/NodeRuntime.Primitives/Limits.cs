namespace NodeRuntime.Primitives;

/// <summary>
/// The one list of limits. Everything that can grow has a line here with its reason; relations between lines are
/// asserted by a test.
/// </summary>
public static class Limits
{
    /// <summary>A frame carries at most one block with its justification and leaves room for the envelope.</summary>
    public const int FrameBytesMax = BlockBytesMax + (256 * 1024);

    /// <summary>A block's body: a second of traffic on a 10 Mbit/s uplink to four peers.</summary>
    public const int BlockBytesMax = 1024 * 1024;

    public const int BlockTransactionsMax = 4096;

    /// <summary>What a body consists of: transactions, and before them at most one entry of the calendar.</summary>
    public const int BlockPartsMax = BlockTransactionsMax + 1;

    /// <summary>A transaction is a handful of commitments; programs and inputs never travel in one.</summary>
    public const int TransactionBytesMax = 16 * 1024;

    public const int TransactionMessagesMax = 16;

    /// <summary>Certificates are a bitmap and 64 bytes each: 100 signatures of a quorum stay below 7 KiB.</summary>
    public const int ValidatorsMax = 100;

    /// <summary>Seals in one answer to a client or a peer that follows the chain's sets: of 100 validators 12 KiB each.</summary>
    public const int SealsPerAnswerMax = 64;

    /// <summary>Providers of capacity in one answer to a client: each takes a look at its day of slices.</summary>
    public const int ProvidersPerAnswerMax = 100;

    /// <summary>Seals that one proof of a set may hold; in a receipt its bytes are bounded too.</summary>
    public const int SealsPerProofMax = 4096;

    /// <summary>
    /// What a receipt may spend on proving its validators, beside a genesis of full size: about 260 seals of four validators, 20 of a hundred.
    /// </summary>
    public const int ReceiptSealsBytesMax = 240 * 1024;

    public const int KeyPolicyKeysMax = 8;

    /// <summary>Nullifications that travel inside a proposal before they must be pulled: of 7 KiB each they fit beside a full body.</summary>
    public const int JustificationSkipsMax = 32;

    /// <summary>Views ahead of ours for which votes are kept.</summary>
    public const int ViewsAheadMax = 16;

    public const int MempoolTransactionsMax = 20_000;

    public const int MempoolTransactionsPerSenderMax = 64;

    public const int MempoolBytesMax = 64 * 1024 * 1024;

    /// <summary>Blocks that a transaction waits through, whatever its own expiry: five minutes at full pace, forty on an idle chain.</summary>
    public const int MempoolBlocksMax = 1200;

    /// <summary>Messages that wait at one actor before its overflow policy acts.</summary>
    public const int MailboxLengthMax = 16_384;

    public const int PeersMax = 256;

    public const int MembersKnownMax = 10_000;

    /// <summary>The first frame of a connection: identities and an address, nothing more.</summary>
    public const int HelloBytesMax = 1024;

    /// <summary>The extension in a peer's certificate: a key, a chain, a signature.</summary>
    public const int TlsBindingBytesMax = 512;

    /// <summary>A host name of DNS has at most 253 characters; a port and a colon follow.</summary>
    public const int AddressCharactersMax = 260;

    public const int TextCharactersMax = 256;

    /// <summary>Orders that wait for a bid or run, for one owner.</summary>
    public const int OpenOrdersPerAccountMax = 256;

    public const int BidsPerOrderMax = 64;

    /// <summary>An answer to a challenge of capacity: an opening of a few shares, or a proof of space. Parameters that need more are refused.</summary>
    public const int CapacityProofBytesMax = 8 * 1024;

    /// <summary>Words that a provider says of itself, such as what its machines have.</summary>
    public const int CapacityAttributesMax = 8;

    public const int CapacityKindsMax = 8;

    public const int CapacityAttributeCharactersMax = 32;

    /// <summary>Accusations that one block decides, those with the highest stakes: each takes a hash of the work function or a row, and nothing else in a block does.</summary>
    public const int AccusationsPerBlockMax = 2;

    /// <summary>Periods of each kind that the ledger remembers.</summary>
    public const int CapacityPeriodsKept = 4;

    /// <summary>A module, as the engine loads it.</summary>
    public const int ModuleBytesMax = 32 * 1024 * 1024;

    /// <summary>One input file of a job.</summary>
    public const long InputBytesMax = 1L << 30;

    public const long OutputBytesMax = 256L << 20;

    /// <summary>Pages of 64 KiB: 2 GiB of guest memory.</summary>
    public const int GuestMemoryPagesMax = 32_768;

    /// <summary>A key of the state has 33 bytes: no path through its tree is longer.</summary>
    public const int StateProofStepsMax = 264;

    /// <summary>A message of a sandbox to its parent: 64 KiB of output and its envelope.</summary>
    public const int SandboxMessageBytesMax = SandboxChunkBytesMax + 1024;

    public const int SandboxChunkBytesMax = 64 * 1024;

    /// <summary>Sandboxes that run at once on one machine, whatever it was configured to.</summary>
    public const int SandboxesMax = 256;
    public const int GenesisAllocationsMax = 10_000;

    public const int JobInputsMax = 64;

    public const int JobOutputsMax = 256;

    public const int JobArgumentsMax = 256;

    public const int JobArgumentCharactersMax = 4096;

    public const int FileNameCharactersMax = 128;

    /// <summary>In UTF-8: what a Linux directory entry holds.</summary>
    public const int FileNameBytesMax = 255;

    /// <summary>The longest that an order may ask for: a week of ledger time.</summary>
    public const uint LeaseSecondsMax = 7 * 24 * 3600;

    /// <summary>A piece of a file between client and provider.</summary>
    public const int JobChunkBytesMax = 256 * 1024;

    /// <summary>Chunks that a client may have under way to a provider before one is acknowledged.</summary>
    public const int JobChunksInFlightMax = 16;

    /// <summary>A genesis, the seals since, a certificate, two state proofs, a specification and a result: fits in one frame.</summary>
    public const int ReceiptBytesMax = 1216 * 1024;

    /// <summary>Leases that one provider holds at once.</summary>
    public const int LeasesPerProviderMax = 64;

    /// <summary>What a sandbox's standard output and error may hold together; the owner can fetch all of it.</summary>
    public const long LogBytesMax = 64L << 20;

    /// <summary>Priority lanes of one mailbox; each has the mailbox's bound for itself.</summary>
    public const int MailboxLanesMax = 4;

    /// <summary>Actors under one parent: sessions and leases of a large peer stay far below.</summary>
    public const int ActorChildrenMax = 131_072;

    public const int TimersPerActorMax = 4096;

    /// <summary>Replies one actor may be waiting for; each has a place in its mailbox reserved.</summary>
    public const int OpenRepliesPerActorMax = 16_384;

    public const int EventSubscriptionsMax = 4096;

    /// <summary>Open orders that a provider looks at for each block; the others wait their turn, oldest first.</summary>
    public const int OpenOrdersConsideredMax = 1024;

    /// <summary>Frames that wait for owners who read slowly: 64 MiB at most.</summary>
    public const int UnsentFramesMax = 256;

    /// <summary>Declines that a gateway remembers, over all orders.</summary>
    public const int DeclinesMax = 4096;

    /// <summary>A value of the ledger's state: an auction with all its bids and every provider that was tried fits.</summary>
    public const int StateValueBytesMax = 16 * 1024;

    /// <summary>Things due that one block handles; the rest wait for the next, so that a block's work is bounded.</summary>
    public const int DeadlinesPerBlockMax = 4096;

    /// <summary>The longest that an order may give a provider to become ready: a day.</summary>
    public const uint OrderReadySecondsMax = 24 * 3600;

    /// <summary>The longest that an order may wait for a lease: a week.</summary>
    public const uint OrderExpirySecondsMax = 7 * 24 * 3600;

    public const int RegionCharactersMax = 32;

    /// <summary>Transactions of one sender that wait for a lower sequence number: they pay nothing until it comes.</summary>
    public const int MempoolGapsPerSenderMax = 16;

    /// <summary>The same of all senders together: a quarter of the pool.</summary>
    public const int MempoolGapsMax = MempoolTransactionsMax / 4;

    /// <summary>Hashes on a path through an RFC 9162 tree: the bits of its size.</summary>
    public const int MerklePathHashesMax = 64;

    /// <summary>A genesis inside a receipt: every allocation and validator fits.</summary>
    public const int GenesisBytesMax = 704 * 1024;

    /// <summary>Arguments and environment of a job together, in UTF-8: its receipt must still fit in one frame.</summary>
    public const int JobSpecTextBytesMax = 64 * 1024;

    /// <summary>Finalized blocks in one answer to a peer that is behind; their bytes are bounded by the frame.</summary>
    public const int ChainBlocksMax = 256;

    /// <summary>Views behind ours whose votes still can make something final.</summary>
    public const int ViewsBehindMax = 16;

    /// <summary>Certificates, blocks and chains that one peer may ask of us in a second; a peer that is in step asks for a few.</summary>
    public const int ConsensusRequestsPerSecondMax = 256;

    /// <summary>Blocks that were asked for and have not come.</summary>
    public const int BlocksAskedMax = 256;

    /// <summary>Announced transactions that a peer has asked for and that have not come.</summary>
    public const int TransactionsAskedMax = 8192;

    /// <summary>The same of one peer: whoever announces what it does not have holds no more of the list than this.</summary>
    public const int TransactionsAskedPerPeerMax = 1024;

    /// <summary>Bodies whose signatures are being verified.</summary>
    public const int TransactionsVerifyingMax = 8192;

    /// <summary>The same in bytes.</summary>
    public const int TransactionsVerifyingBytesMax = 16 * 1024 * 1024;

    /// <summary>Peers that are remembered as holders of a transaction that was asked for.</summary>
    public const int TransactionHoldersMax = 8;

    /// <summary>Ids in one announcement or question.</summary>
    public const int TransactionIdsPerMessageMax = 256;

    /// <summary>Bytes of bodies in one answer, unless a single one is larger: a vote waits behind no more than this.</summary>
    public const int TransactionBatchBytesMax = 64 * 1024;

    /// <summary>Transactions lately settled or refused whose announcement is not answered; in each of two halves.</summary>
    public const int TransactionsSeenMax = 32_768;

    /// <summary>Proposals that are being put together from their parts, over all leaders and of one.</summary>
    public const int ProposalsRebuiltMax = 64;

    public const int ProposalsRebuiltPerLeaderMax = 2;

    /// <summary>Whole proposals that others may ask parts of: 8 MiB at most.</summary>
    public const int ProposalsHeldMax = 8;

    /// <summary>Bodies in one answer about a proposal: four of these are a full block, and none holds up a vote for long.</summary>
    public const int ProposalBatchBytesMax = 256 * 1024;

    /// <summary>A record of the journal: a snapshot's part or a block with room to spare.</summary>
    public const int JournalPayloadBytesMax = 16 * 1024 * 1024;

    /// <summary>Batches that wait for the disk; a writer beyond them waits for room.</summary>
    public const int JournalQueueBatchesMax = 8192;

    public const int JournalQueueBytesMax = 64 * 1024 * 1024;

    /// <summary>Batches that share one fsync: past this the fsync no longer weighs, and the first would wait for the last.</summary>
    public const int JournalGroupBatchesMax = 512;

    public const int JournalGroupBytesMax = 8 * 1024 * 1024;

    /// <summary>About what one range read brings; a first record larger than this comes alone.</summary>
    public const int JournalRangeBytesMax = 4 * 1024 * 1024;

    /// <summary>Files of leases that are being received at once.</summary>
    public const int BlobsOpenMax = 4096;

    public const int KeyFileBytesMax = 64 * 1024;

    /// <summary>Jobs of which a gateway keeps the last that they printed.</summary>
    public const int PrintTailsMax = 64;

    public const int PrintTailBytesMax = 64 * 1024;

    public const int PrintTailPiecesMax = 256;

    /// <summary>Events that wait for one reader of a job's stream; a slower one misses the oldest.</summary>
    public const int JobStreamEventsMax = 512;

    /// <summary>
    /// What a peer that syncs holds between two certificates before it can deliver any of it. Honest chains stay far below: as long as three
    /// leaders in a row are honest, a view is finalized by itself.
    /// </summary>
    public const int HangingBlocksMax = 16_384;

    public const long HangingBytesMax = 64L << 20;

    /// <summary>Steps of one machine that wait to be recorded; past them the rest of the segment is dropped.</summary>
    public const int FlightQueueRecordsMax = 16_384;

    /// <summary>The same, in about the bytes that they hold in memory.</summary>
    public const long FlightQueueBytesMax = 32L << 20;

    /// <summary>The most that a peer may be told to keep of its recordings, in MiB.</summary>
    public const int FlightMebibytesMax = 64 * 1024;

    /// <summary>Windows of blocks that a peer which syncs asks for at once, of different peers where it can.</summary>
    public const int SyncWindowsMax = 8;

    /// <summary>Of these, of one peer: one on its way while the other is taken in.</summary>
    public const int SyncWindowsPerPeerMax = 2;

    /// <summary>
    /// A chunk of a snapshot: a fifth of a second on a 10 Mbit/s link, and what one poisoner can make us fetch in vain. Every peer must cut
    /// alike, so it changes with the protocol alone.
    /// </summary>
    public const int StateChunkBytesMax = 256 * 1024;

    /// <summary>Chunks of one snapshot: 4 GiB at most, and their hashes fit in one frame.</summary>
    public const int SnapshotChunksMax = 16_384;

    /// <summary>Snapshots on disk: one may be rotten and one under way, and one is still there to start from.</summary>
    public const int SnapshotsKeptMax = 3;

    /// <summary>Chunks asked for and not here, over all peers and of one: 4 MiB and 1 MiB.</summary>
    public const int ChunksInFlightMax = 16;

    public const int ChunksInFlightPerPeerMax = 4;

    /// <summary>Manifests, anchors and chunks that one peer gets of us in a second: 16 MiB.</summary>
    public const int SyncRequestsPerSecondMax = 64;

    /// <summary>Old blocks that are forgotten with one new one: a peer that stops being an archive must not stand still for it.</summary>
    public const int BlocksPrunedAtOnceMax = 512;

    /// <summary>Deliveries that wait for the disk before a peer that syncs takes no more windows.</summary>
    public const int DeliveriesWaitingMax = 4;

    /// <summary>Two votes with their signatures, a chain's id and the envelope.</summary>
    public const int EvidenceBytesMax = 384;

    /// <summary>Validators that one block punishes; a third of the largest set, which is all it takes to fork.</summary>
    public const int BlockEvidenceMax = 34;

    /// <summary>Fits into a frame beside a full body and a full justification.</summary>
    public const int BlockEvidenceBytesMax = BlockEvidenceMax * EvidenceBytesMax;

    /// <summary>How many epochs that are over evidence may reach back, however short they were: of 100 validators 7 KiB each.</summary>
    public const int EvidenceEpochsMax = 256;

    /// <summary>What a peer holds of evidence that no block has taken up: one for each validator and fault.</summary>
    public const int EvidenceHeldMax = 3 * ValidatorsMax;

    /// <summary>Punished keys that the ledger names to consensus at a start.</summary>
    public const int PunishedKeysToldMax = 4_096;

    /// <summary>Blocks of each chain above a fork whose certificates are laid side by side: the first few say it all.</summary>
    public const int ForensicsLinksMax = 8_192;

    /// <summary>A header, a justification and a certificate.</summary>
    public const int ChainFileLinkBytesMax = FrameBytesMax - BlockBytesMax;

    /// <summary>Custody steps that one event may name as those before it.</summary>
    public const int EventParentsMax = 16;

    /// <summary>A country, a dash and a site.</summary>
    public const int ZoneCharactersMax = 16;

    /// <summary>An event with all its parents has 750 bytes.</summary>
    public const int ProvenanceRecordBytesMax = 1024;

    /// <summary>Leaves of one peer's second, its heartbeat among them.</summary>
    public const int SecondLeavesMax = 1 << 24;

    /// <summary>Children of one parent: at one signature a second each, a third of a core.</summary>
    public const int ProvenanceSlotsMax = 1024;

    /// <summary>Levels between a peer's second and the calendar.</summary>
    public const int ProvenanceLevelsMax = 8;

    /// <summary>Events of one round, everywhere: sums stay far from the end of 64 bits.</summary>
    public const ulong RoundEventsMax = 1UL << 48;

    /// <summary>Rounds that a promise may leave until its event is in the calendar: its own and two more.</summary>
    public const uint PromiseRoundsMax = 2;

    /// <summary>Events that one promise covers: ten milliseconds of two million a second.</summary>
    public const int PromiseEventsMax = 1 << 15;

    /// <summary>A plan with 100 validators and their weights.</summary>
    public const int EpochPlanBytesMax = 8 * 1024;

    /// <summary>Signatures under a checkpoint: a full set of validators and as many witnesses again.</summary>
    public const int NoteSignaturesMax = 2 * ValidatorsMax;

    /// <summary>A checkpoint with all of them, none longer than 256 characters.</summary>
    public const int CheckpointBytesMax = 56 * 1024;

    /// <summary>A receipt of an event: ten segments, two plans, a checkpoint.</summary>
    public const int EventReceiptBytesMax = 128 * 1024;

    public const int WitnessesMax = 64;

    /// <summary>A proof of fraud: at most every record of a parent's tree, of 190 bytes each.</summary>
    public const int FraudProofBytesMax = 256 * 1024;

    /// <summary>A proof of fraud that goes to the ledger: with the rest of its transaction it is one. All kinds fit but the totals of parents with many children.</summary>
    public const int FraudReportBytesMax = TransactionBytesMax - 1024;

    /// <summary>Days behind the ledger's time after which nobody is convicted any more of what it signed.</summary>
    public const int FraudDaysMax = 30;

    /// <summary>Seconds before the ledger's time that a signed second may be: blocks are seldomer than seconds.</summary>
    public const int FraudSecondsAheadMax = 60;

    /// <summary>Publications in one answer of the API: more than a year.</summary>
    public const int PublicationsPerAnswerMax = 400;

    /// <summary>Seconds before the ledger's time that the last second of a published calendar may be.</summary>
    public const int PublicationSecondsAheadMax = 60;

    /// <summary>Seconds behind the ledger's time that it may be: whoever validated long ago publishes nothing any more.</summary>
    public const int PublicationSecondsBehindMax = 3_600;

    /// <summary>Seconds of a day in which its publication must end in it: only then a calendar that stands still has its turn.</summary>
    public const int PublicationSecondsFresh = 60;

    /// <summary>Children that one parent has in the first release: as many as a peer has connections.</summary>
    public const int ProvenanceChildrenMax = 256;

    /// <summary>Events that were taken and are in no round yet: a few seconds of a busy peer, 64 MiB with their records.</summary>
    public const int EventsUnsettledMax = 1 << 18;

    /// <summary>Events in one call of the API.</summary>
    public const int EventsPerCallMax = 1024;

    /// <summary>A call of the API with events: 1024 with a parent each have 230 KiB.</summary>
    public const int EventsBodyBytesMax = 512 * 1024;

    /// <summary>Records of events that are written, and promised, at once: well inside a record of the journal.</summary>
    public const int EventBatchBytesMax = 4 * 1024 * 1024;

    /// <summary>Seconds of the calendar in one frame: 160 bytes each.</summary>
    public const int CalendarLeavesPerFrameMax = 2048;

    /// <summary>Seconds that one block enters into the calendar: those it names, and as many before them that nobody named.</summary>
    public const int CalendarSecondsPerBlockMax = 128;

    /// <summary>Plans of the calendar that are known and not yet over, 52 bytes each in one value of the state. Where as many wait, no other set falls due.</summary>
    public const int CalendarPlansMax = 256;

    /// <summary>Frames about rounds that one peer may send in a second: a child sends four, a validator a few to each other one.</summary>
    public const int ProvenanceFramesPerSecondMax = 256;

    /// <summary>Chains of custody whose last events a peer remembers: more than it has leases.</summary>
    public const int CustodiesMax = 4096;

    /// <summary>Events of one job that a peer finds again by its lease: all pieces, the run and its result, sent several times.</summary>
    public const int CustodyMarksMax = 256;

    /// <summary>The newest events, among which a peer looks for a leaf and for what names it as parent: 16 MiB with their records.</summary>
    public const int EventsRecentMax = 1 << 16;

    /// <summary>Events behind one that an answer names.</summary>
    public const int EventChildrenMax = 64;

    /// <summary>Events in one file of custody.</summary>
    public const int CustodyStepsMax = 256;

    /// <summary>A file of custody: with the seconds of all its events in it 3 KiB each, and genesis and seals.</summary>
    public const int CustodyBytesMax = 4 * 1024 * 1024;

    /// <summary>Seconds of its own that a peer may be told to keep: a year.</summary>
    public const int ProvenanceRoundsKeptMax = 366 * 24 * 3600;

    /// <summary>Controls over one machine: a catalogue has about two hundred.</summary>
    public const int PostureControlsMax = 256;

    /// <summary>Things of a machine that are known at once: the files of a small system, in about 16 MiB.</summary>
    public const int PostureThingsMax = 1 << 15;

    /// <summary>Things of one control that are bad or unknown at once, each with an interval of its own.</summary>
    public const int PostureOpenMax = 1024;

    /// <summary>A path; the kernel's own limit is four times this, and nobody uses it.</summary>
    public const int PosturePathCharactersMax = 1024;

    /// <summary>What a thing is, in words; of what is longer the digest stands there.</summary>
    public const int PostureValueCharactersMax = 256;

    /// <summary>A control's id, and what it maps to.</summary>
    public const int PostureWordCharactersMax = 64;

    /// <summary>Edges that a peer keeps with their records: the events in the calendar name their digests.</summary>
    public const int PostureEdgesKeptMax = 4096;

    /// <summary>Things of a baseline in one record of the journal.</summary>
    public const int PostureBaselineThingsMax = 512;

    /// <summary>Roll-outs declared at once.</summary>
    public const int PostureRolloutsMax = 1024;

    /// <summary>A file of controls.</summary>
    public const int PostureControlsBytesMax = 256 * 1024;

    /// <summary>Observations that wait for the supervisor, a hundred in each message at most.</summary>
    public const int PostureObservationsPerMessageMax = 128;

    /// <summary>Alerts that wait for one reader of the stream; a slower one misses the oldest, and sees it by a jump of numbers.</summary>
    public const int PostureStreamEdgesMax = 512;

    /// <summary>Things of a machine that somebody asked about and that wait to be looked at anew.</summary>
    public const int PostureWantedMax = 4;

    /// <summary>Peers whose challenges wait for an answer here; what is more is declined by name.</summary>
    public const int ChallengesWaitingMax = 4;

    /// <summary>Peers whose answers are remembered; the one that was longest silent is forgotten.</summary>
    public const int ChallengedPeersMax = 1024;

    /// <summary>Signed seconds of one peer that are held against the next.</summary>
    public const int ChallengeSecondsKeptMax = 8;

    /// <summary>Classes of data with an expected use: a bit each, and one for those that nobody has declared.</summary>
    public const int UseClassesMax = 63;

    /// <summary>Entries of one list, and words of one entry.</summary>
    public const int UseEntriesMax = 256;

    /// <summary>Contents and modules that all classes name together: each is looked for in each event, at a fifth of a microsecond.</summary>
    public const int UseDigestsMax = 512;

    /// <summary>Intervals of one class at once.</summary>
    public const int UseOpenMax = 1024;

    /// <summary>Accounts whose rate of events is remembered; the one that was longest silent is forgotten.</summary>
    public const int EventRatesMax = 4096;

    /// <summary>Events a second that one account may be allowed.</summary>
    public const int EventsPerSecondMax = 1_000_000;

    /// <summary>Who follows events at the same time.</summary>
    public const int EventStreamsMax = 64;

    /// <summary>Batches and rounds that wait for one reader; a slower one misses the oldest, and is told how many.</summary>
    public const int EventStreamItemsMax = 256;

    /// <summary>Events of one reader that are in no round yet; what is more is not followed, and told.</summary>
    public const int EventStreamPendingMax = 1 << 16;

    /// <summary>Events in one file of them that the command line enters.</summary>
    public const int EventFileLinesMax = 1 << 16;

    /// <summary>A file of expected uses.</summary>
    public const int UseFileBytesMax = 256 * 1024;
}
