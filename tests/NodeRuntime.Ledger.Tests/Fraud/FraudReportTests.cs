using System;
using System.Collections.Generic;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.Fraud;
using NodeRuntime.Ledger.State;
using NodeRuntime.Ledger.Tests.Support;
using NodeRuntime.Ledger.Transactions;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Provenance.Fraud;

namespace NodeRuntime.Ledger.Tests.Fraud;

/// <summary>A lie about the calendar costs a share of the bond behind it, once; nothing else does. After every block the whole state is added up.</summary>
public sealed class FraudReportTests
{
    // Ledger time begins in this second.
    private const ulong Second = 1000;

    private readonly LedgerWorld _world = NewWorld(LedgerWorld.Parameters);

    private ChainId Chain => _world.State.Chain;

    public static TheoryData<FraudKind> Kinds => [.. Enum.GetValues<FraudKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_lie_of_each_kind_costs_its_teller_and_pays_the_harmed_and_the_finder(FraudKind kind)
    {
        // Two calendars are a validator's lie, by the key that votes.
        string liar = kind == FraudKind.CheckpointContradiction ? "validator" : "liar";
        string? harmed = kind == FraudKind.AcknowledgementBroken ? "kid" : null;
        _world.Do(Duration.FromMilliseconds(1), _world.Make("fin", Lies.Report(new Lies(Chain, liar).Of(kind, Second, harmed), harmed)));

        Amount taken = new(kind == FraudKind.CheckpointContradiction ? 1000u : 200u);
        LedgerEvent.FraudConvicted convicted = Assert.Single(_world.Events.OfType<LedgerEvent.FraudConvicted>());
        Assert.Equal((kind, LedgerWorld.Account(liar), taken), (convicted.Kind, convicted.Account, convicted.Taken));
        Assert.Equal(new Amount(2000) - taken, BondOf(liar));
        Assert.Equal(harmed is null ? Amount.Zero : new Amount(20), BalanceOf("kid"));
        // A twentieth, less the fee.
        Assert.Equal(new Amount(1000) + new Amount(taken.Units / 20) - new Amount(1), BalanceOf("fin"));
        Assert.Equal(taken, convicted.Compensated + convicted.Rewarded + convicted.Burned);
        FraudRecord record = _world.State.Records.Fraud(LedgerWorld.Signer(liar).PublicKey)!;
        Assert.Equal(((byte)kind, taken), (record.Kind, record.Taken));
        StateKey key = StateKeys.Fraud(LedgerWorld.Signer(liar).PublicKey);
        Assert.Equal(StateProofVerdict.Included, _world.State.Prove(key).Verify(_world.State.Root, key, out _));
    }

    public static TheoryData<string> Refusals => [.. Enum.GetNames<FraudReportVerdict>().Where(static it => it != nameof(FraudReportVerdict.Accepted))];

    [Theory]
    [MemberData(nameof(Refusals))]
    public void What_convicts_nobody_is_refused_by_name(string expected)
    {
        FraudReportVerdict verdict = Enum.Parse<FraudReportVerdict>(expected);
        LedgerWorld world = verdict == FraudReportVerdict.NobodyPunished ? NewWorld(LedgerWorld.Parameters with { Slashing = SlashingParameters.None }) : _world;
        Lies lies = new(world.State.Chain, "liar");
        FraudProof twice = lies.Of(FraudKind.SlotContradiction, Second), replaced = lies.Of(FraudKind.PromiseReplaced, Second);
        if (verdict == FraudReportVerdict.AlreadyPunished) world.Do(Duration.FromMilliseconds(1), world.Make("kid2", Lies.Report(twice)));
        if (verdict == FraudReportVerdict.Stale) world.Do(Duration.FromMinutes((Limits.FraudDaysMax * 24 * 60) + 1));
        Message.ReportFraud report = verdict switch
        {
            FraudReportVerdict.NobodyPunished or FraudReportVerdict.AlreadyPunished or FraudReportVerdict.Stale => Lies.Report(twice),
            FraudReportVerdict.Malformed => new Message.ReportFraud([1, 2, 3], null),
            FraudReportVerdict.PartsWrong => Lies.Report(twice with { Records = [new byte[3]] }),
            FraudReportVerdict.StatementMalformed => Lies.Report(twice with { Statements = [twice.Statements[0], new byte[3]] }),
            FraudReportVerdict.CulpritForeign => Lies.Report(twice with { Culprit = LedgerWorld.Signer("kid").PublicKey }),
            FraudReportVerdict.ChainWrong => Lies.Report(new Lies(new ChainId(LedgerWorld.Spec), "liar").Of(FraudKind.PromiseContradiction, Second)),
            FraudReportVerdict.PlacesDiffer => Lies.Report(twice with { Statements = [twice.Statements[0], lies.Of(FraudKind.SlotContradiction, Second + 1).Statements[1]] }),
            FraudReportVerdict.RecordWrong => Lies.Report(replaced with { Records = replaced.Records.SetItem(0, new byte[9]) }),
            FraudReportVerdict.WayWrong => Lies.Report(replaced with { Ways = [replaced.Ways[0], replaced.Ways[1] with { Path = [LedgerWorld.Spec] }] }),
            FraudReportVerdict.NoContradiction => Lies.Report(twice with { Statements = [twice.Statements[0], twice.Statements[0]] }),
            FraudReportVerdict.NotYet => Lies.Report(lies.Of(FraudKind.SlotContradiction, Second + Limits.FraudSecondsAheadMax + 1)),
            FraudReportVerdict.HarmedWrong => Lies.Report(lies.Of(FraudKind.AcknowledgementBroken, Second, "kid"), "fin"),
            FraudReportVerdict.NothingAtStake => Lies.Report(new Lies(world.State.Chain, "nobody").Of(FraudKind.SlotContradiction, Second)),
            _ => throw new ArgumentOutOfRangeException(nameof(expected)),
        };
        BlockOutcome outcome = world.Apply(Duration.FromMilliseconds(1), world.Make("fin", report));
        Assert.Equal("Fraud." + expected, outcome.Refusal.Name);
        Assert.Equal(verdict, FraudReportRules.Check(world.State, report));
    }

    [Fact]
    public void Nobody_else_may_be_put_in_the_place_of_whom_the_proof_names()
    {
        FraudProof named = new Lies(Chain, "liar").Of(FraudKind.AcknowledgementBroken, Second, "kid");
        Assert.Equal(FraudReportVerdict.HarmedWrong, FraudReportRules.Check(_world.State, Lies.Report(named, "fin")));
        // A liar may name somebody whose key nobody knows: that does not save it.
        Assert.Equal(FraudReportVerdict.Accepted, FraudReportRules.Check(_world.State, Lies.Report(named)));
        FraudProof unnamed = new Lies(Chain, "liar").Of(FraudKind.AcknowledgementBroken, Second);
        Assert.Equal(FraudReportVerdict.HarmedWrong, FraudReportRules.Check(_world.State, Lies.Report(unnamed, "kid")));
        Assert.Equal(FraudReportVerdict.Accepted, FraudReportRules.Check(_world.State, Lies.Report(unnamed)));
    }

    [Fact]
    public void A_signature_that_is_not_the_culprits_is_told_with_those_of_the_transaction()
    {
        FraudProof proof = new Lies(Chain, "liar").Of(FraudKind.SlotContradiction, Second);
        FraudProof forged = proof with { Signatures = [proof.Signatures[0], proof.Signatures[0]] };
        Assert.Equal(nameof(TransactionVerdict.MessageSignatureWrong), _world.Apply(Duration.FromMilliseconds(1), _world.Make("fin", Lies.Report(forged))).Refusal.Name);
    }

    [Fact]
    public void A_conviction_covers_what_was_signed_before_it_and_a_later_lie_costs_again()
    {
        Lies lies = new(Chain, "liar");
        _world.Do(Duration.FromSeconds(5), _world.Make("fin", Lies.Report(lies.Of(FraudKind.SlotContradiction, Second + 2))));
        foreach (FraudKind kind in Enum.GetValues<FraudKind>().Where(static it => it != FraudKind.CheckpointContradiction))
        {
            Assert.Equal(FraudReportVerdict.AlreadyPunished, FraudReportRules.Check(_world.State, Lies.Report(lies.Of(kind, Second + 5))));
            Assert.Equal(FraudReportVerdict.Accepted, FraudReportRules.Check(_world.State, Lies.Report(lies.Of(kind, Second + 6))));
        }

        _world.Do(Duration.FromSeconds(5), _world.Make("fin", Lies.Report(lies.Of(FraudKind.PromiseOverdue, Second + 20))));
        // A tenth of what was left; and what lies ahead of the ledger's time is punished once as well.
        Assert.Equal(new Amount(2000 - 200 - 180), BondOf("liar"));
        Assert.Equal(FraudReportVerdict.AlreadyPunished, FraudReportRules.Check(_world.State, Lies.Report(lies.Of(FraudKind.WrongTotals, Second + 20))));
    }

    [Fact]
    public void Two_reports_of_one_lie_do_not_stand_in_one_block()
    {
        Message.ReportFraud report = Lies.Report(new Lies(Chain, "liar").Of(FraudKind.SlotContradiction, Second));
        BlockOutcome outcome = _world.Apply(Duration.FromMilliseconds(1), _world.Make("fin", report), _world.Make("kid2", report));
        Assert.Equal((1, "Fraud.AlreadyPunished"), (outcome.RefusedIndex, outcome.Refusal.Name));
    }

    [Theory]
    [InlineData("liar")]
    [InlineData("fin")]
    public void Whoever_reports_itself_loses_even_with_other_pockets_of_its_own(string finder)
    {
        string[] pockets = ["liar", "fin", "kid"];
        Amount Owned() => pockets.Aggregate(Amount.Zero, (sum, it) => sum + BalanceOf(it) + BondOf(it));
        Amount before = Owned();
        _world.Do(Duration.FromMilliseconds(1), _world.Make(finder, Lies.Report(new Lies(Chain, "liar").Of(FraudKind.AcknowledgementBroken, Second, "kid"), "kid")));
        // Of 200 at least 170 are gone, and the fee.
        Assert.True(before - Owned() >= new Amount(171), $"lost {before - Owned()}");
    }

    [Fact]
    public void A_validators_bond_answers_for_the_peer_that_speaks_for_it()
    {
        LedgerWorld world = NewWorld(LedgerWorld.Parameters with { ValidatorBondMin = new Amount(100), BondPerVote = new Amount(100) });
        Message.ReportFraud report = Lies.Report(new Lies(world.State.Chain, "node").Of(FraudKind.WrongTotals, Second));
        Assert.Equal(FraudReportVerdict.NothingAtStake, FraudReportRules.Check(world.State, report));
        world.Do(Duration.FromMilliseconds(1), world.Make("val", LedgerWorld.Declare(world.State.Chain, "val", "vote", "node")));
        world.Do(Duration.FromMilliseconds(1), world.Make("fin", report));
        Assert.Equal(new Amount(1800), world.State.Records.Bond(LedgerWorld.Account("val")).Bonded);
    }

    [Fact]
    public void Tenants_have_what_the_one_that_is_named_leaves_of_their_share()
    {
        // A bid of the liar's is taken by a tenant's order.
        _world.Do(Duration.FromMilliseconds(1), _world.Make("fin", new Message.PlaceOrder(LedgerWorld.Terms)));
        OrderId order = _world.OrderPlacedBy("fin", 0);
        _world.Do(Duration.FromMilliseconds(1), _world.Make("liar", new Message.PlaceBid(order, new Amount(1))));
        _world.Do(Duration.FromSeconds(2));
        _world.Do(Duration.FromMilliseconds(1), _world.Make("kid2", Lies.Report(new Lies(Chain, "liar").Of(FraudKind.AcknowledgementBroken, Second, "kid"), "kid")));
        LedgerEvent.FraudConvicted convicted = Assert.Single(_world.Events.OfType<LedgerEvent.FraudConvicted>());
        Assert.Equal(new Amount(20), BalanceOf("kid"));
        Assert.Equal(new Amount(80), Assert.Single(_world.Events.OfType<LedgerEvent.TenantCompensated>()).Amount);
        Assert.Equal((new Amount(100), new Amount(10), new Amount(90)), (convicted.Compensated, convicted.Rewarded, convicted.Burned));
    }

    [Fact]
    public void No_mutation_of_a_proof_convicts_anybody_but_its_liar()
    {
        Prng prng = new(6);
        FraudKind[] kinds = [.. Enum.GetValues<FraudKind>()];
        PublicKey[] honest = [LedgerWorld.Signer("kid2").PublicKey, LedgerWorld.Signer("validator").PublicKey];
        SortedSet<string> said = [];
        for (int i = 0; i < 3000; i++)
        {
            FraudProof proof = new Lies(Chain, "liar").Of(kinds[prng.NextBelow(kinds.Length)], Second, "kid");
            FraudProof other = new Lies(Chain, "liar").Of(kinds[prng.NextBelow(kinds.Length)], Second + (ulong)prng.NextBelow(2), "kid");
            // What honest peers sign is theirs to be put beside a liar's, or under another name.
            FraudProof mixed = prng.NextBelow(3) switch
            {
                0 => proof with { Culprit = honest[prng.NextBelow(2)] },
                1 => proof with { Statements = other.Statements, Signatures = other.Signatures },
                _ => proof,
            };
            byte[] bytes = mixed.Encode();
            for (int change = prng.NextBelow(3); change > 0; change--) bytes[prng.NextBelow(bytes.Length)] ^= (byte)(1 << prng.NextBelow(8));
            Message.ReportFraud report = new([.. bytes], proof.Kind == FraudKind.AcknowledgementBroken ? LedgerWorld.Signer("kid").PublicKey : null);
            BlockOutcome outcome = BlockApplication.Apply(
                _world.State, BlockContext.After(_world.State, _world.State.Time + Duration.FromMilliseconds(1)),
                [_world.Make("fin", report).Encode()], _world.Verifier);
            said.Add(outcome.Verdict == BlockVerdict.Accepted ? "Accepted" : outcome.Refusal.Name);
            foreach (LedgerEvent.FraudConvicted it in outcome.Events.OfType<LedgerEvent.FraudConvicted>()) Assert.Equal(LedgerWorld.Account("liar"), it.Account);
        }

        // It was not one check that kept them all.
        Assert.True(said.Count >= 8, string.Join(", ", said));
    }

    [Fact]
    public void A_chain_remembers_its_liars_in_a_snapshot()
    {
        _world.Do(Duration.FromMilliseconds(1), _world.Make("fin", Lies.Report(new Lies(Chain, "liar").Of(FraudKind.SlotContradiction, Second))));
        StateEntry entry = Assert.Single(_world.State.Tree.Of(StateFamily.Fraud));
        Assert.Equal(StateKeys.Fraud(LedgerWorld.Signer("liar").PublicKey), entry.Key);
        // Under another's name it is no state of ours.
        StateTree moved = _world.State.Tree.Remove(entry.Key).Set(StateKeys.Fraud(LedgerWorld.Signer("fin").PublicKey), entry.Value);
        Assert.NotEqual(AuditVerdict.Sound, LedgerAudit.Run(moved));
    }

    private static LedgerWorld NewWorld(ChainParameters parameters) => new(
        parameters, [("liar", 1000, 2000), ("validator", 0, 2000), ("fin", 1000, 0), ("kid", 0, 0), ("kid2", 1000, 500), ("val", 1000, 2000)]);

    private Amount BondOf(string name) => _world.State.Records.Bond(LedgerWorld.Account(name)).Bonded;

    private Amount BalanceOf(string name) => _world.State.Records.Account(LedgerWorld.Account(name)).Balance;
}
