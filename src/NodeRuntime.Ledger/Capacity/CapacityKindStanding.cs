using NodeRuntime.Capacity;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Ledger.Capacity;

/// <summary>Where a provider's duty of one kind stands in the youngest period.</summary>
public enum CapacityStage : byte
{
    /// <summary>The commitment counts from a later period.</summary>
    Waiting = 1,

    /// <summary>The period began within declared maintenance: nothing is owed.</summary>
    Maintenance = 2,

    /// <summary>Every unit runs a paid lease, or none is committed: nothing is owed.</summary>
    Leased = 3,

    /// <summary>An answer is owed.</summary>
    Owed = 4,

    /// <summary>A claim is there; its opening is owed behind the closing.</summary>
    Claimed = 5,

    /// <summary>The answer is whole; those who were drawn look at it.</summary>
    Answered = 6,

    /// <summary>A majority of them says that it holds.</summary>
    Passed = 7,

    /// <summary>Somebody showed it false.</summary>
    Convicted = 8,

    /// <summary>No answer came in time, or no opening of it.</summary>
    Missed = 9,
}

/// <summary>What the ledger says of one kind of a provider's capacity, for people.</summary>
/// <param name="Committed">In the youngest period.</param>
/// <param name="Next">From the period <paramref name="NextFrom"/> on; the same where no change is under way.</param>
/// <param name="Proven">Last; 0 after a fault.</param>
/// <param name="Leased">Leases that take a unit each.</param>
/// <param name="Period">The youngest; 0 before the chain's first.</param>
/// <param name="ChallengedAt">When it began, with the beacon that is its challenge.</param>
/// <param name="LastProven">The period that something was last proven in; 0 for none.</param>
/// <param name="Deadline">The last moment of what is owed next; where nothing is owed now, of the next period's answer, if its block comes when it may.</param>
/// <param name="Collateral">Of the bond, what stands behind the units.</param>
/// <param name="Earned">Since it committed.</param>
public sealed record CapacityKindStanding(
    CapacityKind Kind, uint Committed, uint Next, uint NextFrom, uint Proven, uint Leased, CapacityStage Stage, uint Period, Instant ChallengedAt, uint LastProven,
    Instant Deadline, uint FaultsInRow, uint Faults, uint Convictions, Amount Collateral, Amount Earned)
{
    /// <summary>Null where the account sells nothing of the kind.</summary>
    public static CapacityKindStanding? Of(LedgerState state, CapacityTerms terms, CapacityKind kind, AccountId account)
    {
        if (state.Records.CapacityDuty(kind, account) is not { } record) return null;
        CapacitySchedule schedule = CapacitySchedule.Of(terms, kind);
        CapacityPeriod? latest = state.Records.CapacityKind(kind).Latest;
        CapacityDuty? duty = latest is null ? null : CapacityDuty.Find(state.Records, state.Chain, terms, kind, latest.Number, account);
        CapacityStage stage = duty is null ? CapacityStage.Waiting : StageOf(state, duty);
        return new CapacityKindStanding(
            kind, latest is null ? 0 : record.UnitsIn(latest.Number), record.NextUnits, record.NextFrom, record.Proven, record.Leased, stage,
            latest?.Number ?? 0, latest?.StartedAt ?? Instant.Epoch, record.LastProven, DeadlineOf(schedule, record, duty, stage), record.FaultsInRow,
            record.Faults, record.Convictions, terms.Of(kind).CollateralPerUnit * record.UnitsBacked, record.Earned);
    }

    private static CapacityStage StageOf(LedgerState state, CapacityDuty duty)
    {
        CapacityPeriod period = duty.Period;
        CapacityAnswerRecord? answer = state.Records.CapacityAnswer(duty.Kind, period.Number, duty.Record.Account);
        if (answer is { IsConvicted: true }) return CapacityStage.Convicted;
        if (answer is { IsPassed: true }) return CapacityStage.Passed;
        // The first period of a commitment is the first that is judged.
        if (period.Number < duty.Record.Judged) return CapacityStage.Waiting;
        if (duty.Provider.Maintenance.Covers(period.StartedAt)) return CapacityStage.Maintenance;
        if (duty.Units == 0) return CapacityStage.Leased;
        if (answer is null) return period.Closing is null ? CapacityStage.Owed : CapacityStage.Missed;
        if (CapacityRules.IsWhole(duty.Kind, answer)) return CapacityStage.Answered;
        return period.Closing is { } closing && state.Time > closing.At + duty.Schedule.OpenWindow ? CapacityStage.Missed : CapacityStage.Claimed;
    }

    private static Instant DeadlineOf(CapacitySchedule schedule, CapacityDutyRecord record, CapacityDuty? duty, CapacityStage stage)
    {
        if (duty is null || stage == CapacityStage.Waiting)
        {
            return schedule.StartOf(record.NextFrom > record.Judged ? record.NextFrom : record.Judged) + schedule.ClosingAfter;
        }

        Instant closing = duty.Period.StartedAt + schedule.ClosingAfter;
        return stage switch
        {
            CapacityStage.Owed => closing,
            CapacityStage.Claimed => (duty.Period.Closing?.At ?? closing) + schedule.OpenWindow,
            CapacityStage.Waiting or CapacityStage.Maintenance or CapacityStage.Leased or CapacityStage.Answered or CapacityStage.Passed
                or CapacityStage.Convicted or CapacityStage.Missed => schedule.StartOf(duty.Period.Number + 1) + schedule.ClosingAfter,
        };
    }
}
