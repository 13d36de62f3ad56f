namespace NodeRuntime.Ledger.Fraud;

/// <summary>
/// What the ledger says of a report of fraud, in the order of the checks. That a signature in the proof is wrong is said before, with those of the
/// transaction.
/// </summary>
public enum FraudReportVerdict : byte
{
    Accepted,

    /// <summary>A chain whose genesis knows nothing of slashing.</summary>
    NobodyPunished,

    /// <summary>The bytes are no claim of fraud.</summary>
    Malformed,

    // What the calendar's rules say of a claim that accuses nobody.
    PartsWrong,
    StatementMalformed,
    CulpritForeign,
    ChainWrong,
    PlacesDiffer,
    RecordWrong,
    WayWrong,
    NoContradiction,

    /// <summary>It is about a second that lies ahead of the ledger's time; later it may be heard.</summary>
    NotYet,

    /// <summary>It is about a second too long ago.</summary>
    Stale,

    /// <summary>What the culprit signed about seconds up to its last conviction is punished; a validator's key for its calendar is, once in its life.</summary>
    AlreadyPunished,

    /// <summary>The report brings the key of somebody whom the proof does not name. None need be brought: a liar may have named somebody whose key nobody knows.</summary>
    HarmedWrong,

    /// <summary>No bond stands behind the culprit's key.</summary>
    NothingAtStake,
}
