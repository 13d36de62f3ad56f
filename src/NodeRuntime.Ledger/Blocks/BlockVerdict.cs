namespace NodeRuntime.Ledger.Blocks;

/// <summary>What the ledger says of a block, in the order of the checks.</summary>
public enum BlockVerdict
{
    Accepted,
    WrongChain,

    /// <summary>Not of the epoch that its parent's state is in.</summary>
    WrongEpoch,

    /// <summary>Its height is not the parent's plus one.</summary>
    HeightNotNext,

    /// <summary>Its time is not later than the parent's.</summary>
    TimeNotLater,

    /// <summary>Ledger time has whole milliseconds.</summary>
    TimeNotWhole,
    ParentStateRootWrong,

    /// <summary>It seals the epoch while no other set is due.</summary>
    SealNotDue,

    /// <summary>It seals for another set than the one that is due.</summary>
    SealForOther,

    /// <summary>Its proposer has committed to a chain of reveals, and shows nothing of it.</summary>
    RevealMissing,

    /// <summary>It shows something where nothing is due: its proposer has no chain, none that counts yet, or none of it left.</summary>
    RevealNotDue,

    /// <summary>What it shows does not lead to what its proposer showed last in as many steps as it led views since.</summary>
    RevealWrong,

    /// <summary>Its beacon does not follow from its parent's and what it shows.</summary>
    BeaconWrong,
    TooManyTransactions,
    BodyTooLarge,
    TooManyOffences,

    /// <summary>Evidence in it is against a key that was punished: its proposer should have left it out.</summary>
    OffenceRefused,

    /// <summary>It enters seconds into the calendar of events that it may not enter.</summary>
    SecondsRefused,

    /// <summary>A transaction in it does not apply: its proposer should have left it out, so the whole block is refused.</summary>
    TransactionRefused,
}
