using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Capacity;
using NodeRuntime.Capacity.Cpu;
using NodeRuntime.Capacity.Duties;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.Capacity;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Runtime.Capacity;

namespace NodeRuntime.Runtime.Tests.Capacity;

/// <summary>Machines of four peers around one ledger.</summary>
public sealed class CapacityMachineTests
{
    [Fact]
    public void Honest_peers_register_plot_and_prove_at_five_per_cent_loss_with_a_restart_and_a_slow_disk()
    {
        MachineWorld world = new(seed: 3, lossPerCent: 5) { ScanTime = Duration.FromSeconds(4) };
        world.RunSlices(3);
        // In the middle of a slice: what it committed to before, it opens after.
        world.Restart(2);
        world.RunSlices(3);
        Assert.Empty(world.Happened<LedgerEvent.CapacityFaulted>());
        Assert.Empty(world.Happened<LedgerEvent.CapacityConvicted>());
        Assert.Empty(world.Happened<LedgerEvent.AccusationUnfounded>());
        foreach (int peer in Enumerable.Range(0, MachineWorld.PeerCount))
        {
            Assert.True(CapacityRules.IsProven(world.State.Records, world.Account(peer)), $"peer {peer}");
            Assert.All([CapacityKind.Cpu, CapacityKind.Space], kind => Assert.True(world.Record(kind, peer)!.Earned > Amount.Zero, $"peer {peer}: {kind}"));
        }
    }

    [Fact]
    public void Planned_maintenance_is_declared_and_costs_nothing_but_its_pay()
    {
        MachineWorld world = new(seed: 7);
        world.RunSlices(3);
        Instant from = world.Now + Duration.FromSeconds(20), until = from + Duration.FromSeconds(80);
        // The second is longer than a month allows: it is not said, and the machine goes on.
        world.Maintenance = peer => peer == 2 ? [new(from, until), new(until + Duration.FromSeconds(60), until + Duration.FromMinutes(9 * 60))] : [];
        world.Restart(2);
        world.Bend = static (peer, task, result) => peer == 2 && task is CapacityTask.SearchShares or CapacityTask.ProveSpace
            ? new CapacityResult.Failed(task.Number, CapacityFailure.Faulted, "the machine is open")
            : result;
        world.RunSlices(3);
        world.Bend = static (_, _, result) => result;
        world.RunSlices(2);
        LedgerEvent.MaintenanceDeclared declared = Assert.Single(world.Happened<LedgerEvent.MaintenanceDeclared>());
        Assert.Equal((world.Account(2), from, until), (declared.Provider, declared.From, declared.Until));
        Assert.Empty(world.Happened<LedgerEvent.CapacityFaulted>());
        Assert.True(CapacityRules.IsProven(world.State.Records, world.Account(2)));
    }

    [Fact]
    public void What_was_committed_is_opened_after_a_restart()
    {
        MachineWorld world = new(seed: 4);
        world.RunSlices(3);
        // Ten seconds into a slice: between the claim and its closing.
        uint number = world.State.Records.CapacityKind(CapacityKind.Cpu).Latest!.Number;
        Assert.True(world.State.Records.CapacityAnswer(CapacityKind.Cpu, number, world.Account(1))!.Opening.IsEmpty);
        world.Restart(1);
        world.RunSlices(1);
        Assert.InRange(world.Record(CapacityKind.Cpu, 1)!.LastProven, number, number + 1);
        // Of space an honest peer has bad luck in two periods of a thousand, where a unit has 64 rows.
        Assert.DoesNotContain(world.Happened<LedgerEvent.CapacityFaulted>(), static it => it.Kind == CapacityKind.Cpu);
    }

    [Fact]
    public void A_forger_is_convicted_though_a_third_of_its_verifiers_collude()
    {
        MachineWorld world = new(seed: 5)
        {
            Bend = Forging,
            // One of three passes whatever it sees, and accuses nobody.
            Tamper = static (peer, message) => (peer, message) switch
            {
                (1, Message.ReportCapacity report) => report with { Finding = DutyFinding.Passed },
                (1, Message.AccuseCapacity) => null,
                _ => message,
            },
        };
        world.RunSlices(4);
        LedgerEvent.CapacityConvicted[] convicted = [.. world.Happened<LedgerEvent.CapacityConvicted>()];
        Assert.NotEmpty(convicted);
        Assert.All(convicted, it => Assert.Equal(world.Account(0), it.Provider));
        Assert.True(world.Bonded(0) < Amount.FromTokens(200));
        Assert.Equal(Amount.Zero, world.Record(CapacityKind.Cpu, 0)!.Earned);
        Assert.All([1, 2, 3], peer => Assert.Equal(0u, world.Record(CapacityKind.Cpu, peer)!.Faults));
    }

