using NodeRuntime.Ledger.Accounts;
using NodeRuntime.Ledger.Capacity;
using NodeRuntime.Ledger.Fraud;
using NodeRuntime.Ledger.Market;
using NodeRuntime.Ledger.Publications;
using NodeRuntime.Ledger.Settlement;
using NodeRuntime.Ledger.Staking;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Ledger.Transactions;

/// <summary>
/// A transaction's effect: the fee is burned, the sequence moves on, then each message is checked against what the ones
/// before it made, and applied. All or nothing: a refused message leaves no trace of the transaction, not even its fee,
/// as no block may hold it.
/// </summary>
internal static class TransactionApplication
{
    public static TransactionOutcome Apply(LedgerDraft draft, VerifiedTransaction verified)
    {
        Transaction transaction = verified.Transaction;
        Amount fee = draft.Parameters.TransactionFee;
        TransactionVerdict verdict = TransactionRules.CheckStateful(draft.Records, fee, draft.Height, transaction);
        if (verdict != TransactionVerdict.Accepted) return TransactionOutcome.Of(verdict);

        DraftMark before = draft.Mark();
        new Purse(draft).Burn(transaction.Sender, fee);
        AccountRecord sender = draft.Records.Account(transaction.Sender);
        draft.Put(transaction.Sender, sender with { Sequence = sender.Sequence + 1 });
        for (int i = 0; i < transaction.Messages.Length; i++)
        {
            MessageVerdict message = CheckAndApply(draft, transaction, i);
            if (message.IsAccepted) continue;
            draft.Return(before);
            return TransactionOutcome.RefusedAt(i, message);
        }

        return TransactionOutcome.Of(TransactionVerdict.Accepted);
    }

    private static MessageVerdict CheckAndApply(LedgerDraft draft, Transaction transaction, int index)
    {
        MessageVerdict verdict = Check(draft.View, transaction.Sender, transaction.Messages[index]);
        if (verdict.IsAccepted) Apply(draft, transaction, index);
        return verdict;
    }

    private static MessageVerdict Check(LedgerView ledger, AccountId sender, Message message) => message switch
    {
        Message.Transfer m => MessageVerdict.Of(AccountsRules.Check(ledger, sender, m)),
        Message.Faucet m => MessageVerdict.Of(AccountsRules.Check(ledger, m)),
        Message.Bond m => MessageVerdict.Of(StakingRules.Check(ledger, sender, m)),
        Message.Unbond m => MessageVerdict.Of(StakingRules.Check(ledger, sender, m)),
        Message.PlaceOrder m => MessageVerdict.Of(MarketRules.Check(ledger, sender, m)),
        Message.DeclareValidator m => MessageVerdict.Of(StakingRules.Check(ledger, sender, m)),
        Message.LeaveValidators m => MessageVerdict.Of(StakingRules.Check(ledger, sender, m)),
        Message.CancelOrder m => MessageVerdict.Of(MarketRules.Check(ledger, sender, m)),
        Message.PlaceBid m => MessageVerdict.Of(MarketRules.Check(ledger, sender, m)),
        Message.ReportReady m => MessageVerdict.Of(SettlementRules.Check(ledger, sender, m)),
        Message.ReportResult m => MessageVerdict.Of(SettlementRules.Check(ledger, sender, m)),
        Message.AcknowledgeResult m => MessageVerdict.Of(SettlementRules.Check(ledger, sender, m)),
        Message.CloseLease m => MessageVerdict.Of(SettlementRules.Check(ledger, sender, m)),
        Message.CommitCapacity m => MessageVerdict.Of(CapacityRules.Check(ledger, sender, m)),
        Message.WithdrawCapacity m => MessageVerdict.Of(CapacityRules.Check(ledger, sender, m)),
        Message.AnswerCapacity m => MessageVerdict.Of(CapacityRules.Check(ledger, sender, m)),
        Message.ReportCapacity m => MessageVerdict.Of(CapacityRules.Check(ledger, sender, m)),
        Message.AccuseCapacity m => MessageVerdict.Of(CapacityRules.Check(ledger, sender, m)),
        Message.DeclareMaintenance m => MessageVerdict.Of(CapacityRules.Check(ledger, sender, m)),
        Message.ReportFraud m => MessageVerdict.Of(FraudReportRules.Check(ledger, m)),
        Message.PublishCalendar m => MessageVerdict.Of(PublicationRules.Check(ledger, m)),
        _ => Invariant.Unreachable<MessageVerdict>("a message without rules"),
    };

    private static void Apply(LedgerDraft draft, Transaction transaction, int index)
    {
        AccountId sender = transaction.Sender;
        switch (transaction.Messages[index])
        {
            case Message.Transfer m:
                AccountsApplication.Apply(draft, sender, m);
                break;
            case Message.Faucet m:
                AccountsApplication.Apply(draft, m);
                break;
            case Message.Bond m:
                StakingApplication.Apply(draft, sender, m);
                break;
            case Message.Unbond m:
                StakingApplication.Apply(draft, sender, m);
                break;
            case Message.DeclareValidator m:
                StakingApplication.Apply(draft, sender, m);
                break;
            case Message.LeaveValidators:
                StakingApplication.Leave(draft, sender);
                break;
            case Message.PlaceOrder m:
                MarketApplication.Apply(draft, sender, StateKeys.OrderOf(sender, transaction.Sequence, index), m);
                break;
            case Message.CancelOrder m:
                MarketApplication.Apply(draft, m);
                break;
            case Message.PlaceBid m:
                MarketApplication.Apply(draft, sender, m);
                break;
            case Message.ReportReady m:
                SettlementApplication.Apply(draft, m);
                break;
            case Message.ReportResult m:
                SettlementApplication.Apply(draft, m);
                break;
            case Message.AcknowledgeResult m:
                SettlementApplication.Apply(draft, m);
                break;
            case Message.CloseLease m:
                SettlementApplication.Apply(draft, m);
                break;
            case Message.CommitCapacity m:
                CapacityApplication.Apply(draft, sender, m);
                break;
            case Message.WithdrawCapacity:
                CapacityApplication.Withdraw(draft, sender);
                break;
            case Message.AnswerCapacity m:
                CapacityApplication.Apply(draft, sender, m);
                break;
            case Message.ReportCapacity m:
                CapacityApplication.Apply(draft, sender, m);
                break;
            case Message.AccuseCapacity m:
                CapacityAccusation.Apply(draft, sender, m);
                break;
            case Message.DeclareMaintenance m:
                CapacityApplication.Apply(draft, sender, m);
                break;
            case Message.ReportFraud m:
                FraudReportApplication.Apply(draft, sender, m);
                break;
            case Message.PublishCalendar m:
                PublicationApplication.Apply(draft, sender, m);
                break;
            default:
                Invariant.Break("a message without an effect");
                break;
        }
    }
}
