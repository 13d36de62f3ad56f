using System;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Capacity;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Runtime.Settlement;
using NodeRuntime.Simulation;
using Xunit;

namespace NodeRuntime.Runtime.Tests.Settlement;

/// <summary>One transaction is under way at a time, and none holds up what waits behind it.</summary>
public sealed class PurseMachineTests
{
    private static readonly Duration Moment = Duration.FromMilliseconds(100);

    private readonly SimulatedSignatures _signatures = new();
    private readonly ISigner _signer;
    private readonly ISigner _voter;
    private readonly PurseMachine _purse;
    private LedgerState _state;

    public PurseMachineTests()
    {
        Prng prng = new(1);
        _signer = _signatures.CreateSigner(prng);
        _voter = _signatures.CreateSigner(prng);
        AccountId account = KeyPolicy.Single(_signer.PublicKey).ToAccountId();
        _state = LedgerState.FromGenesis(new Genesis
        {
            Name = "purse",
            IsDevelopment = true,
            Nonce = Hasher.Sha256("purse"u8),
            Time = Instant.FromMilliseconds(1_000_000_000),
            Parameters = ChainParameters.Development with { Capacity = CapacityTerms.Development },
            Validators = [new GenesisValidator(_voter.PublicKey, 1)],
            Allocations = [new GenesisAllocation(account, Amount.FromTokens(1_000), Amount.FromTokens(200))],
        });
        _purse = new PurseMachine(_signer, _signatures);
        Assert.Empty(Advance(Moment));
    }

    private static Message Payment => new Message.Transfer(new AccountId(Hasher.Sha256("somebody"u8)), new Amount(5));

    private ulong Sequence => _state.Records.Account(KeyPolicy.Single(_signer.PublicKey).ToAccountId()).Sequence;

    [Fact]
    public void What_a_block_has_is_done_with_and_what_waited_goes_next()
    {
        Message.CommitCapacity commit = Commit();
        Transaction first = Offered(Ask(commit));
        Assert.Empty(Ask(Payment));
        // Said twice, it waits once.
        Assert.Empty(Ask(commit));
        Transaction second = Offered(Advance(Moment, first));
        Assert.Equal((1UL, Payment), (second.Sequence, Assert.Single(second.Messages)));
        Assert.Empty(Advance(Moment, second));
        Assert.Equal(2UL, Sequence);
    }

    [Fact]
    public void What_no_block_has_yet_is_offered_again_with_each_block()
    {
        Transaction first = Offered(Ask(Payment));
        Assert.Equal(first.Id, Offered(Advance(Moment)).Id);
        Assert.Equal(first.Id, Offered(Advance(Moment)).Id);
        for (int i = 0; i < 12; i++) Advance(Moment);
        Transaction again = Offered(Advance(Moment));
        Assert.True(again.ExpiresAt > first.ExpiresAt);
        Assert.Equal(0UL, again.Sequence);
    }

    [Fact]
    public void A_message_whose_time_is_over_does_not_hold_up_the_others()
    {
        Advance(Moment, Offered(Ask(Commit())));
        Instant soon = _state.Time + Duration.FromSeconds(1);
        Transaction under = Offered(Ask(new Message.DeclareMaintenance(soon, soon + Duration.FromSeconds(1))));
        Assert.Empty(Ask(Payment));
        Assert.Equal(under.Id, Offered(Advance(Moment)).Id);

        ImmutableArray<PurseEffect> effects = Advance(Duration.FromSeconds(2));
        PurseEffect.Say dropped = Assert.Single(effects.OfType<PurseEffect.Say>());
        Assert.Equal("DeclareMaintenance dropped: Capacity.MaintenanceTooLate", dropped.Text);
        Transaction next = Offered(effects);
        Assert.Equal((under.Sequence, Payment), (next.Sequence, Assert.Single(next.Messages)));
        Assert.Empty(Advance(Moment, next));
    }

    [Fact]
    public void A_root_of_the_day_that_somebody_else_may_put_there_first_takes_nothing_else_with_it()
    {
        Message publication = Publication();
        Transaction first = Offered(Ask(Payment));
        Assert.Empty(Ask(publication));
        Message later = new Message.Transfer(new AccountId(Hasher.Sha256("somebody else"u8)), new Amount(7));
        Assert.Empty(Ask(later));
        // What was asked for behind it goes before it, and it goes alone.
        Transaction second = Offered(Advance(Moment, first));
        Assert.Equal(later, Assert.Single(second.Messages));
        Transaction third = Offered(Advance(Moment, second));
        Assert.Same(publication, Assert.Single(third.Messages));
        Assert.Empty(Advance(Moment, third));
        // The day is taken now: said again it is dropped by name, and what comes with it is not held up.
        PurseEffect.Say dropped = Assert.Single(Ask(publication).OfType<PurseEffect.Say>());
        Assert.Equal("PublishCalendar dropped: Publications.DayTaken", dropped.Text);
        Assert.Equal(Payment, Assert.Single(Offered(Ask(Payment)).Messages));
    }

    // A calendar of one second.
    private Message.PublishCalendar Publication()
    {
        Hash256 nothing = Hasher.Sha256("nothing"u8);
        RoundLeaf last = new(EpochPlans.RoundOf(_state.Time), nothing, 1, 1, nothing, nothing, RoundMark.Live);
        string text = new Checkpoint(Checkpoint.OriginOf(_state.Chain), 1, last.Hash).Text;
        CheckpointLine line = new(_voter.PublicKey, _voter.Sign(ValidatorNote.SigningDigest(_state.Chain, text)));
        return new Message.PublishCalendar(1, last.Hash, [.. last.Encode()], [], [line]);
    }

    [Fact]
    public void Where_the_ledger_jumped_what_was_signed_last_is_taken_to_be_there()
    {
        Transaction sent = Offered(Ask(Payment));
        Apply(Moment, sent);
        Assert.Empty(_purse.Step(new PurseInput.Advanced(_state, [], _state.Time)));
        Assert.Equal(1UL, Sequence);
    }

    private Message.CommitCapacity Commit() => new(_signer.PublicKey, [new CapacityUnits(CapacityKind.Cpu, 1)], "eu", []);

    private ImmutableArray<PurseEffect> Ask(Message message) => _purse.Step(new PurseInput.Asked(message, _state.Time));

    private ImmutableArray<PurseEffect> Advance(Duration later, params Transaction[] transactions)
    {
        Apply(later, transactions);
        return _purse.Step(new PurseInput.Advanced(_state, [.. transactions.Select(static it => it.Id)], _state.Time));
    }

    private void Apply(Duration later, params Transaction[] transactions)
    {
        ImmutableArray<ReadOnlyMemory<byte>> body = [.. transactions.Select(static it => (ReadOnlyMemory<byte>)it.Encode())];
        _state = BlockApplication.Apply(_state, BlockContext.After(_state, _state.Time + later), body, _signatures).State!;
    }

    private static Transaction Offered(ImmutableArray<PurseEffect> effects) => Assert.Single(effects.OfType<PurseEffect.Offer>()).Transaction;
}
