using System;
using System.Data.Common;
using System.Globalization;
using System.IO;
using Dapper;
using Microsoft.Data.Sqlite;
using NodeRuntime.Persistence.Files;
using Npgsql;

namespace NodeRuntime.Persistence.Journal;

// Two databases, one schema. What differs is said here and nowhere else: how to connect, how to make sure that a commit is on the
// disk, how to keep a second writer out, and what its errors mean.

internal abstract record SqlDialect
{
    public const string Put =
        "INSERT INTO journal (stream, sequence, payload, checksum) VALUES (@stream, @sequence, @payload, @checksum) " +
        "ON CONFLICT (stream, sequence) DO UPDATE SET payload = excluded.payload, checksum = excluded.checksum";

    public const string TruncateBelow = "DELETE FROM journal WHERE stream = @stream AND sequence < @sequence";

    private SqlDialect()
    {
    }

    /// <summary>For a person: which database.</summary>
    public abstract string Place { get; }

    public abstract string CreateTables { get; }

    /// <summary>The length of a payload, without reading it.</summary>
    public abstract string PayloadLength { get; }

    /// <summary>The one connection that writes; while it is open no other process can have one.</summary>
    public abstract DbConnection OpenWriter();

    public abstract DbConnection OpenReader();

    public abstract JournalFault FaultOf(Exception exception);

    /// <summary>Inside a transaction that removed records: what they took goes back to the disk, a little at a time. A server does it by itself.</summary>
    public virtual void GiveBack(DbConnection connection)
    {
    }

    /// <summary>
    /// A file in the data folder. Write-ahead log with synchronous=FULL: a commit returns after the log was fsynced. The data
    /// folder's lock keeps other processes out.
    /// </summary>
    public sealed record Sqlite(string File) : SqlDialect
    {
        private const int Busy = 5;
        private const int Locked = 6;
        private const int InputOutput = 10;
        private const int Corrupt = 11;
        private const int Full = 13;
        private const int NotADatabase = 26;

        // Room for the shared index of the log could not be had: SQLITE_IOERR | (19 << 8).
        private const int NoRoomForIndex = 4874;

        // 8 MiB of free pages stay for what comes next; of more, 1 MiB goes with each transaction that frees some: no vote waits for it.
        private const long FreePagesKept = 2048;
        private const int PagesGivenBack = 256;

        public override string Place => "the journal " + File;

        public override string CreateTables =>
            "CREATE TABLE IF NOT EXISTS meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL);" +
            "CREATE TABLE IF NOT EXISTS journal (stream TEXT NOT NULL, sequence INTEGER NOT NULL, payload BLOB NOT NULL, " +
            "checksum INTEGER NOT NULL, PRIMARY KEY (stream, sequence));";

        public override string PayloadLength => "length(payload)";

