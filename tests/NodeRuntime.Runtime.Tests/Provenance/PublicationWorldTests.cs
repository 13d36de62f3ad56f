using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Trees;
using NodeRuntime.Runtime.Provenance;
using NodeRuntime.Simulation;
using Xunit;

namespace NodeRuntime.Runtime.Tests.Provenance;

/// <summary>Whole peers around midnight: each day has the calendar's root on the ledger, whoever is gone, and nobody asks for it in vain.</summary>
public sealed class PublicationWorldTests
{
    private const int Peers = 5;

    /// <summary>Seconds from the world's begin to midnight.</summary>
    private const int Midnight = 10;

    private static readonly PublicationDay Today = PublicationDay.Of(World.Start);
    private static readonly PublicationDay Tomorrow = Today.Next;

    [Fact]
    public void The_first_validator_publishes_each_day_once_and_nobody_else_does()
    {
        World world = Begin(seed: 3, seconds: Midnight + 8);
        world.AdvanceTo(Duration.FromSeconds(5));
        // A chain has its first within seconds.
        PublicationRecord begin = Assert.Single(Published(world));
        world.AdvanceTo(Duration.FromSeconds(Midnight + 8));
        List<PublicationRecord> records = Published(world);
        Assert.Equal([Today, Tomorrow], records.Select(static it => it.Day));
        Assert.Equal(begin, records[0]);
        int first = FirstOf(world);
        Assert.All(records, it => Assert.Equal(KeyPolicy.Single(world.KeyOf(first)).ToAccountId(), it.Publisher));
        // The second ends in its day, and each is the root of the calendar that validators keep.
        Assert.True(records[1].Second >= Tomorrow.Begin);
        Assert.All(records, it => Assert.Equal(RootAt(world, 1, it.Size), it.Root));
        for (int peer = 0; peer < Peers; peer++) Assert.Equal(peer == first ? 2UL : 0UL, AskedBy(world, peer));
        Assert.Empty(world.Finish().Violations);
    }

    [Theory]
    [InlineData(4UL, true)]
    [InlineData(5UL, false)]
    public void A_day_has_its_root_though_the_first_validator_is_gone_before_it_begins(ulong seed, bool isDead)
    {
        const int seconds = Midnight + 120;
        World world = Begin(seed, seconds);
        world.AdvanceTo(Duration.FromSeconds(Midnight - 3));
        int first = FirstOf(world);
        if (isDead) world.Crash(first);
        else world.Cut(first);
        int witness = Enumerable.Range(0, Peers).First(it => it != first);
        // Its turn passes unused.
        world.AdvanceTo(Duration.FromSeconds(Midnight + 4));
        Assert.Equal(Today, Assert.Single(Published(world, witness)).Day);
        world.AdvanceTo(Duration.FromSeconds(Midnight + 80));
        PublicationRecord record = Published(world, witness)[^1];
        Assert.Equal(Tomorrow, record.Day);
        Assert.True(record.Second >= Tomorrow.Begin && record.Second <= Tomorrow.Begin + Duration.FromSeconds(12));
        PeerId second = CalendarEpoch.Of(world.Genesis, [])[0].Parents[1];
        Assert.Equal(KeyPolicy.Single(world.KeyOf(IndexOf(world, second))).ToAccountId(), record.Publisher);
        Assert.Equal(1UL, Enumerable.Range(0, Peers).Where(it => it != first).Aggregate(0UL, (sum, it) => sum + AskedBy(world, it)));
        // Whoever is back finds the day taken: behind the others it asked for nothing.
        if (isDead) world.Restart(first);
        else world.Mend();
        world.AdvanceTo(Duration.FromSeconds(seconds));
        Assert.Equal(2, Published(world, first).Count);
        Assert.Equal(isDead ? 0UL : 1UL, AskedBy(world, first));
        Assert.Equal([], world.Finish().Violations.Select(static it => it.ToString()));
    }

    [Fact]
    public void Equal_seeds_publish_equally_whatever_is_lost()
    {
        List<PublicationRecord>[] runs = [.. Enumerable.Range(0, 2).Select(_ =>
        {
            World world = Begin(seed: 6, seconds: Midnight + 15, lossPerMille: 60);
            world.AdvanceTo(Duration.FromSeconds(Midnight + 15));
            return Published(world, 1);
        })];
        Assert.Equal(2, runs[0].Count);
        Assert.Equal(runs[0], runs[1]);
    }

    private static World Begin(ulong seed, int seconds, int lossPerMille = 0)
    {
        World world = new(new SimulationConfig
        {
            Peers = Peers,
            Validators = 4,
            Seed = seed,
            Length = Duration.FromSeconds(seconds),
            BeginsLater = Duration.FromSeconds(86_400 - Midnight),
            Faults = Faults.None with { LossPerMille = lossPerMille },
            HealBefore = Duration.Zero,
            JobEvery = Duration.Zero,
            Provenance = ProvenanceSettings.Default,
        });
        world.Begin();
        return world;
    }

    private static List<PublicationRecord> Published(World world, int peer = 1) => world.TipOf(peer)!.State.Records.Publications(default, int.MaxValue);

    private static ulong AskedBy(World world, int peer) => world.NodeOf(peer)!.Provenance!.Published;

    private static int FirstOf(World world) => IndexOf(world, CalendarEpoch.Of(world.Genesis, [])[0].Parents[0]);

    private static int IndexOf(World world, PeerId peer) => Enumerable.Range(0, Peers).First(it => world.PeerIdOf(it) == peer);

    private static Hash256 RootAt(World world, int peer, ulong size)
    {
        CalendarLog log = new(EpochPlans.OfGenesis(world.Genesis));
        foreach (RoundLeaf leaf in new ProvenanceStore(world.NodeOf(peer)!.Ports.Journal).LeavesFrom(0).Take((int)size)) Assert.Equal(CalendarVerdict.Accepted, log.Append(leaf, out ImmutableArray<Tile> _));
        return log.Root;
    }
}
