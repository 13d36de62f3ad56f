using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Text;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.Seconds;
using NodeRuntime.Ledger.State;
using NodeRuntime.Ledger.Tests.Support;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Ledger.Tests.Seconds;

/// <summary>A chain whose blocks enter seconds, and a peer beside it that keeps the same calendar. Ledger time begins with second 1,000.</summary>
internal sealed class EventCalendarWorld
{
    public const ulong First = 1_000;

    // A look every four blocks, so that sets may change often.
    private static readonly ChainParameters Parameters = LedgerWorld.Parameters with
    {
        EpochBlocks = ChainParameters.EpochBlocksMin,
        ValidatorBondMin = new Amount(100),
        BondPerVote = new Amount(50),
        ValidatorsMax = 3,
    };

    public EventCalendarWorld()
    {
        Ledger = new LedgerWorld(Parameters, [("pat", 10_000, 100), ("quin", 10_000, 400)]);
        Twin = new CalendarTwin(Ledger.Genesis);
    }

    public LedgerWorld Ledger { get; }

    public CalendarTwin Twin { get; }

    public LedgerState State => Ledger.State;

    public EventCalendarRecord Record => State.Records.EventCalendar;

    /// <summary>The second in which the last block was made.</summary>
    public ulong Now => EpochPlans.RoundOf(State.Time).Second;

    public static EnteredSecond Second(ulong second, ulong events = 1) =>
        new(new Round(second), Hasher.Sha256(Encoding.UTF8.GetBytes("core of " + second)), events);

    public static CalendarEntry Entry(params ulong[] seconds) => new([.. seconds.Select(static it => Second(it))]);

    public static CalendarEntry Range(ulong first, int count) => new([.. Enumerable.Range(0, count).Select(i => Second(first + (ulong)i))]);

    /// <summary>A block in the middle of this second, as its voters apply it.</summary>
    public BlockOutcome At(ulong second, CalendarEntry? entry = null) => Apply(Instant.FromMilliseconds(((long)second * 1000) + 500), entry);

    public BlockOutcome Later(Duration later, CalendarEntry? entry = null, bool seals = false, params Transaction[] transactions) =>
        Apply(State.Time + later, entry, seals, transactions);

    /// <summary>What a proposer makes of what it has.</summary>
    public CalendarEntry? Select(Instant time, IEnumerable<EnteredSecond> offered) => EventCalendarRules.Select(State.Records.EventCalendar, time, offered);

    private BlockOutcome Apply(Instant time, CalendarEntry? entry, bool seals = false, params Transaction[] transactions)
    {
        ValidatorSet? next = seals ? State.ValidatorsDue : null;
        // As it travels: one body, with the entry in front.
        ImmutableArray<ReadOnlyMemory<byte>> whole = BlockBody.Of(entry, [.. transactions.Select(static it => (ReadOnlyMemory<byte>)it.Encode())]);
        (CalendarEntry? seconds, ImmutableArray<ReadOnlyMemory<byte>> body) = BlockBody.Split(whole);
        BlockContext block = BlockContext.After(State, time) with { Seconds = seconds, NextSetHash = next?.Hash };
        BlockOutcome outcome = BlockApplication.Apply(State, block, body, Ledger.Verifier);
        BlockOutcome again = BlockApplication.Replay(State, block, body);
        Assert.Equal((outcome.Verdict, outcome.State?.Root), (again.Verdict, again.State?.Root));
        Assert.Equal(outcome.Seconds.ToArray(), again.Seconds.ToArray());
        if (outcome.State is null) return outcome;
        if (next is not null) Twin.Seal(block, next);
        Ledger.Take(outcome);
        Twin.Follow(outcome, entry);
        return outcome;
    }
}
