using System;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.State;
using NodeRuntime.Ledger.Tests.Support;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Ledger.Tests.State;

public sealed class LedgerSnapshotTests
{
    [Fact]
    public void A_snapshot_gives_the_same_state_back()
    {
        LedgerState state = Busy().State;
        Assert.Equal(SnapshotVerdict.Accepted, Adopt(LedgerSnapshot.Of(state), state.Root, out LedgerState? read));
        Assert.Equal(state.Root, read!.Root);
        Assert.Equal(state.Height, read.Height);
        Assert.Equal(state.Time, read.Time);
        Assert.Equal(state.Supply, read.Supply);
        Assert.Equal(state.Tree.Count, read.Tree.Count);
        Assert.Equal(LedgerSnapshot.Of(state).EncodeChunk(0), LedgerSnapshot.Of(read).EncodeChunk(0));
    }

    [Fact]
    public void The_root_of_a_known_history_is_known()
    {
        Hash256 root = Busy().State.Root;
        Assert.True(root.ToString() == KnownRoot, "the root is now " + root);
    }

    [Fact]
    public void A_chain_without_slashing_has_parameters_and_roots_of_its_own()
    {
        Hash256 root = Busy(LedgerWorld.Parameters with { Slashing = SlashingParameters.None }).State.Root;
        Assert.True(root.ToString() == KnownRootWithoutSlashing, "the root is now " + root);
    }

    // Pins records and rules: a change here is a fork of every chain that runs.
    private const string KnownRoot = "4df3734e5edf3d419fba2870557f90d02e0be0ff2910d08c14b39cd7bfa98e95";
    private const string KnownRootWithoutSlashing = "9cf60f4aeebee9321d4eda7489a39cf736fcd0b3c0d3352469354d233d7b791b";

    [Fact]
    public void A_snapshot_of_another_root_is_refused()
    {
        LedgerWorld world = Busy();
        LedgerSnapshot snapshot = LedgerSnapshot.Of(world.State);
        world.Do(Duration.FromSeconds(1));
        Assert.NotEqual(snapshot.State.Root, world.State.Root);
        Assert.Equal(SnapshotVerdict.RootMismatch, Adopt(snapshot, world.State.Root, out _));
    }

    [Fact]
    public void A_snapshot_with_any_byte_changed_is_refused()
    {
        LedgerState state = Busy().State;
        LedgerSnapshot snapshot = LedgerSnapshot.Of(state);
        byte[] bytes = snapshot.EncodeChunk(0);
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= 0x20;
            SnapshotVerdict verdict = LedgerSnapshot.TryRestore(state.Chain, state.Root, snapshot.Manifest, _ => bytes, out LedgerState? read);
            Assert.Equal(SnapshotVerdict.ChunkWrong, verdict);
            Assert.Null(read);
            bytes[i] ^= 0x20;
        }

        Assert.Equal(SnapshotVerdict.ChunkMissing, LedgerSnapshot.TryRestore(state.Chain, state.Root, snapshot.Manifest, static _ => null, out _));
    }

    [Fact]
    public void A_snapshot_that_does_not_add_up_is_refused_even_under_its_own_root()
    {
        LedgerState state = Busy().State;
        StateTree forged = AuditTests.With(state.Tree, LedgerWorld.Account("alice"), new AccountRecord(new Amount(1_000_000), 1));
        LedgerState unsound = new(state.Chain, forged);
        Assert.Equal(SnapshotVerdict.Unsound, Adopt(LedgerSnapshot.Of(unsound), forged.Root, out _));
    }

    private static SnapshotVerdict Adopt(LedgerSnapshot snapshot, Hash256 root, out LedgerState? state) =>
        LedgerSnapshot.TryAdopt(snapshot.State.Chain, root, snapshot.Manifest, index => snapshot.EncodeChunk(index), out state);

    [Fact]
    public void The_largest_record_fits_into_a_value()
    {
        AccountId somebody = LedgerWorld.Account("somebody");
        Bid bid = new(somebody, new Amount(System.UInt128.MaxValue));
        BidRecord largest = new(
            [.. System.Linq.Enumerable.Repeat(bid, Limits.BidsPerOrderMax)],
            [.. System.Linq.Enumerable.Repeat(somebody, byte.MaxValue)]);
        WireWriter writer = new();
        largest.Write(writer);
        Assert.InRange(writer.ToArray().Length, 1, Limits.StateValueBytesMax);
    }

    [Fact]
    public void What_stands_in_a_state_is_proved_against_its_root()
    {
        LedgerState state = Busy().State;
        AccountId alice = LedgerWorld.Account("alice");
        Assert.Equal(
            Proofs.Trees.StateProofVerdict.Included,
            state.Prove(StateKeys.Account(alice)).Verify(state.Root, StateKeys.Account(alice), out ReadOnlyMemory<byte> value));
        Assert.Equal(state.Records.Account(alice), AccountRecord.Read(new WireReader(value)));
        Proofs.Trees.StateKey nobody = StateKeys.Account(LedgerWorld.Account("nobody"));
        Assert.Equal(Proofs.Trees.StateProofVerdict.Absent, state.Prove(nobody).Verify(state.Root, nobody, out _));
    }

    /// <summary>A state with every kind of record.</summary>
    internal static LedgerWorld Busy() => Busy(LedgerWorld.Parameters);

    private static LedgerWorld Busy(ChainParameters parameters)
    {
        LedgerWorld world = new(parameters, [("alice", 1000, 0), ("pat", 50, 300)]);
        Duration soon = Duration.FromMilliseconds(10);
        world.Do(soon, world.Make("alice", new Message.PlaceOrder(LedgerWorld.Terms), new Message.PlaceOrder(LedgerWorld.Terms)));
        OrderId first = world.OrderPlacedBy("alice", 0);
        world.Do(soon, world.Make("pat", new Message.PlaceBid(first, new Amount(3)), new Message.Unbond(new Amount(10))));
        world.Do(Duration.FromSeconds(1));
        world.Do(soon, world.Make("pat", world.Ready(StateKeys.LeaseOf(first, 0), "alice", "pat")));
        world.Do(soon, world.Make("pat", new Message.PlaceBid(world.OrderPlacedBy("alice", 0, 1), new Amount(3))));
        return world;
    }
}
