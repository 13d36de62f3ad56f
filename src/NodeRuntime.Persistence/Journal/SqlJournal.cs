using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Data;
using System.Data.Common;
using System.Globalization;
using System.IO;
using Dapper;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Persistence.Folder;
using NodeRuntime.Primitives;

namespace NodeRuntime.Persistence.Journal;

/// <summary>
/// The journal in an SQL database: SQLite in the data folder, or PostgreSQL; the same tables, promises and tests for both.
/// Written means: in a committed transaction whose log was fsynced. Reads go by a connection of their own and see what was
/// committed. Every row carries a checksum that is compared at each read.
/// </summary>
public sealed class SqlJournal : IJournal, IDisposable
{
    private const string SchemaName = "schema";
    private const string ChainName = "chain";
    private const int SchemaVersion = DataFolder.FormatVersion;

    private readonly SqlDialect _dialect;
    private readonly JournalWriter _writer;

    // Guards the reading connection and what is known of each stream's end.
    private readonly object _gate = new();
    private readonly Dictionary<string, ulong?> _lasts = new(StringComparer.Ordinal);
    private DbConnection _reader;
    private bool _isClosed;

    private SqlJournal(SqlDialect dialect, DbConnection writer, DbConnection reader)
    {
        _dialect = dialect;
        _reader = reader;
        _writer = new JournalWriter(dialect, writer, Remember);
    }

    /// <summary>What ended the writing, where and what to do about it; null while it is well.</summary>
    public JournalException? Fault => _writer.Fault switch
    {
        null => null,
        // The first is the cause; what the tidying met after it is its consequence.
        AggregateException all => Named(_dialect, all.InnerExceptions[0]),
        { } fault => Named(_dialect, fault),
    };

    /// <summary>Transactions committed since it was opened.</summary>
    public long CommitCount => _writer.CommitCount;

    /// <summary>Opens the journal of a data folder, whose lock keeps other processes out.</summary>
    /// <exception cref="JournalException">It is damaged, or of another chain, or cannot be made durable.</exception>
    public static SqlJournal OpenSqlite(DataFolder folder) =>
        Open(new SqlDialect.Sqlite(Path.Combine(folder.JournalPath, "journal.db")), folder.Chain);

    /// <summary>Opens the journal on a PostgreSQL server; tables are made in the first schema of the search path.</summary>
    /// <exception cref="JournalException">
    /// The server is not reached, another peer writes there, it is of another chain, or runs without fsync.
    /// </exception>
    public static SqlJournal OpenPostgres(string connectionString, ChainId chain) => Open(new SqlDialect.Postgres(connectionString), chain);

    public void Write(JournalBatch batch, Action<JournalVerdict> written)
    {
        foreach (JournalWrite write in batch.Writes)
        {
            switch (write)
            {
                case JournalWrite.Put put:
                    Check(put.Stream, put.Sequence);
                    Invariant.Holds(put.Payload.Length <= Limits.JournalPayloadBytesMax);
                    break;
                case JournalWrite.TruncateBelow truncate:
                    Check(truncate.Stream, truncate.Sequence);
                    break;
            }
        }

        _writer.Enqueue(batch, written);
    }

    // Sequence numbers are counted by us, one by one: a number that the database cannot hold is a broken invariant of the caller.
    private static void Check(string stream, ulong sequence)
    {
        Invariant.Holds(stream.Length is > 0 and <= Limits.TextCharactersMax);
        Invariant.Holds(!stream.Contains('\0'));
        Invariant.Holds(sequence <= long.MaxValue);
    }

    public ReadOnlyMemory<byte>? Read(string stream, ulong sequence)
    {
        if (sequence > long.MaxValue) return null;
        return Ask<ReadOnlyMemory<byte>?>(reader =>
        {
            Row? row = reader.QueryFirstOrDefault<Row>(
                "SELECT sequence, payload, checksum FROM journal WHERE stream = @stream AND sequence = @sequence",
                new { stream, sequence = (long)sequence });
            // Not "row is null ? null : ...": there, null is taken for an empty array, and an absent record for an empty one.
            if (row is null) return null;
            return Verified(stream, row).Payload;
        });
    }

