using System;
using System.Collections.Generic;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.State;
using NodeRuntime.Ledger.Tests.Support;
using NodeRuntime.Ledger.Transactions;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Ledger.Tests.Blocks;

/// <summary>Who is due, when, and what a seal does to the state. A look every four blocks, fifty of bond for a vote.</summary>
public sealed class EpochTests
{
    private static readonly ChainParameters Parameters = LedgerWorld.Parameters with
    {
        EpochBlocks = 4,
        ValidatorBondMin = new Amount(100),
        BondPerVote = new Amount(50),
        ValidatorsMax = 3,
    };

    private readonly LedgerWorld _world = new(
        Parameters, [("validator", 1000, 0), ("pat", 1000, 100), ("quin", 1000, 400), ("rosa", 1000, 149), ("sven", 1000, 100), ("tom", 1000, 99)]);

    [Fact]
    public void Where_nobody_asks_the_set_of_genesis_votes_for_ever()
    {
        Empty(20);
        Assert.Null(_world.State.ValidatorsDue);
        Assert.Equal(_world.Genesis.ValidatorSet.Hash, _world.State.Validators.Hash);
    }

    [Fact]
    public void A_set_is_due_from_the_look_after_a_declaration()
    {
        Declare("pat");
        Empty(2);
        Assert.Null(_world.State.ValidatorsDue);
        Empty(1);
        ValidatorSet due = _world.State.ValidatorsDue!;
        Assert.Equal(new Epoch(1), due.Epoch);
        // Two votes for a bond of 100; genesis granted the other one.
        Assert.Equal([(Key("pat"), 2UL), (Key("validator"), 1UL)], due.Members.Select(static it => (it.Key, it.Weight)));
    }

    [Fact]
    public void The_greatest_stakes_have_the_places_and_among_equals_the_lesser_account()
    {
        Declare("pat", "quin", "rosa", "sven");
        Empty(3);
        string lesser = new[] { "pat", "rosa", "sven" }.OrderBy(LedgerWorld.Account).First();
        string second = new[] { "pat", "rosa", "sven" }.OrderBy(LedgerWorld.Account).Skip(1).First();
        // 149 of bond are two votes like 100: the third is begun, not paid.
        Assert.Equal([(Key("quin"), 8UL), (Key(lesser), 2UL), (Key(second), 2UL)], _world.State.ValidatorsDue!.Members.Select(static it => (it.Key, it.Weight)));
    }

    [Fact]
    public void What_is_asked_back_does_not_vote()
    {
        Declare("pat", "quin");
        _world.Do(Step, _world.Make("quin", new Message.Unbond(new Amount(350))));
        Empty(2);
        Assert.DoesNotContain(_world.State.ValidatorsDue!.Members, static it => it.Key == Key("quin"));
    }

    [Fact]
    public void Weights_are_capped_below_overflow()
    {
        UInt128 whole = UInt128.One << 99;
        LedgerWorld world = new(Parameters with { BondPerVote = new Amount(1), ValidatorBondMin = new Amount(1) }, [("whale", 10, whole)]);
        world.Do(Step, world.Make("whale", LedgerWorld.Declare(world.State.Chain, "whale", "whale", "whale")));
        for (int i = 0; i < 3; i++) world.Do(Step);
        Assert.Equal(ValidatorSet.WeightMax, world.State.ValidatorsDue!.Members[0].Weight);
    }

    [Fact]
    public void Where_everybody_leaves_the_set_in_force_stays()
    {
        _world.Do(Step, _world.Make("validator", new Message.LeaveValidators()));
        Empty(10);
        Assert.Null(_world.State.ValidatorsDue);
        Assert.Equal(1, _world.State.Validators.Count);
    }

    [Fact]
    public void A_set_stays_due_under_its_hash_until_the_look_that_finds_another()
    {
        Declare("pat");
        Empty(3);
        Hash256 due = _world.State.ValidatorsDue!.Hash;
        _world.Do(Step, Declaration("quin"));
        Empty(2);
        Assert.Equal(due, _world.State.ValidatorsDue!.Hash);
        Empty(1);
        Assert.NotEqual(due, _world.State.ValidatorsDue!.Hash);
        Assert.Equal(3, _world.State.ValidatorsDue!.Count);
        Hash256 second = _world.State.ValidatorsDue!.Hash;
        Empty(4);
        Assert.Equal(second, _world.State.ValidatorsDue!.Hash);
    }

    [Fact]
    public void A_set_that_is_no_longer_wanted_is_no_longer_due()
    {
        Declare("pat");
        Empty(3);
        _world.Do(Step, _world.Make("pat", new Message.LeaveValidators()));
        Empty(3);
        Assert.Null(_world.State.ValidatorsDue);
    }

