namespace NodeRuntime.Ledger.State;

/// <summary>What a full audit found, in the order of the checks.</summary>
public enum AuditVerdict
{
    Sound,

    /// <summary>A record does not decode, or a key is of no family.</summary>
    RecordMalformed,

    /// <summary>Parameters, clock, totals, the beacon, the set in force or the calendar of events are missing.</summary>
    RecordMissing,

    /// <summary>The running totals are not the sums of the records.</summary>
    TotalsDiffer,

    /// <summary>Balances, bonds and escrows together are not what was minted less what was burned.</summary>
    NotConserved,

    /// <summary>An order holds money and is over, or waits and holds none.</summary>
    EscrowMisplaced,

    /// <summary>An account's count of orders is not theirs.</summary>
    OpenOrdersDiffer,

    /// <summary>A bond's count of leases is not theirs.</summary>
    OpenLeasesDiffer,

    /// <summary>A validator's key does not lead to it, or the set that is due is not the next epoch's.</summary>
    ValidatorsDiffer,

    /// <summary>A chain of reveals that nobody used is of a key that is nobody's, or more of it was used than there is.</summary>
    RevealsDiffer,

    /// <summary>Totals, seats, what is owed or what was minted for capacity is not what the records say.</summary>
    CapacityDiffers,

    /// <summary>Published roots of the calendar do not grow with their days, or the newest is not the last.</summary>
    PublicationsDiffer,

    /// <summary>The calendar of events is ahead of the clock, or its last plan is not of the set in force.</summary>
    EventCalendarDiffers,

    /// <summary>What must happen in time has no line in the calendar, or a line has nothing that waits for it.</summary>
    CalendarDiffers,
}
