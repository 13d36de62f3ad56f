using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.Seconds;
using NodeRuntime.Ledger.Tests.Support;
using NodeRuntime.Ledger.Transactions;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Provenance.Records;
using World = NodeRuntime.Ledger.Tests.Seconds.EventCalendarWorld;

namespace NodeRuntime.Ledger.Tests.Seconds;

/// <summary>Which seconds a block may name, and which it does name: the second is always among the first.</summary>
public sealed class EventCalendarRulesTests
{
    private const int Max = Limits.CalendarSecondsPerBlockMax;

    private readonly World _world = new();

    // The next second is 1,005, and the block's time is in the second that stands first.
    [Theory]
    [InlineData(1010, "1005", EventCalendarVerdict.Accepted)]
    [InlineData(1010, "1005 1006 1007 1008 1009", EventCalendarVerdict.Accepted)]
    // What is missing in front of them is three seconds old, or not.
    [InlineData(1010, "1008", EventCalendarVerdict.Accepted)]
    [InlineData(1010, "1005 1008 1009", EventCalendarVerdict.Accepted)]
    [InlineData(1010, "1009", EventCalendarVerdict.SecondSkipped)]
    [InlineData(1010, "1005 1006 1007 1009", EventCalendarVerdict.SecondSkipped)]
    [InlineData(1010, "1004", EventCalendarVerdict.SecondPast)]
    [InlineData(1010, "1004 1005", EventCalendarVerdict.SecondPast)]
    [InlineData(1010, "0", EventCalendarVerdict.SecondPast)]
    [InlineData(1010, "1010", EventCalendarVerdict.SecondNotOver)]
    [InlineData(1010, "1005 1010", EventCalendarVerdict.SecondNotOver)]
    [InlineData(1010, "1005 9999999", EventCalendarVerdict.SecondNotOver)]
    [InlineData(1015, "1005", EventCalendarVerdict.Accepted)]
    [InlineData(1016, "1005", EventCalendarVerdict.SecondPast)]
    [InlineData(1016, "1006", EventCalendarVerdict.Accepted)]
    // An hour later the block enters 128 by itself.
    [InlineData(4600, "1132", EventCalendarVerdict.SecondPast)]
    [InlineData(4600, "1133", EventCalendarVerdict.Accepted)]
    [InlineData(4600, "1260", EventCalendarVerdict.Accepted)]
    [InlineData(4600, "1133 1260", EventCalendarVerdict.Accepted)]
    [InlineData(4600, "1261", EventCalendarVerdict.TooMany)]
    [InlineData(4600, "1133 1261", EventCalendarVerdict.TooMany)]
    [InlineData(4600, "4599", EventCalendarVerdict.TooMany)]
    [InlineData(4600, "1132 4600", EventCalendarVerdict.SecondPast)]
    [InlineData(4600, "1133 4600", EventCalendarVerdict.SecondNotOver)]
    public void Each_second_that_may_not_be_named_has_its_verdict(ulong now, string seconds, EventCalendarVerdict verdict)
    {
        _world.At(1006, World.Range(1000, 5));
        Hash256 root = _world.State.Root;
        CalendarEntry entry = World.Entry([.. seconds.Split(' ').Select(ulong.Parse)]);
        Assert.Equal(verdict, EventCalendarRules.Check(_world.Record, Instant.FromMilliseconds(((long)now * 1000) + 500), entry));
        BlockOutcome outcome = _world.At(now, entry);
        Assert.Equal(verdict == EventCalendarVerdict.Accepted ? BlockVerdict.Accepted : BlockVerdict.SecondsRefused, outcome.Verdict);
        // All of it, or nothing.
        Assert.Equal(verdict == EventCalendarVerdict.Accepted, root != _world.State.Root);
    }

    [Fact]
    public void A_second_is_over_with_its_last_millisecond()
    {
        CalendarEntry entry = World.Entry(World.First);
        Assert.Equal(EventCalendarVerdict.SecondNotOver, EventCalendarRules.Check(_world.Record, Instant.FromMilliseconds(1_000_999), entry));
        Assert.Equal(EventCalendarVerdict.Accepted, EventCalendarRules.Check(_world.Record, Instant.FromMilliseconds(1_001_000), entry));
    }

