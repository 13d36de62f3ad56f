using System;

namespace NodeRuntime.Actors;

/// <summary>
/// First in, first out, in segments: an idle actor holds none or a small one, a flood costs eight bytes a message more and
/// is given back when it has passed, and no array is ever large enough to leave the young heap. One spare segment is kept,
/// the largest there was, so that a queue that breathes allocates nothing. All that a teller and the actor's run both write stands in this one
/// object: what two cores write in turns travels between them, and each line of memory costs its own journey.
/// </summary>
internal sealed class MessageQueue<TItem>
{
    private const int SegmentLengthMin = 8;
    private const int SegmentLengthMax = 512;

    private TItem[] _tailItems = [];
    private Segment? _head;
    private Segment? _tail;
    private Segment? _spare;
    private int _start;
    private int _end;

    public int Count { get; private set; }

    private int HeadEnd => _head == _tail ? _end : _head!.Items.Length;

    public void Enqueue(TItem item)
    {
        if (_end == _tailItems.Length) Append();
        _tailItems[_end++] = item;
        Count++;
    }

    private void Append()
    {
        Segment segment = _spare ?? new Segment(_tail is null ? SegmentLengthMin : Math.Min(_tailItems.Length * 2, SegmentLengthMax));
        _spare = null;
        if (_tail is null) _head = segment;
        else _tail.Next = segment;
        _tail = segment;
        _tailItems = segment.Items;
        _end = 0;
    }

    /// <summary>Back to the front, for what was taken too early.</summary>
    public void EnqueueFirst(TItem item)
    {
        if (Count == 0)
        {
            Enqueue(item);
            return;
        }

        if (_start == 0)
        {
            _head = new Segment(SegmentLengthMin) { Next = _head };
            _start = SegmentLengthMin;
        }

        _head!.Items[--_start] = item;
        Count++;
    }

    public bool TryDequeue(out TItem item)
    {
        if (Count == 0)
        {
            item = default!;
            return false;
        }

        TItem[] items = _head!.Items;
        item = items[_start];
        items[_start++] = default!;
        Count--;
        if (_start == HeadEnd) Retire();
        return true;
    }

    /// <summary>Moves the oldest into the span and returns how many.</summary>
    public int DequeueInto(Span<TItem> target)
    {
        int moved = 0;
        while (moved < target.Length && Count > 0)
        {
            int count = Math.Min(target.Length - moved, HeadEnd - _start);
            Span<TItem> source = _head!.Items.AsSpan(_start, count);
            source.CopyTo(target[moved..]);
            source.Clear();
            _start += count;
            moved += count;
            Count -= count;
            if (_start == HeadEnd) Retire();
        }

        return moved;
    }

    // The head is empty: the only segment is begun anew, another makes place for the next and is kept.
    private void Retire()
    {
        _start = 0;
        if (_head == _tail)
        {
            _end = 0;
            return;
        }

        Segment head = _head!;
        _head = head.Next;
        head.Next = null;
        if (_spare is null || _spare.Items.Length < head.Items.Length) _spare = head;
    }

    private sealed class Segment(int length)
    {
        public readonly TItem[] Items = new TItem[length];
        public Segment? Next;
    }
}