    public JournalReadVerdict TryRead(string stream, ulong sequence, out ReadOnlyMemory<byte> payload)
    {
        payload = ReadOnlyMemory<byte>.Empty;
        try
        {
            if (Read(stream, sequence) is not { } found) return JournalReadVerdict.Absent;
            payload = found;
            return JournalReadVerdict.Found;
        }
        catch (JournalException exception) when (exception.Fault == JournalFault.Damaged)
        {
            return JournalReadVerdict.Damaged;
        }
    }

    public ImmutableArray<JournalRecord> ReadRange(string stream, ulong from, int countMax)
    {
        Invariant.Holds(countMax >= 0);
        if (from > long.MaxValue || countMax == 0) return [];
        return Ask(reader =>
        {
            // First the lengths, to ask for no more payload than is given back.
            long? to = EndOfRange(reader, stream, (long)from, countMax);
            if (to is null) return [];
            ImmutableArray<JournalRecord>.Builder records = ImmutableArray.CreateBuilder<JournalRecord>();
            IEnumerable<Row> rows = reader.Query<Row>(
                "SELECT sequence, payload, checksum FROM journal " +
                "WHERE stream = @stream AND sequence BETWEEN @from AND @to ORDER BY sequence",
                new { stream, from = (long)from, to });
            foreach (Row row in rows)
            {
                if (records.Count < countMax) records.Add(Verified(stream, row));
            }

            return records.ToImmutable();
        });
    }

    private long? EndOfRange(DbConnection reader, string stream, long from, int countMax)
    {
        long? to = null;
        long bytes = 0;
        IEnumerable<Extent> extents = reader.Query<Extent>(
            $"SELECT sequence, {_dialect.PayloadLength} AS length FROM journal " +
            "WHERE stream = @stream AND sequence >= @from ORDER BY sequence LIMIT @countMax",
            new { stream, from, countMax },
            buffered: false);
        foreach (Extent extent in extents)
        {
            bytes += extent.Length;
            if (to is not null && bytes > Limits.JournalRangeBytesMax) break;
            to = extent.Sequence;
        }

        return to;
    }

    public ulong? Last(string stream)
    {
        lock (_gate)
        {
            if (_lasts.TryGetValue(stream, out ulong? known)) return known;
            // Under the gate: a commit that this query misses is entered by Remember afterwards, one that it sees again changes nothing.
            ulong? last = Ask(reader => (ulong?)reader.ExecuteScalar<long?>(
                "SELECT MAX(sequence) FROM journal WHERE stream = @stream", new { stream }));
            _lasts[stream] = last;
            return last;
        }
    }

