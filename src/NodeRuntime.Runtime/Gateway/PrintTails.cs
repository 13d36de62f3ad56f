using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Primitives;

namespace NodeRuntime.Runtime.Gateway;

/// <summary>
/// The last that each job printed, for readers who come later. Bounded in jobs and in bytes of each: the oldest goes first. The whole text
/// is the job's output, which its owner fetches.
/// </summary>
internal sealed class PrintTails
{
    private readonly SortedDictionary<OrderId, Tail> _tails = [];
    private readonly Queue<OrderId> _byAge = [];

    public void Add(JobPrint print)
    {
        if (!_tails.TryGetValue(print.Order, out Tail? tail))
        {
            tail = new Tail();
            _tails.Add(print.Order, tail);
            _byAge.Enqueue(print.Order);
            if (_byAge.Count > Limits.PrintTailsMax) _tails.Remove(_byAge.Dequeue());
        }

        tail.Add(print);
    }

    public ImmutableArray<JobPrint> Of(OrderId order) => _tails.TryGetValue(order, out Tail? tail) ? tail.ToImmutable() : [];

    private sealed class Tail
    {
        private readonly Queue<JobPrint> _prints = [];
        private long _bytes;

        public void Add(JobPrint print)
        {
            _prints.Enqueue(print);
            _bytes += print.Bytes.Length;
            // One piece stays whatever its size: frames bound it.
            while (_prints.Count > Limits.PrintTailPiecesMax || (_bytes > Limits.PrintTailBytesMax && _prints.Count > 1))
            {
                _bytes -= _prints.Dequeue().Bytes.Length;
            }
        }

        public ImmutableArray<JobPrint> ToImmutable() => [.. _prints];
    }
}
