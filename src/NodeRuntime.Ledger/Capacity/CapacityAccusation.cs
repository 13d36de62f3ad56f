using System.Linq;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.Capacity.Kinds;
using NodeRuntime.Ledger.Slashing;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Ledger.Capacity;

/// <summary>
/// Somebody shows that an answer is false: the one place where the ledger hashes with the work function, or makes a row, and so a bounded number in a block.
/// They are heard behind its last transaction, by stake: who is right loses nothing and may stake all it has, who is wrong loses what it staked, so nobody
/// keeps a true one out but by burning more than its accuser has, twice in each block. An accusation that holds costs its culprit a penalty, of which tenants have
/// their part first, the accuser a smaller one, and the rest is burned. One that came second, or behind as many as a block decides, changes nothing and is no
/// reason to refuse what was sent with it: who looks at many answers sends its words in one transaction, and nobody may keep them from the ledger by being faster.
/// </summary>
internal static class CapacityAccusation
{
    public static void Apply(LedgerDraft draft, AccountId sender, Message.AccuseCapacity accuse) => draft.Raise(new RaisedAccusation(sender, accuse));

    /// <summary>At the end of a block, when its transactions have moved what they move: a stake that was spent meanwhile is none.</summary>
    public static void Decide(LedgerDraft draft)
    {
        int decided = 0;
        // Stable: of equal stakes the one that came first.
        foreach (RaisedAccusation raised in draft.Accusations.OrderByDescending(static it => it.Accuse.Stake))
        {
            (AccountId accuser, Message.AccuseCapacity accuse) = (raised.Accuser, raised.Accuse);
            CapacityAnswerRecord answer = draft.Records.CapacityAnswer(accuse.Kind, accuse.Period, accuse.Provider)
                ?? Invariant.Unreachable<CapacityAnswerRecord>("an answer that was there when it was accused");
            bool isHeard = decided < Limits.AccusationsPerBlockMax && !answer.IsConvicted && draft.Records.Account(accuser).Balance >= accuse.Stake;
            if (!isHeard)
            {
                draft.Tell(new LedgerEvent.AccusationPassedOver(accuser, accuse.Provider, accuse.Kind, accuse.Period));
                continue;
            }

            decided++;
            CapacityDuty duty = CapacityApplication.Get(draft, accuse.Kind, accuse.Period, accuse.Provider);
            if (CapacityKinds.Of(accuse.Kind).IsFalse(duty, answer, accuse.Fault.AsMemory(), draft.Works)) Convict(draft, accuser, duty, answer);
            else Refute(draft, accuser, accuse);
        }
    }

    private static void Refute(LedgerDraft draft, AccountId accuser, Message.AccuseCapacity accuse)
    {
        new Purse(draft).Burn(accuser, accuse.Stake);
        draft.Tell(new LedgerEvent.AccusationUnfounded(accuser, accuse.Provider, accuse.Kind, accuse.Period, accuse.Stake));
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

/// <summary>An accusation that stands in a block: its form was checked, what it shows is not looked at yet.</summary>
internal sealed record RaisedAccusation(AccountId Accuser, Message.AccuseCapacity Accuse);
