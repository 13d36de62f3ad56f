using System;
using System.Collections.Generic;
using System.Data.Common;
using System.Runtime.InteropServices;
using System.Threading;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;

namespace NodeRuntime.Persistence.Journal;

// One thread owns the writing connection. It takes whatever waits, up to a bound, as one transaction, commits, and answers each
// batch in order:
//
//     Enqueue -> [ queue, bounded ] -> take a group -> BEGIN, statements, COMMIT (one fsync) -> callbacks in order
//
// A lone batch pays one fsync; a hundred that arrive meanwhile share the next. After any error nobody knows what the disk holds,
// so the writer never tries again: it answers that batch and all later ones with the same verdict, until the journal is opened
// anew. (A failed fsync must not be repeated: the kernel may have dropped the pages and then report success.)
//
// Overflow policy: who offers a batch to a full queue waits for room. The writer's own callbacks do not: they would wait for
// themselves.

internal sealed class JournalWriter : IDisposable
{
    private readonly object _gate = new();
    private readonly Queue<Waiting> _queue = new();
    private readonly SqlDialect _dialect;
    private readonly DbConnection _connection;
    private readonly Action<JournalBatch> _committed;
    private readonly Thread _thread;
    private DbCommand? _begin;
    private DbCommand? _commit;
    private DbCommand? _put;
    private DbCommand? _truncate;
    private long _queuedBytes;
    private long _commitCount;
    private bool _isClosing;
    private bool _hasEnded;
    private volatile Exception? _fault;
    private JournalVerdict _faultVerdict;

    /// <param name="connection">Becomes the writer's own.</param>
    /// <param name="committed">Told of each batch after its commit and before its callback, on the writer's thread.</param>
    public JournalWriter(SqlDialect dialect, DbConnection connection, Action<JournalBatch> committed)
    {
        _dialect = dialect;
        _connection = connection;
        _committed = committed;
        _thread = new Thread(Run) { IsBackground = true, Name = "journal" };
        _thread.Start();
    }

    /// <summary>What ended the writing, or null while it is well.</summary>
    public Exception? Fault => _fault;

    /// <summary>Transactions so far: batches divided by this is what the group commit saves.</summary>
    public long CommitCount => Interlocked.Read(ref _commitCount);

    public void Enqueue(JournalBatch batch, Action<JournalVerdict> written)
    {
        long bytes = BytesOf(batch);
        bool isOwn = Thread.CurrentThread == _thread;
        lock (_gate)
        {
            while (!isOwn && !_isClosing && !HasRoom(bytes)) Monitor.Wait(_gate);
            if (!_hasEnded)
            {
                // A batch that comes while closing is answered too, and in its turn.
                _queue.Enqueue(new Waiting(batch, written, bytes, IsLate: _isClosing));
                _queuedBytes += bytes;
                Monitor.PulseAll(_gate);
                return;
            }
        }

        written(JournalVerdict.Closed);
    }

    /// <summary>Writes and answers what waits, then ends.</summary>
    public void Dispose()
    {
        Invariant.Holds(Thread.CurrentThread != _thread);
        lock (_gate)
        {
            _isClosing = true;
            Monitor.PulseAll(_gate);
        }

        _thread.Join();
    }

    private bool HasRoom(long bytes) =>
        _queue.Count == 0
        || (_queue.Count < Limits.JournalQueueBatchesMax && _queuedBytes + bytes <= Limits.JournalQueueBytesMax);

    private void Run()
    {
        List<Waiting> group = [];
        while (TakeGroup(group))
        {
            JournalVerdict verdict = _fault is null ? Commit(group) : _faultVerdict;
            foreach (Waiting waiting in group)
            {
                if (waiting.IsLate)
                {
                    waiting.Written(JournalVerdict.Closed);
                    continue;
                }

                if (verdict == JournalVerdict.Written) _committed(waiting.Batch);
            }

            foreach (Waiting waiting in group)
            {
                if (!waiting.IsLate) waiting.Written(verdict);
            }
        }

        CloseConnection();
    }

    private bool TakeGroup(List<Waiting> group)
    {
        group.Clear();
        long bytes = 0;
        lock (_gate)
        {
            while (_queue.Count == 0 && !_isClosing) Monitor.Wait(_gate);
            while (_queue.TryPeek(out Waiting next))
            {
                bool isFull = group.Count >= Limits.JournalGroupBatchesMax || bytes + next.Bytes > Limits.JournalGroupBytesMax;
                bool mixesLate = group.Count > 0 && group[0].IsLate != next.IsLate;
                if (group.Count > 0 && (isFull || mixesLate)) break;
                group.Add(_queue.Dequeue());
                bytes += next.Bytes;
            }

            _queuedBytes -= bytes;
            Monitor.PulseAll(_gate);
            if (group.Count == 0) _hasEnded = true;
            return group.Count > 0;
        }
    }

    private JournalVerdict Commit(List<Waiting> group)
    {
        if (group[0].IsLate) return JournalVerdict.Closed;
        try
        {
            if (_connection.CanCreateBatch) CommitTogether(group);
            else CommitOneByOne(group);
            Interlocked.Increment(ref _commitCount);
            return JournalVerdict.Written;
        }
        catch (Exception exception)
        {
            // Whatever it was: the state of the disk is unknown. The exception is kept for a person to see.
            _faultVerdict = _dialect.FaultOf(exception) == JournalFault.DiskFull ? JournalVerdict.DiskFull : JournalVerdict.Failed;
            _fault = exception;
            // Rolls back, and gives up the locks.
            CloseConnection();
            return _faultVerdict;
        }
    }

