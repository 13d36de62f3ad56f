using System.Collections.Generic;
using NodeRuntime.Primitives;

namespace NodeRuntime.Ledger.Mempool;

/// <summary>What waits in one lane: how much, and whose most of it is.</summary>
internal sealed class LaneLoad(MempoolLane lane)
{
    private readonly SortedDictionary<AccountId, int> _counts = [];
    private readonly SortedSet<(int Count, AccountId Sender)> _byCount = [];
    private readonly SortedDictionary<(Amount Stake, ulong Arrival), PooledTransaction> _byStake = [];

    public int Count { get; private set; }

    public long ByteCount { get; private set; }

    /// <summary>The sender with the most in this lane.</summary>
    public (int Count, AccountId Sender) Heaviest => _byCount.Max;

    /// <summary>What stakes the least, of equals what came first; null where the lane is empty.</summary>
    public PooledTransaction? Meekest
    {
        get
        {
            foreach (PooledTransaction entry in _byStake.Values) return entry;
            return null;
        }
    }

    public int CountOf(AccountId sender) => _counts.GetValueOrDefault(sender);

    public bool HasRoomFor(int bytes) => Count < MempoolLanes.CountMax(lane) && ByteCount + bytes <= MempoolLanes.BytesMax(lane);

    public void Add(PooledTransaction entry)
    {
        Move(entry.Verified.Transaction.Sender, 1);
        ByteCount += entry.Verified.Bytes.Length;
        if (lane == MempoolLane.Accusations) _byStake.Add((entry.Stake, entry.Arrival), entry);
    }

    public void Remove(PooledTransaction entry)
    {
        Move(entry.Verified.Transaction.Sender, -1);
        ByteCount -= entry.Verified.Bytes.Length;
        if (lane == MempoolLane.Accusations) _byStake.Remove((entry.Stake, entry.Arrival));
    }

    private void Move(AccountId sender, int by)
    {
        int before = CountOf(sender);
        int after = before + by;
        Invariant.Holds(after >= 0);
        if (before > 0) _byCount.Remove((before, sender));
        if (after > 0) _byCount.Add((after, sender));
        if (after > 0) _counts[sender] = after;
        else _counts.Remove(sender);
        Count += by;
    }
}
