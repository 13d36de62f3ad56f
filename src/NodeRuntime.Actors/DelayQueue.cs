using System;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;

namespace NodeRuntime.Actors;

/// <summary>
/// What happens later, ordered by time, then by a tie-break of the dispatcher's, then first come: a heap of four branches, whose
/// levels are half as many as a binary one's and whose siblings lie together. Cancelled entries stay until their time, unless
/// they are many: when the queue has doubled since the last look, they are swept out, so that an actor that sets its timer
/// anew for every message does not fill the memory.
/// </summary>
public sealed class DelayQueue
{
    private const int Branches = 4;
    private const int LengthMin = 16;
    private const int SweepLengthMin = 1024;

    private Entry[] _heap = new Entry[LengthMin];
    private ulong _sequence;
    private int _sweepAt = SweepLengthMin;

    public int Count { get; private set; }

    public void Add(Instant due, ulong tieBreak, IDelayed delayed)
    {
        if (Count >= _sweepAt) Sweep();
        if (Count == _heap.Length) Array.Resize(ref _heap, Count * 2);
        Rise(Count++, new Entry(due, tieBreak, _sequence++, delayed));
    }

    public bool TryPeek(out Instant due)
    {
        due = _heap[0].Due;
        return Count > 0;
    }

    public bool TryTake(out IDelayed delayed, out Instant due)
    {
        if (Count == 0)
        {
            delayed = null!;
            due = default;
            return false;
        }

        delayed = _heap[0].Delayed;
        due = _heap[0].Due;
        Entry last = _heap[--Count];
        _heap[Count] = default;
        if (Count > 0) Sink(0, last);
        return true;
    }

    // From an empty place upwards: parents move down until one is earlier.
    private void Rise(int place, in Entry entry)
    {
        Entry[] heap = _heap;
        while (place > 0)
        {
            int parent = (place - 1) / Branches;
            if (heap[parent].IsBefore(entry)) break;
            heap[place] = heap[parent];
            place = parent;
        }

        heap[place] = entry;
    }

    // From an empty place downwards: the earliest child moves up until none is earlier.
    private void Sink(int place, in Entry entry)
    {
        Entry[] heap = _heap;
        while (true)
        {
            int first = (place * Branches) + 1;
            if (first >= Count) break;
            int end = Math.Min(first + Branches, Count);
            int earliest = first;
            for (int child = first + 1; child < end; child++)
            {
                if (heap[child].IsBefore(heap[earliest])) earliest = child;
            }

            if (entry.IsBefore(heap[earliest])) break;
            heap[place] = heap[earliest];
            place = earliest;
        }

        heap[place] = entry;
    }

    private void Sweep()
    {
        int kept = 0;
        for (int i = 0; i < Count; i++)
        {
            if (!_heap[i].Delayed.IsCancelled) _heap[kept++] = _heap[i];
        }

        Array.Clear(_heap, kept, Count - kept);
        Count = kept;
        for (int place = ((kept - 2) / Branches); place >= 0 && kept > 1; place--)
        {
            Entry entry = _heap[place];
            Sink(place, entry);
        }

        _sweepAt = int.Max(SweepLengthMin, kept * 2);
    }

    // The sequence makes the order total, so that the shape of the heap never shows.
    private readonly struct Entry(Instant due, ulong tieBreak, ulong sequence, IDelayed delayed)
    {
        public readonly Instant Due = due;
        public readonly IDelayed Delayed = delayed;
        private readonly ulong _tieBreak = tieBreak;
        private readonly ulong _sequence = sequence;

        public bool IsBefore(in Entry other)
        {
            if (Due.Microseconds != other.Due.Microseconds) return Due.Microseconds < other.Due.Microseconds;
            if (_tieBreak != other._tieBreak) return _tieBreak < other._tieBreak;
            return _sequence < other._sequence;
        }
    }
}
