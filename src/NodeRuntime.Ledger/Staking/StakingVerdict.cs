namespace NodeRuntime.Ledger.Staking;

/// <summary>What the rules say of a bond or an unbonding, in the order of the checks.</summary>
public enum StakingVerdict : byte
{
    Accepted,
    AmountZero,
    BalanceTooLow,

    /// <summary>More is asked back than is bonded and not yet asked back; or a validator has less bonded than one needs.</summary>
    BondTooLow,

    /// <summary>It stands behind committed capacity, which must be withdrawn first.</summary>
    StillCommitted,

    /// <summary>Another account's validator has this key.</summary>
    KeyTaken,

    /// <summary>The key has committed to another chain of reveals: whoever wants a new chain takes a new key.</summary>
    AnchorDiffers,

    /// <summary>The account is no validator and does not want to be one.</summary>
    NotAValidator,
}
