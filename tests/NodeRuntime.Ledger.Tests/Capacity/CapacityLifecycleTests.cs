using System;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Capacity;
using NodeRuntime.Capacity.Cpu;
using NodeRuntime.Capacity.Duties;
using NodeRuntime.Capacity.Space;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.Capacity;
using NodeRuntime.Ledger.Tests.Support;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Ledger.Tests.Capacity;

/// <summary>From a commitment to its reward or its fault. The audit runs after every block.</summary>
public sealed class CapacityLifecycleTests
{
    private readonly CapacityWorld _world = new();

    [Fact]
    public void An_honest_slice_is_proven_at_once_and_paid_a_slice_later()
    {
        uint number = _world.Begin();
        UInt128 minted = _world.State.Supply.Minted.Units;
        _world.PlaySlice(number);
        foreach (string name in CapacityWorld.Names)
        {
            CapacityDutyRecord record = _world.Record(CapacityKind.Cpu, name);
            Assert.Equal((1u, number, 1u, 0u), (record.Proven, record.LastProven, record.OwedUnits, record.Faults));
            Assert.True(CapacityRules.IsProven(_world.State.Records, CapacityWorld.Account(name)));
        }

        _world.PlaySlice(number + 1);
        _world.MoveTo(number + 2, 2_400);
        CapacityStanding standing = CapacityStanding.Of(_world.State.Records, _world.ChainTerms, CapacityWorld.Account("pat"))!;
        Assert.Equal((true, 1u, 0u, "liveness", 0u, new Amount(10)), (
            standing.IsProven, standing.CpuUnits, standing.SpaceUnits, standing.Grade, standing.Faults, standing.Earned));
        Assert.True(standing.Cpu.MilliHashes > standing.Cpu.Error && standing.Cpu.Error > 0, standing.Cpu.ToString());
        // A pool of 100 for four would be 25 for each; the cap is 10.
        Assert.All(CapacityWorld.Names, name => Assert.Equal(10u, _world.Record(CapacityKind.Cpu, name).Earned.Units));
        Assert.Equal(minted + 40, _world.State.Supply.Minted.Units);
        Assert.Equal(40u, _world.State.Records.CapacityKind(CapacityKind.Cpu).Find(number)!.Minted.Units);
    }

    [Fact]
    public void A_pool_is_shared_by_what_was_proven()
    {
        CapacityWorld world = new(CapacityWorld.Terms with { Cpu = CapacityWorld.Terms.Cpu with { PoolPerPeriod = new Amount(23) } });
        uint number = world.Begin();
        world.PlaySlice(number);
        world.PlaySlice(number + 1);
        world.MoveTo(number + 2, 2_400);
        Assert.All(CapacityWorld.Names, name => Assert.Equal(5u, world.Record(CapacityKind.Cpu, name).Earned.Units));
    }

    [Fact]
    public void Space_is_proven_without_an_opening()
    {
        uint number = _world.Begin(cpu: 0, space: 1);
        foreach (string name in CapacityWorld.Names)
        {
            _world.Do(name, CapacityWorld.Answer(CapacityKind.Space, number, false, _world.Proof(number, name).Encode()));
        }

        _world.MoveTo(number, 2_700);
        foreach (string name in CapacityWorld.Names)
        {
            foreach (string verifier in _world.Drawn(CapacityKind.Space, number, name)) _world.Do(verifier, _world.Report(CapacityKind.Space, number, name));
            Assert.Equal(1u, _world.Record(CapacityKind.Space, name).Proven);
        }

        _world.MoveTo(number + 1, 2_400);
        Assert.All(CapacityWorld.Names, name => Assert.Equal(0u, _world.Record(CapacityKind.Space, name).Faults));
    }

    [Fact]
    public void The_third_fault_in_a_row_costs_three_rewards_and_the_first_two_only_theirs()
    {
        uint number = _world.Begin();
        _world.PlaySlice(number);
        for (uint missed = 1; missed <= 3; missed++)
        {
            Assert.Equal(1_000u, _world.Bonded("sue"));
            _world.PlaySlice(number + missed, "sue");
        }

        _world.MoveTo(number + 4, 2_400);
        CapacityDutyRecord record = _world.Record(CapacityKind.Cpu, "sue");
        Assert.Equal((3u, 0u, 0u), (record.Faults, record.FaultsInRow, record.Proven));
        Assert.Equal(1_000u - 30, _world.Bonded("sue"));
        Assert.False(CapacityRules.IsProven(_world.State.Records, CapacityWorld.Account("sue")));
    }

