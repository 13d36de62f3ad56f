using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;

namespace NodeRuntime.Ledger.Mempool;

/// <summary>
/// Whose turn it is while a block is filled: the first lane that has not had its share, then the first lane that has anything;
/// in a lane the sender with the fewest chosen so far, of equals the one that stakes the most, then the one that came first.
/// </summary>
internal sealed class LaneQueues(int bytesMax, int countMax)
{
    private readonly Lane[] _lanes = [new(), new(), new(), new()];

    /// <summary>A sender's next; <paramref name="turn"/> of its were chosen before.</summary>
    public void Add(PooledTransaction entry, int turn) => _lanes[(int)entry.Lane].Waiting.Add((turn, UInt128.MaxValue - entry.Stake.Units, entry.Arrival), entry);

    public bool TryTake([NotNullWhen(true)] out PooledTransaction? entry, out int turn)
    {
        for (int pass = 0; pass < 2; pass++)
        {
            for (int i = 0; i < _lanes.Length; i++)
            {
                Lane lane = _lanes[i];
                if (lane.Waiting.Count == 0 || (pass == 0 && !HasShareLeft((MempoolLane)i, lane))) continue;
                foreach (((int Turn, UInt128 Rank, ulong Arrival) key, PooledTransaction first) in lane.Waiting)
                {
                    lane.Waiting.Remove(key);
                    (entry, turn) = (first, key.Turn);
                    return true;
                }
            }
        }

        (entry, turn) = (null, 0);
        return false;
    }

    /// <summary>It stands in the block: its lane has had so much.</summary>
    public void Chosen(PooledTransaction entry)
    {
        Lane lane = _lanes[(int)entry.Lane];
        lane.Bytes += entry.Verified.Bytes.Length;
        lane.Count++;
    }

    private bool HasShareLeft(MempoolLane name, Lane lane) =>
        lane.Bytes < MempoolLanes.ShareIn(name, bytesMax) && lane.Count < MempoolLanes.ShareIn(name, countMax);

    private sealed class Lane
    {
        public SortedDictionary<(int Turn, UInt128 Rank, ulong Arrival), PooledTransaction> Waiting { get; } = [];

        public int Bytes { get; set; }

        public int Count { get; set; }
    }
}
