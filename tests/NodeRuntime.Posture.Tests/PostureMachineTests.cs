using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Posture.Controls;
using NodeRuntime.Posture.Observing;
using NodeRuntime.Posture.State;
using NodeRuntime.Primitives;

namespace NodeRuntime.Posture.Tests;

public sealed class PostureMachineTests
{
    private static readonly Thing Program = Rig.File("/opt/peer");

    private static Rig WithProgram(params Control[] more)
    {
        Rig rig = new([Rig.Tree(), .. more]);
        rig.World[Program] = "one";
        return rig.Started().Looked();
    }

    [Fact]
    public void Before_anybody_looked_nothing_is_good()
    {
        Rig rig = new([Rig.Tree()]);
        Assert.Equal(ControlState.Unknown, rig.StateOf("tree"));

        rig.Started();
        Assert.Equal(ControlState.Unknown, rig.StateOf("tree"));
        Assert.Equal(["tree  Unknown->Unknown Started"], rig.Told);
    }

    [Fact]
    public void The_first_full_look_is_the_baseline()
    {
        Rig rig = WithProgram();

        Assert.Equal(ControlState.Good, rig.StateOf("tree"));
        Assert.Equal("tree  Unknown->Good BaselineTaken", rig.Told.Last());
        Assert.Equal("one", Assert.Single(rig.Baselines).Values["/opt/peer"]);
    }

    [Fact]
    public void A_violation_is_two_edges_and_the_second_says_when_it_began()
    {
        Rig rig = WithProgram().Pass(1);
        rig.See(Program, "two");
        Assert.Equal(ControlState.Bad, rig.StateOf("tree"));
        rig.Pass(3);
        rig.See(Program, "one");

        Assert.Equal(["tree /opt/peer Good->Bad FileEvent", "tree /opt/peer Bad->Good FileEvent"], rig.Told.TakeLast(2));
        Assert.Equal((Rig.At(101), Rig.At(104)), (rig.Edges[^1].Began, rig.Edges[^1].At));
        Assert.Equal(ControlState.Good, rig.StateOf("tree"));
    }

    [Fact]
    public void What_was_over_when_it_was_seen_is_an_interval_all_the_same()
    {
        Rig rig = WithProgram().Pass(1);
        Instant from = rig.Now, until = rig.Now + Duration.FromMilliseconds(3);
        rig.Observe(new Observation.Flashed(Program, Thing.Altered, from, until, EdgeCause.FileEvent, new Culprit(7, 0, "/bin/cp")));

        PostureEdge[] edges = [.. rig.Edges.TakeLast(2)];
        Assert.Equal((ControlState.Bad, from, "/bin/cp"), (edges[0].To, edges[0].At, edges[0].Who!.Program));
        Assert.Equal((ControlState.Good, until, from), (edges[1].To, edges[1].At, edges[1].Began!.Value));
    }

    [Fact]
    public void What_was_only_touched_is_unknown_in_between_and_not_bad()
    {
        Rig rig = WithProgram();
        rig.Observe(new Observation.Flashed(Program, Thing.Unreadable, rig.Now, rig.Now, EdgeCause.FileEvent));

        Assert.Equal(["tree /opt/peer Good->Unknown FileEvent", "tree /opt/peer Unknown->Good FileEvent"], rig.Told.TakeLast(2));
    }

    [Theory]
    [InlineData(EdgeCause.QueueOverflowed)]
    [InlineData(EdgeCause.Gap)]
    [InlineData(EdgeCause.ClockStepped)]
    [InlineData(EdgeCause.SourceFailed)]
    public void What_is_lost_is_unknown_until_a_full_look_that_began_behind_it(EdgeCause why)
    {
        Rig rig = WithProgram().Pass(100);
        rig.Lose(why);
        Assert.Equal(ControlState.Unknown, rig.StateOf("tree"));
        Instant lost = rig.Now;
        rig.Pass(2).Looked();

        Assert.Equal(ControlState.Good, rig.StateOf("tree"));
        Assert.Equal(["tree  Good->Unknown " + why, "tree  Unknown->Good Scanned"], rig.Told.TakeLast(2));
        Assert.Equal(lost, rig.Edges[^1].Began);
    }

    [Fact]
    public void A_look_in_which_something_was_lost_finds_nothing()
    {
        Rig rig = WithProgram().Pass(100);
        rig.Lose();
        rig.Look(rig.NextScan()!, midway: () => rig.Lose());
        Assert.Equal(ControlState.Unknown, rig.StateOf("tree"));
        Assert.Null(rig.NextScan());

        rig.Pass(2).Looked();
        Assert.Equal(ControlState.Good, rig.StateOf("tree"));
    }

