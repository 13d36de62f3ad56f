using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Uses;

namespace NodeRuntime.Provenance.Tests.Uses;

public sealed class UseMachineTests
{
    // 2027-01-15 was a Friday; this is 08:00 UTC.
    private static readonly Instant Friday = Instant.FromMilliseconds(1_800_000_000_000);
    private static readonly Hash256 Self = Hash("self"), Clerk = Hash("clerk"), Guest = Hash("guest"), Module = Hash("module"), Secret = Hash("secret");
    private static readonly Duration Quiet = Duration.FromSeconds(60);

    private static readonly ExpectedUse ByClerk = new(
        [EventKind.Read, EventKind.Store], [Clerk], [], ["EE"], [new HourWindow(0b11111, 8 * 60, 18 * 60)]);

    private static readonly ExpectedUse ByModule = new([EventKind.ProcessInput, EventKind.ProcessOutput], [Self], [Module], [], []);

    private readonly UseMachine _machine = NewMachine();
    private readonly List<UseEdge> _edges = [];
    private ulong _number;

    public UseMachineTests()
    {
        Step(new UseInput.Started(0, Friday));
        Step(new UseInput.CaughtUp());
    }

    [Theory]
    [InlineData("read clerk EE-tallinn-1 0", "")]
    [InlineData("store clerk EE 0", "")]
    [InlineData("delete clerk EE 0", "Kind")]
    [InlineData("read guest EE 0", "Actor")]
    [InlineData("read clerk DE 0", "Zone")]
    [InlineData("read clerk EE 600", "Hours")]
    [InlineData("read clerk EE -1", "Hours")]
    [InlineData("read clerk EE 599", "")]
    [InlineData("read clerk EE 1440", "Hours")]
    [InlineData("read clerk EE 4320", "")]
    [InlineData("process-input self EE 0", "Module")]
    [InlineData("process-input self EE 0 module", "")]
    public void A_use_is_expected_where_it_satisfies_one_entry_and_else_the_rule_is_named_that_the_nearest_misses(string use, string missed)
    {
        string[] it = use.Split(' ');
        Instant at = Friday + Duration.FromMinutes(int.Parse(it[3], System.Globalization.CultureInfo.InvariantCulture));
        Do(EventKindWords.TryParse(it[0])!.Value, Hash(it[1]), "personal", it[2], at, module: it.Length > 4 ? Module : null);
        if (missed.Length == 0)
        {
            Assert.Empty(_edges);
            Assert.Equal(UseState.Expected, StateOf("personal"));
            return;
        }

        UseEdge edge = Assert.Single(_edges);
        Assert.Equal(("personal", Hash(it[1]), 1UL, missed, UseState.Unexpected), (edge.Class, edge.Actor!.Value, edge.Number, edge.By.ToString(), edge.To));
        Assert.Equal((at, UseState.Unexpected), (edge.Since, StateOf("personal")));
    }

    [Fact]
    public void An_interval_goes_on_while_it_happens_again_and_ends_when_it_was_quiet_for_long_enough()
    {
        Do(EventKind.Read, Guest, "personal", at: Friday);
        Do(EventKind.Store, Guest, "personal", at: Friday + Duration.FromSeconds(50));
        Do(EventKind.Read, Clerk, "personal", at: Friday + Duration.FromSeconds(55));
        Tick(Friday + Duration.FromSeconds(109));
        UseEdge began = Assert.Single(_edges);
        Tick(Friday + Duration.FromSeconds(110));
        UseEdge over = _edges[1];
        Assert.Equal((began.Number, UseCause.Actor, UseCause.Quiet, began.Since), (over.Number, over.Rule, over.By, over.Began!.Value));
        Assert.Equal(UseState.Expected, StateOf("personal"));
        Do(EventKind.Read, Guest, "personal", at: Friday + Duration.FromSeconds(200));
        Assert.Equal(4UL, _edges[2].Number);
    }

