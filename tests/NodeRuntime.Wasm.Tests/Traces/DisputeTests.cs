using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm.Traces;

namespace NodeRuntime.Wasm.Tests.Traces;

public sealed class DisputeTests
{
    private static readonly Trace Honest = TracedProgram.Trace(TracedProgram.Module);
    private static readonly TraceCheckpoint Start = TracedProgram.Start();

    private static int Last => Honest.Checkpoints.Count - 1;

    public static TheoryData<string, bool> Forgeries
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (string forgery in (string[])["memory", "fuel", "output", "exit code", "ends early", "ends late", "one root", "everything"])
            {
                data.Add(forgery, true);
                data.Add(forgery, false);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Forgeries))]
    public void A_forged_trace_is_bisected_to_its_first_wrong_segment_and_its_party_named(string forgery, bool liarIsFirst)
    {
        Trace forged = Forge(forgery);
        Party liar = liarIsFirst ? Party.First : Party.Second;
        Bisection game = Play(liarIsFirst ? forged : Honest, liarIsFirst ? Honest : forged);
        DisputedSegment segment = Assert.IsType<DisputeEffect.Narrowed>(game.Effect).Segment;
        Assert.Equal(FirstDifference(forged) - 1, segment.Index);
        Assert.True(game.Rounds <= 3 + Math.Ceiling(Math.Log2(Last)), "more questions than the logarithm");

        SegmentFinding finding = Judge(segment);
        Assert.Equal(DisputeVerdict.WrongStep, finding.Verdict);
        Assert.Equal([liar], finding.Liars.AsEnumerable());
        Assert.Equal(Honest.Checkpoints[segment.Index + 1], finding.Next);
    }

    [Fact]
    public void Where_both_lied_both_are_named()
    {
        Bisection game = Play(Forge("fuel"), Forge("one root"));
        DisputedSegment segment = Assert.IsType<DisputeEffect.Narrowed>(game.Effect).Segment;
        Assert.Equal([Party.First], Judge(segment).Liars.AsEnumerable());
        Trace other = Change(static (index, checkpoint) => index >= Last / 3 ? checkpoint with { Root = Other(9) } : checkpoint);
        segment = Assert.IsType<DisputeEffect.Narrowed>(Play(Forge("fuel"), other).Effect).Segment;
        Assert.Equal([Party.First, Party.Second], Judge(segment).Liars.AsEnumerable());
    }

    [Fact]
    public void Equal_traces_are_no_dispute()
    {
        var decided = Assert.IsType<DisputeEffect.Decided>(Play(Honest, Honest).Effect);
        Assert.Equal(DisputeVerdict.Agreed, decided.Verdict);
        Assert.Empty(decided.Liars);
    }

    [Fact]
    public void A_trace_that_goes_on_behind_the_end_loses_without_a_run()
    {
        Trace longer = new(
            TracedProgram.Terms,
            [.. Honest.Checkpoints, Ending(Honest.Commitment.End with { FuelUsed = 9_000_000 })],
            Honest.Commitment.End with { FuelUsed = 9_000_000 },
            TracedProgram.Hasher);
        Decides(Play(longer, Honest), DisputeVerdict.WentOnBehindEnd, Party.First);
        Decides(Play(Honest, longer), DisputeVerdict.WentOnBehindEnd, Party.Second);
    }

    [Fact]
    public void Another_start_or_another_end_than_committed_loses_at_once()
    {
        Trace start = Change(static (index, checkpoint) => index == 0 ? checkpoint with { Root = Other(1) } : checkpoint);
        Decides(Play(start, Honest), DisputeVerdict.WrongStart, Party.First);
        Trace both = Change(static (index, checkpoint) => index < 2 ? checkpoint with { Root = Other(1) } : checkpoint);
        Decides(Play(start, both), DisputeVerdict.WrongStart, Party.First, Party.Second);
        var end = new Trace(
            TracedProgram.Terms, [.. Honest.Checkpoints], Honest.Commitment.End with { ExitCode = 1 }, TracedProgram.Hasher);
        Decides(Play(Honest, end), DisputeVerdict.WrongEnd, Party.Second);
    }

    [Theory]
    [InlineData("subject")]
    [InlineData("interval")]
    [InlineData("count")]
    public void A_commitment_of_something_else_is_refused(string what)
    {
        TraceCommitment commitment = what switch
        {
            "subject" => Honest.Commitment with { Subject = Other(2) },
            "interval" => Honest.Commitment with { Interval = 1 },
            _ => Honest.Commitment with { Count = 1 },
        };
        Decides(Game(Honest.Commitment, commitment), DisputeVerdict.CommitmentRefused, Party.Second);
    }

    [Fact]
    public void Who_does_not_answer_has_lost_and_so_have_two()
    {
        Trace forged = Forge("memory");
        Bisection game = Game(Honest.Commitment, forged.Commitment);
        game.Step(new DisputeInput.Answered(Party.First, Honest.Answer(0)));
        game.Step(new DisputeInput.TimeIsUp());
        Decides(game, DisputeVerdict.Silent, Party.Second);
        // It is over: nothing that comes later changes it.
        game.Step(new DisputeInput.Answered(Party.Second, forged.Answer(0)));
        Decides(game, DisputeVerdict.Silent, Party.Second);
        game = Game(Honest.Commitment, forged.Commitment);
        game.Step(new DisputeInput.TimeIsUp());
        Decides(game, DisputeVerdict.Silent, Party.First, Party.Second);
    }

    [Theory]
    [InlineData("another index")]
    [InlineData("another trace")]
    [InlineData("another fuel")]
    [InlineData("another link before")]
    [InlineData("a longer path")]
    [InlineData("a shorter path")]
    [InlineData("no path")]
    public void An_answer_that_its_commitment_does_not_hold_loses(string how)
    {
        Trace forged = Forge("memory");
        Bisection game = Game(forged.Commitment, Honest.Commitment);
        Answer(game, forged, Honest);
        Answer(game, forged, Honest);
        int asked = Assert.IsType<DisputeEffect.Ask>(game.Effect).First;
        TraceAnswer answer = forged.Answer(asked);
        game.Step(new DisputeInput.Answered(Party.First, how switch
        {
            "another index" => forged.Answer(asked - 1),
            "another trace" => Honest.Answer(asked),
            "another fuel" => answer with { Checkpoint = answer.Checkpoint with { FuelUsed = 1 } },
            "another link before" => answer with { Before = Other(3) },
            "a longer path" => answer with { Path = answer.Path.Add(Other(4)) },
            "a shorter path" => answer with { Path = answer.Path[..^1] },
            _ => answer with { Path = default },
        }));
        Decides(game, DisputeVerdict.Inconsistent, Party.First);
    }

    [Fact]
    public void A_snapshot_of_another_checkpoint_or_of_nothing_is_refused()
    {
        DisputedSegment segment = Assert.IsType<DisputeEffect.Narrowed>(Play(Honest, Forge("memory")).Effect).Segment;
        foreach (byte[] snapshot in (byte[][])[Snapshot(segment.Index + 1), [], [1, 2, 3]])
        {
            SegmentFinding finding = TracedProgram.Run(() => SegmentCheck.Judge(
                TracedProgram.Module, TracedProgram.Job(), TracedProgram.Terms, TracedProgram.Hasher, segment, snapshot));
            Assert.Equal(DisputeVerdict.SnapshotRefused, finding.Verdict);
            Assert.Empty(finding.Liars);
        }
    }

    [Fact]
    public void Every_index_of_every_length_has_its_path_and_no_other()
    {
        for (int count = 1; count <= 20; count++)
        {
            Hash256[] leaves = [.. Enumerable.Range(0, count).Select(Other)];
            var tree = new TraceTree(leaves, TracedProgram.Hasher);
            for (int i = 0; i < count; i++)
            {
                ImmutableArray<Hash256> path = tree.Path(i);
                Assert.True(TraceTree.Leads(TracedProgram.Hasher, leaves[i], i, count, path, tree.Root));
                Assert.False(TraceTree.Leads(TracedProgram.Hasher, Other(100), i, count, path, tree.Root));
                Assert.False(count > 1 && TraceTree.Leads(TracedProgram.Hasher, leaves[i], (i + 1) % count, count, path, tree.Root));
            }
        }
    }

    private static Trace Forge(string forgery)
    {
        TraceEnd end = Honest.Commitment.End;
        switch (forgery)
        {
            case "memory":
                return TracedProgram.Trace(TracedProgram.Forged);
            case "fuel":
                return Change(
                    static (index, checkpoint) => index >= Last / 3 ? checkpoint with { FuelUsed = checkpoint.FuelUsed + 1 } : checkpoint,
                    end with { FuelUsed = end.FuelUsed + 1 });
            case "output":
                return Change(static (_, checkpoint) => checkpoint, end with { Host = Other(5) });
            case "exit code":
                return Change(static (_, checkpoint) => checkpoint, end with { ExitCode = 3 });
            case "ends early":
                end = end with { FuelUsed = Honest.Checkpoints[20].FuelUsed };
                return new Trace(
                    TracedProgram.Terms, [.. Honest.Checkpoints.Take(20), Ending(end)], end, TracedProgram.Hasher);
            case "ends late":
                IEnumerable<TraceCheckpoint> more = Enumerable.Range(0, 50)
                    .Select(static index => new TraceCheckpoint(5_000_000UL + (ulong)index, Other(index)));
                return new Trace(
                    TracedProgram.Terms, [.. Honest.Checkpoints.SkipLast(1), .. more, Ending(end)], end, TracedProgram.Hasher);
            case "one root":
                // The chain tells it from there on, though every later checkpoint is right.
                return Change(static (index, checkpoint) => index == Last / 2 ? checkpoint with { Root = Other(6) } : checkpoint);
            default:
                return Change(static (index, checkpoint) => index > 0 ? checkpoint with { Root = Other(index) } : checkpoint);
        }
    }

    private static Trace Change(Func<int, TraceCheckpoint, TraceCheckpoint> change, TraceEnd? end = null)
    {
        end ??= Honest.Commitment.End;
        List<TraceCheckpoint> changed = [.. Honest.Checkpoints.Select((checkpoint, index) => change(index, checkpoint))];
        changed[^1] = Ending(end);
        return new Trace(TracedProgram.Terms, [.. changed], end, TracedProgram.Hasher);
    }

    private static TraceCheckpoint Ending(TraceEnd end) => new(end.FuelUsed, end.Root(TracedProgram.Hasher));

    private static Hash256 Other(int number) => TracedProgram.Hasher.Hash(TraceDomain.Part, [(byte)number, 0xFF]);

    private static int FirstDifference(Trace other)
    {
        int index = 0;
        while (Honest.Checkpoints[index] == other.Checkpoints[index]) index++;
        return index;
    }

    private static Bisection Game(TraceCommitment first, TraceCommitment second) =>
        new(TracedProgram.Terms, Start, first, second, TracedProgram.Hasher);

    private static void Answer(Bisection game, Trace first, Trace second)
    {
        var ask = Assert.IsType<DisputeEffect.Ask>(game.Effect);
        game.Step(new DisputeInput.Answered(Party.Second, second.Answer(ask.Second)));
        game.Step(new DisputeInput.Answered(Party.First, first.Answer(ask.First)));
    }

    private static Bisection Play(Trace first, Trace second)
    {
        Bisection game = Game(first.Commitment, second.Commitment);
        while (game.Effect is DisputeEffect.Ask) Answer(game, first, second);
        return game;
    }

    private static byte[] Snapshot(int index) => TracedProgram.Run(() => TracedRun.Snapshot(
        TracedProgram.Module, TracedProgram.Job(), TracedProgram.Terms, TracedProgram.Hasher, index))!;

    private static SegmentFinding Judge(DisputedSegment segment) => TracedProgram.Run(() => SegmentCheck.Judge(
        TracedProgram.Module, TracedProgram.Job(), TracedProgram.Terms, TracedProgram.Hasher, segment, Snapshot(segment.Index)));

    private static void Decides(Bisection game, DisputeVerdict verdict, params Party[] liars)
    {
        var decided = Assert.IsType<DisputeEffect.Decided>(game.Effect);
        Assert.Equal(verdict, decided.Verdict);
        Assert.Equal(liars, decided.Liars);
    }
}
