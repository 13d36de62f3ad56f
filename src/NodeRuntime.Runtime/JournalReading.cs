using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Actors.Ports;

namespace NodeRuntime.Runtime;

/// <summary>A stream of the journal from a number to its end, a page at a time.</summary>
internal static class JournalReading
{
    /// <param name="atOnce">Records in a page. What was read of one is not read again, also where it is overwritten meanwhile.</param>
    public static IEnumerable<JournalRecord> ReadFrom(this IJournal journal, string stream, ulong from, int atOnce)
    {
        while (true)
        {
            ImmutableArray<JournalRecord> records = journal.ReadRange(stream, from, atOnce);
            if (records.IsEmpty) yield break;
            foreach (JournalRecord record in records) yield return record;
            from = records[^1].Sequence + 1;
        }
    }
}
