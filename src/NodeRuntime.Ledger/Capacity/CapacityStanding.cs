using NodeRuntime.Capacity;
using NodeRuntime.Capacity.Cpu;
using NodeRuntime.Ledger.Capacity.Kinds;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Ledger.Capacity;

/// <summary>What the ledger says of a provider's capacity: for people, and for whoever looks for a provider.</summary>
/// <param name="IsProven">Of all that it committed to, each kind; it may bid where a chain asks for it.</param>
/// <param name="CpuUnits">Proven last; 0 after a fault.</param>
/// <param name="Cpu">The rate that its day of slices shows, with its error.</param>
/// <param name="SpaceUnits">Proven last; 0 after a fault.</param>
/// <param name="Grade">"full" or "liveness", the chain's.</param>
/// <param name="Faults">Of all kinds.</param>
public sealed record CapacityStanding(
    PeerId Peer, AccountId Account, string Region, bool IsProven, uint CpuUnits, CpuRate Cpu, uint SpaceUnits, string Grade, uint Faults, uint Convictions,
    Amount Earned)
{
    /// <summary>Null where the account has not registered.</summary>
    public static CapacityStanding? Of(LedgerRecords records, CapacityTerms terms, AccountId account)
    {
        if (records.CapacityProvider(account) is not { } provider) return null;
        CapacityDutyRecord? cpu = records.CapacityDuty(CapacityKind.Cpu, account);
        CapacityDutyRecord? space = records.CapacityDuty(CapacityKind.Space, account);
        CpuRate rate = cpu is null ? CpuRate.Zero : CpuKind.WindowOf(terms, cpu.Memory).RateOf(terms.Proofs.Cpu);
        return new CapacityStanding(
            provider.Peer, account, provider.Region, CapacityRules.IsProven(records, account), cpu?.Proven ?? 0, rate, space?.Proven ?? 0, terms.Grade,
            (cpu?.Faults ?? 0) + (space?.Faults ?? 0), (cpu?.Convictions ?? 0) + (space?.Convictions ?? 0),
            (cpu?.Earned ?? Amount.Zero) + (space?.Earned ?? Amount.Zero));
    }
}
