using System.Collections.Immutable;

namespace NodeRuntime.Api;

/// <summary>Every refusal of the API: a stable code, what was wrong, and what to do.</summary>
public sealed record ErrorAnswer(string Code, string Message, string Hint);

/// <summary>A peer of itself: where it stands and how each supervisor does.</summary>
public sealed record StatusAnswer
{
    public required string Chain { get; init; }

    public required string ChainName { get; init; }

    public required string Peer { get; init; }

    public required string Account { get; init; }

    public required string Version { get; init; }

    public required ImmutableArray<string> Roles { get; init; }

    public required ulong FinalizedHeight { get; init; }

    public required string FinalizedDigest { get; init; }

    public required string LedgerTime { get; init; }

    public required ulong View { get; init; }

    /// <summary>Voting, Observing, Syncing, Fenced or Halted.</summary>
    public required string Consensus { get; init; }

    /// <summary>In words: in step, or how far the blocks or the snapshot are that are being fetched, or why none comes.</summary>
    public string Sync { get; init; } = string.Empty;

    /// <summary>The oldest block that this peer can show.</summary>
    public ulong FirstBlock { get; init; }

    /// <summary>The height of its youngest snapshot; 0 for none.</summary>
    public ulong SnapshotHeight { get; init; }

    /// <summary>Fresh; else Alone, Eclipsed or Stalled: what it shows is old.</summary>
    public required string Outlook { get; init; }

    /// <summary>Spans of one validator set, from 0.</summary>
    public required uint Epoch { get; init; }

    /// <summary>Who vote in this epoch.</summary>
    public required int Validators { get; init; }

    public required int PeersConnected { get; init; }

    public required int MembersKnown { get; init; }

    public required int TransactionsPending { get; init; }

    public required int LeasesHeld { get; init; }

    public required bool SandboxReady { get; init; }

    public required string SandboxDetail { get; init; }

    public required SupplyAnswer Supply { get; init; }

    /// <summary>What it has proven itself; null where it has registered no capacity.</summary>
    public CapacityAnswer? Capacity { get; init; }

    /// <summary>What it enters of what happens to data; null where it enters nothing.</summary>
    public ProvenanceAnswer? Provenance { get; init; }

    public required ImmutableArray<SupervisorAnswer> Supervisors { get; init; }
}

public sealed record SupplyAnswer(string Minted, string Burned, string Held, bool Conserved);

public sealed record SupervisorAnswer(string Path, string State, int Mailbox, long Processed, long Shed, long Restarts, string LastFailure);

/// <summary>The genesis document, base64, and its hash.</summary>
public sealed record GenesisAnswer(string Chain, string Document);

/// <summary>
/// The steps from one validator set to the next, oldest first, base64 of their wire forms: what a light client follows.
/// </summary>
/// <param name="Epoch">In which this peer stands; there are as many seals since genesis.</param>
public sealed record SealsAnswer(uint Epoch, ImmutableArray<string> Seals);

/// <param name="Height">The finalized block that the value is of.</param>
/// <param name="Beacon">32 bytes, hexadecimal.</param>
public sealed record BeaconAnswer(ulong Height, string Beacon);

/// <param name="Height">The finalized block that it is of.</param>
/// <param name="Capacity">In the order of accounts, a bounded number; empty on a chain that proves none.</param>
/// <param name="Next">The account to go on from; empty where these are the last.</param>
public sealed record CapacitiesAnswer(ulong Height, ImmutableArray<CapacityAnswer> Capacity, string Next = "");

/// <summary>What a provider has proven.</summary>
/// <param name="CpuRate">Thousandths of a hash a second, by its last day of slices.</param>
/// <param name="CpuError">One standard error of it.</param>
/// <param name="Grade">`full` or `liveness`.</param>
/// <param name="Earned">Base units since it committed.</param>
public sealed record CapacityAnswer(
    string Peer, string Account, string Region, bool Proven, uint CpuUnits, ulong CpuRate, ulong CpuError, uint SpaceUnits, string Grade, uint Faults,
    uint Convictions, string Earned);

/// <summary>Where one peer's capacity stands.</summary>
/// <param name="Standing">As among all others'.</param>
/// <param name="LedgerTime">Of the finalized block: what deadlines are to be measured by.</param>
/// <param name="Bonded">Base units; <paramref name="Collateral"/> of them stand behind the units.</param>
public sealed record CapacityPeerAnswer(
    ulong Height, string LedgerTime, CapacityAnswer Standing, string Bonded, string Collateral, MaintenanceAnswer Maintenance,
    ImmutableArray<CapacityKindAnswer> Kinds);

