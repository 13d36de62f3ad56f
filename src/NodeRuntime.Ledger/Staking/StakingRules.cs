using NodeRuntime.Ledger.Capacity;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Ledger.Staking;

internal static class StakingRules
{
    public static StakingVerdict Check(in LedgerView ledger, AccountId sender, Message.Bond bond)
    {
        if (bond.Amount == Amount.Zero) return StakingVerdict.AmountZero;
        if (ledger.Records.Account(sender).Balance < bond.Amount) return StakingVerdict.BalanceTooLow;
        return StakingVerdict.Accepted;
    }

    public static StakingVerdict Check(in LedgerView ledger, AccountId sender, Message.Unbond unbond)
    {
        if (unbond.Amount == Amount.Zero) return StakingVerdict.AmountZero;
        Amount bonded = ledger.Records.Bond(sender).Bonded;
        if (bonded < unbond.Amount) return StakingVerdict.BondTooLow;
        if (ledger.Parameters.Capacity is { } terms && bonded - unbond.Amount < CapacityRules.CollateralOf(ledger.Records, terms, sender))
        {
            return StakingVerdict.StillCommitted;
        }

        return StakingVerdict.Accepted;
    }

    /// <summary>Both signatures were verified with the transaction's own.</summary>
    public static StakingVerdict Check(in LedgerView ledger, AccountId sender, Message.DeclareValidator declare)
    {
        if (ledger.Records.Bond(sender).Bonded < ledger.Parameters.ValidatorBondMin) return StakingVerdict.BondTooLow;
        if (ledger.Records.ValidatorOf(declare.Key) is { } account && account != sender) return StakingVerdict.KeyTaken;
        if (ledger.Records.Reveal(declare.Key) is { } chain && chain.Anchor != declare.Anchor) return StakingVerdict.AnchorDiffers;
        return StakingVerdict.Accepted;
    }

    public static StakingVerdict Check(in LedgerView ledger, AccountId sender, Message.LeaveValidators leave) =>
        ledger.Records.Validator(sender) is null ? StakingVerdict.NotAValidator : StakingVerdict.Accepted;

    /// <summary>Whether a provider may bid and be given a lease: what it asked back does not count.</summary>
    public static bool MayServe(LedgerRecords records, Amount bondMin, AccountId provider) =>
        records.Bond(provider).Bonded >= bondMin;
}
