using System.Collections.Immutable;
using NodeRuntime.Capacity;
using NodeRuntime.Capacity.Duties;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.Capacity.Kinds;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Ledger.Capacity;

/// <summary>
/// One way for every kind of capacity:
///
///     committed --its next period begins--> owed --claim, opening--> answered --majority of the drawn--> passed --its line--> paid a period later
///                                            |                          |  `--majority says no--> wrong
///                                            |                          `--anybody shows it false--> convicted
///                                            `--nothing came--> missed
///
/// Missed and wrong are unpaid, and cost something from the third in a row on; convicted costs at once.
/// </summary>
internal static class CapacityApplication
{
    public static void Apply(LedgerDraft draft, AccountId sender, Message.CommitCapacity commit)
    {
        CapacityProviderRecord provider = draft.Records.CapacityProvider(sender) ?? new CapacityProviderRecord(
            commit.NodeKey, commit.Region, commit.Attributes, draft.Records.Beacon.Value, draft.Height, CapacityMaintenance.None);
        draft.Put(sender, provider with { Region = commit.Region, Attributes = commit.Attributes });
        foreach (CapacityUnits units in commit.Units) Commit(draft, sender, units.Kind, units.Units);
    }

    public static void Withdraw(LedgerDraft draft, AccountId sender)
    {
        bool hasDuties = false;
        foreach (CapacityKind kind in CapacityKinds.All)
        {
            if (draft.Records.CapacityDuty(kind, sender) is null) continue;
            Commit(draft, sender, kind, 0);
            hasDuties = true;
        }

        if (!hasDuties) draft.Remove(StateKeys.CapacityProvider(sender));
    }

    public static void Apply(LedgerDraft draft, AccountId sender, Message.AnswerCapacity message)
    {
        CapacityDuty duty = Get(draft, message.Kind, message.Period, sender);
        CapacityAnswerRecord? answer = draft.Records.CapacityAnswer(message.Kind, message.Period, sender);
        if (message.IsOpening)
        {
            Invariant.Holds(answer is not null);
            answer = answer with { Opening = message.Proof.AsMemory() };
        }
        else
        {
            _ = CapacityKinds.Of(message.Kind).CheckClaim(duty, message.Proof.AsMemory(), draft.Time, out Hash256 subject);
            answer = new CapacityAnswerRecord(sender, draft.Time, subject, message.Proof.AsMemory(), default, [], false, false);
        }

        draft.Put(message.Kind, message.Period, answer);
        draft.Tell(new LedgerEvent.CapacityAnswered(sender, message.Kind, message.Period, message.IsOpening));
    }

    public static void Apply(LedgerDraft draft, AccountId sender, Message.ReportCapacity message)
    {
        CapacityDuty duty = Get(draft, message.Kind, message.Period, message.Provider);
        CapacityAnswerRecord? answer = draft.Records.CapacityAnswer(message.Kind, message.Period, message.Provider);
        Invariant.Holds(answer is not null);
        int place = 0;
        while (place < answer.Reports.Length && answer.Reports[place].Verifier.CompareTo(sender) < 0) place++;
        answer = answer with { Reports = answer.Reports.Insert(place, new CapacityReport(sender, message.Finding)) };
        draft.Put(message.Kind, message.Period, answer);
        // What has passed counts at once: who comes new may bid before the period is over.
        bool passes = !answer.IsPassed && !answer.IsConvicted && CapacityJudgement.IsBacked(draft, duty)
            && CapacityJudgement.OutcomeOf(answer, VerifierSeats.Drawn(draft.Records, duty).Length) == DutyOutcome.Passed;
        if (passes) CapacityJudgement.Pass(draft, duty, answer);
    }

    public static void Apply(LedgerDraft draft, AccountId sender, Message.DeclareMaintenance declare)
    {
        CapacityProviderRecord? provider = draft.Records.CapacityProvider(sender);
        Invariant.Holds(provider is not null);
        Duration used = CapacityRules.MaintenanceUsed(provider.Maintenance, declare.From) + (declare.Until - declare.From);
        CapacityMaintenance maintenance = new(declare.From, declare.Until, CapacityRules.MonthOf(declare.From), used);
        draft.Put(sender, provider with { Maintenance = maintenance });
        draft.Tell(new LedgerEvent.MaintenanceDeclared(sender, declare.From, declare.Until));
    }

    /// <summary>A lease became ready on a provider: one of its units works for its owner, from the next period's beginning as the ledger counts.</summary>
    public static void LeaseBegan(LedgerDraft draft, AccountId provider) => CountLease(draft, provider, isMore: true);

    public static void LeaseEnded(LedgerDraft draft, AccountId provider) => CountLease(draft, provider, isMore: false);

    public static CapacityDuty Get(LedgerDraft draft, CapacityKind kind, uint period, AccountId account)
    {
        CapacityTerms terms = draft.Parameters.Capacity ?? Invariant.Unreachable<CapacityTerms>("capacity without terms");
        return CapacityDuty.Find(draft.Records, draft.Chain, terms, kind, period, account) ?? Invariant.Unreachable<CapacityDuty>("a duty that was checked");
    }

    private static void Commit(LedgerDraft draft, AccountId account, CapacityKind kind, uint units)
    {
        Invariant.Holds(draft.Parameters.Capacity is not null);
        CapacitySchedule schedule = CapacitySchedule.Of(draft.Parameters.Capacity, kind);
        CapacityKindRecord totals = draft.Records.CapacityKind(kind);
        uint next = schedule.NumberAt(draft.Time) + 1;
        CapacityDutyRecord? before = draft.Records.CapacityDuty(kind, account);
        CapacityDutyRecord duty = before is not null
            ? before with { Units = before.NextUnits, NextUnits = units, NextFrom = next }
            : new CapacityDutyRecord
            {
                Account = account,
                Units = 0,
                NextUnits = units,
                NextFrom = next,
                Seat = totals.Seats,
                Judged = next,
                JudgedAt = schedule.JudgedAt(next, account),
            };
        if (before is null)
        {
            draft.Put(StateKeys.CapacitySeat(kind, duty.Seat), new CapacitySeatRecord(account).Write);
            draft.Schedule(duty.JudgedAt, DeadlineKind.Capacity, StateKeys.CapacityDuty(kind, account).Id);
            totals = totals with { Seats = totals.Seats + 1 };
        }

        draft.Put(kind, totals with { Units = totals.Units + duty.UnitsBacked - (before?.UnitsBacked ?? 0) });
        draft.Put(kind, duty);
        draft.Tell(new LedgerEvent.CapacityCommitted(account, kind, units, next));
    }

    private static void CountLease(LedgerDraft draft, AccountId provider, bool isMore)
    {
        if (draft.Parameters.Capacity is null || draft.Records.CapacityDuty(CapacityKind.Cpu, provider) is not { } duty) return;
        // A lease from before the commitment ends uncounted.
        if (!isMore && duty.Leased == 0) return;
        uint latest = draft.Records.CapacityKind(CapacityKind.Cpu).Latest?.Number ?? 0;
        if (duty.LeasedPeriod != latest) duty = duty with { LeasedPeriod = latest, LeasedBefore = duty.Leased };
        draft.Put(CapacityKind.Cpu, duty with { Leased = isMore ? duty.Leased + 1 : duty.Leased - 1 });
    }
}