    // A server is asked once for the whole group, not once per record.
    private void CommitTogether(List<Waiting> group)
    {
        // Not disposed on failure: its rollback could hide the error, and closing the connection rolls back as well.
        DbTransaction transaction = _connection.BeginTransaction();
        using DbBatch batch = _connection.CreateBatch();
        batch.Transaction = transaction;
        foreach (Waiting waiting in group)
        {
            foreach (JournalWrite write in waiting.Batch.Writes)
            {
                DbBatchCommand command = batch.CreateBatchCommand();
                switch (write)
                {
                    case JournalWrite.Put put:
                        command.CommandText = SqlDialect.Put;
                        AddPut(command.Parameters, command.CreateParameter, put);
                        break;
                    case JournalWrite.TruncateBelow truncate:
                        command.CommandText = SqlDialect.TruncateBelow;
                        Add(command.Parameters, command.CreateParameter, "stream", truncate.Stream);
                        Add(command.Parameters, command.CreateParameter, "sequence", (long)truncate.Sequence);
                        break;
                }

                batch.BatchCommands.Add(command);
            }
        }

        if (batch.BatchCommands.Count > 0) batch.ExecuteNonQuery();
        transaction.Commit();
        transaction.Dispose();
    }

    private static void AddPut(DbParameterCollection parameters, Func<DbParameter> create, JournalWrite.Put put)
    {
        long sequence = (long)put.Sequence;
        Add(parameters, create, "stream", put.Stream);
        Add(parameters, create, "sequence", sequence);
        Add(parameters, create, "payload", ArrayOf(put.Payload));
        Add(parameters, create, "checksum", RowChecksum.Of(put.Stream, sequence, put.Payload.Span));
    }

    private static void Add(DbParameterCollection parameters, Func<DbParameter> create, string name, object value)
    {
        DbParameter parameter = create();
        parameter.ParameterName = name;
        parameter.Value = value;
        parameters.Add(parameter);
    }

    // In the same process a statement costs no round trip, and a prepared one is not parsed again. BEGIN and COMMIT are statements
    // too: the driver's transaction object wants to roll back what SQLite has rolled back already, and then cannot be closed.
    private void CommitOneByOne(List<Waiting> group)
    {
        _begin ??= Prepare("BEGIN IMMEDIATE");
        _commit ??= Prepare("COMMIT");
        _put ??= Prepare(SqlDialect.Put, "stream", "sequence", "payload", "checksum");
        _truncate ??= Prepare(SqlDialect.TruncateBelow, "stream", "sequence");
        _begin.ExecuteNonQuery();
        bool hasRemoved = false;
        foreach (Waiting waiting in group)
        {
            foreach (JournalWrite write in waiting.Batch.Writes)
            {
                switch (write)
                {
                    case JournalWrite.Put put:
                        long sequence = (long)put.Sequence;
                        _put.Parameters["stream"].Value = put.Stream;
                        _put.Parameters["sequence"].Value = sequence;
                        _put.Parameters["payload"].Value = ArrayOf(put.Payload);
                        _put.Parameters["checksum"].Value = RowChecksum.Of(put.Stream, sequence, put.Payload.Span);
                        _put.ExecuteNonQuery();
                        break;
                    case JournalWrite.TruncateBelow truncate:
                        _truncate.Parameters["stream"].Value = truncate.Stream;
                        _truncate.Parameters["sequence"].Value = (long)truncate.Sequence;
                        hasRemoved |= _truncate.ExecuteNonQuery() > 0;
                        break;
                }
            }
        }

        if (hasRemoved) _dialect.GiveBack(_connection);
        _commit.ExecuteNonQuery();
    }

    private DbCommand Prepare(string text, params ReadOnlySpan<string> names)
    {
        DbCommand command = _connection.CreateCommand();
        command.CommandText = text;
        foreach (string name in names)
        {
            DbParameter parameter = command.CreateParameter();
            parameter.ParameterName = name;
            command.Parameters.Add(parameter);
        }

        return command;
    }

    private void CloseConnection()
    {
        try
        {
            _begin?.Dispose();
            _commit?.Dispose();
            _put?.Dispose();
            _truncate?.Dispose();
            _connection.Dispose();
        }
        catch (Exception exception)
        {
            // All that was acknowledged is durable; that the tidying failed is for a person to see.
            _fault = _fault is { } first ? new AggregateException(first, exception) : exception;
        }
    }

    private static byte[] ArrayOf(ReadOnlyMemory<byte> payload) =>
        MemoryMarshal.TryGetArray(payload, out ArraySegment<byte> segment) && segment.Array is { } array && segment.Count == array.Length
            ? array
            : payload.ToArray();

    private static long BytesOf(JournalBatch batch)
    {
        // What a statement costs beside its payload.
        const long Overhead = 128;
        long bytes = Overhead;
        foreach (JournalWrite write in batch.Writes) bytes += Overhead + (write is JournalWrite.Put put ? put.Payload.Length : 0);
        return bytes;
    }

    private readonly record struct Waiting(JournalBatch Batch, Action<JournalVerdict> Written, long Bytes, bool IsLate);
}