    [Fact]
    public void A_look_that_is_not_whole_finds_nothing_and_is_repeated_less_and_less_often()
    {
        Rig rig = WithProgram().Pass(100);
        rig.Lose();
        int looks = 0;
        for (int second = 0; second < 100; second++)
        {
            if (rig.NextScan() is { } scan)
            {
                rig.Look(scan, isWhole: false);
                looks++;
            }

            Assert.Equal(ControlState.Unknown, rig.StateOf("tree"));
            rig.Pass(1);
        }

        Assert.InRange(looks, 5, 8);
    }

    [Fact]
    public void A_look_that_never_ends_is_asked_for_again()
    {
        Rig rig = new([Rig.Tree()]);
        rig.Started();
        Assert.NotNull(rig.NextScan());
        rig.Pass(599);
        Assert.Null(rig.NextScan());
        rig.Pass(5);
        Assert.NotNull(rig.NextScan());
    }

    [Fact]
    public void What_changed_unseen_is_bad_since_it_was_lost()
    {
        Rig rig = WithProgram().Pass(100);
        rig.Lose();
        Instant lost = rig.Now;
        rig.World[Program] = "two";
        rig.World[Rig.File("/opt/extra")] = "more";
        rig.Pass(5).Looked();

        Assert.Equal(ControlState.Bad, rig.StateOf("tree"));
        Assert.Equal(2, rig.Standing("tree").Bad);
        Assert.All(rig.Edges.Where(static edge => edge.To == ControlState.Bad), edge => Assert.Equal((lost, rig.Now), (edge.Since, edge.At)));
    }

    [Fact]
    public void What_is_gone_after_a_restart_is_bad_though_nobody_saw_it_go()
    {
        Rig rig = new([Rig.Tree()]);
        rig.Step(new PostureInput.RecoveredBaseline("tree", ImmutableSortedDictionary<string, string>.Empty.Add("/opt/peer", "one")));
        rig.Started(since: 40).Looked();

        Assert.Equal(ControlState.Bad, rig.StateOf("tree"));
        Assert.Contains("tree /opt/peer Good->Bad Scanned", rig.Told);
        Assert.Equal(Rig.At(40), rig.Edges.First(static edge => edge.To == ControlState.Bad).Since);
        Assert.Empty(rig.Baselines);
    }

    [Fact]
    public void A_loss_elsewhere_is_nothing_to_a_control()
    {
        Rig rig = WithProgram().Pass(100);
        rig.Lose(scope: new Scope(ThingClass.Process, string.Empty));
        rig.Lose(scope: new Scope(ThingClass.File, "/etc"));
        Assert.Equal(ControlState.Good, rig.StateOf("tree"));
        rig.Lose(scope: new Scope(ThingClass.File, "/opt/deep/in"));
        Assert.Equal(ControlState.Unknown, rig.StateOf("tree"));
    }

    [Fact]
    public void More_violations_than_can_be_kept_apart_are_said_to_be_so()
    {
        Rig rig = WithProgram().Pass(100);
        for (int i = 0; i <= Limits.PostureOpenMax; i++) rig.See(Rig.File($"/opt/{i}"), "new");

        Assert.Equal(Limits.PostureOpenMax, rig.Standing("tree").Bad);
        Assert.Equal("tree  Good->Unknown Crowded", rig.Told.Last());
        for (int i = 0; i <= Limits.PostureOpenMax; i++) rig.See(Rig.File($"/opt/{i}"), null);
        Assert.Equal(ControlState.Unknown, rig.StateOf("tree"));
        rig.Pass(10).Looked();
        Assert.Equal(ControlState.Good, rig.StateOf("tree"));
    }

