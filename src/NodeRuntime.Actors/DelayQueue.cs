using System.Collections.Generic;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;

namespace NodeRuntime.Actors;

/// <summary>
/// What happens later, ordered by time, then by a tie-break of the dispatcher's, then first come. Cancelled entries stay
/// until their time, unless they are many: when the queue has doubled since the last look, they are swept out, so that an
/// actor that sets its timer anew for every message does not fill the memory.
/// </summary>
public sealed class DelayQueue
{
    private const int SweepLengthMin = 1024;

    private PriorityQueue<IDelayed, Key> _queue = new();
    private ulong _sequence;
    private int _sweepAt = SweepLengthMin;

    public int Count => _queue.Count;

    public void Add(Instant due, ulong tieBreak, IDelayed delayed)
    {
        if (_queue.Count >= _sweepAt) Sweep();
        _queue.Enqueue(delayed, new Key(due, tieBreak, _sequence++));
    }

    private void Sweep()
    {
        PriorityQueue<IDelayed, Key> kept = new();
        foreach ((IDelayed delayed, Key key) in _queue.UnorderedItems)
        {
            // The keys are a total order, so the order of insertion into the new heap does not matter.
            if (!delayed.IsCancelled) kept.Enqueue(delayed, key);
        }

        _queue = kept;
        _sweepAt = int.Max(SweepLengthMin, kept.Count * 2);
    }

    public bool TryPeek(out Instant due)
    {
        bool found = _queue.TryPeek(out _, out Key key);
        due = key.Due;
        return found;
    }

    public bool TryTake(out IDelayed delayed, out Instant due)
    {
        bool found = _queue.TryDequeue(out IDelayed? first, out Key key);
        delayed = first!;
        due = key.Due;
        return found;
    }

    private readonly record struct Key(Instant Due, ulong TieBreak, ulong Sequence) : System.IComparable<Key>
    {
        public int CompareTo(Key other)
        {
            int order = Due.CompareTo(other.Due);
            if (order == 0) order = TieBreak.CompareTo(other.TieBreak);
            return order == 0 ? Sequence.CompareTo(other.Sequence) : order;
        }
    }
}
