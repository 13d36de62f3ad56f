using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Text;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Receipts;

namespace NodeRuntime.Runtime.Provenance;

/// <summary>
/// What outside witnesses said of checkpoints, under the calendar's size: lines of a note, to be put under the checkpoint that a receipt has. Whoever brings
/// them has verified them; the log keeps as many seconds as the peer keeps of its own.
/// </summary>
internal sealed class Cosignatures(IJournal journal, int secondsKept)
{
    private const string Stream = "provenance.cosignatures";
    private const ulong PruneEverySizes = 64;

    /// <summary>Sizes whose lines still come.</summary>
    private const int RecentMax = 128;

    private readonly SortedDictionary<ulong, ImmutableArray<NoteSignature>> _recent = [];

    public void Add(ulong size, NoteSignature line)
    {
        if (!_recent.TryGetValue(size, out ImmutableArray<NoteSignature> lines)) lines = [.. LinesOf(size).Select(static it => NoteSignature.TryParse(it)!)];
        foreach (NoteSignature known in lines)
        {
            if (known.Name == line.Name && known.KeyId == line.KeyId) return;
        }

        if (lines.Length == Limits.WitnessesMax) return;
        _recent[size] = lines = lines.Add(line);
        if (_recent.Count > RecentMax) _recent.Remove(_recent.Keys.First());
        ImmutableArray<JournalWrite> writes = [new JournalWrite.Put(Stream, size, Encoding.UTF8.GetBytes(string.Concat(lines.Select(static it => it.ToLine()))))];
        if (size % PruneEverySizes == 0 && size > (ulong)secondsKept) writes = writes.Add(new JournalWrite.TruncateBelow(Stream, size - (ulong)secondsKept));
        // A line that is lost is one that the witness gives again; nobody was promised it.
        journal.Write(new JournalBatch(writes), static _ => { });
    }

    /// <summary>Lines of a note, without their newlines; none where nobody cosigned this size, or it is forgotten.</summary>
    public ImmutableArray<string> LinesOf(ulong size)
    {
        if (_recent.TryGetValue(size, out ImmutableArray<NoteSignature> lines)) return [.. lines.Select(static it => it.ToLine().TrimEnd('\n'))];
        return journal.Read(Stream, size) is { } kept ? [.. Encoding.UTF8.GetString(kept.Span).Split('\n').Where(static line => line.Length > 0)] : [];
    }
}

/// <param name="Path">Of a proof of consistency; null where this peer does not keep a calendar of that size.</param>
public sealed record CalendarGrowth(ImmutableArray<Hash256>? Path);

/// <param name="Path">Of a proof of inclusion; null where this peer does not keep a calendar of that size.</param>
/// <param name="Growth">Of a proof of consistency; likewise.</param>
public sealed record CalendarWay(ImmutableArray<Hash256>? Path, ImmutableArray<Hash256>? Growth);

/// <param name="Lines">Lines of a note.</param>
public sealed record CalendarCosignatures(ImmutableArray<string> Lines);