    [Fact]
    public void Declared_maintenance_is_unpaid_and_no_fault()
    {
        uint number = _world.Begin();
        Instant from = _world.State.Time + Duration.FromSeconds(1);
        _world.Do("sue", new Message.DeclareMaintenance(from, from + Duration.FromSeconds(11)));
        _world.PlaySlice(number);
        _world.PlaySlice(number + 1, "sue");
        _world.MoveTo(number + 2, 2_400);
        CapacityDutyRecord record = _world.Record(CapacityKind.Cpu, "sue");
        Assert.Equal((0u, 1u), (record.Faults, record.Proven));
        Assert.Equal(0u, record.OwedUnits);
    }

    [Fact]
    public void Nobody_is_blamed_where_the_chain_stood_still()
    {
        uint number = _world.Begin();
        _world.Block(Duration.FromSeconds(31));
        _world.MoveTo(_world.Number + 1, 2_400);
        Assert.All(CapacityWorld.Names, name => Assert.Equal(0u, _world.Record(CapacityKind.Cpu, name).Faults));
        Assert.True(_world.Number > number + 4);
    }

    [Fact]
    public void Who_was_drawn_to_look_and_stays_silent_is_not_paid()
    {
        uint number = _world.Begin();
        foreach (string name in CapacityWorld.Names) _world.Do(name, _world.Claim(number, name));
        _world.MoveTo(number, 2_700);
        foreach (string name in CapacityWorld.Names) _world.Do(name, _world.Open(number, name));
        foreach (string name in CapacityWorld.Names)
        {
            foreach (string verifier in _world.Drawn(CapacityKind.Cpu, number, name).Where(static it => it != "rob"))
            {
                _world.Do(verifier, _world.Report(CapacityKind.Cpu, number, name));
            }
        }

        // Its silences may be counted behind its own line: then the slice after is unpaid.
        _world.PlaySlice(number + 1);
        _world.PlaySlice(number + 2);
        _world.MoveTo(number + 3, 2_400);
        Assert.Equal(20u, _world.Record(CapacityKind.Cpu, "pat").Earned.Units);
        Assert.Equal(10u, _world.Record(CapacityKind.Cpu, "rob").Earned.Units);
        Assert.Equal(0u, _world.Record(CapacityKind.Cpu, "rob").Faults);
    }

    [Fact]
    public void A_majority_against_an_answer_is_a_fault_and_no_majority_is_nothing()
    {
        uint number = _world.Begin();
        foreach (string name in CapacityWorld.Names) _world.Do(name, _world.Claim(number, name));
        _world.MoveTo(number, 2_700);
        foreach (string name in CapacityWorld.Names) _world.Do(name, _world.Open(number, name));
        string[] onPat = [.. _world.Drawn(CapacityKind.Cpu, number, "pat")];
        _world.Do(onPat[0], _world.Report(CapacityKind.Cpu, number, "pat", DutyFinding.Failed));
        _world.Do(onPat[1], _world.Report(CapacityKind.Cpu, number, "pat", DutyFinding.Failed));
        string[] onSue = [.. _world.Drawn(CapacityKind.Cpu, number, "sue")];
        _world.Do(onSue[0], _world.Report(CapacityKind.Cpu, number, "sue", DutyFinding.Failed));
        _world.Do(onSue[1], _world.Report(CapacityKind.Cpu, number, "sue"));
        _world.MoveTo(number + 1, 2_400);
        Assert.Equal(1u, _world.Record(CapacityKind.Cpu, "pat").Faults);
        Assert.Equal(0u, _world.Record(CapacityKind.Cpu, "sue").Faults);
        Assert.Equal(0u, _world.Record(CapacityKind.Cpu, "sue").Proven);
    }

    [Fact]
    public void A_block_decides_two_accusations_and_passes_over_the_others_with_nothing_lost()
    {
        uint number = _world.Begin();
        _world.Do("sue", _world.Claim(number, "sue"));
        UInt128 before = _world.Balance("ana");
        _world.Do("ana", [.. Enumerable.Range(0, 4).Select(rank => (Message)new Message.AccuseCapacity(
            CapacityKind.Cpu, number, CapacityWorld.Account("sue"), [.. new ShareFault(_world.Commitment(number, "sue"), _world.ShareAt("sue", (uint)rank)).Encode()], new Amount(50)))]);
        Assert.Equal(before - 1 - (2 * 50), _world.Balance("ana"));
    }

