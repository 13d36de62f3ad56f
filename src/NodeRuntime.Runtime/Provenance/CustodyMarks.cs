using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Primitives;

namespace NodeRuntime.Runtime.Provenance;

/// <summary>Which events belong to which custody, of as many as <see cref="Limits.CustodiesMax"/>; the oldest is forgotten, and of each the first steps are kept.</summary>
internal sealed class CustodyMarks
{
    private readonly SortedDictionary<Hash256, List<ulong>> _steps = [];
    private readonly SortedDictionary<ulong, Hash256> _custodies = [];
    private readonly Queue<Hash256> _order = [];

    public void Add(CustodyMark mark)
    {
        if (!_steps.TryGetValue(mark.Custody, out List<ulong>? steps))
        {
            _steps.Add(mark.Custody, steps = []);
            _order.Enqueue(mark.Custody);
        }

        // The way of the data is told first; what follows are repetitions of its end.
        if (steps.Count == Limits.CustodyMarksMax) return;
        steps.Add(mark.Sequence);
        _custodies[mark.Sequence] = mark.Custody;
        if (_order.Count <= Limits.CustodiesMax || !_steps.Remove(_order.Dequeue(), out List<ulong>? forgotten)) return;
        foreach (ulong sequence in forgotten) _custodies.Remove(sequence);
    }

    /// <summary>Numbers of events, in their order; none where the custody is not known.</summary>
    public ImmutableArray<ulong> Of(Hash256 custody) => _steps.TryGetValue(custody, out List<ulong>? steps) ? [.. steps] : [];

    public Hash256? CustodyOf(ulong sequence) => _custodies.TryGetValue(sequence, out Hash256 custody) ? custody : null;
}
