using System;
using System.Collections.Immutable;

namespace NodeRuntime.Actors.Ports;

/// <summary>
/// Durable, ordered records in named streams: the event journal, the block store and the snapshots. One owner per
/// stream writes; reads see what was written durably.
/// </summary>
public interface IJournal
{
    /// <summary>
    /// Writes a batch whole or not at all, then calls back from any thread: <see cref="JournalVerdict.Written"/> only
    /// after the bytes were fsynced. Batches are written, and answered, in the order given; several may share one fsync.
    /// </summary>
    void Write(JournalBatch batch, Action<JournalVerdict> written);

    /// <summary>The record, or null.</summary>
    ReadOnlyMemory<byte>? Read(string stream, ulong sequence);

    /// <summary>For records that have a second source: damage is a verdict here, where <see cref="Read"/> throws.</summary>
    /// <param name="payload">Empty unless found.</param>
    JournalReadVerdict TryRead(string stream, ulong sequence, out ReadOnlyMemory<byte> payload);

    /// <summary>At most <paramref name="countMax"/> records from a sequence number on, in order, and at most about 4 MiB.</summary>
    ImmutableArray<JournalRecord> ReadRange(string stream, ulong from, int countMax);

    /// <summary>The greatest sequence number of a stream, or null.</summary>
    ulong? Last(string stream);
}

public enum JournalVerdict
{
    Written,
    DiskFull,
    Failed,

    /// <summary>The journal was closed before the batch was written.</summary>
    Closed,
}

public enum JournalReadVerdict
{
    Found,
    Absent,

    /// <summary>There is a record, and it is not what was written.</summary>
    Damaged,
}

public sealed record JournalBatch(ImmutableArray<JournalWrite> Writes);

/// <summary>One change inside a batch.</summary>
public abstract record JournalWrite
{
    private JournalWrite()
    {
    }

    /// <summary>Puts a record, in place of one with the same number.</summary>
    public sealed record Put(string Stream, ulong Sequence, ReadOnlyMemory<byte> Payload) : JournalWrite;

    /// <summary>Forgets the records below a number.</summary>
    public sealed record TruncateBelow(string Stream, ulong Sequence) : JournalWrite;
}

public readonly record struct JournalRecord(ulong Sequence, ReadOnlyMemory<byte> Payload);
