using System;
using System.Collections.Immutable;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Ledger.Blocks;

/// <summary>
/// The parts of a block's body: at most one <see cref="CalendarEntry"/>, in front, and transactions. What claims to be an entry and is none, or stands elsewhere,
/// is left among the transactions, of which it is none either: the block is refused for it.
/// </summary>
public static class BlockBody
{
    public static ImmutableArray<ReadOnlyMemory<byte>> Of(CalendarEntry? entry, ImmutableArray<ReadOnlyMemory<byte>> transactions) =>
        entry is null ? transactions : [entry.Encode(), .. transactions];

    /// <summary>How many parts of a body stand before its transactions: 1 or 0.</summary>
    public static int PartsBeforeTransactions(ImmutableArray<ReadOnlyMemory<byte>> body) => !body.IsEmpty && CalendarEntry.IsOne(body[0]) ? 1 : 0;

    public static (CalendarEntry? Entry, ImmutableArray<ReadOnlyMemory<byte>> Transactions) Split(ImmutableArray<ReadOnlyMemory<byte>> body)
    {
        if (PartsBeforeTransactions(body) == 0 || CalendarEntry.TryDecode(body[0]) is not { } entry) return (null, body);
        return (entry, body[1..]);
    }
}
