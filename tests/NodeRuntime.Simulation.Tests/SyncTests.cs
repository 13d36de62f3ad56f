using System;
using System.Collections.Generic;
using System.Linq;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;
using NodeRuntime.Runtime;
using NodeRuntime.Runtime.Snapshots;

namespace NodeRuntime.Simulation.Tests;

/// <summary>Peers that come late, to a chain whose beginning nobody wants to tell again.</summary>
public sealed class SyncTests
{
    private const int Late = 4;

    private static readonly SyncSettings Eager = new() { SnapshotEvery = 16, SnapshotBehind = 24, KeepBlocks = 20 };

    private readonly List<string> _said = [];

    [Theory]
    [InlineData(1UL)]
    [InlineData(2UL)]
    public void A_peer_that_comes_late_over_a_lossy_network_takes_a_snapshot_and_is_live(ulong seed)
    {
        World world = Grow(Config(seed) with { Faults = new Faults { LossPerMille = 150, DuplicationPerMille = 50, ReorderPerMille = 100 } });
        world.Restart(Late);
        Until(world, 60, () => world.HeightOf(Late).Number + 3 >= world.HeightOf(0).Number);
        Assert.Contains(_said, static line => line.Contains("the ledger goes on at height", StringComparison.Ordinal));
        Assert.True(world.ConsensusOf(Late)!.FirstBlock > new Height(1));
        AssertWell(world);
    }

    [Fact]
    public void A_peer_killed_while_it_fetches_goes_on_with_the_chunks_that_it_has()
    {
        World world = Grow(Config(3) with { AccountsMore = 9_000 });
        world.Restart(Late);
        Until(world, 60, () => world.SnapshotsOf(Late)?.Restoring is { ChunksKept: > 0 });
        SnapshotProgress before = world.SnapshotsOf(Late)!.Restoring!;
        Assert.InRange(before.ChunksKept, 1, before.ChunksTotal - 1);
        world.Crash(Late);
        world.Restart(Late);
        Until(world, 60, () => world.SnapshotsOf(Late)?.Restoring is { ChunksTotal: > 0 });
        Assert.Equal(before.Height, world.SnapshotsOf(Late)!.Restoring!.Height);
        Assert.True(world.SnapshotsOf(Late)!.Restoring!.ChunksKept >= 1);
        Until(world, 60, () => world.HeightOf(Late).Number + 3 >= world.HeightOf(0).Number);
        Assert.Single(_said, static line => line.Contains("fetching the snapshot", StringComparison.Ordinal));
        AssertWell(world);
    }

    [Fact]
    public void A_poisoned_chunk_costs_a_question_and_its_sender_is_blamed()
    {
        World world = Grow(Config(4) with { AccountsMore = 9_000, HasSnapshotPoisoner = true });
        world.Restart(Late);
        Until(world, 60, () => world.HeightOf(Late).Number + 3 >= world.HeightOf(0).Number);
        Assert.Contains(_said, static line => line.StartsWith("4 ", StringComparison.Ordinal) && line.EndsWith("ChunkWrong", StringComparison.Ordinal));
        Assert.True(world.ConsensusOf(Late)!.FirstBlock > new Height(1));
        AssertWell(world);
    }

    [Fact]
    public void A_liar_about_heights_holds_nobody_up()
    {
        World world = Grow(Config(5) with { HasHeightLiar = true });
        world.Restart(Late);
        Until(world, 60, () => world.HeightOf(Late).Number + 3 >= world.HeightOf(0).Number);
        Assert.Contains(_said, static line => line.Contains("the ledger goes on at height", StringComparison.Ordinal));
        AssertWell(world);
    }

