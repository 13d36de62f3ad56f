using System;

namespace NodeRuntime.Persistence.Journal;

/// <summary>Why a journal was not opened or a record not read: a person's matter, so the message says where and what to do.</summary>
public sealed class JournalException(JournalFault fault, string message, Exception? cause = null) : Exception(message, cause)
{
    public JournalFault Fault { get; } = fault;
}

public enum JournalFault
{
    /// <summary>The file cannot be opened, the server not be reached, or it refuses.</summary>
    Unreachable,

    /// <summary>Another process writes this journal.</summary>
    InUse,

    /// <summary>The database would acknowledge what it has not written to the disk.</summary>
    NotDurable,

    /// <summary>A later program made the tables.</summary>
    SchemaNewer,

    /// <summary>The journal belongs to another chain.</summary>
    WrongChain,

    /// <summary>Bytes on the disk are not those that were written.</summary>
    Damaged,
    DiskFull,

    /// <summary>The disk did not do what it was asked: a write, or the sync behind it.</summary>
    DiskFailed,

    /// <summary>It was asked after it was closed.</summary>
    Closed,
}
