using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Runtime.Settlement;

/// <summary>What the peer's purse hears.</summary>
public abstract record SettlementCommand
{
    private SettlementCommand()
    {
    }

    /// <summary>Put this on the ledger under the peer's account.</summary>
    public sealed record Submit(Message Message) : SettlementCommand;

    public sealed record Advanced(LedgerTip Tip) : SettlementCommand;
}