    [Theory]
    [InlineData("bytes of no entry")]
    [InlineData("no seconds")]
    [InlineData("a trailing byte")]
    [InlineData("one behind a transaction")]
    [InlineData("one behind another")]
    public void What_is_no_entry_or_stands_elsewhere_is_no_transaction_either(string defect)
    {
        Transaction transaction = _world.Ledger.Make("pat", new Message.Transfer(LedgerWorld.Account("quin"), new Amount(1)));
        byte[] entry = World.Entry(World.First).Encode(), later = World.Entry(World.First + 1).Encode();
        ImmutableArray<ReadOnlyMemory<byte>> whole = defect switch
        {
            "bytes of no entry" => [entry.AsMemory(0, entry.Length - 1), transaction.Encode()],
            "no seconds" => [new WireWriter().Record(WireType.CalendarEntry, 1).Array(0).End().End().ToArray(), transaction.Encode()],
            "a trailing byte" => [(byte[])[.. entry, 0], transaction.Encode()],
            "one behind a transaction" => [transaction.Encode(), entry],
            "one behind another" => [entry, later],
            _ => Invariant.Unreachable<ImmutableArray<ReadOnlyMemory<byte>>>(defect),
        };
        (CalendarEntry? seconds, ImmutableArray<ReadOnlyMemory<byte>> body) = BlockBody.Split(whole);
        Assert.Equal(defect == "one behind another", seconds is not null);
        BlockContext block = BlockContext.After(_world.State, _world.State.Time + Duration.FromSeconds(3)) with { Seconds = seconds };
        BlockOutcome[] outcomes = [BlockApplication.Apply(_world.State, block, body, _world.Ledger.Verifier), BlockApplication.Replay(_world.State, block, body)];
        foreach (BlockOutcome outcome in outcomes)
        {
            Assert.Equal(BlockVerdict.TransactionRefused, outcome.Verdict);
            Assert.Equal((defect == "one behind a transaction" ? 1 : 0, TransactionVerdict.Malformed), (outcome.RefusedIndex, outcome.Refusal.Verdict));
        }
    }

    [Fact]
    public void A_body_comes_apart_into_what_it_was_made_of()
    {
        ReadOnlyMemory<byte> transaction = _world.Ledger.Make("pat", new Message.Transfer(LedgerWorld.Account("quin"), new Amount(1))).Encode();
        CalendarEntry entry = World.Entry(World.First);
        foreach (ImmutableArray<ReadOnlyMemory<byte>> transactions in (ImmutableArray<ReadOnlyMemory<byte>>[])[[], [transaction], [transaction, transaction]])
        {
            (CalendarEntry? none, ImmutableArray<ReadOnlyMemory<byte>> all) = BlockBody.Split(BlockBody.Of(null, transactions));
            Assert.Null(none);
            Assert.Equal(transactions.ToArray(), all.ToArray());
            (CalendarEntry? read, ImmutableArray<ReadOnlyMemory<byte>> rest) = BlockBody.Split(BlockBody.Of(entry, transactions));
            Assert.Equal(entry.Encode(), read!.Encode());
            Assert.Equal(transactions.ToArray(), rest.ToArray());
        }
    }

    [Fact]
    public void As_many_transactions_as_ever_stand_behind_an_entry()
    {
        BlockContext block = BlockContext.After(_world.State, _world.State.Time + Duration.FromSeconds(3)) with { Seconds = World.Entry(World.First) };
        ImmutableArray<ReadOnlyMemory<byte>> full = [.. Enumerable.Repeat(new ReadOnlyMemory<byte>([1]), Limits.BlockTransactionsMax)];
        Assert.Equal(Limits.BlockPartsMax, BlockBody.Of(block.Seconds, full).Length);
        Assert.Equal(BlockVerdict.TransactionRefused, BlockApplication.Apply(_world.State, block, full, _world.Ledger.Verifier).Verdict);
        Assert.Equal(BlockVerdict.TooManyTransactions, BlockApplication.Apply(_world.State, block, full.Add(full[0]), _world.Ledger.Verifier).Verdict);
    }