    [Fact]
    public void Where_everybody_has_pruned_and_snapshots_are_refused_the_peer_says_what_it_lacks()
    {
        World world = Grow(Config(6) with { Sync = Eager with { SnapshotBehind = null } });
        Assert.True(world.ConsensusOf(0)!.FirstBlock > new Height(1));
        world.Restart(Late);
        Until(world, 60, () => world.ConsensusOf(Late)?.Stranded is not null);
        Assert.Equal(world.HeightOf(Late).Next, world.ConsensusOf(Late)!.Stranded);
        Assert.Contains(_said, static line => line.Contains("Stranded: block", StringComparison.Ordinal));
        Assert.Empty(world.Finish().Violations.Where(static violation => !violation.StartsWith("liveness: peer 4", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_validator_that_comes_back_after_everybody_pruned_votes_again()
    {
        const int Validator = 1;
        World world = new(Config(7));
        world.Begin();
        world.AdvanceTo(Duration.FromSeconds(5));
        world.Crash(Validator);
        Until(world, 240, () => world.ConsensusOf(0)!.FirstBlock > world.HeightOf(Validator).Next);
        world.Restart(Validator);
        Until(world, 60, () => world.ConsensusOf(Validator) is { Mode: ConsensusMode.Voting } && world.HeightOf(Validator).Number + 3 >= world.HeightOf(0).Number);
        Assert.Contains(_said, static line => line.StartsWith("1 ", StringComparison.Ordinal) && line.Contains("the ledger goes on", StringComparison.Ordinal));
        AssertWell(world);
    }

    [Fact]
    public void A_rotten_snapshot_is_named_and_the_one_before_it_takes_its_place()
    {
        World world = Grow(Config(8));
        // A start needs a block above the snapshot that it begins at.
        Until(world, 60, () => world.SnapshotsOf(0) is { Count: 3 } taken && world.HeightOf(0).Number > taken.Newest.Number + 1);
        Height height = world.HeightOf(0);
        world.Crash(0);
        world.DiskOf(0).Rot("snapshot." + NewestSlot(world.DiskOf(0)), 1);
        world.Restart(0);
        Until(world, 20, () => world.HeightOf(0) > height);
        Assert.Contains(_said, static line => line.StartsWith("0 ", StringComparison.Ordinal) && line.Contains("is damaged", StringComparison.Ordinal));
        Assert.Contains(_said, static line => line.StartsWith("0 ", StringComparison.Ordinal) && line.Contains("from the snapshot at height", StringComparison.Ordinal));
        AssertWell(world);
    }

    [Theory]
    [InlineData(31UL)]
    [InlineData(32UL)]
    public void A_peer_that_comes_epochs_late_follows_the_seals_takes_a_snapshot_and_is_live(ulong seed)
    {
        const int Stranger = 6;
        World world = GrowEpochs(Config(seed) with
        {
            Peers = 7,
            HasOperators = true,
            HasSnapshotPoisoner = true,
            AccountsMore = 3_000,
            Faults = new Faults { LossPerMille = 100, DuplicationPerMille = 50, ReorderPerMille = 100 },
        }, Stranger);
        world.Restart(Stranger);
        Until(world, 120, () => world.HeightOf(Stranger).Number + 3 >= world.HeightOf(0).Number);
        Assert.Contains(_said, static line => line.StartsWith("6 ", StringComparison.Ordinal) && line.Contains("the ledger goes on at height", StringComparison.Ordinal));
        Assert.Equal(world.TipOf(0)!.State.Validators.Hash, world.TipOf(Stranger)!.State.Validators.Hash);
        // It can show others what it was shown.
        Assert.Equal(world.TipOf(0)!.Seals.Length, world.TipOf(Stranger)!.Seals.Length);
        AssertWell(world);
    }

    [Fact]
    public void A_validator_that_was_away_for_epochs_comes_back_and_votes()
    {
        const int Validator = 2;
        World world = GrowEpochs(Config(33) with { Peers = 7, HasOperators = true }, Validator);
        world.Restart(Validator);
        Until(world, 120, () => world.ConsensusOf(Validator) is { Mode: ConsensusMode.Voting } && world.HeightOf(Validator).Number + 3 >= world.HeightOf(0).Number);
        Assert.Contains(_said, static line => line.StartsWith("2 ", StringComparison.Ordinal) && line.Contains("the ledger goes on at height", StringComparison.Ordinal));
        AssertWell(world);
    }

    // Validators come, change their keys and go while one peer is away, until nobody has the blocks that it lacks.
    private static World GrowEpochs(SimulationConfig config, int away)
    {
        World world = new(config);
        world.Begin();
        world.AdvanceTo(Duration.FromSeconds(4));
        world.Crash(away);
        world.Operators.Join(4, world.TipOf(0)!.State);
        Until(world, 60, () => world.TipOf(0)!.State.Validators.Epoch.Number >= 1);
        world.Operators.Join(5, world.TipOf(0)!.State);
        Until(world, 60, () => world.TipOf(0)!.State.Validators.Epoch.Number >= 2);
        world.Operators.Rotate(4, world.TipOf(0)!.State);
        Until(world, 60, () => world.TipOf(0)!.State.Validators.Epoch.Number >= 3);
        Height sealedBy = world.HeightOf(0);
        Until(world, 300, () => world.ConsensusOf(0)!.FirstBlock > sealedBy && world.ConsensusOf(1)!.FirstBlock > sealedBy && world.ConsensusOf(3)!.FirstBlock > sealedBy);
        return world;
    }

    // Slots are filled in turn, but a height whose turn comes while one is written is left out.
    private static int NewestSlot(SimulatedDisk disk)
    {
        int newest = 0;
        Height highest = Height.Genesis;
        IJournal journal = disk.Open();
        for (int slot = 0; slot < Limits.SnapshotsKeptMax; slot++)
        {
            if (journal.Read("snapshot." + slot, 0) is not { } bytes || SnapshotHead.Decode(bytes) is not { } head || head.Height <= highest) continue;
            (newest, highest) = (slot, head.Height);
        }

        disk.Crash();
        return newest;
    }

    [Fact]
    public void A_peer_that_pruned_and_lost_every_snapshot_begins_anew_from_the_others()
    {
        World world = Grow(Config(9));
        Until(world, 60, () => world.SnapshotsOf(0) is { Count: 3 } && world.ConsensusOf(0)!.FirstBlock > new Height(1));
        world.Crash(0);
        for (int slot = 0; slot < Limits.SnapshotsKeptMax; slot++) world.DiskOf(0).Rot("snapshot." + slot, 1);
        world.Restart(0);
        Until(world, 60, () => world.HeightOf(0).Number + 3 >= world.HeightOf(2).Number && world.ConsensusOf(0) is { Mode: ConsensusMode.Voting });
        Assert.Contains(_said, static line => line.StartsWith("0 ", StringComparison.Ordinal) && line.Contains("beginning anew", StringComparison.Ordinal));
        AssertWell(world);
    }

    /// <summary>SYNC_SEEDS=1000 runs more of them.</summary>
    [Fact]
    public void Whatever_else_goes_wrong_peers_that_prune_and_restore_stay_one_chain()
    {
        int seeds = int.TryParse(Environment.GetEnvironmentVariable("SYNC_SEEDS"), out int asked) ? asked : 6;
        for (ulong seed = 21; seed < 21 + (ulong)seeds; seed++)
        {
            World world = new(Config(seed) with
            {
                Faults = Faults.Draw(new Prng(seed)) with { CrashEvery = Duration.FromSeconds(15), DownMax = Duration.FromSeconds(25) },
                Length = Duration.FromSeconds(90),
                Sync = Eager with { SnapshotEvery = 8, SnapshotBehind = 12, KeepBlocks = 10 },
            });
            SimulationReport report = world.Run();
            Assert.True(report.Violations.IsEmpty, $"seed {seed}:\n" + string.Join('\n', report.Violations));
        }

        // Else the run has shown nothing.
        Assert.Contains(_said, static line => line.Contains("the ledger goes on at height", StringComparison.Ordinal));
        Assert.Contains(_said, static line => line.Contains("from the snapshot at height", StringComparison.Ordinal));
    }

    private SimulationConfig Config(ulong seed) => new()
    {
        Peers = 5,
        Validators = 4,
        Seed = seed,
        // Scripts say themselves when it is over.
        Length = Duration.FromMinutes(60),
        Faults = Faults.None,
        Sync = Eager,
        Log = (peer, said) =>
        {
            if (said.Level != LogLevel.Debug) _said.Add($"{peer} {said.Text}");
        },
    };

    /// <summary>A chain that has forgotten its beginning, and a fifth peer that was never there.</summary>
    private static World Grow(SimulationConfig config)
    {
        World world = new(config);
        world.Begin();
        world.Crash(Late);
        // Bonds are bound for a minute, and blocks of that time stay.
        Until(world, 300, () => world.HeightOf(0) > new Height(96) && world.ConsensusOf(0)!.FirstBlock > new Height(40));
        return world;
    }

    private static void Until(World world, int seconds, Func<bool> isSo)
    {
        Instant end = world.Now + Duration.FromSeconds(seconds);
        while (!isSo())
        {
            Assert.True(world.Now < end, $"not within {seconds} s:\n" + string.Join('\n', world.Describe()));
            world.AdvanceTo(world.Now - World.Start + Duration.FromMilliseconds(5));
        }
    }

    private static void AssertWell(World world)
    {
        world.AdvanceTo(world.Now - World.Start + Duration.FromSeconds(5));
        SimulationReport report = world.Finish();
        Assert.True(report.Violations.IsEmpty, string.Join('\n', report.Violations));
    }
}
