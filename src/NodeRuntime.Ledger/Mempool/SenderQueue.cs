using System.Collections.Generic;
using NodeRuntime.Ledger.Transactions;
using NodeRuntime.Primitives;

namespace NodeRuntime.Ledger.Mempool;

/// <summary>One sender's transactions by sequence number: a run from the account's next number, then holes.</summary>
internal sealed class SenderQueue
{
    private readonly SortedDictionary<ulong, PooledTransaction> _bySequence = [];

    public int Count => _bySequence.Count;

    public PooledTransaction? First
    {
        get
        {
            foreach (PooledTransaction entry in _bySequence.Values) return entry;
            return null;
        }
    }

    public PooledTransaction? At(ulong sequence) => _bySequence.GetValueOrDefault(sequence);

    public void Add(PooledTransaction entry) => _bySequence.Add(entry.Verified.Transaction.Sequence, entry);

    public void Remove(PooledTransaction entry) => _bySequence.Remove(entry.Verified.Transaction.Sequence);

    /// <summary>The highest number that waits in a lane.</summary>
    public PooledTransaction? LastIn(MempoolLane lane)
    {
        PooledTransaction? last = null;
        foreach (PooledTransaction entry in _bySequence.Values)
        {
            if (entry.Lane == lane) last = entry;
        }

        return last;
    }

    /// <summary>How many follow one another from <paramref name="next"/> on.</summary>
    public int RunLength(ulong next)
    {
        int length = 0;
        while (_bySequence.ContainsKey(next + (ulong)length)) length++;
        return length;
    }

    /// <summary>How many lie beyond a hole. Numbers below <paramref name="next"/> are on their way out and count as neither.</summary>
    public int GapCount(ulong next)
    {
        ulong end = next + (ulong)RunLength(next);
        int beyond = 0;
        foreach (ulong sequence in _bySequence.Keys)
        {
            if (sequence > end) beyond++;
        }

        return beyond;
    }
}

/// <summary>A transaction in the pool, its place in the order of arrival, and when that was.</summary>
/// <param name="LeavesAt">The last height whose block may hold it, or before which it has waited long enough.</param>
/// <param name="Stake">Of an accusation that applied as it came: <see cref="MempoolLanes.StakeOf"/>; zero for all else, and for what waits for another.</param>
internal sealed record PooledTransaction(VerifiedTransaction Verified, ulong Arrival, Instant ArrivedAt, MempoolLane Lane, ulong LeavesAt, Amount Stake);
