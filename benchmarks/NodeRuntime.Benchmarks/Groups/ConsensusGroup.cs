using System.Collections.Generic;
using NodeRuntime.Benchmarks.Harness;
using NodeRuntime.Benchmarks.Native;
using NodeRuntime.Primitives;
using NodeRuntime.Simulation;

namespace NodeRuntime.Benchmarks.Groups;

/// <summary>
/// Four whole peers in one thread and virtual time. The simulator's signatures cost a hash, so this is the price of all
/// else: rounds, encoding, journals, ledger, gossip of idle peers. The limit is what real signatures would leave room
/// for on this one core: with every vote verified by every other peer, nothing else done. Neither contains the other:
/// with real signatures a block costs the sum of both.
/// </summary>
internal static class ConsensusGroup
{
    private const string Name = "consensus";
    private const int Peers = 4;

    /// <summary>A notarize and a finalize vote of each, verified by each other: 24.</summary>
    private const int VerificationsPerBlock = 2 * Peers * (Peers - 1);

    private static readonly Duration Length = Duration.FromMinutes(2);

    public static IEnumerable<BenchmarkRow> Run()
    {
        Work verify = VerifyLimit.Raw(VerifyLimit.OpenSignatures());
        Work blocks = verify with { UnitsEach = 1.0 / VerificationsPerBlock };
        return Contest.Hold(
            Name, "four peers, empty blocks", "blocks/s", new Work(Simulate, BlocksOf(1)), new Limit("verify-bound", blocks));
    }

    private static void Simulate(int times)
    {
        for (int i = 0; i < times; i++) Invariant.Holds(BlocksOf(1) > 0);
    }

    /// <summary>Equal seeds give equal runs, so the count of blocks is known once it was counted once.</summary>
    private static double BlocksOf(ulong seed)
    {
        SimulationReport report = new World(new SimulationConfig
        {
            Peers = Peers,
            Validators = Peers,
            Seed = seed,
            Length = Length,
            Faults = Faults.None,
            JobEvery = Duration.Zero,
        }).Run();
        Invariant.Holds(report.Violations.IsEmpty);
        return report.FinalizedHeight.Number;
    }
}
