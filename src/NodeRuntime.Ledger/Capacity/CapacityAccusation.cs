using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.Capacity.Kinds;
using NodeRuntime.Ledger.Slashing;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Ledger.Capacity;

/// <summary>
/// Somebody shows that an answer is false: the one place where the ledger hashes with the work function, or makes a row. An accusation that holds costs its
/// culprit a penalty, of which tenants have their part first, the accuser a smaller one, and the rest is burned. One that does not costs its sender the deposit.
/// One that came second, or behind as many as a block decides, changes nothing and is no reason to refuse what was sent with it: who looks at many answers sends
/// its words in one transaction, and nobody may keep them from the ledger by being faster.
/// </summary>
internal static class CapacityAccusation
{
    public static void Apply(LedgerDraft draft, AccountId sender, Message.AccuseCapacity accuse)
    {
        CapacityDuty duty = CapacityApplication.Get(draft, accuse.Kind, accuse.Period, accuse.Provider);
        CapacityAnswerRecord? answer = draft.Records.CapacityAnswer(accuse.Kind, accuse.Period, accuse.Provider);
        Invariant.Holds(answer is not null);
        if (answer.IsConvicted || draft.Accusations >= Limits.AccusationsPerBlockMax)
        {
            draft.Tell(new LedgerEvent.AccusationPassedOver(sender, accuse.Provider, accuse.Kind, accuse.Period));
            return;
        }

        draft.CountAccusation();
        if (CapacityKinds.Of(accuse.Kind).IsFalse(duty, answer, accuse.Fault.AsMemory(), draft.Works))
        {
            Convict(draft, sender, duty, answer);
            return;
        }

        new Purse(draft).Burn(sender, duty.Terms.AccusationDeposit);
        draft.Tell(new LedgerEvent.AccusationUnfounded(sender, accuse.Provider, accuse.Kind, accuse.Period, duty.Terms.AccusationDeposit));
    }

    private static void Convict(LedgerDraft draft, AccountId accuser, CapacityDuty duty, CapacityAnswerRecord answer)
    {
        AccountId culprit = answer.Account;
        uint number = duty.Period.Number;
        CapacityJudgement.Forfeit(draft, duty.Kind, culprit, number);
        draft.Put(duty.Kind, number, answer with { IsConvicted = true, IsPassed = false });
        CapacityDutyRecord record = draft.Records.CapacityDuty(duty.Kind, culprit)!;
        // What it showed before is worth as much as what it showed now.
        draft.Put(duty.Kind, record with { Proven = 0, Convictions = record.Convictions + 1, Memory = default });
        BondRecord bond = draft.Records.Bond(culprit);
        Amount penalty = CapacityKinds.Of(duty.Kind).PenaltyOf(duty.Terms, duty.UnitsCommitted);
        Amount taken = Amount.Min(penalty, bond.Bonded + bond.Unbonding);
        PenaltyShares shares = PenaltyShares.Distribute(draft, culprit, accuser, taken);
        draft.Tell(new LedgerEvent.CapacityConvicted(
            culprit, duty.Kind, number, accuser, taken, shares.Compensated, shares.Rewarded, shares.Burned));
    }
}
