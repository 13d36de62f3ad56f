using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using NodeRuntime.Crypto;

namespace NodeRuntime.Processes.Tests.Net;

/// <summary>
/// What a peer asked of the disk for its journal's log, system call by system call, as strace saw it from outside: the bytes of
/// every write, and when each sync was over. Times are those of the machine's clock, microseconds of Unix time.
/// </summary>
internal sealed class JournalTrace
{
    private readonly List<Call> _calls = [];

    private JournalTrace()
    {
    }

    /// <summary>How to start a peer so that <see cref="Read"/> understands the trace.</summary>
    /// <param name="data">The peer's data folder: of all its files only the journal's log is looked at.</param>
    /// <param name="injection">What strace shall do to the calls that sync the log, in its own words.</param>
    public static string[] Command(string trace, string data, string injection) =>
    [
        "strace", "-f", "-qq", "--seccomp-bpf", "-ttt", "-T", "-xx", "-s", "8192", "-o", trace,
        "-P", Path.Combine(data, "journal", "journal.db-wal"), "-e", "signal=none",
        "-e", "trace=pwrite64,fsync,fdatasync", "-e", "inject=fsync,fdatasync:" + injection,
    ];

    /// <summary>Lines are <c>THREAD SECONDS.MICROSECONDS CALL = RESULT &lt;SECONDS.MICROSECONDS&gt;</c>, or two with a gap.</summary>
    public static JournalTrace Read(string path)
    {
        JournalTrace trace = new();
        Dictionary<string, (long Begin, string Call)> unfinished = new(StringComparer.Ordinal);
        using StreamReader reader = new(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        while (reader.ReadLine() is { } line)
        {
            string[] parts = line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length < 3) continue;
            (string thread, long begin, string call) = (parts[0], MicrosecondsOf(parts[1]), parts[2]);
            if (call.EndsWith("<unfinished ...>", StringComparison.Ordinal))
            {
                unfinished[thread] = (begin, call);
                continue;
            }

            if (call.StartsWith("<... ", StringComparison.Ordinal))
            {
                if (!unfinished.Remove(thread, out (long Begin, string Call) first)) continue;
                (begin, call) = (first.Begin, first.Call + call);
            }

            trace.Note(thread, begin, call);
        }

        return trace;
    }

    /// <summary>Syncs that were granted.</summary>
    public int SyncCount => _calls.FindAll(static call => !call.IsWrite && call.IsGranted).Count;

    /// <summary>Syncs that failed.</summary>
    public int FailureCount => _calls.FindAll(static call => !call.IsWrite && !call.IsGranted).Count;

    /// <summary>
    /// When the log was synced behind the first write that holds this signature: the end of the same thread's next sync, if it
    /// was granted. Null where it was not, or where nothing of the kind was written.
    /// </summary>
    public long? SyncedAt(Signature signature)
    {
        string bytes = Written(signature.AsSpan());
        int write = _calls.FindIndex(call => call.IsWrite && call.Text.Contains(bytes, StringComparison.Ordinal));
        if (write < 0) return null;
        Call? sync = _calls[write..].Find(call => !call.IsWrite && call.Thread == _calls[write].Thread);
        return sync is { IsGranted: true } ? sync.End : null;
    }

    private void Note(string thread, long begin, string call)
    {
        int result = call.LastIndexOf(" = ", StringComparison.Ordinal);
        int length = call.LastIndexOf('<');
        // A call that the process did not live to see the end of has neither.
        if (result < 0 || length < result || call[^1] != '>') return;
        bool isWrite = call.StartsWith("pwrite64(", StringComparison.Ordinal);
        bool isGranted = call[result + 3] != '-';
        _calls.Add(new Call(thread, begin + MicrosecondsOf(call[(length + 1)..^1]), isWrite, isGranted, isWrite ? call : string.Empty));
    }

    private static long MicrosecondsOf(string seconds) => (long)(decimal.Parse(seconds, CultureInfo.InvariantCulture) * 1_000_000);

    private static string Written(ReadOnlySpan<byte> bytes)
    {
        StringBuilder text = new(bytes.Length * 4);
        foreach (byte value in bytes) text.Append("\\x").Append(value.ToString("x2", CultureInfo.InvariantCulture));
        return text.ToString();
    }

    private sealed record Call(string Thread, long End, bool IsWrite, bool IsGranted, string Text);
}