    [Fact]
    public void A_forger_pays_twenty_rewards_and_its_accuser_has_a_part()
    {
        uint number = _world.Begin();
        _world.Do("sue", _world.Claim(number, "sue", isForged: true));
        ShareFault fault = new(_world.Commitment(number, "sue"), _world.ShareAt("sue", 0));
        UInt128 before = _world.Balance("ana");
        _world.Do("ana", new Message.AccuseCapacity(CapacityKind.Cpu, number, CapacityWorld.Account("sue"), [.. fault.Encode()], new Amount(50)));
        Assert.Equal((200u, 0u, 10u, 190u), Convicted());
        Assert.Equal(800u, _world.Bonded("sue"));
        Assert.Equal(before - 1 + 10, _world.Balance("ana"));
        // Who comes second pays the fee, and that is all.
        UInt128 bonded = _world.Bonded("sue"), balance = _world.Balance("rob");
        _world.Do("rob", new Message.AccuseCapacity(CapacityKind.Cpu, number, CapacityWorld.Account("sue"), [.. fault.Encode()], new Amount(50)));
        Assert.IsType<LedgerEvent.AccusationPassedOver>(Assert.Single(_world.Ledger.Events));
        Assert.Equal((bonded, balance - 1), (_world.Bonded("sue"), _world.Balance("rob")));
        _world.MoveTo(number + 1, 2_400);
        Assert.Equal((1u, 0u), (_world.Record(CapacityKind.Cpu, "sue").Convictions, _world.Record(CapacityKind.Cpu, "sue").OwedUnits));
    }

    [Fact]
    public void Who_was_passed_and_is_convicted_then_is_not_paid()
    {
        uint number = _world.Begin();
        _world.Do("sue", _world.Claim(number, "sue", isForged: true));
        _world.MoveTo(number, 2_700);
        _world.Do("sue", _world.Open(number, "sue"));
        foreach (string colluder in _world.Drawn(CapacityKind.Cpu, number, "sue")) _world.Do(colluder, _world.Report(CapacityKind.Cpu, number, "sue"));
        Assert.Equal(1ul, _world.State.Records.CapacityKind(CapacityKind.Cpu).Find(number)!.Proven);
        ShareFault fault = new(_world.Commitment(number, "sue"), _world.Opening(number, "sue").Shares[0]);
        _world.Do("ana", new Message.AccuseCapacity(CapacityKind.Cpu, number, CapacityWorld.Account("sue"), [.. fault.Encode()], new Amount(50)));
        Assert.Equal(0ul, _world.State.Records.CapacityKind(CapacityKind.Cpu).Find(number)!.Proven);
        Assert.Equal((0u, 0u), (_world.Record(CapacityKind.Cpu, "sue").Proven, _world.Record(CapacityKind.Cpu, "sue").OwedUnits));
        _world.MoveTo(number + 3, 2_400);
        Assert.Equal(0u, _world.Record(CapacityKind.Cpu, "sue").Earned.Units);
    }

    [Fact]
    public void An_accusation_that_shows_nothing_costs_its_deposit()
    {
        uint number = _world.Begin();
        _world.Do("sue", _world.Claim(number, "sue"));
        ShareFault fault = new(_world.Commitment(number, "sue"), _world.ShareAt("sue", 0));
        UInt128 before = _world.Balance("ana");
        _world.Do("ana", new Message.AccuseCapacity(CapacityKind.Cpu, number, CapacityWorld.Account("sue"), [.. fault.Encode()], new Amount(50)));
        Assert.IsType<LedgerEvent.AccusationUnfounded>(Assert.Single(_world.Ledger.Events));
        Assert.Equal(before - 51, _world.Balance("ana"));
        Assert.Equal(1_000u, _world.Bonded("sue"));
    }

    [Fact]
    public void A_false_proof_of_space_takes_the_whole_collateral_and_the_tenant_has_its_part_first()
    {
        OrderId order = Lease("sue");
        uint number = _world.Begin(cpu: 0, space: 2);
        SpaceProof proof = _world.Proof(number, "sue");
        SpaceProof forged = proof with { Indices = Shifted(proof.Indices) };
        _world.Do("sue", CapacityWorld.Answer(CapacityKind.Space, number, false, forged.Encode()));
        ushort position = FalsePosition(number, forged);
        UInt128 tenant = _world.Balance("ana");
        _world.Do("rob", new Message.AccuseCapacity(CapacityKind.Space, number, CapacityWorld.Account("sue"), [.. new SpaceFault(forged.Digest, position).Encode()], new Amount(50)));
        // 600 of collateral: the deposit of 100 to the tenant, a twentieth to the accuser, the rest burned.
        Assert.Equal((600u, 100u, 30u, 470u), Convicted());
        Assert.Equal(400u, _world.Bonded("sue"));
        Assert.Equal(tenant + 100, _world.Balance("ana"));
        Assert.Equal(OrderState.Leased, _world.State.Records.Order(order)!.State);
    }

