using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Threading;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Persistence.Journal;
using NodeRuntime.Persistence.Tests.Support;
using NodeRuntime.Primitives;
using static NodeRuntime.Persistence.Tests.Support.TestData;

namespace NodeRuntime.Persistence.Tests.Journal;

/// <summary>What every journal promises, asked of each database of this machine.</summary>
[Collection(PostgresServer.Collection)]
public sealed class SqlJournalTests
{
    private const string MoveRow =
        "UPDATE journal SET (payload, checksum) = (SELECT payload, checksum FROM journal WHERE sequence = 1) WHERE sequence = 2";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static TheoryData<string> Databases => JournalPlace.Databases;

    // Shows, in a list of results, that a database was not asked and why.
    [FactRequiring(Requirement.Postgres)]
    public void PostgreSQL_is_reached()
    {
        Assert.Null(Requirement.Missing(Requirement.Postgres));
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public void An_empty_journal_has_no_records(string database)
    {
        using JournalPlace place = new(database);
        using SqlJournal journal = place.Open();

        Assert.Null(journal.Read("blocks", 1));
        Assert.Empty(journal.ReadRange("blocks", 0, 10));
        Assert.Null(journal.Last("blocks"));
        Assert.Null(journal.Fault);
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public void What_was_written_is_read(string database)
    {
        using JournalPlace place = new(database);
        using SqlJournal journal = place.Open();

        JournalVerdict verdict = journal.WriteAndWait(Put("blocks", 1, "one"), Put("blocks", 2, "two"), Put("votes", 7, "seven"));

        Assert.Equal(JournalVerdict.Written, verdict);

        Assert.Equal("one", Text(journal.Read("blocks", 1)));
        Assert.Equal("1=one 2=two", Text(journal.ReadRange("blocks", 0, 10)));
        Assert.Equal("7=seven", Text(journal.ReadRange("votes", 0, 10)));
        Assert.Equal(2UL, journal.Last("blocks"));
        Assert.Equal(7UL, journal.Last("votes"));
        Assert.Null(journal.Read("votes", 1));
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public void A_record_with_a_second_source_is_found_or_absent(string database)
    {
        using JournalPlace place = new(database);
        using SqlJournal journal = place.Open();
        journal.WriteAndWait(Put("snapshot", 1, "one"), Put("snapshot", 2, ""));

        Assert.Equal(JournalReadVerdict.Found, journal.TryRead("snapshot", 1, out ReadOnlyMemory<byte> one));
        Assert.Equal("one", Text(one));
        Assert.Equal(JournalReadVerdict.Found, journal.TryRead("snapshot", 2, out _));
        Assert.Equal(JournalReadVerdict.Absent, journal.TryRead("snapshot", 3, out _));
        Assert.Equal(JournalReadVerdict.Absent, journal.TryRead("other", 1, out _));
    }

    [Fact]
    public void A_journal_that_forgets_gives_its_room_back_to_the_disk()
    {
        const int Records = 4000;
        using JournalPlace place = new(JournalPlace.Sqlite);
        using (SqlJournal journal = place.Open())
        {
            for (ulong from = 0; from < Records; from += 200)
            {
                ImmutableArray<JournalWrite>.Builder writes = ImmutableArray.CreateBuilder<JournalWrite>();
                for (ulong i = from; i < from + 200; i++) writes.Add(new JournalWrite.Put("blocks", i, new byte[8000]));
                journal.WriteAndWait(new JournalBatch(writes.ToImmutable()));
            }
        }

        long full = place.SqliteBytes;
        using (SqlJournal journal = place.Open())
        {
            // As a peer prunes: a little with each block.
            for (ulong below = 50; below <= Records; below += 50) journal.WriteAndWait(new JournalWrite.TruncateBelow("blocks", below));
            Assert.Empty(journal.ReadRange("blocks", 0, 1));
            Assert.Equal(JournalVerdict.Written, journal.WriteAndWait(Put("blocks", Records, "after")));
        }

        Assert.True(full > 30_000_000, $"{full} bytes before");
        Assert.True(place.SqliteBytes < full / 2, $"{full} bytes before, {place.SqliteBytes} after");
        using SqlJournal again = place.Open();
        Assert.Equal("after", Text(again.Read("blocks", Records)));
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public void A_record_is_put_in_place_of_one_with_its_number(string database)
    {
        using JournalPlace place = new(database);
        using SqlJournal journal = place.Open();
        journal.WriteAndWait(Put("votes", 1, "old"));

        journal.WriteAndWait(Put("votes", 1, "new"), Put("votes", 2, "first"), Put("votes", 2, "last"));

        Assert.Equal("1=new 2=last", Text(journal.ReadRange("votes", 0, 10)));
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public void A_range_begins_where_asked_and_ends_at_its_count(string database)
    {
        using JournalPlace place = new(database);
        using SqlJournal journal = place.Open();
        journal.WriteAndWait(Put("blocks", 2, "b"), Put("blocks", 4, "d"), Put("blocks", 6, "f"), Put("blocks", 8, "h"));

        Assert.Equal("4=d 6=f", Text(journal.ReadRange("blocks", 3, 2)));
        Assert.Equal("8=h", Text(journal.ReadRange("blocks", 8, 100)));
        Assert.Equal("", Text(journal.ReadRange("blocks", 9, 100)));
        Assert.Equal("", Text(journal.ReadRange("blocks", 0, 0)));
        Assert.Equal("", Text(journal.ReadRange("blocks", ulong.MaxValue, 1)));
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public void A_range_holds_about_four_mebibytes_and_at_least_one_record(string database)
    {
        using JournalPlace place = new(database);
        using SqlJournal journal = place.Open();
        byte[] large = new byte[Limits.JournalRangeBytesMax + 1];
        byte[] third = new byte[Limits.JournalRangeBytesMax / 3];
        journal.WriteAndWait(new JournalWrite.Put("parts", 1, large), new JournalWrite.Put("parts", 2, third));
        journal.WriteAndWait(
            new JournalWrite.Put("parts", 3, third), new JournalWrite.Put("parts", 4, third), new JournalWrite.Put("parts", 5, third));

        ImmutableArray<JournalRecord> first = journal.ReadRange("parts", 1, 10);
        ImmutableArray<JournalRecord> second = journal.ReadRange("parts", 2, 10);

        Assert.Equal(1UL, Assert.Single(first).Sequence);
        Assert.Equal(large.Length, first[0].Payload.Length);
        Assert.Equal([2UL, 3UL, 4UL], [second[0].Sequence, second[1].Sequence, second[2].Sequence]);
        Assert.Equal(3, second.Length);
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public void Truncation_forgets_what_is_below_and_only_in_its_stream(string database)
    {
        using JournalPlace place = new(database);
        using SqlJournal journal = place.Open();
        journal.WriteAndWait(Put("a", 1, "x"), Put("a", 2, "y"), Put("a", 3, "z"), Put("b", 1, "w"));
        Assert.Equal(3UL, journal.Last("a"));

        journal.WriteAndWait(new JournalWrite.TruncateBelow("a", 3));
        Assert.Equal("3=z", Text(journal.ReadRange("a", 0, 10)));
        Assert.Equal(3UL, journal.Last("a"));
        Assert.Equal("1=w", Text(journal.ReadRange("b", 0, 10)));

        journal.WriteAndWait(new JournalWrite.TruncateBelow("a", 4), Put("b", 2, "v"));
        Assert.Null(journal.Last("a"));
        Assert.Equal(2UL, journal.Last("b"));
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public void The_last_number_is_that_of_the_table_after_any_batches(string database)
    {
        using JournalPlace place = new(database);
        using SqlJournal journal = place.Open();
        Prng prng = new(20_261_121);
        Assert.Null(journal.Last("s"));
        for (int round = 0; round < 40; round++)
        {
            List<JournalWrite> writes = [];
            for (int i = 0; i < 4; i++)
            {
                ulong sequence = prng.NextUInt64() % 12;
                writes.Add(prng.NextUInt64() % 3 == 0 ? new JournalWrite.TruncateBelow("s", sequence) : Put("s", sequence, "x"));
            }

            journal.WriteAndWait(new JournalBatch([.. writes]));
            ImmutableArray<JournalRecord> all = journal.ReadRange("s", 0, 100);
            Assert.Equal(all.IsEmpty ? null : all[^1].Sequence, journal.Last("s"));
        }
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public void Batches_are_answered_in_the_order_given_and_share_commits(string database)
    {
        using JournalPlace place = new(database);
        using SqlJournal journal = place.Open();
        const int Count = 2000;
        List<int> answered = [];
        HashSet<int> threads = [];
        using CountdownEvent left = new(Count);
        for (int i = 0; i < Count; i++)
        {
            int number = i;
            journal.Write(Numbered((ulong)i + 1), verdict =>
            {
                Assert.Equal(JournalVerdict.Written, verdict);
                answered.Add(number);
                threads.Add(Environment.CurrentManagedThreadId);
                left.Signal();
            });
        }

        Assert.True(left.Wait(Patience));

        for (int i = 0; i < Count; i++) Assert.Equal(i, answered[i]);
        Assert.Single(threads);
        Assert.Equal((ulong)Count, journal.Last(Numbers));
        Assert.InRange(journal.CommitCount, 1, Count / 2);
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public void A_record_can_be_read_in_its_own_callback(string database)
    {
        using JournalPlace place = new(database);
        using SqlJournal journal = place.Open();
        using ManualResetEventSlim done = new();
        string read = "";
        ulong? last = null;

        journal.Write(Batch(Put("a", 5, "here")), _ =>
        {
            read = Text(journal.Read("a", 5));
            last = journal.Last("a");
            done.Set();
        });

        Assert.True(done.Wait(Patience));
        Assert.Equal("here", read);
        Assert.Equal(5UL, last);
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public void Records_outlive_the_journal_that_wrote_them(string database)
    {
        using JournalPlace place = new(database);
        using (SqlJournal journal = place.Open())
        {
            for (ulong number = 1; number <= 50; number++) journal.Write(Numbered(number), static _ => { });
        }

        using SqlJournal again = place.Open();

        Assert.Equal(50UL, again.Last(Numbers));
        for (ulong number = 1; number <= 50; number++) Assert.Equal(PayloadOf(number), again.Read(Numbers, number)!.Value.ToArray());
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public void A_closed_journal_says_so(string database)
    {
        using JournalPlace place = new(database);
        SqlJournal journal = place.Open();
        journal.Dispose();

        Assert.Equal(JournalVerdict.Closed, journal.WriteAndWait(Put("a", 1, "x")));
        Assert.Equal(JournalFault.Closed, Assert.Throws<JournalException>(() => journal.Read("a", 1)).Fault);
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public void The_greatest_number_is_that_of_a_signed_integer_and_a_greater_one_is_refused(string database)
    {
        using JournalPlace place = new(database);
        using SqlJournal journal = place.Open();

        Assert.Equal(JournalVerdict.Written, journal.WriteAndWait(Put("a", long.MaxValue, "end")));
        Assert.Throws<InvariantException>(() => journal.WriteAndWait(Put("a", (ulong)long.MaxValue + 1, "beyond")));
        Assert.Throws<InvariantException>(() => journal.WriteAndWait(new JournalWrite.TruncateBelow("a", ulong.MaxValue)));

        Assert.Equal((ulong)long.MaxValue, journal.Last("a"));
        Assert.Equal("end", Text(journal.Read("a", long.MaxValue)));
        Assert.Null(journal.Read("a", ulong.MaxValue));
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public void An_empty_payload_is_a_record_and_an_empty_batch_is_answered(string database)
    {
        using JournalPlace place = new(database);
        using SqlJournal journal = place.Open();

        Assert.Equal(JournalVerdict.Written, journal.WriteAndWait(new JournalWrite.Put("a", 0, ReadOnlyMemory<byte>.Empty)));
        Assert.Equal(JournalVerdict.Written, journal.WriteAndWait());

        Assert.Equal(0, journal.Read("a", 0)!.Value.Length);
        Assert.Equal(0UL, journal.Last("a"));
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public void A_slice_of_an_array_is_written_as_the_slice(string database)
    {
        using JournalPlace place = new(database);
        using SqlJournal journal = place.Open();
        byte[] array = [1, 2, 3, 4, 5];

        journal.WriteAndWait(new JournalWrite.Put("a", 1, array.AsMemory(1, 3)));

        Assert.Equal([2, 3, 4], journal.Read("a", 1)!.Value.ToArray());
    }

    [Theory]
    [InlineData(JournalPlace.Sqlite, "UPDATE journal SET payload = x'00' WHERE sequence = 2")]
    [InlineData(JournalPlace.Sqlite, "UPDATE journal SET checksum = checksum - 1 WHERE sequence = 2")]
    [InlineData(JournalPlace.Sqlite, MoveRow)]
    public void A_changed_row_is_damage_and_its_neighbours_are_read(string database, string change)
    {
        using JournalPlace place = new(database);
        using SqlJournal journal = place.Open();
        journal.WriteAndWait(Put("a", 1, "one"), Put("a", 2, "two"), Put("a", 3, "three"));

        place.Execute(change);

        Assert.Equal(JournalFault.Damaged, Assert.Throws<JournalException>(() => journal.Read("a", 2)).Fault);
        Assert.Equal(JournalFault.Damaged, Assert.Throws<JournalException>(() => journal.ReadRange("a", 1, 10)).Fault);
        Assert.Equal(JournalReadVerdict.Damaged, journal.TryRead("a", 2, out ReadOnlyMemory<byte> payload));
        Assert.True(payload.IsEmpty);
        Assert.Equal("one", Text(journal.Read("a", 1)));
        Assert.Equal("three", Text(journal.Read("a", 3)));
    }

    [FactRequiring(Requirement.Postgres)]
    public void A_changed_row_on_PostgreSQL_is_damage() =>
        A_changed_row_is_damage_and_its_neighbours_are_read(
            JournalPlace.Postgres, "UPDATE journal SET payload = '\\x00' WHERE sequence = 2");

    [Theory]
    [MemberData(nameof(Databases))]
    public void A_journal_of_another_chain_is_refused(string database)
    {
        using JournalPlace place = new(database);
        place.Open().Dispose();

        Assert.Equal(JournalFault.WrongChain, Assert.Throws<JournalException>(() => place.Open(OtherChain)).Fault);
        place.Open().Dispose();
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public void A_journal_of_a_later_program_is_refused(string database)
    {
        using JournalPlace place = new(database);
        place.Open().Dispose();
        place.Execute("UPDATE meta SET value = '2' WHERE name = 'schema'");

        JournalException exception = Assert.Throws<JournalException>(() => place.Open());

        Assert.Equal(JournalFault.SchemaNewer, exception.Fault);
        Assert.Contains("newer program", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public void After_a_failed_write_nothing_more_is_written_until_it_is_opened_anew(string database)
    {
        using JournalPlace place = new(database);
        using (SqlJournal journal = place.Open())
        {
            Assert.Equal(JournalVerdict.Written, journal.WriteAndWait(Put("a", 1, "one")));
            place.Execute("ALTER TABLE journal RENAME TO journal_elsewhere");
            Assert.Equal(JournalVerdict.Failed, journal.WriteAndWait(Put("a", 2, "two")));
            place.Execute("ALTER TABLE journal_elsewhere RENAME TO journal");

            Assert.Equal(JournalVerdict.Failed, journal.WriteAndWait(Put("a", 3, "three")));
            Assert.NotNull(journal.Fault);
            Assert.Equal("1=one", Text(journal.ReadRange("a", 0, 10)));
            Assert.Equal(1UL, journal.Last("a"));
        }

        using SqlJournal again = place.Open();
        Assert.Equal(JournalVerdict.Written, again.WriteAndWait(Put("a", 2, "two")));
        Assert.Equal("1=one 2=two", Text(again.ReadRange("a", 0, 10)));
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public void A_batch_is_written_whole_or_not_at_all(string database)
    {
        using JournalPlace place = new(database);
        using SqlJournal journal = place.Open();
        place.Execute(
            database == JournalPlace.Sqlite
                ? "CREATE TRIGGER refuse BEFORE INSERT ON journal WHEN NEW.sequence = 3 BEGIN SELECT RAISE(ABORT, 'no'); END"
                : "ALTER TABLE journal ADD CONSTRAINT refuse CHECK (sequence <> 3)");

        Assert.Equal(JournalVerdict.Failed, journal.WriteAndWait(Put("a", 1, "one"), Put("a", 2, "two"), Put("a", 3, "three")));

        Assert.Empty(journal.ReadRange("a", 0, 10));
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public void Many_writers_and_readers_at_once_see_only_whole_records(string database)
    {
        using JournalPlace place = new(database);
        using SqlJournal journal = place.Open();
        const int Writers = 8;
        const int Each = 100;
        List<Thread> threads = [];
        List<Exception> failures = [];
        for (int w = 0; w < Writers; w++)
        {
            string stream = "w" + w;
            threads.Add(new Thread(() =>
            {
                try
                {
                    for (ulong number = 1; number <= Each; number++)
                    {
                        if (number % 10 == 0) journal.WriteAndWait(new JournalWrite.Put(stream, number, PayloadOf(number)));
                        else journal.Write(Batch(new JournalWrite.Put(stream, number, PayloadOf(number))), static _ => { });
                        ulong? last = journal.Last(stream);
                        if (last is { } known) Assert.Equal(PayloadOf(known), journal.Read(stream, known)!.Value.ToArray());
                    }
                }
                catch (Exception exception)
                {
                    lock (failures) failures.Add(exception);
                }
            }));
        }

        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) Assert.True(thread.Join(Patience));

        Assert.Empty(failures);
        for (int w = 0; w < Writers; w++) Assert.Equal((ulong)Each, journal.Last("w" + w));
    }
}
