using System;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Capacity;
using NodeRuntime.Capacity.Cpu;
using NodeRuntime.Capacity.Space;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Capacity;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Simulation.Capacity;

namespace NodeRuntime.Simulation.Tests.Capacity;

/// <summary>Whole peers that prove capacity, in virtual time: slices and epochs of 30 s, of which 2 s are duty and 12 s for a claim.</summary>
public sealed class ProvenWorldTests
{
    private static readonly CapacityTerms Terms = CapacityTerms.Development with
    {
        Proofs = new CapacityParameters(
            CpuParameters.Development with
            {
                Slice = Duration.FromSeconds(30),
                Duty = Duration.FromSeconds(2),
                SubmitBy = Duration.FromSeconds(12),
                MemoryPreparation = Duration.Zero,
                WorkPerShare = 2,
                BucketNonces = 6,
                BucketBits = 3,
                UnitBits = 2,
                ReferenceRate = 1,
            },
            SpaceParameters.Development with { RowMemory = 8, Epoch = Duration.FromSeconds(30), Window = Duration.FromSeconds(12), UnitsMax = 4 }),
    };

    [Fact]
    public void A_job_that_was_asked_for_before_anybody_had_proven_anything_is_done_once_somebody_has()
    {
        World world = new(Config(seed: 11, seconds: 90));
        world.Begin();
        world.AdvanceTo(Duration.FromSeconds(5));
        world.SubmitJob();
        Assert.DoesNotContain(Enumerable.Range(0, 4), peer => CapacityRules.IsProven(Records(world), Account(world, peer)));
        world.AdvanceTo(Duration.FromSeconds(90));
        Assert.True(CapacityRules.IsProven(Records(world), Account(world, 0)));
        Assert.Equal(1, world.JobsSettled);
    }

    [Fact]
    public void Honest_peers_have_no_false_fault_at_five_per_cent_loss_with_a_restart_and_a_slow_disk()
    {
        World world = new(Config(seed: 12, seconds: 160, lossPerMille: 50));
        world.Begin();
        world.AdvanceTo(Duration.FromSeconds(66));
        world.SlowDisk(3, true);
        world.Crash(2);
        world.AdvanceTo(Duration.FromSeconds(70));
        world.Restart(2);
        world.AdvanceTo(Duration.FromSeconds(160));
        AssertHonest(world, 0, 1, 2, 3);
        Assert.All(Enumerable.Range(0, 4), peer => Assert.True(CapacityRules.IsProven(Records(world), Account(world, peer)), $"peer {peer}"));
        SimulationReport report = world.Finish();
        Assert.True(report.Violations.IsEmpty, Failures.Of(report, "capacity"));
    }

    [Fact]
    public void Who_keeps_half_of_its_rows_is_convicted_and_a_verifier_that_slanders_harms_itself_alone()
    {
        World world = new(Config(seed: 13, seconds: 100) with
        {
            Capacity = new SimulatedCapacity(Terms, 8, Duration.FromMilliseconds(300))
            {
                Bend = static (peer, engine) => peer switch
                {
                    1 => new SlanderousEngine(engine),
                    3 => new HalfPlotEngine(Terms.Proofs, engine, new Prng(3)),
                    _ => engine,
                },
            },
        });
        world.Begin();
        world.AdvanceTo(Duration.FromSeconds(100));
        AssertHonest(world, 0, 2);
        Assert.All(Enum.GetValues<CapacityKind>(), kind => Assert.True(Records(world).CapacityDuty(kind, Account(world, 1)) is { Faults: 0, Convictions: 0 }, $"{kind}"));
        CapacityDutyRecord space = Records(world).CapacityDuty(CapacityKind.Space, Account(world, 3))!;
        Assert.True(space.Convictions > 0, $"{space.Faults} faults, no conviction");
        Assert.Equal((0U, Amount.Zero), (space.Proven, space.Earned));
        // What was taken of its bond it bonded anew.
        Amount cheat = Wealth(world, 3), slanderer = Wealth(world, 1), honest = Wealth(world, 0);
        Assert.True(cheat + Terms.Space.CollateralPerUnit < honest, $"{cheat} and {honest}");
        // Each accusation that shows nothing costs a token.
        Assert.True(slanderer + Terms.AccusationDeposit < honest, $"{slanderer} and {honest}");
        SimulationReport report = world.Finish();
        Assert.True(report.Violations.IsEmpty, Failures.Of(report, "capacity"));
    }

    private static SimulationConfig Config(ulong seed, int seconds, int lossPerMille = 0) => new()
    {
        Peers = 4,
        Validators = 4,
        Seed = seed,
        Length = Duration.FromSeconds(seconds),
        Faults = Faults.None with { LossPerMille = lossPerMille },
        HealBefore = Duration.Zero,
        JobEvery = Duration.Zero,
        Capacity = new SimulatedCapacity(Terms, 8, Duration.FromMilliseconds(300)),
    };

    private static Amount Wealth(World world, int peer) =>
        Records(world).Account(Account(world, peer)).Balance + Records(world).Bond(Account(world, peer)).Bonded;

    private static LedgerRecords Records(World world) => world.TipOf(0)!.State.Records;

    private static AccountId Account(World world, int peer) => KeyPolicy.Single(world.KeyOf(peer)).ToAccountId();

    private static void AssertHonest(World world, params ImmutableArray<int> peers)
    {
        foreach (int peer in peers)
        {
            foreach (CapacityKind kind in Enum.GetValues<CapacityKind>())
            {
                CapacityDutyRecord record = Records(world).CapacityDuty(kind, Account(world, peer))!;
                Assert.True(record is { Faults: 0, Convictions: 0 } && record.Earned > Amount.Zero, $"peer {peer}, {kind}: {record}");
            }
        }
    }
}
