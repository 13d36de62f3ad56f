using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.State;
using NodeRuntime.Ledger.Tests.Support;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Provenance.Records;
using World = NodeRuntime.Ledger.Tests.Seconds.EventCalendarWorld;

namespace NodeRuntime.Ledger.Tests.Seconds;

/// <summary>The ledger's calendar of events is the one that a peer makes of the same leaves, whatever comes. After every block both are compared, and the whole state is added up.</summary>
public sealed class EventCalendarTests
{
    private readonly World _world = new();

    [Fact]
    public void A_chain_begins_with_no_second_and_the_plan_of_its_genesis()
    {
        EventCalendarRecord record = _world.Record;
        Assert.Equal((World.First, 0UL, MerkleTree.EmptyRoot), (record.FirstSecond, record.Size, record.Root));
        EpochPlan plan = EpochPlans.OfGenesis(_world.Ledger.Genesis);
        Assert.Equal(new EventCalendarPlan(new Epoch(0), World.First, plan.Root, 1), Assert.Single(record.Plans));
    }

    [Fact]
    public void What_a_block_names_is_entered_and_what_lies_between_is_backfilled()
    {
        BlockOutcome outcome = _world.At(World.First + 7, World.Entry(World.First + 1, World.First + 4));
        Assert.Equal(
            [(1000UL, RoundMark.Backfilled), (1001UL, RoundMark.Live), (1002UL, RoundMark.Backfilled), (1003UL, RoundMark.Backfilled), (1004UL, RoundMark.Live)],
            outcome.Seconds.Select(static it => (it.Round.Second, it.Mark)));
        Assert.Equal(World.First + 5, _world.Record.NextSecond);
        // Nothing is added until somebody names the next, or ten seconds are over.
        Assert.Empty(_world.At(World.First + 15).Seconds);
        Assert.Equal([World.First + 5], _world.At(World.First + 16).Seconds.Select(static it => it.Round.Second));
    }

    [Fact]
    public void A_block_without_seconds_leaves_the_record_as_it_is()
    {
        _world.At(World.First + 3, World.Entry(World.First));
        StateKey key = StateKeys.EventCalendar;
        Hash256 before = _world.Record.Root;
        Assert.Empty(_world.Later(Duration.FromMilliseconds(100)).Seconds);
        Assert.Equal(before, _world.Record.Root);
        Assert.Equal(StateProofVerdict.Included, _world.State.Prove(key).Verify(_world.State.Root, key, out _));
    }

    [Fact]
    public void The_calendar_is_proven_by_the_state_root()
    {
        _world.At(World.First + 5, World.Entry(World.First, World.First + 2));
        StateKey key = StateKeys.EventCalendar;
        Assert.Equal(StateProofVerdict.Included, _world.State.Prove(key).Verify(_world.State.Root, key, out ReadOnlyMemory<byte> value));
        WireReader reader = new(value);
        EventCalendarRecord record = EventCalendarRecord.Read(reader);
        Assert.True(reader.Succeeded);
        Assert.Equal((3UL, MerkleTree.Root([.. _world.Twin.Leaves.Select(static it => it.Hash)])), (record.Size, record.Root));
        // And so every second in it, to whoever knows the root of the state.
        MerkleInclusionProof way = MerkleTree.ProveInclusion([.. _world.Twin.Leaves.Select(static it => it.Hash)], 2);
        Assert.Equal(MerkleVerdict.Accepted, way.Verify(record.Root, _world.Twin.Leaves[2].Hash));
    }

    [Fact]
    public void A_chain_that_stood_still_for_an_hour_makes_up_for_it_128_seconds_a_block()
    {
        const ulong Now = World.First + 3600, Due = Now - 10;
        _world.At(Now);
        Assert.Equal(World.First + Limits.CalendarSecondsPerBlockMax, _world.Record.NextSecond);
        int blocks = 1;
        while (_world.Record.NextSecond < Due)
        {
            ulong missing = Due - _world.Record.NextSecond;
            BlockOutcome outcome = _world.Later(Duration.FromMilliseconds(1));
            Assert.Equal(Math.Min(missing, Limits.CalendarSecondsPerBlockMax), (ulong)outcome.Seconds.Length);
            Assert.All(outcome.Seconds, static it => Assert.Equal(RoundMark.Backfilled, it.Mark));
            blocks++;
        }

        Assert.Equal((3590 + 127) / 128, blocks);
        Assert.Equal(Due, _world.Record.NextSecond);
        Assert.Empty(_world.Later(Duration.FromMilliseconds(1)).Seconds);
        // The seconds that are not too old may still be named.
        Assert.Equal(10, _world.Later(Duration.FromMilliseconds(1), World.Range(Due, 10)).Seconds.Length);
    }