    [Fact]
    public void A_seal_puts_what_is_due_in_force_and_the_next_look_counts_from_it()
    {
        Declare("pat");
        Empty(4);
        ValidatorSet due = _world.State.ValidatorsDue!;
        Assert.Equal(BlockVerdict.Accepted, Seal(due.Hash).Verdict);
        Assert.Equal(due.Hash, _world.State.Validators.Hash);
        Assert.Null(_world.State.ValidatorsDue);
        Assert.Equal(new LedgerEvent.EpochSealed(due).GetType(), Assert.Single(_world.Events).GetType());
        Height sealedAt = _world.State.Height;
        Assert.Equal(sealedAt, _world.State.Records.Epoch.Since);
        _world.Do(Step, Declaration("quin"));
        Empty(2);
        Assert.Null(_world.State.ValidatorsDue);
        Empty(1);
        Assert.Equal(new Epoch(2), _world.State.ValidatorsDue!.Epoch);
    }

    [Fact]
    public void A_punished_key_has_no_place_in_the_next_set()
    {
        Declare("pat", "quin");
        _world.Punish(Step, "validator", "pat");
        Empty(2);
        Assert.Equal([Key("quin"), Key("validator")], _world.State.ValidatorsDue!.Members.Select(static it => it.Key));
    }

    [Theory]
    [InlineData("leaves")]
    [InlineData("changes its key")]
    [InlineData("asks all of its bond back")]
    public void A_key_that_still_votes_is_paid_for_by_the_account_that_declared_it(string deed)
    {
        KeyPolicy wallet = KeyPolicy.Single(Key("quin"));
        _world.Do(Step, _world.Make("quin", LedgerWorld.Declare(_world.State.Chain, "quin", "quin votes", "quin")));
        Empty(3);
        Seal(_world.State.ValidatorsDue!.Hash);
        _world.Do(Step, deed switch
        {
            "leaves" => _world.Make("quin", new Message.LeaveValidators()),
            "changes its key" => Declaration("quin"),
            _ => _world.Make("quin", new Message.Unbond(new Amount(400))),
        });
        Assert.Equal(wallet.ToAccountId(), _world.State.Records.ValidatorOf(Key("quin votes")));

        // The look that finds another set, and the seal for it.
        Empty(3);
        Assert.Equal(wallet.ToAccountId(), _world.State.Records.ValidatorOf(Key("quin votes")));
        Seal(_world.State.ValidatorsDue!.Hash);
        // And then for as long as evidence of what it signed may come.
        Assert.Equal(wallet.ToAccountId(), _world.State.Records.ValidatorOf(Key("quin votes")));
        Instant until = _world.State.Time + Parameters.UnbondingTime;
        _world.Do(until - _world.State.Time - Duration.FromMilliseconds(1));
        Assert.Equal(wallet.ToAccountId(), _world.State.Records.ValidatorOf(Key("quin votes")));
        _world.Do(Duration.FromMilliseconds(1));
        // A bond that was asked back before the seal is free by then, and its owner no validator.
        Assert.Null(_world.State.Records.ValidatorOf(Key("quin votes")));
    }

    [Fact]
    public void Who_has_left_pays_for_what_its_key_signed_while_its_bond_is_there()
    {
        Declare("pat", "quin");
        Empty(3);
        Seal(_world.State.ValidatorsDue!.Hash);
        _world.Do(Step, _world.Make("quin", new Message.LeaveValidators(), new Message.Unbond(new Amount(100))));
        Empty(3);
        Seal(_world.State.ValidatorsDue!.Hash);
        Assert.Null(_world.State.Validators.IndexOf(Key("quin")));
        Assert.Equal(BlockVerdict.Accepted, _world.Punish(Step, "pat", "quin").Verdict);
        Assert.Equal(new Amount(200), _world.State.Records.Jail(Key("quin"))!.Taken);
    }

    [Fact]
    public void A_key_that_comes_back_is_bound_anew_when_it_leaves_again()
    {
        Declare("pat", "quin");
        Empty(3);
        Seal(_world.State.ValidatorsDue!.Hash);
        for (int i = 0; i < 2; i++)
        {
            _world.Do(Step, _world.Make("quin", new Message.LeaveValidators()));
            Empty(3);
            Seal(_world.State.ValidatorsDue!.Hash);
            Assert.NotNull(_world.State.Records.ValidatorKey(Key("quin"))!.BoundUntil);
            if (i == 1) break;
            _world.Do(Step, Declaration("quin"));
            Empty(3);
            Seal(_world.State.ValidatorsDue!.Hash);
        }

        Instant until = _world.State.Records.ValidatorKey(Key("quin"))!.BoundUntil!.Value;
        Assert.Equal(_world.State.Time + Parameters.UnbondingTime, until);
        _world.Do(Parameters.UnbondingTime);
        Assert.Null(_world.State.Records.ValidatorOf(Key("quin")));
    }

