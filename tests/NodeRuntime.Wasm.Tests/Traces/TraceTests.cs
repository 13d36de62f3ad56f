using System;
using System.Linq;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm.Traces;

namespace NodeRuntime.Wasm.Tests.Traces;

public sealed class TraceTests
{
    [Fact]
    public void A_traced_run_ends_as_the_compiled_one_does()
    {
        var output = new MemoryOutput();
        WasiOutcome plain = GuestThread.Run(TracedProgram.Module, TracedProgram.Job(output));
        var traced = new MemoryOutput();
        Trace trace = TracedProgram.Run(
            () => TracedRun.Of(TracedProgram.Module, TracedProgram.Job(traced), TracedProgram.Terms, TracedProgram.Hasher).Trace!);
        TraceEnd end = trace.Commitment.End;
        Assert.Equal(WasiStatus.Exited, plain.Status);
        Assert.Equal((plain.Status, plain.ExitCode, plain.Trap, plain.FuelUsed), (end.Status, end.ExitCode, end.Trap, end.FuelUsed));
        Assert.Equal(TracedProgram.Turns * 16, output.Written.Length);
        Assert.Equal(output.Written.ToArray(), traced.Written.ToArray());
        Assert.Equal(16, plain.OutputFiles.Single(static file => file.Name == "sum").Bytes.Length);
    }

    [Fact]
    public void Checkpoints_stand_behind_each_interval_and_equal_runs_give_equal_ones()
    {
        Trace trace = TracedProgram.Trace(TracedProgram.Module);
        Assert.True(trace.Checkpoints.Count > 30, "the program is too small");
        Assert.Equal(0UL, trace.Checkpoints[0].FuelUsed);
        for (int i = 1; i < trace.Checkpoints.Count - 1; i++)
        {
            ulong interval = trace.Checkpoints[i].FuelUsed / TracedProgram.Terms.Interval;
            Assert.True(interval > trace.Checkpoints[i - 1].FuelUsed / TracedProgram.Terms.Interval);
        }

        Assert.Equal(trace.Checkpoints.Count, trace.Checkpoints.Select(static checkpoint => checkpoint.Root).Distinct().Count());
        Assert.Equal(trace.Checkpoints, TracedProgram.Trace(TracedProgram.Module).Checkpoints);
        Assert.Equal(trace.Commitment.Encode(), TracedProgram.Trace(TracedProgram.Module).Commitment.Encode());
    }

    [Fact]
    public void From_each_snapshot_the_run_goes_on_as_if_it_had_never_stopped()
    {
        Trace trace = TracedProgram.Trace(TracedProgram.Module);
        // One run gives all snapshots; each is read by a machine of its own.
        TracedProgram.Run(() =>
        {
            using TracedMachine machine =
                TracedMachine.Start(TracedProgram.Module, TracedProgram.Job(), TracedProgram.Terms, TracedProgram.Hasher, out _)!;
            for (int i = 0; i < trace.Checkpoints.Count - 1; i++)
            {
                byte[] snapshot = machine.Snapshot()!;
                using TracedMachine restored = Restore(snapshot)!;
                Assert.Equal(trace.Checkpoints[i], restored.Checkpoint);
                Assert.Equal(snapshot, restored.Snapshot());
                restored.Advance();
                Assert.Equal(trace.Checkpoints[i + 1], restored.Checkpoint);
                machine.Advance();
            }

            Assert.Equal(trace.Commitment.End, machine.End);
            return 0;
        });
    }

    [Fact]
    public void One_bit_of_the_state_changes_the_root_and_a_broken_snapshot_is_none()
    {
        byte[] snapshot = TracedProgram.Run(() => TracedRun.Snapshot(
            TracedProgram.Module, TracedProgram.Job(), TracedProgram.Terms, TracedProgram.Hasher, 12))!;
        TraceCheckpoint honest = TracedProgram.Trace(TracedProgram.Module).Checkpoints[12];
        var random = new Prng(3);
        int refused = 0;
        TracedProgram.Run(() =>
        {
            for (int i = 0; i < 400; i++)
            {
                byte[] changed = (byte[])snapshot.Clone();
                changed[random.NextBelow(i % 2 == 0 ? 400 : changed.Length)] ^= (byte)(1 << random.NextBelow(8));
                using TracedMachine? machine = Restore(changed);
                if (machine is null) refused++;
                else Assert.NotEqual(honest, machine.Checkpoint);
                // Whatever it is, it runs inside its bounds.
                machine?.Advance();
            }

            Assert.Null(Restore(snapshot[..^1]));
            Assert.Null(Restore([.. snapshot, 0]));
            return 0;
        });
        Assert.InRange(refused, 20, 399);
    }

    [Theory]
    [InlineData("subject")]
    [InlineData("interval")]
    [InlineData("checkpoints")]
    public void Terms_that_cannot_be_kept_are_refused_before_the_run(string what)
    {
        TraceTerms terms = what switch
        {
            "subject" => new TraceTerms(Hash256.Zero, 4_000),
            "interval" => new TraceTerms(TracedProgram.Subject, 0),
            _ => TracedProgram.Terms with { CheckpointsMax = 10 },
        };
        TracedRun run = TracedRun.Of(TracedProgram.Module, TracedProgram.Job(), terms, TracedProgram.Hasher);
        Assert.Null(run.Trace);
        Assert.Contains(what, run.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_snapshot_has_a_limit()
    {
        TraceTerms small = TracedProgram.Terms with { SnapshotBytesMax = 10_000 };
        Assert.Null(TracedProgram.Run(
            () => TracedRun.Snapshot(TracedProgram.Module, TracedProgram.Job(), small, TracedProgram.Hasher, 12)));
    }

    private static TracedMachine? Restore(byte[] snapshot) => TracedMachine.Restore(
        TracedProgram.Module, TracedProgram.Job(), TracedProgram.Terms, TracedProgram.Hasher, snapshot, out _);
}
