namespace NodeRuntime.Ledger.Accounts;

/// <summary>What the rules say of a transfer or a call of the faucet, in the order of the checks.</summary>
public enum AccountsVerdict : byte
{
    Accepted,

    /// <summary>The recipient is the account of nobody.</summary>
    RecipientMissing,
    AmountZero,
    BalanceTooLow,

    /// <summary>This chain has no faucet.</summary>
    FaucetClosed,

    /// <summary>The faucet would mint beyond what amounts may sum up to.</summary>
    SupplyExhausted,
}
