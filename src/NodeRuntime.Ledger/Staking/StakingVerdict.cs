namespace NodeRuntime.Ledger.Staking;

/// <summary>What the rules say of a bond or an unbonding, in the order of the checks.</summary>
public enum StakingVerdict : byte
{
    Accepted,
    AmountZero,
    BalanceTooLow,

    /// <summary>More is asked back than is bonded and not yet asked back.</summary>
    BondTooLow,
}