    // At 1,010, with 1,005 next: a proposer enters what it has, in order, and leaves a young second that it lacks to somebody else.
    [Theory]
    [InlineData("", "")]
    [InlineData("1005", "1005")]
    [InlineData("1005 1006 1007 1008 1009 1010 1011", "1005 1006 1007 1008 1009")]
    [InlineData("1000 1001 1004", "")]
    [InlineData("1003 1004 1005", "1005")]
    [InlineData("1010", "")]
    // 1,005 to 1,007 began three seconds before, 1,008 did not.
    [InlineData("1006", "1006")]
    [InlineData("1007", "1007")]
    [InlineData("1005 1007 1008", "1005 1007 1008")]
    [InlineData("1005 1006 1008 1009", "1005 1006 1008 1009")]
    [InlineData("1005 1006 1007 1009", "1005 1006 1007")]
    [InlineData("1009", "")]
    // Only what comes in order counts.
    [InlineData("1005 1005 1006", "1005 1006")]
    [InlineData("1006 1005 1007", "1006 1007")]
    public void A_proposer_names_what_it_has_and_is_patient_with_what_it_lacks(string offered, string expected)
    {
        _world.At(1006, World.Range(1000, 5));
        Instant time = Instant.FromMilliseconds(1_010_500);
        CalendarEntry? entry = _world.Select(time, offered.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(ulong.Parse).Select(static it => World.Second(it)));
        Assert.Equal(expected, string.Join(' ', entry?.Seconds.Select(static it => it.Round.Second) ?? []));
    }

    [Fact]
    public void A_proposer_that_has_everything_names_as_much_as_a_block_enters()
    {
        Instant time = Instant.FromMilliseconds(4_600_500);
        CalendarEntry entry = _world.Select(time, World.Range(World.First, 3700).Seconds)!;
        Assert.Equal((Max, World.First + Max), (entry.Seconds.Length, entry.Seconds[0].Round.Second));
        Assert.Equal(2 * Max, _world.At(4600, entry).Seconds.Length);
    }

    [Theory]
    [InlineData(21UL)]
    [InlineData(22UL)]
    public void Whatever_is_offered_whenever_what_is_selected_is_accepted(ulong seed)
    {
        Prng prng = new(seed);
        int selected = 0, nothing = 0;
        for (int i = 0; i < 300; i++)
        {
            ulong now = _world.Now + (ulong)(prng.NextBelow(12) == 0 ? prng.NextBelow(1000) : prng.NextBelow(8)) + 1;
            Instant time = Instant.FromMilliseconds((long)now * 1000);
            List<EnteredSecond> offered = [];
            ulong at = _world.Record.NextSecond - (ulong)prng.NextBelow(20);
            int step = 1 + prng.NextBelow(4);
            for (int n = prng.NextBelow(400); n > 0; n--)
            {
                offered.Add(World.Second(at, prng.NextUInt64() % (Limits.RoundEventsMax + 1)));
                // Now and then out of order, or once more.
                at = prng.NextBelow(30) == 0 ? at - Math.Min(at, (ulong)prng.NextBelow(5)) : at + 1 + (ulong)prng.NextBelow(step);
            }

            CalendarEntry? entry = _world.Select(time, offered);
            if (entry is null) nothing++;
            else
            {
                selected++;
                Assert.Equal(EventCalendarVerdict.Accepted, EventCalendarRules.Check(_world.Record, time, entry));
                Assert.NotNull(CalendarEntry.TryDecode(entry.Encode()));
                ulong expected = EventCalendarRules.NextAt(_world.Record, time);
                foreach (EnteredSecond second in entry.Seconds)
                {
                    Assert.Contains(second, offered);
                    // The last that was passed over had been missing for long enough.
                    if (second.Round.Second != expected) Assert.True(second.Round.Second - 1 + EventCalendarRules.PatienceSeconds <= now);
                    expected = second.Round.Second + 1;
                }
            }

            BlockOutcome outcome = _world.Later(time - _world.State.Time, entry);
            Assert.True(outcome.Verdict == BlockVerdict.Accepted, outcome.ToString());
        }

        Assert.True(selected > 100 && nothing > 10, $"{selected} {nothing}");
    }
}
