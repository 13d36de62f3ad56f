using System;
using System.Collections.Immutable;
using NodeRuntime.Capacity;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Capacity.Kinds;
using NodeRuntime.Ledger.Market;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Ledger.Capacity;

/// <summary>Decides about messages of capacity. Nothing here hashes with the work function or makes a row.</summary>
public static class CapacityRules
{
    private static readonly Duration MaintenanceAhead = Duration.FromMinutes(60 * 24 * 60);

    /// <summary>Of all kinds that an account has committed to, each was proven when it last should have been; and it has one.</summary>
    public static bool IsProven(LedgerRecords records, AccountId account)
    {
        bool isProven = false;
        foreach (CapacityKind kind in CapacityKinds.All)
        {
            if (records.CapacityDuty(kind, account) is not { } duty || duty.UnitsBacked == 0) continue;
            if (duty.Proven == 0) return false;
            isProven = true;
        }

        return isProven;
    }

    /// <summary>An answer that verifiers can look at: opened, where its kind is.</summary>
    public static bool IsWhole(CapacityKind kind, CapacityAnswerRecord answer) => !CapacityKinds.Of(kind).HasOpening || !answer.Opening.IsEmpty;

    /// <summary>What an account's bond stands behind: it cannot be asked back before the units are.</summary>
    public static Amount CollateralOf(LedgerRecords records, CapacityTerms terms, AccountId account)
    {
        Amount sum = Amount.Zero;
        foreach (CapacityKind kind in CapacityKinds.All)
        {
            if (records.CapacityDuty(kind, account) is { } duty) sum += terms.Of(kind).CollateralPerUnit * duty.UnitsBacked;
        }

        return sum;
    }

    /// <summary>Whether a provider that has declared <paramref name="before"/> last may declare these moments now.</summary>
    public static CapacityVerdict CheckMaintenance(CapacityMaintenance before, CapacityTerms terms, Instant now, Instant from, Instant until)
    {
        if (from <= now) return CapacityVerdict.MaintenanceTooLate;
        if (before.Covers(now)) return CapacityVerdict.MaintenanceUnderWay;
        if (until > now + MaintenanceAhead || until <= from || until - from > terms.MaintenanceMax) return CapacityVerdict.MaintenanceOutOfRange;
        return MaintenanceUsed(before, from) + (until - from) > terms.MaintenanceMax ? CapacityVerdict.MaintenanceUsedUp : CapacityVerdict.Accepted;
    }

    internal static CapacityVerdict Check(in LedgerView ledger, AccountId sender, Message.CommitCapacity commit)
    {
        if (ledger.Parameters.Capacity is not { } terms) return CapacityVerdict.NotOnThisChain;
        if (KeyPolicy.Single(commit.NodeKey).ToAccountId() != sender) return CapacityVerdict.NotOwnNode;
        for (int i = 1; i < commit.Units.Length; i++)
        {
            if (commit.Units[i - 1].Kind >= commit.Units[i].Kind) return CapacityVerdict.UnitsMalformed;
        }

        Amount collateral = CollateralOf(ledger.Records, terms, sender);
        bool isPending = false;
        foreach (CapacityUnits units in commit.Units)
        {
            CapacityDutyRecord? duty = ledger.Records.CapacityDuty(units.Kind, sender);
            uint least = duty is null ? 1u : 0;
            if (units.Units < least || units.Units > CapacityKinds.Of(units.Kind).UnitsMax(terms)) return CapacityVerdict.UnitsOutOfRange;
            isPending |= duty is not null && duty.NextFrom > duty.Judged;
            uint more = units.Units - Math.Min(units.Units, duty?.UnitsBacked ?? 0);
            collateral += terms.Of(units.Kind).CollateralPerUnit * more;
        }

        if (!MarketRules.IsRegion(commit.Region)) return CapacityVerdict.RegionMalformed;
        if (!AreAttributes(commit.Attributes)) return CapacityVerdict.AttributesMalformed;
        Amount bonded = ledger.Records.Bond(sender).Bonded;
        if (bonded < ledger.Parameters.BondMin || bonded < collateral) return CapacityVerdict.CommitmentWithoutStake;
        return isPending ? CapacityVerdict.ChangePending : CapacityVerdict.Accepted;
    }

    internal static CapacityVerdict Check(in LedgerView ledger, AccountId sender, Message.WithdrawCapacity withdraw)
    {
        if (ledger.Parameters.Capacity is null) return CapacityVerdict.NotOnThisChain;
        if (ledger.Records.CapacityProvider(sender) is null) return CapacityVerdict.NotCommitted;
        foreach (CapacityKind kind in CapacityKinds.All)
        {
            if (ledger.Records.CapacityDuty(kind, sender) is { } duty && duty.NextFrom > duty.Judged) return CapacityVerdict.ChangePending;
        }

        return CapacityVerdict.Accepted;
    }

    internal static CapacityVerdict Check(in LedgerView ledger, AccountId sender, Message.AnswerCapacity answer)
    {
        CapacityVerdict found = Find(ledger, answer.Kind, answer.Period, sender, out CapacityDuty? duty);
        if (duty is null) return found;
        if (!duty.IsOwed) return CapacityVerdict.NotOwed;
        CapacityAnswerRecord? before = ledger.Records.CapacityAnswer(answer.Kind, answer.Period, sender);
        return answer.IsOpening ? CheckOpening(ledger, duty, before, answer) : CheckClaim(ledger, duty, before, answer);
    }

