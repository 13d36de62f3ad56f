using System;
using System.Data.Common;
using System.Globalization;
using System.Threading.Tasks;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Persistence.Journal;
using NodeRuntime.Persistence.Tests.Support;
using static NodeRuntime.Persistence.Tests.Support.TestData;

namespace NodeRuntime.Persistence.Tests.Journal;

[Collection(PostgresServer.Collection)]
public sealed class PostgresOutageTests
{
    [FactRequiring(Requirement.Postgres)]
    public void A_second_peer_on_the_same_schema_is_refused()
    {
        string place = PostgresServer.NewSchema();
        using SqlJournal first = SqlJournal.OpenPostgres(place, Chain);

        Assert.Equal(JournalFault.InUse, Assert.Throws<JournalException>(() => SqlJournal.OpenPostgres(place, Chain)).Fault);

        first.Dispose();
        SqlJournal.OpenPostgres(place, Chain).Dispose();
    }

    [FactRequiring(Requirement.Postgres)]
    public async Task A_peer_that_begins_anew_waits_until_the_server_has_let_go_of_its_past()
    {
        string place = PostgresServer.NewSchema();
        SqlJournal past = SqlJournal.OpenPostgres(place, Chain);
        Task<SqlJournal> present = Task.Run(() => SqlJournal.OpenPostgres(place, Chain));
        using (DbConnection watching = new SqlDialect.Postgres(place).OpenReader())
        {
            using DbCommand waiting = watching.CreateCommand();
            waiting.CommandText = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
            while (Convert.ToInt64(waiting.ExecuteScalar(), CultureInfo.InvariantCulture) == 0 && !present.IsCompleted) await Task.Yield();
        }

        past.Dispose();

        using SqlJournal opened = await present;
        Assert.Equal(JournalVerdict.Written, opened.WriteAndWait(Numbered(1)));
    }

    [Fact]
    public void A_server_that_is_not_there_is_named()
    {
        using TestFolder folder = new();

        JournalException exception = Assert.Throws<JournalException>(
            () => SqlJournal.OpenPostgres($"Host={folder.Path};Username=nobody;Password=secret", Chain));

        Assert.Equal(JournalFault.Unreachable, exception.Fault);
        Assert.DoesNotContain("secret", exception.Message, StringComparison.Ordinal);
    }

    [FactRequiring(Requirement.PostgresPrograms)]
    public void A_server_that_dies_ends_the_writing_and_keeps_what_was_acknowledged()
    {
        using PostgresCluster cluster = PostgresServer.NewCluster();
        using (SqlJournal journal = SqlJournal.OpenPostgres(cluster.ConnectionString, Chain))
        {
            for (ulong number = 1; number <= 30; number++) Assert.Equal(JournalVerdict.Written, journal.WriteAndWait(Numbered(number)));
            cluster.Kill();
            Assert.Equal(JournalVerdict.Failed, journal.WriteAndWait(Numbered(31)));
            Assert.Equal(JournalFault.Unreachable, Assert.Throws<JournalException>(() => journal.Read(Numbers, 1)).Fault);
            cluster.Run();

            // Reading goes by a new connection; writing would be without the lock, and is not taken up.
            Assert.Equal(PayloadOf(30), journal.Read(Numbers, 30)!.Value.ToArray());
            Assert.Equal(JournalVerdict.Failed, journal.WriteAndWait(Numbered(31)));
        }

        using SqlJournal again = SqlJournal.OpenPostgres(cluster.ConnectionString, Chain);
        Assert.Equal(30UL, again.Last(Numbers));
        Assert.Equal(JournalVerdict.Written, again.WriteAndWait(Numbered(31)));
    }
}
