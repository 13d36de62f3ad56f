using System;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;

namespace NodeRuntime.Actors.Tests;

/// <summary>Whoever asks an engine knows an answer by its number alone.</summary>
public sealed class CapacityPortTests
{
    private static readonly Hash256 Key = new(Enumerable.Repeat((byte)7, Hash256.ByteCount).ToArray());

    [Fact]
    public void A_task_and_its_result_have_the_askers_number_and_what_was_said()
    {
        PeerId owner = new(Key);
        CapacityTask.SearchShares search = new(1, 2, Key, Key, owner, 3, Duration.FromSeconds(60), Duration.FromSeconds(30));
        CapacityTask.PrepareKey prepare = new(2, 1, Key);
        CapacityTask.MakePlot plot = new(3, Key, 4);
        CapacityTask.ProveSpace prove = new(4, Key, Key, 4);
        CapacityTask.HashInputs hash = new(5, 1, Key, [new byte[40]]);
        CapacityTask.MakeRows rows = new(6, Key, [9UL, 11UL]);
        CapacityTask[] tasks = [search, prepare, plot, prove, hash, rows];
        Assert.Equal(tasks.Select(static (_, i) => (ulong)i + 1), tasks.Select(static task => task.Number));
        Assert.Equal((2, Key, Key, owner, (ushort)3), (search.WorkKind, search.Key, search.Beacon, search.Owner, search.Units));
        Assert.True(search.PrepareMax < search.Duty);
        Assert.Equal((1, Key), (prepare.WorkKind, prepare.Key));
        Assert.Equal((Key, 4u), (plot.Identity, plot.Units));
        Assert.Equal((Key, Key, 4u), (prove.Beacon, prove.Identity, prove.Units));
        Assert.Equal((1, Key, 40), (hash.WorkKind, hash.Key, hash.Inputs.Single().Length));
        Assert.Equal((Key, 2), (rows.Identity, rows.Rows.Length));
        // The same words are the same task: a retry is known as one.
        Assert.Equal(plot, plot with { });
        Assert.NotEqual<CapacityTask>(plot, plot with { Number = 9 });
    }

    [Fact]
    public void A_result_says_how_a_task_ended()
    {
        CapacityResult.Shares shares = new(1, [new FoundShare(3, 17), new FoundShare(4, 0)], 14_100);
        CapacityResult.SpaceProved proved = new(4, new byte[1_024]);
        CapacityResult.Hashed hashed = new(5, [Key]);
        CapacityResult.Rows rows = new(6, new byte[2_048]);
        CapacityResult.Failed failed = new(7, CapacityFailure.PlotMissing, "the disk was taken out");
        CapacityResult[] results = [shares, new CapacityResult.Prepared(2), new CapacityResult.Plotted(3), proved, hashed, rows, failed];
        Assert.Equal(results.Select(static (_, i) => (ulong)i + 1), results.Select(static result => result.Number));
        Assert.True(shares.Found[0].Place < shares.Found[1].Place);
        Assert.Equal(((ushort)17, 14_100UL), (shares.Found[0].Offset, shares.Hashes));
        Assert.Equal((1_024, Key, 2_048), (proved.Proof.Length, hashed.Outputs.Single(), rows.Bytes.Length));
        Assert.Equal((CapacityFailure.PlotMissing, "the disk was taken out"), (failed.Failure, failed.Detail));
    }

    [Fact]
    public void An_engine_that_proves_nothing_says_why()
    {
        CapacityReadiness none = new([], 0, 0, "librandomx is not installed");
        Assert.True(none is { WorkKinds.IsEmpty: true, CpuUnits: 0, SpaceUnits: 0 });
        Assert.NotEmpty(none.Reason);
        Assert.NotEqual(none, none with { WorkKinds = ImmutableArray.Create<byte>(2), CpuUnits = 1 });
    }
}
