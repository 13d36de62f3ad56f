using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.Mempool;
using NodeRuntime.Ledger.Seconds;
using NodeRuntime.Ledger.Slashing;
using NodeRuntime.Ledger.State;
using NodeRuntime.Ledger.Tests.Support;
using NodeRuntime.Ledger.Transactions;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Ledger.Tests.Blocks;

/// <summary>
/// Nine people do at random what the ledger lets them and much that it does not, block after block. Whatever comes:
/// money is conserved and never negative (the audit after each block), what a proposer selects applies at every voter to
/// the same root, and nothing applies twice.
/// </summary>
public sealed class RandomStreamTests
{
    private const int Blocks = 120;

    private static readonly string[] Owners = ["ann", "ben", "cat", "dan"];
    private static readonly string[] Providers = ["pat", "quin", "rob", "sue", "tom"];
    private static readonly string[] Everybody = [.. Owners, .. Providers];

    [Theory]
    [InlineData(1UL)]
    [InlineData(2UL)]
    [InlineData(3UL)]
    [InlineData(4UL)]
    [InlineData(5UL)]
    [InlineData(6UL)]
    public void Money_is_conserved_and_every_peer_finds_the_same_root(ulong seed)
    {
        LedgerWorld world = NewWorld();
        List<ImmutableArray<ReadOnlyMemory<byte>>> bodies = [];
        List<BlockContext> contexts = [];
        Run(world, seed, (block, body) =>
        {
            contexts.Add(block);
            bodies.Add(body);
        });

        // A peer that comes later, knows nothing and applies the same bodies.
        LedgerState late = LedgerState.FromGenesis(world.Genesis);
        for (int i = 0; i < bodies.Count; i++)
        {
            BlockOutcome outcome = BlockApplication.Apply(late, contexts[i], bodies[i], new KeyedHashVerifier());
            Assert.Equal(BlockVerdict.Accepted, outcome.Verdict);
            late = outcome.State!;
        }

        Assert.Equal(world.State.Root, late.Root);
        Assert.Contains(contexts, static it => it.Seconds is not null);
    }

    [Fact]
    public void A_random_stream_comes_to_every_end_that_a_lease_and_an_order_can_have()
    {
        SortedSet<string> seen = new(StringComparer.Ordinal);
        for (ulong seed = 1; seed <= 6; seed++)
        {
            LedgerWorld world = NewWorld();
            Run(world, seed, (_, _) => seen.UnionWith(world.Events.Select(happened => happened.GetType().Name)));
        }

        string[] all =
        [
            .. typeof(LedgerEvent).GetNestedTypes().Select(type => type.Name).Where(name => name != nameof(LedgerEvent.OrderForgotten)
                // Capacity has a stream of its own.
                && !name.StartsWith("Capacity", StringComparison.Ordinal)
                && name is not (nameof(LedgerEvent.AccusationUnfounded) or nameof(LedgerEvent.AccusationPassedOver) or nameof(LedgerEvent.MaintenanceDeclared))
                // The calendar of events and lies about it have tests of their own.
                && name is not (nameof(LedgerEvent.FraudConvicted) or nameof(LedgerEvent.CalendarPublished))
                // Whose turns passed is a matter of views, and here are none.
                && name is not (nameof(LedgerEvent.TurnsMissed) or nameof(LedgerEvent.ValidatorDeclared) or nameof(LedgerEvent.ValidatorLeft) or nameof(LedgerEvent.EpochSealed))),
        ];
        Assert.Empty(all.Except(seen));
    }

    [Theory]
    [InlineData(21UL)]
    [InlineData(22UL)]
    public void No_transaction_that_a_block_held_is_ever_accepted_again(ulong seed)
    {
        LedgerWorld world = NewWorld();
        List<ReadOnlyMemory<byte>> held = [];
        Run(world, seed, (_, body) => held.AddRange(body));
        Assert.NotEmpty(held);
        foreach (ReadOnlyMemory<byte> bytes in held)
        {
            BlockContext block = BlockContext.After(world.State, world.State.Time + Duration.FromSeconds(1));
            BlockOutcome outcome = BlockApplication.Apply(world.State, block, [bytes], world.Verifier);
            Assert.True(outcome.Refusal.Verdict is TransactionVerdict.SequenceTooLow or TransactionVerdict.Expired);
        }
    }

    private static LedgerWorld NewWorld() => new(
        LedgerWorld.Parameters with { UnbondingTime = Duration.FromSeconds(5) },
        [.. Owners.Select(name => (name, (UInt128)5_000, (UInt128)0)), .. Providers.Select(name => (name, (UInt128)400, (UInt128)150))]);

    private static void Run(LedgerWorld world, ulong seed, Action<BlockContext, ImmutableArray<ReadOnlyMemory<byte>>> applied)
    {
        Prng prng = new(seed);
        MempoolMachine pool = new(world.State, world.Verifier, new DigestHashing(new Prng(1)));
        for (int i = 0; i < Blocks; i++)
        {
            int offers = prng.NextBelow(14);
            for (int j = 0; j < offers; j++) Offer(world, pool, prng);
            Duration later = prng.NextDuration(new Duration(1_000), Duration.FromSeconds(2));
            if (prng.NextChance(60)) later = Duration.FromSeconds(prng.NextChance(500) ? 29 : 40);
            BlockContext block = BlockContext.After(world.State, world.State.Time + later) with
            {
                Offences = AnyOffence(world, prng),
                Seconds = EventCalendarRules.Select(world.State.Records.EventCalendar, world.State.Time + later, SecondsUntil(world.State.Time + later)),
            };
            ImmutableArray<ReadOnlyMemory<byte>> body = pool.Select(world.State, block).Body;
            BlockOutcome outcome = world.Take(BlockApplication.Apply(world.State, block, body, world.Verifier, pool));
            Assert.True(outcome.Verdict == BlockVerdict.Accepted, outcome.ToString());
            pool.Committed(outcome);
            applied(block, body);
        }
    }