    [Fact]
    public void Who_was_punished_has_no_place_with_another_key_until_its_time_is_over()
    {
        Declare("pat", "quin");
        Empty(3);
        Seal(_world.State.ValidatorsDue!.Hash);
        _world.Punish(Step, "pat", "quin");
        ulong free = _world.State.Height.Number + (Parameters.Slashing.JailEpochs * Parameters.EpochBlocks);
        _world.Do(Step, _world.Make("quin", LedgerWorld.Declare(_world.State.Chain, "quin", "quin anew", "quin")));
        Empty(2);
        Seal(_world.State.ValidatorsDue!.Hash);
        Assert.Null(_world.State.Validators.IndexOf(Key("quin")));
        while (_world.State.ValidatorsDue is null) _world.Do(Step);
        Assert.InRange(_world.State.Height.Number, free, free + Parameters.EpochBlocks);
        Assert.NotNull(_world.State.ValidatorsDue.IndexOf(Key("quin anew")));
    }

    [Fact]
    public void A_key_is_changed_at_a_seal()
    {
        Declare("pat");
        Empty(3);
        Seal(_world.State.ValidatorsDue!.Hash);
        _world.Do(Step, _world.Make("pat", LedgerWorld.Declare(_world.State.Chain, "pat", "pat anew", "pat")));
        Empty(3);
        ValidatorSet due = _world.State.ValidatorsDue!;
        Assert.NotNull(_world.State.Validators.IndexOf(Key("pat")));
        Assert.Null(due.IndexOf(Key("pat")));
        Assert.Equal(Key("pat").ToPeerId(), due[due.IndexOf(Key("pat anew"))!.Value].Peer);
    }

    [Fact]
    public void A_seal_that_the_state_does_not_call_for_is_refused()
    {
        Assert.Equal(BlockVerdict.SealNotDue, Seal(_world.State.Validators.Hash).Verdict);
        Declare("pat");
        Empty(3);
        Assert.Equal(BlockVerdict.SealForOther, Seal(_world.State.Validators.Hash).Verdict);
        BlockContext late = BlockContext.After(_world.State, _world.State.Time + Step) with { Epoch = new Epoch(1) };
        Assert.Equal(BlockVerdict.WrongEpoch, BlockApplication.Apply(_world.State, late, [], _world.Verifier).Verdict);
    }

    [Fact]
    public void A_declaration_without_both_signatures_is_refused()
    {
        Message.DeclareValidator good = LedgerWorld.Declare(_world.State.Chain, "pat", "votes", "pat");
        ChainId other = new(Hasher.Sha256([1]));
        Message.DeclareValidator[] forged =
        [
            good with { Possession = good.NodeConsent },
            good with { NodeConsent = good.Possession },
            good with { Anchor = LedgerWorld.Reveals("tom").Anchor },
            good with { Key = Key("tom") },
            good with { NodeKey = Key("tom") },
            LedgerWorld.Declare(other, "pat", "votes", "pat"),
            LedgerWorld.Declare(_world.State.Chain, "quin", "votes", "pat"),
        ];
        foreach (Message.DeclareValidator message in forged)
        {
            BlockOutcome outcome = _world.Apply(Step, _world.Make("pat", message));
            Assert.Equal(TransactionVerdict.MessageSignatureWrong, outcome.Refusal.Verdict);
        }

        Assert.Equal(BlockVerdict.Accepted, _world.Apply(Step, _world.Make("pat", good)).Verdict);
    }

    private static Duration Step { get; } = Duration.FromMilliseconds(100);

    private static PublicKey Key(string name) => LedgerWorld.Signer(name).PublicKey;

    private void Declare(params string[] names) => _world.Do(Step, [.. names.Select(Declaration)]);

    private Transaction Declaration(string name) => _world.Make(
        name, LedgerWorld.Declare(_world.State.Chain, name, name, name));

    private void Empty(int blocks)
    {
        for (int i = 0; i < blocks; i++) _world.Do(Step);
    }

    private BlockOutcome Seal(Hash256 set) => _world.Take(BlockApplication.Apply(
        _world.State, BlockContext.After(_world.State, _world.State.Time + Step) with { NextSetHash = set }, [], _world.Verifier));
}
