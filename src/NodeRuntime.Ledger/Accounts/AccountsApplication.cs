using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Ledger.Accounts;

internal static class AccountsApplication
{
    public static void Apply(LedgerDraft draft, AccountId sender, Message.Transfer transfer)
    {
        new Purse(draft).Transfer(sender, transfer.To, transfer.Amount);
        draft.Tell(new LedgerEvent.Transferred(sender, transfer.To, transfer.Amount));
    }

    public static void Apply(LedgerDraft draft, Message.Faucet faucet)
    {
        new Purse(draft).Mint(faucet.To, draft.Parameters.FaucetAmount);
        draft.Tell(new LedgerEvent.Minted(faucet.To, draft.Parameters.FaucetAmount));
    }
}