        public override DbConnection OpenWriter()
        {
            SystemSqlite.Use();
            string log = File + "-wal";
            bool wasKilled = System.IO.File.Exists(log) && new FileInfo(log).Length > 0;
            if (!System.IO.File.Exists(File))
            {
                // Made here so that it and its log, which takes the file's mode, are for their owner alone.
                using FileStream created = UnixFiles.CreateNew(File);
                created.Flush(flushToDisk: true);
            }

            UnixFiles.SyncFolder(Path.GetDirectoryName(File) ?? "/");
            SqliteConnection connection = Open();
            try
            {
                // Takes hold of a new file alone: pages that are free can be given back to the disk, see GiveBack.
                connection.Execute("PRAGMA auto_vacuum = INCREMENTAL");
                string? mode = connection.ExecuteScalar<string>("PRAGMA journal_mode = WAL");
                connection.Execute("PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864;");
                long synchronous = connection.ExecuteScalar<long>("PRAGMA synchronous");
                if (mode != "wal" || synchronous != 2)
                {
                    throw new JournalException(
                        JournalFault.NotDurable,
                        $"{Place}: SQLite refuses a synchronous write-ahead log (mode {mode}, synchronous {synchronous}). " +
                        "Use a local disk.");
                }

                // A log that was cut or overwritten gives an earlier state; one that no longer fits its file is found here.
                if (wasKilled && connection.ExecuteScalar<string>("PRAGMA quick_check(1)") is var found && found != "ok")
                {
                    throw new JournalException(JournalFault.Damaged, Damage(found ?? "no answer"));
                }

                return connection;
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }

        public override DbConnection OpenReader() => Open();

        public override void GiveBack(DbConnection connection)
        {
            if (connection.ExecuteScalar<long>("PRAGMA freelist_count") <= FreePagesKept) return;
            using DbCommand command = connection.CreateCommand();
            command.CommandText = string.Create(CultureInfo.InvariantCulture, $"PRAGMA incremental_vacuum({PagesGivenBack})");
            using DbDataReader reader = command.ExecuteReader();
            // One page for each step.
            while (reader.Read())
            {
            }
        }

        public override JournalFault FaultOf(Exception exception) => exception switch
        {
            SqliteException { SqliteErrorCode: Full } => JournalFault.DiskFull,
            SqliteException { SqliteExtendedErrorCode: NoRoomForIndex } => JournalFault.DiskFull,
            SqliteException { SqliteErrorCode: InputOutput } => JournalFault.DiskFailed,
            SqliteException { SqliteErrorCode: Corrupt or NotADatabase } => JournalFault.Damaged,
            SqliteException { SqliteErrorCode: Busy or Locked } => JournalFault.InUse,
            _ => UnixFiles.IsDiskFull(exception) ? JournalFault.DiskFull : JournalFault.Unreachable,
        };

        private SqliteConnection Open()
        {
            SqliteConnectionStringBuilder settings = new()
            {
                DataSource = File,
                Mode = SqliteOpenMode.ReadWrite,
                Cache = SqliteCacheMode.Private,
                Pooling = false,
            };
            SqliteConnection connection = new(settings.ToString());
            try
            {
                connection.Open();
                connection.Execute("PRAGMA cell_size_check = ON");
                return connection;
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }
    }

    /// <summary>
    /// A server. The session asks for synchronous commits, and a server that runs without fsync is refused. A lock of the
    /// session, one per schema, keeps a second peer out; it ends with the connection, and so does our right to write.
    /// </summary>
    public sealed record Postgres(string ConnectionString) : SqlDialect
    {
        private const string DiskFull = "53100";
        private const string DataCorrupted = "XX001";
        private const string LockNotAvailable = "55P03";
        private const int LockPatienceMilliseconds = 3000;
        private const string IndexCorrupted = "XX002";

        public override string Place
        {
            get
            {
                NpgsqlConnectionStringBuilder settings = new(ConnectionString);
                return $"the journal on PostgreSQL {settings.Host}:{settings.Port}, database {settings.Database}";
            }
        }

        public override string CreateTables =>
            "CREATE TABLE IF NOT EXISTS meta (name text NOT NULL PRIMARY KEY, value text NOT NULL);" +
            "CREATE TABLE IF NOT EXISTS journal (stream text COLLATE \"C\" NOT NULL, sequence bigint NOT NULL, payload bytea NOT NULL, " +
            "checksum bigint NOT NULL, PRIMARY KEY (stream, sequence));" +
            // Payloads are hashes, signatures and ciphertext: trying to compress them is time lost.
            "ALTER TABLE journal ALTER COLUMN payload SET STORAGE EXTERNAL;";

        public override string PayloadLength => "octet_length(payload)::bigint";

        public override DbConnection OpenWriter()
        {
            NpgsqlConnection connection = Open();
            try
            {
                connection.Execute("SET synchronous_commit = on");
                if (connection.ExecuteScalar<string>("SHOW fsync") != "on")
                {
                    throw new JournalException(
                        JournalFault.NotDurable,
                        $"{Place}: the server runs with fsync = off and would lose acknowledged records. Set fsync = on.");
                }

                Lock(connection);
                return connection;
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }

        // The server lets go of a lock when it has seen that its holder is gone, which is a moment after the holder is: a peer that
        // was killed and begins anew must not meet itself.
        private void Lock(NpgsqlConnection connection)
        {
            connection.Execute($"SET lock_timeout = '{LockPatienceMilliseconds}ms'");
            try
            {
                connection.Execute("SELECT pg_advisory_lock(hashtextextended('noderuntime journal ' || current_schema(), 0))");
            }
            catch (PostgresException exception) when (exception.SqlState == LockNotAvailable)
            {
                throw new JournalException(
                    JournalFault.InUse,
                    $"{Place}: another peer writes it. Give each peer a database, or a schema by 'Search Path=...', of its own.");
            }

            connection.Execute("SET lock_timeout = 0");
        }

        public override DbConnection OpenReader() => Open();

        public override JournalFault FaultOf(Exception exception) => exception switch
        {
            PostgresException { SqlState: DiskFull } => JournalFault.DiskFull,
            PostgresException { SqlState: DataCorrupted or IndexCorrupted } => JournalFault.Damaged,
            _ => JournalFault.Unreachable,
        };

        private NpgsqlConnection Open()
        {
            // Two connections of a lifetime each: a pool would hand out a session that is not the one with the lock.
            NpgsqlConnectionStringBuilder settings = new(ConnectionString) { Pooling = false, ApplicationName = "noderuntime" };
            NpgsqlConnection connection = new(settings.ToString());
            try
            {
                connection.Open();
                return connection;
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }
    }

    protected string Damage(string what) =>
        $"{Place} is damaged ({what}). Check the disk, restore a backup, or remove the journal and let the peer sync anew; a validator " +
        "that syncs anew must not vote again in views it may have voted in.";
}