    [Fact]
    public void A_block_that_makes_up_for_128_seconds_may_name_as_many_behind_them()
    {
        const int Max = Limits.CalendarSecondsPerBlockMax;
        BlockOutcome outcome = _world.At(World.First + 3600, World.Range(World.First + Max, Max));
        Assert.Equal(2 * Max, outcome.Seconds.Length);
        Assert.Equal(Enumerable.Repeat(RoundMark.Backfilled, Max).Concat(Enumerable.Repeat(RoundMark.Live, Max)), outcome.Seconds.Select(static it => it.Mark));
    }

    [Fact]
    public void A_plan_comes_into_force_ten_seconds_after_the_seal_in_exactly_its_first_second()
    {
        _world.At(World.First + 1);
        _world.Later(Step, null, false, Declaration("pat"));
        while (_world.State.ValidatorsDue is null) _world.Later(Step);
        ValidatorSet next = _world.State.ValidatorsDue;
        _world.Later(Step, null, seals: true);
        ulong sealedAt = _world.Now;
        EpochPlan plan = _world.Twin.Plans[1];
        Assert.Equal((sealedAt + EpochPlans.LeadSeconds, next.Epoch), (plan.FirstRound.Second, plan.Epoch));
        Assert.Equal(
            plan.Root,
            EpochPlans.After(_world.State.Chain, new Round(World.First), new Round(World.First), _world.State.Time, next).Root);
        Assert.Equal([plan.Epoch.Number - 1, plan.Epoch.Number], _world.Record.Plans.Select(static it => it.Epoch.Number));

        BlockOutcome outcome = _world.At(sealedAt + 13, World.Range(World.First + 4, (int)(sealedAt + 13 - (World.First + 4))));
        Assert.All(outcome.Seconds.Where(it => it.Round < plan.FirstRound), it => Assert.Equal((_world.Twin.Plans[0].Root, 1), (it.EpochRoot, it.Slots)));
        Assert.Equal(3, outcome.Seconds.Count(it => it.Round >= plan.FirstRound));
        Assert.All(outcome.Seconds.Where(it => it.Round >= plan.FirstRound), it => Assert.Equal((plan.Root, 2), (it.EpochRoot, it.Slots)));
        // What is over is forgotten.
        Assert.Equal(plan.Root, Assert.Single(_world.Record.Plans).Root);
    }

    [Fact]
    public void A_plan_is_in_force_as_soon_as_the_second_before_it_is_entered()
    {
        _world.At(World.First + 1);
        _world.Later(Step, null, false, Declaration("pat"));
        while (_world.State.ValidatorsDue is null) _world.Later(Step);
        _world.Later(Step, null, seals: true);
        ulong first = _world.Twin.Plans[1].FirstRound.Second;
        _world.At(first + 3, World.Range(first - 7, 6));
        Assert.Equal((first - 1, 2), (_world.Record.NextSecond, _world.Record.Plans.Length));
        _world.Later(Step, World.Entry(first - 1));
        Assert.Equal((first, 1), (_world.Record.NextSecond, _world.Record.Plans.Length));
    }

    [Theory]
    [InlineData(11UL)]
    [InlineData(12UL)]
    [InlineData(13UL)]
    [InlineData(14UL)]
    public void Whatever_is_named_and_sealed_and_left_out_both_calendars_are_one(ulong seed)
    {
        Prng prng = new(seed);
        SortedSet<string> said = [];
        SortedSet<string> declared = new(StringComparer.Ordinal);
        List<(BlockContext Context, ImmutableArray<ReadOnlyMemory<byte>> Body)> blocks = [];
        for (int i = 0; i < 250; i++)
        {
            Duration later = prng.NextBelow(20) switch
            {
                0 => Duration.FromSeconds(prng.NextBelow(900)) + Step,
                < 8 => Duration.FromMilliseconds(1 + prng.NextBelow(300)),
                _ => Duration.FromMilliseconds(1 + prng.NextBelow(2500)),
            };
            CalendarEntry? entry = _world.Select(_world.State.Time + later, Offer(prng, EpochPlans.RoundOf(_world.State.Time + later).Second));
            Transaction[] transactions = prng.NextBelow(3) == 0 ? [Change(prng, declared)] : [];
            bool seals = _world.State.ValidatorsDue is not null && prng.NextBelow(3) > 0;
            BlockOutcome outcome = _world.Later(later, entry, seals, transactions);
            Assert.True(outcome.Verdict == BlockVerdict.Accepted, outcome.ToString());
            said.UnionWith(outcome.Seconds.Select(static it => it.Mark + " under " + Math.Min(2, it.Slots)));
            if (seals) said.Add("sealed");
            if (_world.Record.Plans.Length > 2) said.Add("plans ahead");
        }

        Assert.Equal(["Backfilled under 1", "Backfilled under 2", "Live under 1", "Live under 2", "plans ahead", "sealed"], said);
        Assert.True(_world.Twin.Leaves.Count > 1000);
        Assert.Equal(MerkleTree.Root([.. _world.Twin.Leaves.Select(static it => it.Hash)]), _world.Record.Root);
    }