    [Fact]
    public void An_accuser_that_is_crowded_out_stakes_more_until_it_is_heard()
    {
        Amount deposit = MachineWorld.Terms.AccusationDeposit;
        List<Amount> staked = [];
        MachineWorld world = new(seed: 5) { Bend = Forging };
        world.Tamper = (peer, message) =>
        {
            if (message is not Message.AccuseCapacity accuse) return message;
            // Only one speaks, and whoever stakes less than eight deposits is passed over.
            if (peer != 3) return null;
            staked.Add(accuse.Stake);
            if (accuse.Stake >= deposit * 8) return message;
            world.Events.Add(new LedgerEvent.AccusationPassedOver(world.Account(3), accuse.Provider, accuse.Kind, accuse.Period));
            return null;
        };
        world.RunSlices(4);
        Assert.Equal([deposit, deposit * 2, deposit * 4, deposit * 8], staked.Take(4));
        Assert.Contains(world.Happened<LedgerEvent.CapacityConvicted>(), it => it.Provider == world.Account(0) && it.Accuser == world.Account(3));
    }

    [Fact]
    public void Whoever_computes_what_others_do_not_accuses_once_a_slice_and_no_more()
    {
        // Peer 3 finds no share to be one.
        MachineWorld world = new(seed: 5)
        {
            Bend = static (peer, _, result) => peer == 3 && result is CapacityResult.Hashed hashed
                ? hashed with { Outputs = [.. hashed.Outputs.Select(static _ => new Hash256(Enumerable.Repeat((byte)255, 32).ToArray()))] }
                : result,
        };
        world.RunSlices(4);
        LedgerEvent.AccusationUnfounded[] unfounded = [.. world.Happened<LedgerEvent.AccusationUnfounded>()];
        Assert.NotEmpty(unfounded);
        Assert.Equal(unfounded.Length, unfounded.Select(static it => (it.Provider, it.Period)).Distinct().Count());
        Assert.All(unfounded, static it => Assert.Equal(MachineWorld.Terms.AccusationDeposit, it.Burned));
    }

    private static CapacityResult Forging(int peer, CapacityTask task, CapacityResult result) => peer == 0 && result is CapacityResult.Shares shares
        ? shares with { Found = [.. shares.Found.Select(static it => it with { Offset = (ushort)((it.Offset + 1) % 12) })] }
        : result;

    [Fact]
    public void Who_is_late_or_replays_is_faulted_and_not_paid()
    {
        ImmutableArray<byte> first = [];
        MachineWorld world = new(seed: 6) { LogTime = static peer => peer == 3 ? Duration.FromSeconds(14) : Duration.FromMilliseconds(20) };
        world.Tamper = (peer, message) =>
        {
            if (peer != 2 || message is not Message.AnswerCapacity { Kind: CapacityKind.Cpu, IsOpening: false } claim) return message;
            if (first.IsEmpty) first = claim.Proof;
            return claim with { Proof = first };
        };
        world.RunSlices(5);
        Assert.True(world.Record(CapacityKind.Cpu, 3)!.Faults >= 2);
        Assert.Equal(Amount.Zero, world.Record(CapacityKind.Cpu, 3)!.Earned);
        // The first claim was its own; from then on it is another slice's.
        Assert.True(world.Record(CapacityKind.Cpu, 2)!.Faults >= 1);
        Assert.All(world.Happened<LedgerEvent.CapacityFaulted>(), static it => Assert.Equal(CapacityFault.Missed, it.Fault));
        Assert.All([0, 1], peer => Assert.Equal(0u, world.Record(CapacityKind.Cpu, peer)!.Faults));
    }

    [Fact]
    public void The_log_of_shares_comes_back_as_it_was()
    {
        CapacityWork work = new(9, [new Share(0, 5), new Share(7, 65_535)]);
        CapacityWork read = CapacityWork.Decode(work.Encode())!;
        Assert.Equal((work.Period, work.Shares.Length), (read.Period, read.Shares.Length));
        Assert.Equal(work.Shares.ToArray(), read.Shares.ToArray());
        Assert.Null(CapacityWork.Decode(new CapacityWork(9, [new Share(7, 5), new Share(7, 6)]).Encode()));
    }
}