    [Fact]
    public void The_second_does_not_hide_in_the_first()
    {
        Do(EventKind.Read, Guest, "personal");
        Do(EventKind.Read, Hash("another"), "personal");
        Do(EventKind.Read, Clerk, "personal", zone: "DE");
        Assert.Equal([1UL, 2UL, 3UL], _edges.Select(static edge => edge.Number));
        Assert.Equal(3, _machine.Standings[0].Unexpected);
    }

    [Fact]
    public void What_was_made_of_data_is_of_their_class_and_what_a_program_put_out_it_put_out()
    {
        // The peer says nothing of classes: the list names the content.
        Hash256 received = Do(EventKind.Receive, Self, null, content: Secret, kinds: 1);
        Hash256 run = Do(EventKind.ProcessInput, Self, null, content: Module, parents: [received]);
        Hash256 result = Do(EventKind.ProcessOutput, Self, null, parents: [run]);
        Assert.Equal([(1UL, UseCause.Kind)], _edges.Select(static edge => (edge.Number, edge.By)));
        Do(EventKind.Read, Guest, null, parents: [result]);
        Assert.Equal((4UL, "personal", UseCause.Actor), (_edges[1].Number, _edges[1].Class, _edges[1].By));
        // Called something else it still is what it was made of.
        Do(EventKind.Delete, Guest, "open", parents: [result]);
        Assert.Equal("personal", _edges[2].Class);
    }

    [Fact]
    public void What_nobody_can_judge_is_unknown_and_never_expected()
    {
        Do(EventKind.Read, Clerk, null);
        Do(EventKind.Read, Clerk, "undeclared");
        Do(EventKind.Read, Clerk, "unlisted");
        Assert.Equal([("unlabelled", UseCause.ClassUnknown), ("unlisted", UseCause.ListMissing)], _edges.Select(static edge => (edge.Class, edge.By)));
        Assert.All(_edges, static edge => Assert.Equal(UseState.Unknown, edge.To));
        Assert.Equal(UseState.Unknown, StateOf("unlabelled"));
    }

    [Fact]
    public void What_is_about_no_data_is_left_alone_and_so_is_what_a_plan_ignores()
    {
        Do(EventKind.StateChange, Self, null);
        Do(EventKind.KeyUse, Self, null);
        Do(EventKind.Store, Self, null);
        Assert.Empty(_edges);
        UseMachine ignoring = NewMachine(ignores: true);
        ignoring.Step(new UseInput.Started(0, Friday));
        Assert.Empty(ignoring.Step(Happened(1, EventKind.Read, Clerk, null)));
        Assert.Single(ignoring.Step(Happened(2, EventKind.Read, Clerk, "undeclared")));
    }

    [Fact]
    public void A_gap_in_the_numbers_is_unknown_for_every_class_until_it_was_quiet()
    {
        Do(EventKind.Read, Clerk, "personal");
        _number += 3;
        Do(EventKind.Read, Clerk, "personal", at: Friday + Duration.FromSeconds(9));
        Assert.Equal(4, _edges.Count);
        Assert.All(_edges, static edge => Assert.Equal((UseCause.EventsMissed, UseState.Unknown, Friday), (edge.By, edge.To, edge.Since)));
        Assert.All(_machine.Standings, static it => Assert.Equal(UseState.Unknown, it.State));
        Tick(Friday + Duration.FromSeconds(9) + Quiet);
        Assert.All(_machine.Standings, static it => Assert.Equal(UseState.Expected, it.State));
        Step(new UseInput.Missed(99, Friday + Duration.FromSeconds(100)));
        Assert.Equal((99UL, UseState.Unknown), (_machine.Through, StateOf("personal")));
    }

