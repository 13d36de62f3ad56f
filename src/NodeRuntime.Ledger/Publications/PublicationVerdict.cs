namespace NodeRuntime.Ledger.Publications;

/// <summary>
/// What the ledger says of a publication, in the order of the checks. That a line under it is wrong, or of another chain's calendar, is said before, with the
/// signatures of the transaction.
/// </summary>
public enum PublicationVerdict : byte
{
    Accepted,

    /// <summary>The bytes are no leaf of the calendar.</summary>
    LeafMalformed,

    /// <summary>It is not the last leaf of a calendar of this size and root.</summary>
    LeafMisplaced,

    /// <summary>Lines are not in strictly increasing order of their keys.</summary>
    LinesUnsorted,

    /// <summary>A line is of a key that does not validate now. After a seal it takes until the calendar has the new plan.</summary>
    SignerForeign,

    /// <summary>Those who signed have less than a quorum of the set in force.</summary>
    BelowQuorum,

    /// <summary>The calendar's last second lies ahead of the ledger's time.</summary>
    NotYet,

    /// <summary>It is too long ago.</summary>
    Stale,

    /// <summary>The day has its root.</summary>
    DayTaken,

    /// <summary>The calendar ends before the day, and the day is so young that one that ends in it may come.</summary>
    DayTooYoung,

    /// <summary>The calendar is not larger, or ends no later, than the one that was published last.</summary>
    NotLarger,
}
