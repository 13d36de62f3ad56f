using System;

namespace NodeRuntime.Persistence.Files;

/// <summary>Why a key file was not read or written: a person's matter, so the message says what to do.</summary>
public sealed class KeyFileException(KeyFileVerdict verdict, string message, Exception? cause = null) : Exception(message, cause)
{
    public KeyFileVerdict Verdict { get; } = verdict;
}

public enum KeyFileVerdict
{
    Accepted,
    NotFound,
    AlreadyExists,

    /// <summary>Others than the owner may read or write it.</summary>
    OpenToOthers,
    TooLarge,
    Empty,
    DiskFull,
    Failed,
}
