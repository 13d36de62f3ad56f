namespace NodeRuntime.Simulation.Atlas;

/// <summary>
/// Every kind of misfortune that a world can have. A seed switches each on or off as a whole; a run over many seeds that
/// never met one of them says which, and fails.
/// </summary>
public enum FaultClass
{
    // ---- network ----

    /// <summary>Frames take long: up to several D0.</summary>
    LongDelay,

    /// <summary>Each pair of peers has the delay of two cloud regions.</summary>
    CloudLatency,

    /// <summary>Frames are lost, each for itself.</summary>
    Loss,

    /// <summary>Frames are lost in rows.</summary>
    BurstLoss,

    /// <summary>Frames arrive twice.</summary>
    Duplication,

    /// <summary>Frames come once more, seconds later.</summary>
    Replay,

    /// <summary>Frames overtake their elders.</summary>
    Reorder,

    /// <summary>One side is heard and does not hear.</summary>
    OneWayCut,

    /// <summary>At most F are cut off.</summary>
    MinorityCut,

    /// <summary>Neither side has a quorum.</summary>
    HalfCut,

    /// <summary>Everybody hears two neighbours only.</summary>
    RingCut,

    /// <summary>Two halves and one peer that hears both.</summary>
    BridgeCut,

    /// <summary>Whoever leads is cut off.</summary>
    LeaderCut,

    /// <summary>A cut that comes and goes at about the pace of D0.</summary>
    Flap,

    /// <summary>A link carries so many bytes in a second.</summary>
    BandwidthCap,

    /// <summary>A peer that says everything, a little at a time.</summary>
    SlowDrip,

    /// <summary>A connection ends and begins anew; what was on its way is gone.</summary>
    ConnectionReset,

    /// <summary>A frame without its end: refused, and the connection with it.</summary>
    TruncatedFrame,

    /// <summary>A frame with a bit turned: refused, and the connection with it.</summary>
    FlippedFrame,

    // ---- process ----

    Crash,

    /// <summary>A crash between two effects of one step.</summary>
    CrashAtEffect,

    /// <summary>Everybody at once.</summary>
    CrashAll,

    /// <summary>Stopped, then continued, with all that was missed at once.</summary>
    Pause,

    /// <summary>Every input takes its time.</summary>
    SlowPeer,

    /// <summary>The disk comes back empty.</summary>
    WipedDisk,

    /// <summary>The same key starts a second time, from a copy of the disk.</summary>
    KeyClone,

    // ---- disk ----

    /// <summary>At a crash some of the batches under way were written and some were not.</summary>
    TornBatch,

    /// <summary>What was reported as durable was not: gone with the power.</summary>
    LostWrites,

    /// <summary>The watermark's bytes do not decode any more.</summary>
    BitRot,

    /// <summary>A batch fails; the peer stops and begins anew.</summary>
    WriteError,

    /// <summary>No space is left; the peer stops and begins anew.</summary>
    DiskFull,

    SlowDisk,

    /// <summary>An old backup is put back.</summary>
    StaleRestore,

    // ---- clock ----

    ClockOffset,
    ClockDrift,
    ClockJump,
    ClockFrozen,

    // ---- who votes ----

    /// <summary>A peer that followed asks for a place among the validators.</summary>
    ValidatorJoins,
    ValidatorLeaves,

    /// <summary>A validator changes its key; both are at hand until the seal.</summary>
    KeyRotation,

    /// <summary>A set is due, and a member says that it is ready.</summary>
    ReadinessSaid,

    /// <summary>A seal was notarized and not final, and a later leader put it to the vote again.</summary>
    SealVotedAgain,

    // ---- Byzantine ----

    /// <summary>Two machines with one key that know nothing of each other.</summary>
    Twins,
    EquivocatingProposer,
    Withholder,
    LateVoter,
    NullifySpammer,

    /// <summary>Votes and certificates, never a body.</summary>
    BodyWithholder,

    /// <summary>Speaks to some and not to others.</summary>
    SelectiveSender,

    /// <summary>Claims heights and views that nobody has reached.</summary>
    LiarOfHeights,

    /// <summary>Certificates with wrong signatures, doubled signers, too little weight.</summary>
    BadCertificate,

    /// <summary>Proposals whose justification does not justify them.</summary>
    BadJustification,

    /// <summary>Transactions without end, most of them worthless.</summary>
    MempoolFlooder,
}

/// <summary>The protocol's rules by their names in docs/consensus.md.</summary>
public enum ProtocolRule
{
    /// <summary>01: an absent leader is not waited for.</summary>
    R01,
    R1,
    R2,
    R3,
    R4,
    R5,
    R6,
    R7,
    R8,
    R9,
    R10,
    R11,

    /// <summary>A seal is final, and another set votes.</summary>
    R12,

    /// <summary>A restart stands behind its watermark.</summary>
    R31,

    /// <summary>A restart finds votes, certificates or bodies above the floor.</summary>
    R32,

    /// <summary>A fence is raised and crossed.</summary>
    R33,
}
