namespace NodeRuntime.Ledger.Capacity;

/// <summary>What the rules say of a message about capacity, in the order of the checks of each.</summary>
public enum CapacityVerdict : byte
{
    Accepted,

    /// <summary>This chain proves no capacity.</summary>
    NotOnThisChain,

    // Committing

    /// <summary>The node key is not the sender's own single key.</summary>
    NotOwnNode,

    /// <summary>Kinds twice or out of order.</summary>
    UnitsMalformed,

    /// <summary>More than one peer may have of a kind, or none of a kind that it does not have.</summary>
    UnitsOutOfRange,
    RegionMalformed,
    AttributesMalformed,

    /// <summary>Less is bonded than a provider needs, or than what stands behind its units.</summary>
    CommitmentWithoutStake,

    /// <summary>A change of this kind is under way: another waits until it counts.</summary>
    ChangePending,

    // Answering

    /// <summary>The account sells nothing, or nothing of this kind.</summary>
    NotCommitted,

    /// <summary>The period has not begun or not closed, or did so in this very block: nobody can know its beacon.</summary>
    TooEarly,

    /// <summary>The period is long over, or what is answered came behind the last moment.</summary>
    Late,

    /// <summary>It does not owe this period: its commitment counts from a later one, or all its units are leased, or it was judged.</summary>
    NotOwed,

    /// <summary>There is an answer: a replay, or another try. The first counts.</summary>
    AlreadyAnswered,

    /// <summary>There is no commitment, or the kind has no openings.</summary>
    NothingToOpen,

    /// <summary>The bytes are no answer of this kind.</summary>
    ProofMalformed,

    /// <summary>Another peer's, another period's, another beacon's.</summary>
    ProofForeign,

    /// <summary>Of another kind of work than the chain's.</summary>
    WorkKindWrong,

    /// <summary>Not the units that the peer has committed and not leased.</summary>
    UnitsUnknown,

    /// <summary>More shares than its units have buckets.</summary>
    TooManyShares,

    /// <summary>A root without shares or shares without a root; or a way that leads to another.</summary>
    RootWrong,

    /// <summary>More or fewer shares than were drawn, or others.</summary>
    NotDrawnShares,

    /// <summary>A share that no tree of these parameters has at this place.</summary>
    ShareMalformed,

    /// <summary>A nonce that may not be tried.</summary>
    NonceOutOfRange,

    /// <summary>Not exactly the bytes that the numbers take: short or oversized.</summary>
    SizeWrong,
    PaddingNotZero,
    IndexOutOfRange,
    IndexDuplicate,
    IndexUnsorted,

    // Reporting

    /// <summary>There is no whole answer to speak of.</summary>
    NothingToReport,

    /// <summary>It speaks of another claim than the ledger has.</summary>
    WrongSubject,

    /// <summary>The sender was not drawn to look at it.</summary>
    NotDrawn,

    /// <summary>The first word counts.</summary>
    AlreadyReported,

    // Accusing

    /// <summary>There is no answer: never given, or judged and gone.</summary>
    NothingToAccuse,

    /// <summary>It stakes less than the chain's deposit.</summary>
    StakeTooLow,

    /// <summary>The sender cannot lose what it stakes.</summary>
    BalanceTooLow,

    /// <summary>The bytes are no accusation of this kind.</summary>
    FaultMalformed,

    /// <summary>The share or the position is not part of the answer: nothing is shown, before any hash.</summary>
    FaultForeign,

    // Maintenance

    /// <summary>It must begin later than now: beacons that are known are answered.</summary>
    MaintenanceTooLate,

    /// <summary>It is under way: another is declared after it.</summary>
    MaintenanceUnderWay,

    /// <summary>It ends before it begins, is longer than a month allows, or lies more than 60 days ahead.</summary>
    MaintenanceOutOfRange,

    /// <summary>The 30 days have no more of it left.</summary>
    MaintenanceUsedUp,
}