    /// <summary>Writes and answers what waits, then closes. Reads fail from here on.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isClosed) return;
            _isClosed = true;
        }

        // The reader first: the last connection of SQLite folds its log into the file.
        _reader.Dispose();
        _writer.Dispose();
    }

    internal static SqlJournal Open(SqlDialect dialect, ChainId chain)
    {
        DbConnection? writer = null;
        DbConnection? reader = null;
        try
        {
            writer = dialect.OpenWriter();
            CheckTables(dialect, writer, chain);
            reader = dialect.OpenReader();
            return new SqlJournal(dialect, writer, reader);
        }
        catch (Exception exception)
        {
            reader?.Dispose();
            writer?.Dispose();
            if (exception is JournalException or InvariantException) throw;
            throw Named(dialect, exception);
        }
    }

    private static void CheckTables(SqlDialect dialect, DbConnection connection, ChainId chain)
    {
        using DbTransaction transaction = connection.BeginTransaction();
        connection.Execute(dialect.CreateTables, transaction: transaction);
        string? schema = Meta(connection, transaction, SchemaName);
        string? owner = Meta(connection, transaction, ChainName);
        if (schema is null && owner is null)
        {
            SetMeta(connection, transaction, SchemaName, SchemaVersion.ToString(CultureInfo.InvariantCulture));
            SetMeta(connection, transaction, ChainName, chain.ToString());
            transaction.Commit();
            return;
        }

        if (!int.TryParse(schema, CultureInfo.InvariantCulture, out int version) || version < 1)
        {
            throw new JournalException(JournalFault.Damaged, $"{dialect.Place}: its table 'meta' is not a peer's. Use another database.");
        }

        if (version > SchemaVersion)
        {
            throw new JournalException(
                JournalFault.SchemaNewer,
                $"{dialect.Place} has schema {version}; this program knows {SchemaVersion}. Start the newer program.");
        }

        if (owner != chain.ToString())
        {
            throw new JournalException(
                JournalFault.WrongChain,
                $"{dialect.Place} belongs to chain {owner}, and this peer is to join {chain}. Check the genesis, or use another journal.");
        }

        transaction.Commit();
    }

    private static string? Meta(DbConnection connection, DbTransaction transaction, string name) =>
        connection.QueryFirstOrDefault<string>("SELECT value FROM meta WHERE name = @name", new { name }, transaction);

    private static void SetMeta(DbConnection connection, DbTransaction transaction, string name, string value) =>
        connection.Execute("INSERT INTO meta (name, value) VALUES (@name, @value)", new { name, value }, transaction);

    private T Ask<T>(Func<DbConnection, T> question)
    {
        lock (_gate)
        {
            if (_isClosed) throw new JournalException(JournalFault.Closed, $"{_dialect.Place} is closed.");
            try
            {
                if (_reader.State != ConnectionState.Open)
                {
                    // A server's connection breaks with the network; a read may go by a new one, a write may not.
                    _reader.Dispose();
                    _reader = _dialect.OpenReader();
                }

                return question(_reader);
            }
            catch (Exception exception) when (exception is DbException or IOException or TimeoutException or InvalidOperationException)
            {
                throw Named(_dialect, exception);
            }
        }
    }

    private JournalRecord Verified(string stream, Row row)
    {
        if (row.Sequence >= 0 && RowChecksum.Of(stream, row.Sequence, row.Payload) == row.Checksum)
        {
            return new JournalRecord((ulong)row.Sequence, row.Payload);
        }

        throw new JournalException(
            JournalFault.Damaged,
            $"{_dialect.Place}: record {row.Sequence} of '{stream}' is not what was written. " +
            "Check the disk and restore a backup, or remove the journal and let the peer sync anew.");
    }

    private static JournalException Named(SqlDialect dialect, Exception exception)
    {
        JournalFault fault = dialect.FaultOf(exception);
        string advice = fault switch
        {
            JournalFault.DiskFull => "The disk is full: make room and start again.",
            JournalFault.DiskFailed => "The disk fails: look into the system's log, and move the data to one that works.",
            JournalFault.Damaged => "Check the disk and restore a backup, or remove the journal and let the peer sync anew.",
            JournalFault.InUse => "Another process holds it: stop that one.",
            JournalFault.Unreachable => "Check the path or the connection string, and that its owner may use it.",
            JournalFault.NotDurable => "Use a disk or server that writes durably.",
            JournalFault.SchemaNewer => "Start the newer program.",
            JournalFault.WrongChain => "Check the genesis.",
            JournalFault.Closed => "Open it anew.",
        };
        return new JournalException(fault, $"{dialect.Place}: {exception.Message} {advice}", exception);
    }

    // On the writer's thread, after a commit. Entering a batch that a query has seen already gives the same end.
    private void Remember(JournalBatch batch)
    {
        lock (_gate)
        {
            foreach (JournalWrite write in batch.Writes)
            {
                switch (write)
                {
                    case JournalWrite.Put put:
                        if (_lasts.TryGetValue(put.Stream, out ulong? last) && !(last >= put.Sequence)) _lasts[put.Stream] = put.Sequence;
                        break;
                    case JournalWrite.TruncateBelow truncate:
                        if (_lasts.TryGetValue(truncate.Stream, out ulong? end) && end < truncate.Sequence) _lasts[truncate.Stream] = null;
                        break;
                }
            }
        }
    }

    private sealed class Row
    {
        public long Sequence { get; init; }

        public byte[] Payload { get; init; } = [];

        public long Checksum { get; init; }
    }

    private sealed class Extent
    {
        public long Sequence { get; init; }

        public long Length { get; init; }
    }
}
