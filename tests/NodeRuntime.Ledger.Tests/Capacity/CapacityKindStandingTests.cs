using System.Linq;
using NodeRuntime.Capacity;
using NodeRuntime.Capacity.Cpu;
using NodeRuntime.Ledger.Capacity;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Ledger.Tests.Capacity;

public sealed class CapacityKindStandingTests
{
    private readonly CapacityWorld _world = new();

    [Fact]
    public void A_slice_is_owed_claimed_answered_and_passed_each_until_its_deadline()
    {
        foreach (string name in CapacityWorld.Names) _world.Do(name, CapacityWorld.Commit(name, 1, 0));
        uint number = _world.Number + 1;
        Instant start = Start(number);
        Assert.Equal((CapacityStage.Waiting, start + Milliseconds(2_500)), Standing("pat"));
        Assert.Null(CapacityKindStanding.Of(_world.State, _world.ChainTerms, CapacityKind.Space, CapacityWorld.Account("pat")));

        _world.MoveTo(number, 100);
        Assert.Equal((CapacityStage.Owed, start + Milliseconds(2_500)), Standing("pat"));
        foreach (string name in CapacityWorld.Names.Skip(1)) _world.Do(name, _world.Claim(number, name));
        Assert.Equal(CapacityStage.Claimed, Standing("rob").Stage);

        _world.MoveTo(number, 2_700);
        Instant closedAt = _world.Duty(CapacityKind.Cpu, number, "rob").Period.Closing!.At;
        Assert.Equal((CapacityStage.Claimed, closedAt + Milliseconds(1_750)), Standing("rob"));
        // Whoever said nothing until now said nothing.
        Assert.Equal((CapacityStage.Missed, Start(number + 1) + Milliseconds(2_500)), Standing("pat"));
        _world.Do("rob", _world.Open(number, "rob"));
        Assert.Equal(CapacityStage.Answered, Standing("rob").Stage);
        foreach (string verifier in _world.Drawn(CapacityKind.Cpu, number, "rob")) _world.Do(verifier, _world.Report(CapacityKind.Cpu, number, "rob"));
        Assert.Equal((CapacityStage.Passed, Start(number + 1) + Milliseconds(2_500)), Standing("rob"));
        _world.MoveTo(number, 5_500);
        Assert.Equal(CapacityStage.Missed, Standing("sue").Stage);
    }

    [Fact]
    public void What_a_unit_takes_of_the_bond_and_what_is_changed_are_shown()
    {
        uint number = _world.Begin(cpu: 1, space: 2);
        _world.Do("pat", CapacityWorld.Commit("pat", 2, 0));
        CapacityKindStanding cpu = Whole("pat", CapacityKind.Cpu), space = Whole("pat", CapacityKind.Space);
        Assert.Equal((1U, 2U, number + 1, new Amount(400)), (cpu.Committed, cpu.Next, cpu.NextFrom, cpu.Collateral));
        Assert.Equal((2U, 2U, number, new Amount(600)), (space.Committed, space.Next, space.NextFrom, space.Collateral));
        Assert.Equal((number, 0U), (cpu.Period, cpu.LastProven));
    }

    [Fact]
    public void In_declared_maintenance_nothing_is_owed()
    {
        uint number = _world.Begin();
        _world.Do("pat", new Message.DeclareMaintenance(Start(number + 1), Start(number + 2)));
        _world.MoveTo(number + 1, 100);
        Assert.Equal(CapacityStage.Maintenance, Standing("pat").Stage);
        Assert.Equal(CapacityStage.Owed, Standing("rob").Stage);
    }

    [Fact]
    public void One_that_was_shown_false_is_convicted()
    {
        uint number = _world.Begin();
        _world.Do("pat", _world.Claim(number, "pat", isForged: true));
        ShareFault fault = new(_world.Commitment(number, "pat"), _world.ShareAt("pat", 0));
        _world.Do("rob", new Message.AccuseCapacity(CapacityKind.Cpu, number, CapacityWorld.Account("pat"), [.. fault.Encode()], new Amount(50)));
        CapacityKindStanding standing = Whole("pat", CapacityKind.Cpu);
        Assert.Equal((CapacityStage.Convicted, 1U), (standing.Stage, standing.Convictions));
    }

    private static Duration Milliseconds(long count) => Duration.FromMilliseconds(count);

    private Instant Start(uint number) => CapacitySchedule.Of(_world.ChainTerms, CapacityKind.Cpu).StartOf(number);

    private CapacityKindStanding Whole(string name, CapacityKind kind) =>
        CapacityKindStanding.Of(_world.State, _world.ChainTerms, kind, CapacityWorld.Account(name))!;

    private (CapacityStage Stage, Instant Deadline) Standing(string name) => (Whole(name, CapacityKind.Cpu).Stage, Whole(name, CapacityKind.Cpu).Deadline);
}