    [Fact]
    public void Equal_blocks_give_equal_roots_and_another_tree_another()
    {
        World other = new(), third = new();
        foreach (World it in (World[])[_world, other, third])
        {
            it.At(World.First + 3, World.Entry(World.First, World.First + 1));
            it.At(World.First + 20, new CalendarEntry([World.Second(World.First + 15, it == third ? 2UL : 1UL)]));
            it.At(World.First + 400);
        }

        Assert.Equal(_world.State.Root, other.State.Root);
        Assert.NotEqual(_world.State.Root, third.State.Root);
    }

    // Seals faster than one a second: more plans do not fit into the record, so that no other set falls due until the calendar has come to one.
    [Fact]
    public void Where_as_many_plans_wait_as_there_may_be_nobody_is_due()
    {
        EventCalendarPlan now = _world.Record.Plans[0];
        ImmutableArray<EventCalendarPlan> plans =
        [
            now, .. Enumerable.Range(1, Limits.CalendarPlansMax - 2).Select(i => now with { Epoch = new Epoch((uint)i), FirstSecond = World.First + 20 + (ulong)i }),
        ];
        EpochRecord epoch = _world.State.Records.Epoch;
        StateTree tree = _world.State.Tree
            .Set(StateKeys.EventCalendar, Bytes((_world.Record with { Plans = plans }).Write))
            .Set(StateKeys.Epoch, Bytes((epoch with { Validators = new ValidatorSet(plans[^1].Epoch, epoch.Validators.Members) }).Write));
        LedgerState state = new(_world.State.Chain, tree);

        state = Next(state, Step, false, Declaration("pat"));
        while (state.ValidatorsDue is null) state = Next(state, Step);
        state = Next(state, Step, true, _world.Ledger.Make("pat", 1, new Message.LeaveValidators()));
        Assert.Equal(Limits.CalendarPlansMax, state.Records.EventCalendar.Plans.Length);
        Assert.Equal(plans[^1].FirstSecond + 1, state.Records.EventCalendar.Plans[^1].FirstSecond);
        for (int i = 0; i < 12; i++)
        {
            state = Next(state, Step);
            Assert.Null(state.ValidatorsDue);
        }

        // The second plan begins, and so one place is free: the look that finds it makes the set due that was wanted all along.
        state = Next(state, Duration.FromSeconds(60));
        Assert.True(state.Records.EventCalendar.Plans.Length < Limits.CalendarPlansMax);
        for (int i = 0; i < 4; i++) state = Next(state, Step);
        Assert.NotNull(state.ValidatorsDue);
    }

    private static Duration Step { get; } = Duration.FromMilliseconds(100);

    private static LedgerState Next(LedgerState state, Duration later, bool seals = false, params Transaction[] transactions)
    {
        BlockContext block = BlockContext.After(state, state.Time + later) with { NextSetHash = seals ? state.ValidatorsDue!.Hash : null };
        BlockOutcome outcome = BlockApplication.Apply(state, block, [.. transactions.Select(static it => (ReadOnlyMemory<byte>)it.Encode())], new KeyedHashVerifier());
        Assert.True(outcome.Verdict == BlockVerdict.Accepted, outcome.ToString());
        Assert.Equal(AuditVerdict.Sound, LedgerAudit.Run(outcome.State!));
        return outcome.State!;
    }

    private static byte[] Bytes(Action<WireWriter> write)
    {
        WireWriter writer = new();
        write(writer);
        return writer.ToArray();
    }

    // Some of the last seconds, what is over and what is not.
    private IEnumerable<EnteredSecond> Offer(Prng prng, ulong now)
    {
        ulong first = now - Math.Min(now, (ulong)prng.NextBelow(200));
        int perMille = prng.NextBelow(3) * 500;
        for (ulong second = first; second < now + 3; second++)
        {
            if (prng.NextChance(perMille)) yield return World.Second(second, prng.NextUInt64() % Limits.RoundEventsMax);
        }
    }

    private Transaction Change(Prng prng, SortedSet<string> declared)
    {
        string name = prng.NextBelow(2) == 0 ? "pat" : "quin";
        if (declared.Remove(name)) return _world.Ledger.Make(name, new Message.LeaveValidators());
        declared.Add(name);
        return Declaration(name);
    }

    private Transaction Declaration(string name) => _world.Ledger.Make(name, LedgerWorld.Declare(_world.State.Chain, name, name, name));
}