    // Of the last twenty seconds those that are no third.
    private static IEnumerable<EnteredSecond> SecondsUntil(Instant time) =>
        Enumerable.Range(-20, 20).Select(i => new Round(EpochPlans.RoundOf(time).Second - (ulong)-i)).Where(static it => it.Second % 3 > 0).Select(static it => new EnteredSecond(it, LedgerWorld.Spec, 1));

    private static void Offer(LedgerWorld world, MempoolMachine pool, Prng prng)
    {
        string sender = Pick(prng, Everybody);
        Message[] messages = new Message[1 + (prng.NextChance(150) ? 1 : 0)];
        for (int i = 0; i < messages.Length; i++) messages[i] = AnyMessage(world, prng, ref sender);
        ulong sequence = pool.NextSequence(LedgerWorld.Account(sender));
        if (prng.NextChance(50)) sequence += (ulong)prng.NextBelow(3);
        pool.Add(world.Make(sender, sequence, messages).Encode(), world.State.Time + Duration.FromMilliseconds(1));
    }

    /// <summary>Mostly what makes sense for somebody now: that one becomes the sender.</summary>
    private static Message AnyMessage(LedgerWorld world, Prng prng, ref string sender)
    {
        int kind = prng.NextBelow(12);
        if (kind == 0) return new Message.Transfer(LedgerWorld.Account(Pick(prng, Everybody)), new Amount(prng.NextBelow(300UL)));
        if (kind == 1) return new Message.Bond(new Amount(prng.NextBelow(80UL)));
        if (kind == 2) return new Message.Unbond(new Amount(prng.NextBelow(60UL)));
        if (kind == 3 && prng.NextChance(100)) return new Message.Faucet(LedgerWorld.Account(sender));
        if (kind is 3 or 4)
        {
            sender = Pick(prng, Owners);
            return new Message.PlaceOrder(LedgerWorld.Terms with
            {
                PricePerSecondMax = new Amount(prng.NextBelow(20UL)),
                SecondsMax = (uint)prng.NextBelow(20),
                ReadyWithin = prng.NextDuration(Duration.Zero, Duration.FromSeconds(6)),
                ExpiresAfter = prng.NextDuration(Duration.Zero, Duration.FromSeconds(40)),
            });
        }

        if (kind is 5 or 6 or 7)
        {
            List<KeyValuePair<OrderId, OrderRecord>> open = world.State.Records.OpenOrders(50);
            if (open.Count == 0) return new Message.CancelOrder(new OrderId(Hasher.Sha256([1])));
            (OrderId id, OrderRecord order) = open[prng.NextBelow(open.Count)];
            if (prng.NextChance(80))
            {
                sender = NameOf(order.Owner);
                return new Message.CancelOrder(id);
            }

            sender = Pick(prng, Providers);
            return new Message.PlaceBid(id, new Amount(prng.NextBelow(20UL)));
        }

        return AboutALease(world, prng, ref sender);
    }

    private static Message AboutALease(LedgerWorld world, Prng prng, ref string sender)
    {
        List<KeyValuePair<LeaseId, LeaseRecord>> leases =
        [
            .. Providers.SelectMany(name => world.State.Records.LeasesOfProvider(LedgerWorld.Account(name), 500))
                .Where(lease => lease.Value.State <= LeaseState.ResultReported),
        ];
        if (leases.Count == 0) return new Message.AcknowledgeResult(new LeaseId(Hasher.Sha256([2])));
        (LeaseId id, LeaseRecord lease) = leases[prng.NextBelow(leases.Count)];
        string provider = NameOf(lease.Provider);
        string owner = NameOf(lease.Owner);
        if (prng.NextChance(60)) return new Message.ReportResult(id, Hash256.Zero);
        if (prng.NextChance(70))
        {
            sender = owner;
            return new Message.CloseLease(id);
        }

        sender = lease.State == LeaseState.ResultReported ? owner : provider;
        return lease.State switch
        {
            LeaseState.Opened => world.Ready(id, owner, provider),
            LeaseState.Ready => new Message.ReportResult(id, Hasher.Sha256([3])),
            _ => new Message.AcknowledgeResult(id),
        };
    }

    // A provider that validates too, now and then; each once.
    private static ImmutableArray<Offence> AnyOffence(LedgerWorld world, Prng prng)
    {
        if (!prng.NextChance(20)) return [];
        Offence offence = LedgerWorld.OffenceOf(Pick(prng, Providers), Pick(prng, Providers));
        return SlashingRules.Check(world.State.Records, offence.Key) == SlashingVerdict.Accepted ? [offence] : [];
    }

    private static string NameOf(AccountId account) => Everybody.First(name => LedgerWorld.Account(name) == account);

    private static string Pick(Prng prng, string[] names) => names[prng.NextBelow(names.Length)];
}
