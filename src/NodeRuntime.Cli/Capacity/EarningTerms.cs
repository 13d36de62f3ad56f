using System;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Capacity;
using NodeRuntime.Client;
using NodeRuntime.Client.Reads;
using NodeRuntime.Ledger.Capacity;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Cli.Capacity;

/// <summary>
/// Under whose terms a machine's earnings are reckoned: a running chain's, with what is proven there, both verified; or the amounts of a development chain, with
/// an assumption about how many others there are.
/// </summary>
internal sealed record EarningTerms(CapacityTerms Terms, ChainId? Chain, Height Height, CapacityKindRecord Cpu, CapacityKindRecord Space)
{
    private static readonly CapacityKindRecord Young = new(0, 0, 0, []);

    /// <summary>Nobody was asked: a development chain's amounts for each period of these proofs.</summary>
    public static EarningTerms Assumed(CapacityParameters parameters) => new(CapacityTerms.Development with { Proofs = parameters }, null, default, Young, Young);

    /// <exception cref="CliException">NotFound where the chain proves no capacity.</exception>
    public static async Task<EarningTerms> ReadAsync(Session session, string contact, CancellationToken cancellation)
    {
        ClusterClient client = session.OpenReader(contact);
        Genesis genesis = await client.GenesisAsync(cancellation);
        CapacityTerms terms = genesis.Parameters.Capacity ?? throw new CliException(
            ExitCode.NotFound, "CapacityNotHere", "this chain has no terms of capacity: nothing is proven there, and nothing earned by it", "leave --contact out to see the development terms");
        ProvenRecord<CapacityKindRecord> cpu = await client.Reads.ReadAsync(StateKeys.CapacityKind(CapacityKind.Cpu), CapacityKindRecord.Read, cancellation);
        ProvenRecord<CapacityKindRecord> space = await client.Reads.ReadAsync(StateKeys.CapacityKind(CapacityKind.Space), CapacityKindRecord.Read, cancellation);
        return new EarningTerms(terms, genesis.ChainId, space.Height, cpu.Record ?? Young, space.Record ?? Young);
    }

    /// <param name="cpuUnits">That this machine would have proven.</param>
    /// <param name="among">Where nobody was asked: of so many providers that sell as much, this machine is one.</param>
    public Earnings Of(uint cpuUnits, uint spaceUnits, uint among)
    {
        Amount collateral = (Terms.Cpu.CollateralPerUnit * cpuUnits) + (Terms.Space.CollateralPerUnit * spaceUnits);
        EarningCase[] cases = Chain is not null
            ? [Case(EarningAssumption.AsProven, 0, cpuUnits, OthersOf(Cpu), spaceUnits, OthersOf(Space))]
            :
            [
                Case(EarningAssumption.Alone, 1, cpuUnits, 0, spaceUnits, 0),
                Case(EarningAssumption.Among, among, cpuUnits, (ulong)(among - 1) * cpuUnits, spaceUnits, (ulong)(among - 1) * spaceUnits),
            ];
        return new Earnings(
            Chain is null ? "Development" : "Chain", Chain?.ToString() ?? string.Empty, Height.Number, collateral.ToString(), cases);
    }

    // All of a period is judged once the next has closed; what the youngest one proves is still growing.
    private static ulong OthersOf(CapacityKindRecord record) => record.Latest is { } latest ? record.ProvenBefore(latest.Number)?.Proven ?? latest.Proven : 0;

    private EarningCase Case(EarningAssumption assumption, uint providers, uint cpuUnits, ulong otherCpu, uint spaceUnits, ulong otherSpace)
    {
        RewardEstimate cpu = Estimate(CapacityKind.Cpu, Cpu, cpuUnits, otherCpu), space = Estimate(CapacityKind.Space, Space, spaceUnits, otherSpace);
        return new EarningCase(assumption.ToString(), providers, KindOf(cpu), KindOf(space), (cpu.PerDay + space.PerDay).ToString());
    }

    private RewardEstimate Estimate(CapacityKind kind, CapacityKindRecord record, uint units, ulong others) =>
        RewardEstimate.Of(Terms, kind, record.First, record.Latest?.Number ?? record.First, units, others);

    private static EarnedKind KindOf(RewardEstimate it) => new(
        it.Units, it.Others, Math.Round(it.Period.Milliseconds / 1000.0, 3), it.Pool.ToString(), it.Cap.ToString(), it.PerUnit.ToString(), it.PerPeriod.ToString(),
        it.PerDay.ToString(), it.Units == 0 ? "Units" : it.IsCapped ? "Cap" : "Pool", it.DaysToHalving);
}

/// <summary>What else is proven, where this machine's units are.</summary>
internal enum EarningAssumption
{
    /// <summary>Nothing.</summary>
    Alone,

    /// <summary>As much by each of some others.</summary>
    Among,

    /// <summary>What the chain says of its last whole period. A machine that proves there already is among the others.</summary>
    AsProven,
}
