using System;
using NodeRuntime.Capacity;
using NodeRuntime.Capacity.Cpu;
using NodeRuntime.Capacity.Space;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Ledger.Capacity;

/// <summary>What one provider owes in one period that has begun, as everybody computes it from the state.</summary>
public sealed record CapacityDuty(
    ChainId Chain, CapacityTerms Terms, CapacitySchedule Schedule, CapacityProviderRecord Provider, CapacityDutyRecord Record, CapacityPeriod Period)
{
    /// <summary>Null where the account sells nothing of the kind, or the period is none that the ledger remembers.</summary>
    public static CapacityDuty? Find(LedgerRecords records, ChainId chain, CapacityTerms terms, CapacityKind kind, uint period, AccountId account)
    {
        if (records.CapacityDuty(kind, account) is not { } duty || records.CapacityProvider(account) is not { } provider) return null;
        return records.CapacityKind(kind).Find(period) is { } found
            ? new CapacityDuty(chain, terms, CapacitySchedule.Of(terms, kind), provider, duty, found)
            : null;
    }

    public CapacityKind Kind => Schedule.Kind;

    /// <summary>Committed for this period.</summary>
    public uint UnitsCommitted => Record.UnitsIn(Period.Number);

    /// <summary>To be proven: what runs a paid lease as the period begins shows nothing, and is paid by its lease.</summary>
    public uint Units => Kind == CapacityKind.Cpu ? UnitsCommitted - Math.Min(UnitsCommitted, Record.LeasedIn(Period.Number)) : UnitsCommitted;

    public bool IsOwed => Period.Number >= Record.Judged && Units > 0;

    /// <summary>Where the kind is processors.</summary>
    public SliceDuty Slice => new(
        Terms.Proofs.Cpu, Provider.Peer, new SliceNumber(Period.Number), Period.Beacon, CpuSeeds.DayKey(Period.DayBeacon), Period.StartedAt, (ushort)Units);

    /// <summary>Where the kind is space, and some of it is owed.</summary>
    public SpaceChallenge Challenge => new(Terms.Proofs.Space, Period.Beacon, Identity(Chain, Provider), Units);

    public static PlotIdentity Identity(ChainId chain, CapacityProviderRecord provider) =>
        PlotIdentity.Of(chain, provider.NodeKey, provider.Registration, SpaceCommitment.ParameterSetFirst);
}
