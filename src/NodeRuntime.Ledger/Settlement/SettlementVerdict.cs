namespace NodeRuntime.Ledger.Settlement;

/// <summary>What the rules say of a lease's messages, in the order of the checks of each.</summary>
public enum SettlementVerdict : byte
{
    Accepted,
    LeaseUnknown,

    /// <summary>Only the lease's provider reports.</summary>
    NotProvider,

    /// <summary>Only the lease's owner acknowledges and closes.</summary>
    NotOwner,

    /// <summary>The lease is not in the state that this message moves on from.</summary>
    WrongState,

    /// <summary>The deadline has passed.</summary>
    TooLate,

    /// <summary>The key under the hand-over is not the owner's.</summary>
    OwnerKeyMismatch,

    /// <summary>The hand-over is of another lease, specification, owner, provider or chain.</summary>
    HandOverMismatch,
    ResultCommitmentMissing,
}
