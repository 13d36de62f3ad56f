using System;

namespace NodeRuntime.Actors;

/// <summary>
/// First in, first out, in segments: an idle actor holds none or a small one, a flood costs eight bytes a message more and
/// is given back when it has passed, and no array is ever large enough to leave the young heap. One spare segment is kept,
/// so that a queue that breathes allocates nothing.
/// </summary>
internal sealed class MessageQueue<TItem>
{
    private const int SegmentLengthMin = 8;
    private const int SegmentLengthMax = 512;

    private Segment? _head;
    private Segment? _tail;
    private Segment? _spare;

    public int Count { get; private set; }

    public void Enqueue(TItem item)
    {
        Segment? tail = _tail;
        if (tail is null || tail.End == tail.Items.Length) tail = Append();
        tail.Items[tail.End++] = item;
        Count++;
    }

    private Segment Append()
    {
        int length = _tail is null ? SegmentLengthMin : Math.Min(_tail.Items.Length * 2, SegmentLengthMax);
        Segment segment = _spare ?? new Segment(length);
        _spare = null;
        if (_tail is null) _head = segment;
        else _tail.Next = segment;
        _tail = segment;
        return segment;
    }

    /// <summary>Back to the front, for what was taken too early.</summary>
    public void EnqueueFirst(TItem item)
    {
        if (Count == 0)
        {
            Enqueue(item);
            return;
        }

        if (_head!.Start == 0) _head = new Segment(SegmentLengthMin) { Start = SegmentLengthMin, End = SegmentLengthMin, Next = _head };
        _head.Items[--_head.Start] = item;
        Count++;
    }

    public bool TryDequeue(out TItem item)
    {
        Segment? head = _head;
        if (head is null || head.Start == head.End)
        {
            item = default!;
            return false;
        }

        item = head.Items[head.Start];
        head.Items[head.Start++] = default!;
        Count--;
        if (head.Start == head.End) Retire(head);
        return true;
    }

    /// <summary>Moves the oldest into the span and returns how many.</summary>
    public int DequeueInto(Span<TItem> target)
    {
        int moved = 0;
        while (moved < target.Length && _head is { } head && head.Start < head.End)
        {
            int count = Math.Min(target.Length - moved, head.End - head.Start);
            Span<TItem> source = head.Items.AsSpan(head.Start, count);
            source.CopyTo(target[moved..]);
            source.Clear();
            head.Start += count;
            moved += count;
            Count -= count;
            if (head.Start == head.End) Retire(head);
        }

        return moved;
    }

    private void Retire(Segment head)
    {
        head.Start = 0;
        head.End = 0;
        if (head.Next is null) return;
        _head = head.Next;
        head.Next = null;
        _spare = head;
    }

    private sealed class Segment(int length)
    {
        public readonly TItem[] Items = new TItem[length];
        public int Start;
        public int End;
        public Segment? Next;
    }
}
