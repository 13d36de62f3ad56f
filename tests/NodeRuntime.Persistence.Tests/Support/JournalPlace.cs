using System;
using System.Data.Common;
using NodeRuntime.Persistence.Folder;
using NodeRuntime.Persistence.Journal;
using NodeRuntime.Primitives;

namespace NodeRuntime.Persistence.Tests.Support;

/// <summary>A place for one journal, in either database; opened, closed and opened again by a test.</summary>
internal sealed class JournalPlace : IDisposable
{
    public const string Sqlite = "sqlite";

    public const string Postgres = "postgres";

    private readonly string _database;
    private readonly TestFolder _folder = new();
    private readonly string _connectionString = "";
    private DataFolder? _opened;

    public JournalPlace(string database)
    {
        _database = database;
        if (database == Postgres) _connectionString = PostgresServer.NewSchema();
    }

    /// <summary>The databases of this machine; a demanded one that is missing is in the list, to fail.</summary>
    public static TheoryData<string> Databases
    {
        get
        {
            TheoryData<string> databases = [Sqlite];
            if (Requirement.IsDemanded(Requirement.Postgres) || Requirement.Missing(Requirement.Postgres) is null) databases.Add(Postgres);
            return databases;
        }
    }

    public SqlJournal Open() => Open(TestData.Chain);

    public SqlJournal Open(ChainId chain)
    {
        if (_database == Postgres) return SqlJournal.OpenPostgres(_connectionString, chain);
        _opened ??= DataFolder.Open(_folder.In("data"), TestData.Chain);
        return SqlJournal.Open(new SqlDialect.Sqlite(System.IO.Path.Combine(_opened.JournalPath, "journal.db")), chain);
    }

    /// <summary>The size of a closed journal's file.</summary>
    public long SqliteBytes => new System.IO.FileInfo(System.IO.Path.Combine(_folder.In("data"), "journal", "journal.db")).Length;

    /// <summary>Changes the tables behind the journal's back.</summary>
    public void Execute(string statement)
    {
        SqlDialect dialect = _database == Postgres
            ? new SqlDialect.Postgres(_connectionString)
            : new SqlDialect.Sqlite(System.IO.Path.Combine(_folder.In("data"), "journal", "journal.db"));
        using DbConnection connection = dialect.OpenReader();
        using DbCommand command = connection.CreateCommand();
        command.CommandText = statement;
        command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        _opened?.Dispose();
        _folder.Dispose();
    }
}