    [Fact]
    public void A_machine_that_begins_anew_knows_what_was_open_and_judges_nothing_twice()
    {
        Hash256 leaf = Do(EventKind.Read, Guest, "personal");
        UseMachine again = NewMachine();
        foreach (UseEdge edge in _edges) again.Step(new UseInput.Recovered(edge));
        UseInput.Happened first = Happened(1, EventKind.Read, Guest, "personal");
        again.Step(new UseInput.Remembered(first.Event, leaf, first.Label));
        again.Step(new UseInput.Started(1, Friday));
        Assert.Equal(UseState.Unknown, again.Standings[0].State);
        Assert.Empty(again.Step(first));
        again.Step(new UseInput.CaughtUp());
        Assert.Equal(UseState.Unexpected, again.Standings[0].State);
        Assert.Single(again.Step(Happened(2, EventKind.Delete, Clerk, null, parents: [leaf])));
        Assert.Equal(2, again.Step(new UseInput.Ticked(Friday + Duration.FromSeconds(500))).Count);
        Assert.Equal(UseState.Expected, again.Standings[0].State);
    }

    [Fact]
    public void More_intervals_than_are_kept_apart_are_unknown()
    {
        for (int i = 0; i <= Limits.UseOpenMax; i++) Do(EventKind.Read, Hash("actor " + i), "personal");
        Assert.Equal((Limits.UseOpenMax + 1, UseCause.Crowded), (_edges.Count, _edges[^1].By));
        Assert.Equal((UseState.Unexpected, 1), (StateOf("personal"), _machine.Standings[0].Unknown));
    }

    [Theory]
    [InlineData(0b10000, 22 * 60, 6 * 60, 13 * 60, false)]
    [InlineData(0b10000, 22 * 60, 6 * 60, 14 * 60, true)]
    [InlineData(0b10000, 22 * 60, 6 * 60, 21 * 60, true)]
    [InlineData(0b10000, 22 * 60, 6 * 60, 22 * 60, false)]
    [InlineData(0b01000, 22 * 60, 6 * 60, -180, true)]
    [InlineData(0x7F, 0, 1440, 12345, true)]
    public void Hours_that_end_before_they_begin_end_on_the_day_after(int days, int from, int until, int minutesBehindFridayAtEight, bool holds) =>
        Assert.Equal(holds, new HourWindow((byte)days, from, until).Holds(Friday + Duration.FromMinutes(minutesBehindFridayAtEight)));

    private static UseMachine NewMachine(bool ignores = false) => new(
        new UsePlan(
            [
                new DataClass("personal", "Personal data", [Secret], [ByClerk, ByModule], Quiet),
                new DataClass("unlisted", "No list", [], null, Quiet),
                new DataClass("open", "Anybody's", [], [new ExpectedUse([], [], [], [], [])], Quiet),
            ],
            ignores,
            Quiet),
        Self);

    private UseState StateOf(string id) => _machine.Standings.Single(it => it.Id == id).State;

    private Hash256 Do(
        EventKind kind, Hash256 actor, string? label, string zone = "EE", Instant? at = null, Hash256? content = null, Hash256? module = null,
        ImmutableArray<Hash256> parents = default, int kinds = 0)
    {
        UseInput.Happened happened = Happened(++_number, kind, actor, label, zone, at, content, module, parents);
        Step(happened);
        Assert.True(kinds == 0 || _edges.Count == kinds);
        return happened.Leaf;
    }

    private void Tick(Instant now) => Step(new UseInput.Ticked(now));

    private void Step(UseInput input) => _edges.AddRange(_machine.Step(input));

    private static UseInput.Happened Happened(
        ulong number, EventKind kind, Hash256 actor, string? label, string zone = "EE", Instant? at = null, Hash256? content = null, Hash256? module = null,
        ImmutableArray<Hash256> parents = default)
    {
        Instant time = at ?? Friday;
        EventLeaf leaf = new(
            kind, Samples.Salt, RecordHash.Subject(Samples.Salt, content ?? Hash("anything")), actor, (ulong)time.Microseconds * 1000, number, parents.IsDefault ? [] : parents, null, zone);
        return new UseInput.Happened(leaf, RecordHash.Leaf(leaf.Encode()), label is null && module is null ? null : new UseLabel(label ?? string.Empty, module), time);
    }

    private static Hash256 Hash(string text) => Hasher.Sha256(System.Text.Encoding.ASCII.GetBytes(text));
}
