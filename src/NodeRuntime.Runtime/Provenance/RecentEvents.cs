using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Runtime.Provenance;

/// <summary>
/// The newest durable events of this peer, to find one by its leaf and to find what names a leaf as parent. Looked through from end to end: a fraction of a
/// millisecond for a leaf, a few for children, and nothing while nobody asks.
/// </summary>
internal sealed class RecentEvents
{
    private readonly SortedDictionary<ulong, EventBatch> _batches = [];
    private int _count;

    /// <summary>A batch, or the same with less in it.</summary>
    public void Put(EventBatch batch)
    {
        if (!_batches.ContainsKey(batch.First)) _count += batch.Count;
        _batches[batch.First] = batch;
        while (_count > Limits.EventsRecentMax && _batches.Count > 1)
        {
            ulong oldest = _batches.Keys.First();
            _count -= _batches[oldest].Count;
            _batches.Remove(oldest);
        }
    }

    /// <summary>In place of what is here; what is not here is not taken up again.</summary>
    public void Shrink(EventBatch batch)
    {
        if (_batches.ContainsKey(batch.First)) _batches[batch.First] = batch;
    }

    /// <summary>The number of the event with this leaf.</summary>
    public ulong? Find(Hash256 leaf)
    {
        foreach (EventBatch batch in _batches.Values)
        {
            for (int i = 0; i < batch.Count; i++)
            {
                if (batch.LeafAt(i) == leaf) return batch.First + (ulong)i;
            }
        }

        return null;
    }

    /// <summary>Its record; null where it is not here, or only its leaf is.</summary>
    public ReadOnlyMemory<byte>? RecordOf(ulong sequence)
    {
        foreach (EventBatch batch in _batches.Values)
        {
            if (sequence < batch.First || sequence > batch.Last) continue;
            return batch.Records.IsEmpty ? null : batch.Records[(int)(sequence - batch.First)];
        }

        return null;
    }

    /// <summary>Numbers and leaves of an actor's events from a number on, in their order, at most <see cref="Limits.EventsPerCallMax"/>.</summary>
    public ImmutableArray<(ulong Sequence, Hash256 Leaf)> OfActor(Hash256 actor, ulong from)
    {
        ImmutableArray<(ulong Sequence, Hash256 Leaf)>.Builder found = ImmutableArray.CreateBuilder<(ulong Sequence, Hash256 Leaf)>();
        foreach (EventBatch batch in _batches.Values)
        {
            if (batch.Last < from) continue;
            for (int i = 0; i < batch.Records.Length && found.Count < Limits.EventsPerCallMax; i++)
            {
                if (batch.First + (ulong)i < from || batch.Records[i].Span.IndexOf(actor.AsSpan()) < 0) continue;
                if (EventLeaf.TryDecode(batch.Records[i], out EventLeaf? it) == RecordVerdict.Accepted && it!.Actor == actor) found.Add((it.Sequence, batch.LeafAt(i)));
            }
        }

        return found.ToImmutable();
    }

    /// <summary>Events that name this leaf as parent, in their order, at most <see cref="Limits.EventChildrenMax"/>.</summary>
    public ImmutableArray<EventLeaf> ChildrenOf(Hash256 leaf)
    {
        ImmutableArray<EventLeaf>.Builder children = ImmutableArray.CreateBuilder<EventLeaf>();
        foreach (EventBatch batch in _batches.Values)
        {
            foreach (ReadOnlyMemory<byte> record in batch.Records)
            {
                // Few records hold these bytes at all; those that do are read.
                if (record.Span.IndexOf(leaf.AsSpan()) < 0 || EventLeaf.TryDecode(record, out EventLeaf? it) != RecordVerdict.Accepted) continue;
                if (!it!.Parents.Contains(leaf)) continue;
                children.Add(it);
                if (children.Count == Limits.EventChildrenMax) return children.ToImmutable();
            }
        }

        return children.ToImmutable();
    }
}
