using System;
using System.Collections.Immutable;
using NodeRuntime.Capacity;
using NodeRuntime.Capacity.Duties;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.Capacity.Kinds;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Ledger.Capacity;

/// <summary>What becomes of a period: each provider has a line of its own in the calendar, spread over time, so no boundary is larger than another.</summary>
internal static class CapacityJudgement
{
    /// <summary>A duty's line is due: the period before is paid, this one is judged, the next has its line.</summary>
    public static void Due(LedgerDraft draft, Hash256 id)
    {
        CapacityKind kind = (CapacityKind)id.AsSpan()[0];
        CapacityDutyRecord record = draft.Records.CapacityDuty(new StateKey(StateFamily.CapacityDuty, id))
            ?? Invariant.Unreachable<CapacityDutyRecord>("a line of no duty");
        CapacityTerms terms = draft.Parameters.Capacity ?? Invariant.Unreachable<CapacityTerms>("a duty on a chain without terms");
        CapacitySchedule schedule = CapacitySchedule.Of(terms, kind);
        uint period = record.Judged;
        PayOwed(draft, schedule, record.Account, period);
        Judge(draft, schedule, period, record.Account);
        Continue(draft, schedule, record.Account, period);
    }

    /// <summary>What the drawn verifiers found together; nobody to look is nobody against it.</summary>
    public static DutyOutcome OutcomeOf(CapacityAnswerRecord answer, int drawn)
    {
        int passed = 0, failed = 0;
        foreach (CapacityReport report in answer.Reports)
        {
            if (report.Finding == DutyFinding.Passed) passed++;
            else failed++;
        }

        if (drawn == 0 || 2 * passed > drawn) return DutyOutcome.Passed;
        return 2 * failed > drawn ? DutyOutcome.Failed : DutyOutcome.Undecided;
    }

    /// <summary>An answer holds: what it proves counts, and is owed.</summary>
    public static void Pass(LedgerDraft draft, CapacityDuty duty, CapacityAnswerRecord answer)
    {
        uint number = duty.Period.Number;
        PayOwed(draft, duty.Schedule, duty.Record.Account, number);
        CapacityDutyRecord record = draft.Records.CapacityDuty(duty.Kind, duty.Record.Account)!;
        KindProof proof = CapacityKinds.Of(duty.Kind).Prove(duty with { Record = record }, answer);
        draft.Put(duty.Kind, number, answer with { IsPassed = true });
        if (!proof.IsEnough)
        {
            draft.Put(duty.Kind, record with { Memory = proof.Memory });
            Fault(draft, duty, CapacityFault.TooLittle);
            return;
        }

        draft.Put(duty.Kind, record with
        {
            Proven = proof.Units,
            LastProven = number,
            OwedUnits = proof.Units,
            OwedPeriod = number,
            FaultsInRow = 0,
            Memory = proof.Memory,
        });
        CapacityKindRecord totals = draft.Records.CapacityKind(duty.Kind);
        if (totals.Find(number) is { } period) draft.Put(duty.Kind, totals.With(period with { Proven = period.Proven + proof.Units }));
        draft.Tell(new LedgerEvent.CapacityProven(record.Account, duty.Kind, number, proof.Units));
    }

    /// <summary>Whether enough is bonded behind all of the provider's units.</summary>
    public static bool IsBacked(LedgerDraft draft, CapacityDuty duty) =>
        draft.Records.Bond(duty.Record.Account).Bonded >= CapacityRules.CollateralOf(draft.Records, duty.Terms, duty.Record.Account);

    /// <summary>Takes back what a period would have been paid.</summary>
    public static void Forfeit(LedgerDraft draft, CapacityKind kind, AccountId account, uint number)
    {
        CapacityDutyRecord? record = draft.Records.CapacityDuty(kind, account);
        if (record is null || record.OwedPeriod != number || record.OwedUnits == 0) return;
        CapacityKindRecord totals = draft.Records.CapacityKind(kind);
        if (totals.Find(number) is { } period) draft.Put(kind, totals.With(period with { Proven = period.Proven - record.OwedUnits }));
        draft.Put(kind, record with { OwedUnits = 0 });
    }

