using System;
using System.Linq;
using System.Text;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Light;
using NodeRuntime.Runtime;
using Xunit;
using Xunit.Abstractions;

namespace NodeRuntime.Simulation.Tests;

/// <summary>Whole peers whose validators come, change their keys and go, by real transactions.</summary>
public sealed class EpochTests(ITestOutputHelper output)
{
    [Fact]
    public void Validators_come_and_go_the_chain_goes_on_and_a_stranger_follows()
    {
        World world = new(Quiet(peers: 6, seconds: 90));
        world.Begin();
        world.AdvanceTo(Duration.FromSeconds(4));
        Assert.Equal(4, world.TipOf(0)!.State.Validators.Count);

        // Two come.
        world.Operators.Join(4, world.TipOf(0)!.State);
        world.Operators.Join(5, world.TipOf(0)!.State);
        world.AdvanceTo(Duration.FromSeconds(20));
        Assert.Equal(6, world.TipOf(0)!.State.Validators.Count);
        Assert.Equal(ConsensusMode.Voting, world.ConsensusOf(4)!.Mode);

        // One changes its key, and one of the first four goes.
        PeerKey before = KeyOf(world, 4);
        world.Operators.Rotate(4, world.TipOf(0)!.State);
        world.Operators.LeaveGenesis(1, world.TipOf(0)!.State);
        world.AdvanceTo(Duration.FromSeconds(45));
        LedgerTip tip = world.TipOf(0)!;
        Assert.Equal(5, tip.State.Validators.Count);
        Assert.NotEqual(before, KeyOf(world, 4));
        Assert.Equal(ConsensusMode.Voting, world.ConsensusOf(4)!.Mode);
        Assert.Equal(ConsensusMode.Observing, world.ConsensusOf(1)!.Mode);
        Height then = tip.Height;

        // Without the two that were there first and are left of four, five validators still have a quorum of four only with the newcomers.
        world.Crash(0);
        world.AdvanceTo(Duration.FromSeconds(60));
        Assert.True(world.HeightOf(4).Number > then.Number + 5, "the chain needs the newcomers and does not move");
        world.Restart(0);
        world.AdvanceTo(Duration.FromSeconds(90));
        SimulationReport report = world.Finish();
        Assert.True(report.Violations.IsEmpty, Failures.Of(report, "none"));
        Assert.True(world.JobsSettled > 0, "no job was settled, so no receipt was made and verified");
        Follow(world);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void Sets_change_under_faults(int first)
    {
        StringBuilder failures = new();
        uint epochs = 0;
        for (int seed = first; seed < first + 3; seed++)
        {
            World world = new(Quiet(peers: 7, seconds: 80) with
            {
                Seed = (ulong)seed,
                Faults = Faults.Draw(new Prng((ulong)seed)),
                SetChangeEvery = Duration.FromSeconds(5),
            });
            SimulationReport report = world.Run();
            failures.Append(Failures.Of(report, "draw"));
            epochs += world.TipOf(0)?.State.Validators.Epoch.Number ?? 0;
            Follow(world);
        }

        output.WriteLine($"{epochs} epochs");
        Assert.True(failures.Length == 0, failures.ToString());
        Assert.True(epochs > 3, $"only {epochs} epochs in three runs");
    }

    // What a peer shows a light client that knows the genesis alone.
    private static void Follow(World world)
    {
        LedgerTip tip = world.TipOf(0)!;
        LightClient light = new(tip.State.Chain, world.Genesis.ValidatorSet, world.Signatures);
        Assert.All(tip.Seals, seal => Assert.Equal(SealVerdict.Accepted, light.Follow(seal)));
        Assert.Equal(tip.State.Validators.Hash, light.Validators.Hash);
        Assert.Equal(CertifiedHeaderVerdict.Accepted, light.Check(tip.Certified!));
        Assert.Null(light.Fork);
    }

    private readonly record struct PeerKey(string Key);

    private static PeerKey KeyOf(World world, int peer)
    {
        PeerId id = world.PeerIdOf(peer);
        return new PeerKey(world.TipOf(0)!.State.Validators.Members.Single(member => member.Peer == id).Key.ToString());
    }

    private static SimulationConfig Quiet(int peers, int seconds) => SeedTests.Quiet(peers, 4, 11, seconds) with { HasOperators = true };
}
