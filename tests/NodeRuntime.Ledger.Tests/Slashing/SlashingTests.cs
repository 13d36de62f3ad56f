using System.Linq;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.Slashing;
using NodeRuntime.Ledger.State;
using NodeRuntime.Ledger.Tests.Support;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Ledger.Tests.Slashing;

/// <summary>What tables cannot say: the order of tenants, the proof of a jail, and whose account stands behind an index.</summary>
public sealed class SlashingTests
{
    private static readonly string[] Tenants = ["ann", "ben", "cat", "dan", "eve"];

    [Fact]
    public void Tenants_are_compensated_in_the_order_of_their_leases_until_the_share_is_used_up()
    {
        // Half of 400 is taken, half of that is for tenants: 100, where each of five deposits is 40.
        LedgerWorld world = new(LedgerWorld.Parameters, [.. Tenants.Select(name => (name, (System.UInt128)100, (System.UInt128)0)), ("pat", 100, 400), ("tom", 0, 0)]);
        OrderTerms terms = LedgerWorld.Terms with { PricePerSecondMax = new Amount(4) };
        world.Do(Duration.FromMilliseconds(1), [.. Tenants.Select(name => world.Make(name, new Message.PlaceOrder(terms)))]);
        OrderId[] orders = [.. Tenants.Select(name => world.OrderPlacedBy(name, 0))];
        world.Do(Duration.FromMilliseconds(1), world.Make("pat", [.. orders.Select(order => new Message.PlaceBid(order, new Amount(1)))]));
        world.Do(Duration.FromSeconds(1));
        Assert.Equal(5u, world.State.Records.Bond(LedgerWorld.Account("pat")).OpenLeases);

        Assert.Equal(BlockVerdict.Accepted, world.Punish(Duration.FromMilliseconds(1), "tom", "pat").Verdict);
        LeaseId[] inOrder = [.. orders.Select(order => StateKeys.LeaseOf(order, 0)).Order()];
        LedgerEvent.TenantCompensated[] paid = [.. world.Events.OfType<LedgerEvent.TenantCompensated>()];
        Assert.Equal(inOrder[..3], paid.Select(static it => it.Lease));
        Assert.Equal([40, 40, 20], paid.Select(static it => (int)it.Amount.Units));
        LedgerEvent.Slashed slashed = Assert.Single(world.Events.OfType<LedgerEvent.Slashed>());
        Assert.Equal(slashed.Taken, slashed.Compensated + slashed.Rewarded + slashed.Burned);
        Assert.Equal(new Amount(90), slashed.Burned);
    }

    [Fact]
    public void A_jail_is_proven_to_anybody_and_so_is_its_absence()
    {
        LedgerWorld world = new(LedgerWorld.Parameters, [("pat", 0, 400), ("tom", 0, 0)]);
        world.Punish(Duration.FromMilliseconds(1), "tom", "pat");
        StateKey key = StateKeys.Jail(LedgerWorld.Signer("pat").PublicKey);
        StateProof proof = world.State.Prove(key);
        Assert.Equal(StateProofVerdict.Included, proof.Verify(world.State.Root, key, out _));
        Assert.Equal(LedgerWorld.Account("pat"), Assert.Single(world.State.Records.Jailed(10)).Account);
        StateKey other = StateKeys.Jail(LedgerWorld.Signer("tom").PublicKey);
        Assert.Equal(StateProofVerdict.Absent, world.State.Prove(other).Verify(world.State.Root, other, out _));
    }

    [Fact]
    public void An_offence_is_the_voters_and_its_reporter_the_proposer()
    {
        ValidatorSet set = new(new Epoch(0), [.. new[] { "pat", "quin", "tom" }.Select(name => new GenesisValidator(LedgerWorld.Signer(name).PublicKey, 1))]);
        ChainId chain = new(LedgerWorld.Spec);
        LedgerRecords records = RecordsOf("pat", "quin", "tom");
        VoteSlot slot = new(new Epoch(0), new View(9), VoteKind.Finalize);
        Vote[] votes = [.. new Hash256?[] { LedgerWorld.Spec, null }.Select(value =>
            new Vote(slot, value, new ValidatorIndex(1), LedgerWorld.Signer("quin").Sign(slot.SigningDigest(chain, value))))];
        Offence offence = Offence.Of(records, Evidence.Of(chain, votes[0], votes[1])!, set, LedgerWorld.Signer("tom").PublicKey);
        Assert.Equal(LedgerWorld.OffenceOf("quin", "tom") with { View = new View(9) }, offence);
        Assert.Throws<InvariantException>(() => Offence.Of(records, Evidence.Of(chain, votes[0], votes[1])!, set, LedgerWorld.Signer("alice").PublicKey));
    }

    // Of a chain whose first validators have these keys.
    private static LedgerRecords RecordsOf(params string[] validators)
    {
        Genesis genesis = new LedgerWorld(LedgerWorld.Parameters, []).Genesis;
        return LedgerState.FromGenesis(genesis with { Validators = [.. validators.Select(name => new GenesisValidator(LedgerWorld.Signer(name).PublicKey, 1))] }).Records;
    }
}
