using System;
using System.Linq;
using NodeRuntime.Capacity;
using NodeRuntime.Capacity.Cpu;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Ledger.Tests.Capacity;

/// <summary>On a chain of RandomX the ledger hashes with the project's own library, in light mode, and only where somebody is accused.</summary>
public sealed class RandomXAccusationTests
{
    private static readonly CapacityTerms Terms = CapacityWorld.Terms with
    {
        Proofs = CapacityWorld.Terms.Proofs with { Cpu = CapacityWorld.Terms.Proofs.Cpu with { Kind = WorkKind.RandomX } },
    };

    [RandomXFact]
    public void A_forged_share_convicts_and_a_true_one_costs_its_accuser_the_deposit()
    {
        CapacityWorld world = new(Terms, SystemWorkHashes.Open());
        Assert.Equal("full", world.ChainTerms.Grade);
        uint number = world.Begin();
        ushort hit = Find(world.Duty(CapacityKind.Cpu, number, "pat").Slice).Hit;
        world.Do("pat", world.ClaimOf(number, "pat", new Share(0, hit)));
        world.Do("ana", Accuse(world, number, "pat", 0));
        Assert.Contains(world.Ledger.Events, static it => it is LedgerEvent.AccusationUnfounded unfounded && unfounded.Burned == new Amount(50));
        Assert.Equal(1_000U, world.Bonded("pat"));

        ushort miss = Find(world.Duty(CapacityKind.Cpu, number, "sue").Slice).Miss;
        world.Do("sue", world.ClaimOf(number, "sue", new Share(0, miss)));
        world.Do("ana", Accuse(world, number, "sue", 0));
        LedgerEvent.CapacityConvicted convicted = Assert.Single(world.Ledger.Events.OfType<LedgerEvent.CapacityConvicted>());
        Assert.Equal((CapacityWorld.Account("sue"), new Amount(200)), (convicted.Provider, convicted.Taken));
        Assert.Equal((800U, 1U), (world.Bonded("sue"), world.Record(CapacityKind.Cpu, "sue").Convictions));
    }

    private static Message.AccuseCapacity Accuse(CapacityWorld world, uint number, string name, uint rank) => new(
        CapacityKind.Cpu, number, CapacityWorld.Account(name), [.. new ShareFault(world.Commitment(number, name), world.ShareAt(name, rank)).Encode()], new Amount(50));

    // Of a bucket's six nonces half hit, so both are there but once in sixteen times; then another bucket would do, and the world is the same each time.
    private static (ushort Hit, ushort Miss) Find(SliceDuty duty)
    {
        using IWorkMemory memory = SystemWorkHashes.Open().Open(WorkKind.RandomX, duty.Key, WorkMode.Light)!;
        using IWorkHash hash = memory.CreateHash();
        bool[] hits = [.. Enumerable.Range(0, duty.Parameters.BucketNonces).Select(offset => new Share(0, (ushort)offset).Hits(duty.Parameters, duty.Beacon, duty.Owner, hash))];
        Assert.Equal(2, hits.Distinct().Count());
        return ((ushort)Array.IndexOf(hits, true), (ushort)Array.IndexOf(hits, false));
    }

    /// <summary>Skipped where librandomx is missing, but where the environment demands it.</summary>
    private sealed class RandomXFactAttribute : FactAttribute
    {
        public RandomXFactAttribute()
        {
            bool isRequired = (Environment.GetEnvironmentVariable("NODERUNTIME_REQUIRE") ?? "").Split(',').Contains("randomx", StringComparer.Ordinal);
            if (!isRequired && SystemWorkHashes.Open().Best != WorkKind.RandomX)
            {
                Skip = "librandomx is not installed (apt-get install librandomx0); NODERUNTIME_REQUIRE=randomx makes this a failure";
            }
        }
    }
}
