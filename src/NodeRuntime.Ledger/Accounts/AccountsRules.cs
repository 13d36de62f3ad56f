using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Ledger.Accounts;

internal static class AccountsRules
{
    public static AccountsVerdict Check(in LedgerView ledger, AccountId sender, Message.Transfer transfer)
    {
        if (transfer.To.Hash.IsZero) return AccountsVerdict.RecipientMissing;
        if (transfer.Amount == Amount.Zero) return AccountsVerdict.AmountZero;
        if (ledger.Records.Account(sender).Balance < transfer.Amount) return AccountsVerdict.BalanceTooLow;
        return AccountsVerdict.Accepted;
    }

    /// <summary>Genesis allows a faucet's amount on development chains only.</summary>
    public static AccountsVerdict Check(in LedgerView ledger, Message.Faucet faucet)
    {
        if (faucet.To.Hash.IsZero) return AccountsVerdict.RecipientMissing;
        Amount amount = ledger.Parameters.FaucetAmount;
        if (amount == Amount.Zero) return AccountsVerdict.FaucetClosed;
        if (!Amount.TryAdd(ledger.Supply.Minted, amount, out Amount minted)) return AccountsVerdict.SupplyExhausted;
        if (minted > Purse.SupplyMax) return AccountsVerdict.SupplyExhausted;
        return AccountsVerdict.Accepted;
    }
}