    [Fact]
    public void A_unit_that_runs_a_lease_is_not_asked_to_prove_and_not_paid_for_it()
    {
        uint number = _world.Begin(cpu: 2);
        OrderId order = Lease("sue");
        LeaseId lease = StateKeys.LeaseOf(order, 0);
        _world.Do("sue", _world.Ledger.Ready(lease, "ana", "sue"));
        Assert.Equal(2u, _world.Duty(CapacityKind.Cpu, number, "sue").Units);
        _world.MoveTo(number + 1, 100);
        Assert.Equal(1u, _world.Duty(CapacityKind.Cpu, number + 1, "sue").Units);
        _world.Do("sue", new Message.ReportResult(lease, NodeRuntime.Crypto.Hasher.Sha256([1])));
        Assert.Equal(1u, _world.Duty(CapacityKind.Cpu, number + 1, "sue").Units);
        _world.PlaySlice(number + 1);
        Assert.Equal(1u, _world.Record(CapacityKind.Cpu, "sue").OwedUnits);
        Assert.Equal(2u, _world.Record(CapacityKind.Cpu, "pat").OwedUnits);
        _world.MoveTo(number + 2, 100);
        Assert.Equal(2u, _world.Duty(CapacityKind.Cpu, number + 2, "sue").Units);
    }

    [Fact]
    public void Who_withdraws_is_judged_and_paid_once_more_and_then_free()
    {
        uint number = _world.Begin();
        _world.PlaySlice(number);
        _world.MoveTo(number + 1, 2_400);
        _world.Do("pat", new Message.WithdrawCapacity());
        Assert.Equal("Staking.StillCommitted", _world.Send("pat", new Message.Unbond(new Amount(801))));
        _world.PlaySlice(number + 1);
        _world.MoveTo(number + 3, 2_400);
        Assert.Null(_world.State.Records.CapacityDuty(CapacityKind.Cpu, CapacityWorld.Account("pat")));
        Assert.Null(_world.State.Records.CapacityProvider(CapacityWorld.Account("pat")));
        Assert.Equal(3u, _world.State.Records.CapacityKind(CapacityKind.Cpu).Seats);
        Assert.Equal(10_000u - _world.Ledger.Sequence("pat") + 20, _world.Balance("pat"));
        _world.Do("pat", new Message.Unbond(new Amount(1_000)));
    }

    [Fact]
    public void Only_the_proven_bid_where_the_chain_says_so()
    {
        CapacityWorld world = new(CapacityWorld.Terms with { BidsNeedProof = true });
        uint number = world.Begin();
        OrderId order = world.Ledger.OrderPlacedBy("ana", world.Ledger.Sequence("ana"));
        world.Do("ana", new Message.PlaceOrder(LedgerWorld.Terms));
        Assert.Equal("Market.CapacityUnproven", world.Send("pat", new Message.PlaceBid(order, new Amount(1))));
        world.PlaySlice(number);
        world.Do("pat", new Message.PlaceBid(order, new Amount(1)));
    }

    [Fact]
    public void Alone_a_provider_is_passed_by_the_form_and_by_the_silence_of_everybody()
    {
        uint number = _world.Begin(1, 0, "pat");
        _world.Do("pat", _world.Claim(number, "pat"));
        _world.MoveTo(number, 2_700);
        _world.Do("pat", _world.Open(number, "pat"));
        _world.MoveTo(number + 1, 2_400);
        Assert.Equal(1u, _world.Record(CapacityKind.Cpu, "pat").Proven);
    }

    private (UInt128 Taken, UInt128 Compensated, UInt128 Rewarded, UInt128 Burned) Convicted()
    {
        LedgerEvent.CapacityConvicted it = Assert.Single(_world.Ledger.Events.OfType<LedgerEvent.CapacityConvicted>());
        return (it.Taken.Units, it.Compensated.Units, it.Rewarded.Units, it.Burned.Units);
    }

    private OrderId Lease(string provider)
    {
        OrderId order = _world.Ledger.OrderPlacedBy("ana", _world.Ledger.Sequence("ana"));
        _world.Do("ana", new Message.PlaceOrder(LedgerWorld.Terms));
        _world.Do(provider, new Message.PlaceBid(order, new Amount(1)));
        _world.Block(Duration.FromMilliseconds(1_100));
        Assert.Equal(OrderState.Leased, _world.State.Records.Order(order)!.State);
        return order;
    }

    // The lowest bit of the lowest number.
    private static ImmutableArray<byte> Shifted(ImmutableArray<byte> indices) => indices.SetItem(0, (byte)(indices[0] ^ 1));

    private ushort FalsePosition(uint number, SpaceProof proof)
    {
        SpaceChallenge challenge = _world.Duty(CapacityKind.Space, number, "sue").Challenge;
        SpaceOutcome outcome = SpaceRules.CheckAll(challenge, proof, NodeRuntime.Crypto.MemoryHard.SystemArgon2.Open().Create());
        Assert.Equal(SpaceVerdict.LabelMisses, outcome.Verdict);
        return (ushort)outcome.Position!.Value;
    }
}