    private static void Judge(LedgerDraft draft, CapacitySchedule schedule, uint number, AccountId account)
    {
        CapacityAnswerRecord? answer = draft.Records.CapacityAnswer(schedule.Kind, number, account);
        CapacityDuty? duty = CapacityDuty.Find(draft.Records, draft.Chain, draft.Parameters.Capacity!, schedule.Kind, number, account);
        if (duty is { Units: > 0 } && !IsVoid(draft, duty)) JudgeOwed(draft, duty, answer);
        else Skip(draft, schedule.Kind, account, answer);
        if (duty is not null && answer is not null) CountSilent(draft, duty, answer);
        if (answer is not null) draft.Remove(StateKeys.CapacityAnswer(schedule.Kind, number, account));
        CapacityDutyRecord record = draft.Records.CapacityDuty(schedule.Kind, account)!;
        if (record.Silences == 0) return;
        // Whoever was drawn to look and said nothing is not paid this time.
        Forfeit(draft, schedule.Kind, account, number);
        draft.Put(schedule.Kind, draft.Records.CapacityDuty(schedule.Kind, account)! with { Silences = 0 });
        draft.Tell(new LedgerEvent.CapacityUnpaid(account, schedule.Kind, number, record.Silences));
    }

    private static void JudgeOwed(LedgerDraft draft, CapacityDuty duty, CapacityAnswerRecord? answer)
    {
        AccountId account = duty.Record.Account;
        // What was decided before the line stays decided.
        if (answer is { IsConvicted: true } or { IsPassed: true }) return;
        bool isBacked = IsBacked(draft, duty);
        bool isWhole = answer is not null && CapacityRules.IsWhole(duty.Kind, answer);
        if (!isBacked || !isWhole)
        {
            Fault(draft, duty, isBacked ? CapacityFault.Missed : CapacityFault.Unbacked);
            return;
        }

        switch (OutcomeOf(answer!, VerifierSeats.Drawn(draft.Records, duty).Length))
        {
            case DutyOutcome.Passed:
                Pass(draft, duty, answer!);
                break;
            case DutyOutcome.Failed:
                Fault(draft, duty, CapacityFault.Wrong);
                break;
            default:
                Skip(draft, duty.Kind, account, answer);
                break;
        }
    }

    // Nobody can be blamed where the chain stood still, closed late or forgot the period, or where maintenance was declared.
    private static bool IsVoid(LedgerDraft draft, CapacityDuty duty) =>
        duty.Period.Closing is not { } closing
        || draft.Clock.ResumedAt >= duty.Period.StartedAt
        || !duty.Schedule.IsTimely(duty.Period.Number, closing.At)
        || duty.Provider.Maintenance.Covers(duty.Period.StartedAt);

    private static void Skip(LedgerDraft draft, CapacityKind kind, AccountId account, CapacityAnswerRecord? answer)
    {
        if (answer is { IsPassed: true } or { IsConvicted: true }) return;
        CapacityDutyRecord record = draft.Records.CapacityDuty(kind, account)!;
        draft.Put(kind, record with { Memory = CapacityKinds.Of(kind).Skip(draft.Parameters.Capacity!, record.Memory) });
    }

    private static void Fault(LedgerDraft draft, CapacityDuty duty, CapacityFault fault)
    {
        AccountId account = duty.Record.Account;
        CapacityDutyRecord record = draft.Records.CapacityDuty(duty.Kind, account)!;
        uint inRow = record.FaultsInRow + 1;
        Amount burned = Amount.Zero;
        if (inRow >= duty.Terms.FaultsInRow)
        {
            CapacityKindRecord totals = draft.Records.CapacityKind(duty.Kind);
            Amount penalty = LastRate(duty, totals) * duty.Terms.FaultPenaltyPeriods * duty.UnitsCommitted;
            BondRecord bond = draft.Records.Bond(account);
            burned = Amount.Min(penalty, bond.Bonded + bond.Unbonding);
            if (burned > Amount.Zero) new Purse(draft).BurnBond(account, burned);
            inRow = 0;
        }

        ReadOnlyMemory<byte> memory = fault == CapacityFault.TooLittle
            ? record.Memory
            : CapacityKinds.Of(duty.Kind).Miss(duty.Terms, record.Memory);
        draft.Put(duty.Kind, record with { Proven = 0, Faults = record.Faults + 1, FaultsInRow = inRow, Memory = memory });
        draft.Tell(new LedgerEvent.CapacityFaulted(account, duty.Kind, duty.Period.Number, fault, burned));
    }

    // What a unit earned in the youngest period before this one that anybody proved anything in.
    private static Amount LastRate(CapacityDuty duty, CapacityKindRecord totals) => totals.ProvenBefore(duty.Period.Number) is { } period
        ? RewardSchedule.RateOf(duty.Terms, duty.Schedule, totals.First, period.Number, period.Proven)
        : Amount.Zero;

