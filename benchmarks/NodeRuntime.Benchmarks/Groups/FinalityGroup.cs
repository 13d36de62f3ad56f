using System.Collections.Generic;
using NodeRuntime.Benchmarks.Harness;
using NodeRuntime.Primitives;
using NodeRuntime.Simulation.Wan;

namespace NodeRuntime.Benchmarks.Groups;

/// <summary>
/// From the leader's first move to a final block at every peer, between ten regions of a cloud, in virtual time: milliseconds, so a small
/// ratio is good. A limit is the time that was aimed at, or the same run where everything but distance is free.
/// </summary>
internal static class FinalityGroup
{
    private const string Name = "finality";
    private const ulong Seed = 1;

    public static IEnumerable<BenchmarkRow> Run()
    {
        foreach (BenchmarkRow row in Rows(50, 450, 900)) yield return row;
        foreach (BenchmarkRow row in Rows(100, 700, null)) yield return row;
        foreach (BenchmarkRow row in WithoutEach(100)) yield return row;
        WanReport whole = new WanWorld(Of(100) with { IsCompact = false }).Run();
        yield return Row("n=100, 1 MB, bodies with the block, p50", whole.FinalP50, 700, "target");
    }

    private static IEnumerable<BenchmarkRow> Rows(int validators, int p50, int? p99)
    {
        WanConfig config = Of(validators);
        WanReport modelled = new WanWorld(config).Run();
        Invariant.Holds(modelled.SkippedViews == 0);
        WanReport free = new WanWorld(config with { Costs = WanCosts.Free }).Run();
        string name = $"n={validators}, 1 MB";
        yield return Row(name + ", p50", modelled.FinalP50, p50, "target");
        if (p99 is { } most) yield return Row(name + ", p99", modelled.FinalP99, most, "target");
        yield return Row(name + ", p50", modelled.FinalP50, Milliseconds(free.FinalP50), "distance alone");
        yield return Row(name + ", p99", modelled.FinalP99, Milliseconds(free.FinalP99), "distance alone");
        yield return Row(name + ", leader has sent", modelled.SentP50, Milliseconds(free.SentP50), "distance alone");
        yield return Row(name + ", accepted", modelled.AcceptedP50, Milliseconds(free.AcceptedP50), "distance alone");
        yield return Row(name + ", notarized", modelled.NotarizedP50, Milliseconds(free.NotarizedP50), "distance alone");
        yield return Row(name + ", block time", modelled.BlockTime, Milliseconds(free.BlockTime), "distance alone");
    }

    // What limits: the same with one thing free, beside all of it.
    private static IEnumerable<BenchmarkRow> WithoutEach(int validators)
    {
        WanCosts all = WanCosts.Modelled;
        WanCosts none = WanCosts.Free;
        (string What, WanCosts Costs)[] without =
        [
            ("ledger", all with { ExecuteThousand = none.ExecuteThousand, RebuildThousand = none.RebuildThousand }),
            ("link", all with { BytesPerSecond = none.BytesPerSecond }),
            ("disk", all with { DiskMin = none.DiskMin, DiskMax = none.DiskMax }),
            ("signatures", all with { Verify = none.Verify, Sign = none.Sign }),
        ];
        double whole = Milliseconds(new WanWorld(Of(validators)).Run().FinalP50);
        foreach ((string what, WanCosts costs) in without)
        {
            yield return Row($"n={validators}, 1 MB, free {what}, p50", new WanWorld(Of(validators) with { Costs = costs }).Run().FinalP50, whole, "nothing free");
        }
    }

    private static WanConfig Of(int validators) => new() { Validators = validators, Seed = Seed };

    private static double Milliseconds(Duration time) => time.Microseconds / 1000.0;

    private static BenchmarkRow Row(string name, Duration value, double limit, string limitName) =>
        new(Name, name, Milliseconds(value), "ms", limit, limitName, limit == 0 ? 0 : Milliseconds(value) / limit);
}