    [Fact]
    public void A_rollout_lets_the_old_go_and_the_new_come_and_then_wants_the_new()
    {
        Hash256 old = new(new byte[32]), next = new([.. Enumerable.Repeat((byte)1, 32)]);
        FileValue before = new('f', 0x1ED, 0, 0, old), after = before with { Content = next };
        Rig rig = new([Rig.Tree()], [new Rollout("/opt/peer", next, Rig.At(110), Rig.At(120))]);
        rig.World[Program] = before.ToString();
        rig.Started().Looked();

        rig.See(Program, after.ToString());
        Assert.Equal(ControlState.Bad, rig.StateOf("tree"));
        rig.Pass(10);
        Assert.Equal(ControlState.Good, rig.StateOf("tree"));
        rig.See(Program, before.ToString());
        Assert.Equal(ControlState.Good, rig.StateOf("tree"));
        rig.Pass(10);
        Assert.Equal(ControlState.Bad, rig.StateOf("tree"));
        Assert.Equal("tree /opt/peer Good->Bad RolloutMoved", rig.Told.Last());
        rig.See(Program, (after with { Mode = 0xFFF }).ToString());
        Assert.Equal(ControlState.Bad, rig.StateOf("tree"));
        rig.See(Program, after.ToString());
        Assert.Equal(ControlState.Good, rig.StateOf("tree"));
    }

    [Fact]
    public void Edges_are_numbered_without_gaps_and_come_back_from_their_bytes()
    {
        Rig rig = WithProgram().Pass(1);
        rig.Observe(new Observation.Flashed(Program, null, rig.Now, rig.Now, EdgeCause.FileEvent, new Culprit(7, null, "/bin/cp")));
        rig.Lose();

        Assert.Equal(Enumerable.Range(1, rig.Edges.Count).Select(static it => (ulong)it), rig.Edges.Select(static edge => edge.Number));
        Assert.All(rig.Edges, static edge => Assert.Equal(edge, PostureEdge.Decode(edge.Encode())));
        Assert.Null(PostureEdge.Decode(new byte[] { 1, 2, 3 }));
    }

    [Fact]
    public void What_somebody_wants_to_know_is_looked_at_anew_and_not_remembered()
    {
        Rig rig = WithProgram();
        // Changed without a word of the kernel.
        rig.World[Program] = "two";
        rig.Step(new PostureInput.Wanted(Program));
        Assert.Equal("one", rig.Machine.ValueOf(Program));
        PostureEffect.Scan scan = rig.NextScan()!;
        Assert.Equal(new Scope(ThingClass.File, Program.Path), scan.Scope);
        rig.Look(scan);

        Assert.Equal([new PostureEffect.Looked(Program, true)], rig.Answers);
        Assert.Equal("two", rig.Machine.ValueOf(Program));
        Assert.Equal(ControlState.Bad, rig.StateOf("tree"));
    }

    [Fact]
    public void What_is_gone_when_it_is_looked_at_is_gone_from_the_state()
    {
        Rig rig = WithProgram();
        rig.World.Remove(Program);
        rig.Step(new PostureInput.Wanted(Program));
        rig.Looked();

        Assert.Equal([new PostureEffect.Looked(Program, true)], rig.Answers);
        Assert.Null(rig.Machine.ValueOf(Program));
        Assert.Equal(ControlState.Bad, rig.StateOf("tree"));
    }

    [Fact]
    public void A_look_that_was_not_whole_says_so_and_one_that_never_ends_is_given_up()
    {
        Rig rig = WithProgram();
        rig.Step(new PostureInput.Wanted(Program));
        rig.Look(rig.NextScan()!, isWhole: false);
        Assert.Equal([new PostureEffect.Looked(Program, false)], rig.Answers);
        rig.Step(new PostureInput.Wanted(Program));
        rig.Pass(601);
        Assert.Equal(2, rig.Answers.Count);
        Assert.False(rig.Answers[1].IsWhole);
    }

    [Fact]
    public void Not_more_is_looked_at_for_others_than_waits()
    {
        Rig rig = WithProgram();
        // One is under way, and then as many as may wait.
        for (int i = 0; i < Limits.PostureWantedMax + 1; i++) rig.Step(new PostureInput.Wanted(Program));
        Assert.Empty(rig.Answers);
        rig.Step(new PostureInput.Wanted(Program));
        Assert.Equal([new PostureEffect.Looked(Program, false)], rig.Answers);
        rig.Looked();
        Assert.Equal(Limits.PostureWantedMax + 2, rig.Answers.Count);
    }

    [Fact]
    public void What_the_machine_does_not_know_itself_comes_before_what_others_want_to_know()
    {
        Rig rig = WithProgram().Pass(120);
        rig.Step(new PostureInput.Wanted(Program));
        rig.Step(new PostureInput.Wanted(Program));
        rig.Lose();
        rig.Look(rig.NextScan()!);
        // The first was under way; the second waits behind the whole control.
        Assert.Equal("/opt", rig.NextScan()!.Scope.Root);
    }
}