    internal static CapacityVerdict Check(in LedgerView ledger, AccountId sender, Message.ReportCapacity report)
    {
        CapacityVerdict found = Find(ledger, report.Kind, report.Period, report.Provider, out CapacityDuty? duty);
        if (duty is null) return found;
        if (duty.Period.Closing is not { } closing || closing.In >= ledger.Clock.Height) return CapacityVerdict.TooEarly;
        if (ledger.Now >= duty.Schedule.StartOf(report.Period + 1)) return CapacityVerdict.Late;
        CapacityAnswerRecord? answer = ledger.Records.CapacityAnswer(report.Kind, report.Period, report.Provider);
        if (answer is null || !IsWhole(report.Kind, answer)) return CapacityVerdict.NothingToReport;
        if (answer.Subject != report.Subject) return CapacityVerdict.WrongSubject;
        if (!VerifierSeats.Drawn(ledger.Records, duty).Contains(sender)) return CapacityVerdict.NotDrawn;
        return answer.HasReportOf(sender) ? CapacityVerdict.AlreadyReported : CapacityVerdict.Accepted;
    }

    internal static CapacityVerdict Check(in LedgerView ledger, AccountId sender, Message.AccuseCapacity accuse)
    {
        CapacityVerdict found = Find(ledger, accuse.Kind, accuse.Period, accuse.Provider, out CapacityDuty? duty);
        if (duty is null) return found;
        if (ledger.Records.CapacityAnswer(accuse.Kind, accuse.Period, accuse.Provider) is not { } answer) return CapacityVerdict.NothingToAccuse;
        if (accuse.Stake < duty.Terms.AccusationDeposit) return CapacityVerdict.StakeTooLow;
        if (ledger.Records.Account(sender).Balance < accuse.Stake) return CapacityVerdict.BalanceTooLow;
        return CapacityKinds.Of(accuse.Kind).CheckFault(duty, answer, accuse.Fault.AsMemory());
    }

    internal static CapacityVerdict Check(in LedgerView ledger, AccountId sender, Message.DeclareMaintenance declare)
    {
        if (ledger.Parameters.Capacity is not { } terms) return CapacityVerdict.NotOnThisChain;
        if (ledger.Records.CapacityProvider(sender) is not { } provider) return CapacityVerdict.NotCommitted;
        return CheckMaintenance(provider.Maintenance, terms, ledger.Now, declare.From, declare.Until);
    }

    /// <summary>Thirty days of ledger time, numbered.</summary>
    internal static uint MonthOf(Instant time) => (uint)(time.Milliseconds / Duration.FromMinutes(30 * 24 * 60).Milliseconds);

    internal static Duration MaintenanceUsed(CapacityMaintenance maintenance, Instant from) =>
        maintenance.Month == MonthOf(from) ? maintenance.Used : Duration.Zero;

    private static CapacityVerdict Find(in LedgerView ledger, CapacityKind kind, uint period, AccountId account, out CapacityDuty? duty)
    {
        duty = null;
        if (ledger.Parameters.Capacity is not { } terms) return CapacityVerdict.NotOnThisChain;
        if (ledger.Records.CapacityDuty(kind, account) is null) return CapacityVerdict.NotCommitted;
        duty = CapacityDuty.Find(ledger.Records, ledger.Chain, terms, kind, period, account);
        if (duty is not null) return CapacityVerdict.Accepted;
        uint latest = ledger.Records.CapacityKind(kind).Latest?.Number ?? 0;
        return period > latest ? CapacityVerdict.TooEarly : CapacityVerdict.Late;
    }

    private static CapacityVerdict CheckClaim(in LedgerView ledger, CapacityDuty duty, CapacityAnswerRecord? before, Message.AnswerCapacity answer)
    {
        if (duty.Period.StartedIn >= ledger.Clock.Height) return CapacityVerdict.TooEarly;
        if (before is not null) return CapacityVerdict.AlreadyAnswered;
        if (duty.Period.Closing is not null) return CapacityVerdict.Late;
        return CapacityKinds.Of(answer.Kind).CheckClaim(duty, answer.Proof.AsMemory(), ledger.Now, out _);
    }

    private static CapacityVerdict CheckOpening(in LedgerView ledger, CapacityDuty duty, CapacityAnswerRecord? before, Message.AnswerCapacity answer)
    {
        ICapacityKind kind = CapacityKinds.Of(answer.Kind);
        if (!kind.HasOpening || before is null) return CapacityVerdict.NothingToOpen;
        if (duty.Period.Closing is not { } closing || closing.In >= ledger.Clock.Height) return CapacityVerdict.TooEarly;
        if (!before.Opening.IsEmpty) return CapacityVerdict.AlreadyAnswered;
        CapacityVerdict form = kind.CheckOpening(duty, before, answer.Proof.AsMemory());
        if (form != CapacityVerdict.Accepted) return form;
        return ledger.Now > closing.At + duty.Schedule.OpenWindow ? CapacityVerdict.Late : CapacityVerdict.Accepted;
    }

    private static bool AreAttributes(ImmutableArray<string> attributes)
    {
        for (int i = 0; i < attributes.Length; i++)
        {
            if (attributes[i].Length is 0 or > Limits.CapacityAttributeCharactersMax) return false;
            if (i > 0 && string.CompareOrdinal(attributes[i - 1], attributes[i]) >= 0) return false;
            foreach (char c in attributes[i])
            {
                if (c is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '-' or '.' or '=' or ':')) return false;
            }
        }

        return true;
    }
}