    private static void CountSilent(LedgerDraft draft, CapacityDuty duty, CapacityAnswerRecord answer)
    {
        if (!CapacityRules.IsWhole(duty.Kind, answer)) return;
        foreach (AccountId verifier in VerifierSeats.Drawn(draft.Records, duty))
        {
            if (answer.HasReportOf(verifier) || draft.Records.CapacityDuty(duty.Kind, verifier) is not { } record) continue;
            draft.Put(duty.Kind, record with { Silences = record.Silences + 1 });
        }
    }

    // All lines of the owed period came before any of a later one, so that what it proved altogether is known.
    private static void PayOwed(LedgerDraft draft, CapacitySchedule schedule, AccountId account, uint before)
    {
        CapacityDutyRecord record = draft.Records.CapacityDuty(schedule.Kind, account)!;
        if (record.OwedUnits == 0 || record.OwedPeriod >= before) return;
        CapacityTerms terms = draft.Parameters.Capacity!;
        CapacityKindRecord totals = draft.Records.CapacityKind(schedule.Kind);
        Amount reward = Amount.Zero;
        if (totals.Find(record.OwedPeriod) is { } period)
        {
            Amount left = RewardSchedule.PoolOf(terms, schedule, totals.First, period.Number) - period.Minted;
            reward = Amount.Min(left, RewardSchedule.RateOf(terms, schedule, totals.First, period.Number, period.Proven) * record.OwedUnits);
            reward = Amount.Min(reward, Purse.SupplyMax - draft.Supply.Minted);
            draft.Put(schedule.Kind, totals.With(period with { Minted = period.Minted + reward }));
        }

        draft.Put(schedule.Kind, record with { OwedUnits = 0, Earned = record.Earned + reward });
        if (reward == Amount.Zero) return;
        new Purse(draft).Mint(account, reward);
        draft.Tell(new LedgerEvent.CapacityRewarded(account, schedule.Kind, record.OwedPeriod, reward));
    }

    private static void Continue(LedgerDraft draft, CapacitySchedule schedule, AccountId account, uint judged)
    {
        CapacityDutyRecord record = draft.Records.CapacityDuty(schedule.Kind, account)!;
        // Where the chain stood still, what it slept through is owed by nobody.
        uint next = Math.Max(judged + 1, schedule.NumberAt(draft.Time));
        bool isOver = record.NextUnits == 0 && next >= record.NextFrom;
        if (isOver && record.OwedUnits == 0)
        {
            End(draft, schedule.Kind, record);
            return;
        }

        record = record with { Judged = next, JudgedAt = schedule.JudgedAt(next, account) };
        draft.Put(schedule.Kind, record);
        draft.Schedule(record.JudgedAt, DeadlineKind.Capacity, StateKeys.CapacityDuty(schedule.Kind, account).Id);
    }

    // The last seat moves to where one became free.
    private static void End(LedgerDraft draft, CapacityKind kind, CapacityDutyRecord record)
    {
        CapacityKindRecord totals = draft.Records.CapacityKind(kind);
        uint last = totals.Seats - 1;
        if (record.Seat != last)
        {
            AccountId moved = draft.Records.CapacitySeat(kind, last)!.Account;
            draft.Put(StateKeys.CapacitySeat(kind, record.Seat), new CapacitySeatRecord(moved).Write);
            draft.Put(kind, draft.Records.CapacityDuty(kind, moved)! with { Seat = record.Seat });
        }

        draft.Remove(StateKeys.CapacitySeat(kind, last));
        draft.Put(kind, totals with { Seats = last, Units = totals.Units - record.UnitsBacked });
        draft.Remove(StateKeys.CapacityDuty(kind, record.Account));
        bool hasOther = false;
        foreach (CapacityKind other in CapacityKinds.All) hasOther |= draft.Records.CapacityDuty(other, record.Account) is not null;
        if (!hasOther) draft.Remove(StateKeys.CapacityProvider(record.Account));
        draft.Tell(new LedgerEvent.CapacityEnded(record.Account, kind));
    }
}

/// <summary>Why a period counts against a provider.</summary>
public enum CapacityFault : byte
{
    /// <summary>No answer, or no opening of it, in time.</summary>
    Missed = 1,

    /// <summary>A majority of those who looked says that it does not hold.</summary>
    Wrong = 2,

    /// <summary>It holds, and shows less than a third of what the provider showed before: a dataset that is not its own.</summary>
    TooLittle = 3,

    /// <summary>Less is bonded than stands behind the units.</summary>
    Unbacked = 4,
}