/// <param name="From">Of what was declared last; empty for none.</param>
/// <param name="UsedSeconds">Of the 30 days that it lies in.</param>
/// <param name="MaxSeconds">That the chain allows in 30 days.</param>
public sealed record MaintenanceAnswer(string From, string Until, long UsedSeconds, long MaxSeconds);

/// <summary>Where one kind stands in the youngest period.</summary>
public sealed record CapacityKindAnswer
{
    /// <summary>Cpu or Space.</summary>
    public required string Kind { get; init; }

    public required uint Committed { get; init; }

    /// <summary>Units from <see cref="NextFrom"/> on.</summary>
    public required uint Next { get; init; }

    public required uint NextFrom { get; init; }

    /// <summary>Last; 0 after a fault.</summary>
    public required uint Proven { get; init; }

    public required uint Leased { get; init; }

    /// <summary>Waiting, Maintenance, Leased, Owed, Claimed, Answered, Passed, Convicted or Missed.</summary>
    public required string Stage { get; init; }

    public required uint Period { get; init; }

    public required string ChallengedAt { get; init; }

    public required uint LastProven { get; init; }

    /// <summary>The last moment of what is owed next, in ledger time.</summary>
    public required string Deadline { get; init; }

    public required uint FaultsInRow { get; init; }

    public required uint Faults { get; init; }

    public required uint Convictions { get; init; }

    public required string Collateral { get; init; }

    public required string Earned { get; init; }
}

public sealed record ValidatorsAnswer
{
    public required uint Epoch { get; init; }

    /// <summary>The height of the seal before the epoch; 0 for the first.</summary>
    public required ulong Since { get; init; }

    public required ulong TotalWeight { get; init; }

    public required ulong Quorum { get; init; }

    public required ImmutableArray<ValidatorAnswer> Validators { get; init; }

    /// <summary>The set that is due after this epoch; empty where none is.</summary>
    public required ImmutableArray<ValidatorAnswer> Due { get; init; }
}

/// <param name="Key">The tagged key that votes, hexadecimal.</param>
/// <param name="Account">Whose it is by the newest state; empty where that account has changed its key or left.</param>
public sealed record ValidatorAnswer(string Key, ulong Weight, string Peer, string Account);

public sealed record PeerAnswer
{
    public required string Peer { get; init; }

    public required string Account { get; init; }

    /// <summary>The tagged node key, hexadecimal.</summary>
    public required string Key { get; init; }

    public required string Address { get; init; }

    public required string Api { get; init; }

    public required ImmutableArray<string> Roles { get; init; }

    public required string Region { get; init; }

    public required string State { get; init; }
}

public sealed record PeersAnswer(ImmutableArray<PeerAnswer> Peers);

/// <summary>
/// What a light client needs: the finalized header of a block and a proof, against that header's parent state root, of a
/// record or of its absence. Both base64 of their wire forms.
/// </summary>
public sealed record StateAnswer(string CertifiedHeader, string Proof);

public sealed record TransactionAnswer(string Id, string Verdict);

/// <summary>Finalized blocks without their bodies, base64 of their wire forms, lowest first; none where the height is not reached.</summary>
public sealed record ChainAnswer(ImmutableArray<string> Links);

/// <summary>What became of evidence that was handed in.</summary>
public sealed record EvidenceAnswer(string Verdict);

/// <summary>A job as the ledger has it, without proof: for lists and streams.</summary>
public sealed record JobAnswer
{
    public required string Id { get; init; }

    public required string Owner { get; init; }

    /// <summary>Open, Leased, Completed, Cancelled or Expired.</summary>
    public required string OrderState { get; init; }

    /// <summary>Empty before the first lease.</summary>
    public required string Lease { get; init; }

    public required string LeaseState { get; init; }

    public required string Provider { get; init; }

    public required string PricePerSecond { get; init; }

    public required uint ChargedSeconds { get; init; }

    public required string Paid { get; init; }

    public required string Refunded { get; init; }

    public required string Escrow { get; init; }

    public required int Attempts { get; init; }

    public required int Bids { get; init; }

    public required ulong Height { get; init; }
}

/// <summary>
/// A piece of what a job printed, in the stream of its events. Only the provider's own gateway has it.
/// </summary>
/// <param name="Stream">stdout or stderr.</param>
/// <param name="Offset">Bytes of that stream before this piece; a jump is a piece that a slow reader missed.</param>
/// <param name="Text">As UTF-8 reads it. The exact bytes are the job's output.</param>
public sealed record PrintAnswer(string Stream, ulong Offset, string Text);

public sealed record JobsAnswer(ImmutableArray<JobAnswer> Jobs);

/// <summary>Why providers did not bid, each with its signed decline.</summary>
public sealed record WhyAnswer(string Id, ImmutableArray<DeclineAnswer> Declines);

public sealed record DeclineAnswer(string Provider, string Reason, string Signed);
