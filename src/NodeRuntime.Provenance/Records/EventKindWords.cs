using System;
using System.Collections.Generic;

namespace NodeRuntime.Provenance.Records;

/// <summary>The kinds of events as people write them.</summary>
public static class EventKindWords
{
    private static readonly string[] Words =
    [
        "ingest", "send", "receive", "process-input", "process-output", "store", "read", "delete", "key-use", "decision", "state-change", "alert", "grant",
        "revoke", "review", "exemption", "policy", "contract", "backup", "restore",
    ];

    /// <summary>In the order of their numbers.</summary>
    public static IReadOnlyList<string> All => Words;

    public static string Of(EventKind kind) => Words[(int)kind - 1];

    /// <summary>Null for a word that is no kind's.</summary>
    public static EventKind? TryParse(string? word)
    {
        int at = Array.IndexOf(Words, word);
        return at < 0 ? null : (EventKind)(at + 1);
    }
}
