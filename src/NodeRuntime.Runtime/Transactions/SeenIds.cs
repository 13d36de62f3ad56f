using System.Collections.Generic;
using NodeRuntime.Primitives;

namespace NodeRuntime.Runtime.Transactions;

/// <summary>
/// Ids that need not be asked for again. In two halves: when the younger is full or old, the elder is forgotten, so an id is
/// remembered for at least <paramref name="halfLife"/> unless so many come that memory would run out. Forgetting costs a body, not safety.
/// </summary>
internal sealed class SeenIds(Duration halfLife)
{
    private SortedSet<TransactionId> _young = [];
    private SortedSet<TransactionId> _old = [];
    private Instant _turnedAt = Instant.Epoch;

    public int Count => _young.Count + _old.Count;

    public bool Contains(TransactionId id) => _young.Contains(id) || _old.Contains(id);

    public void Add(TransactionId id, Instant now)
    {
        if (_young.Count >= Limits.TransactionsSeenMax || now - _turnedAt > halfLife)
        {
            // After a long silence the younger half is old as well.
            bool bothAreOld = now - _turnedAt > halfLife * 2;
            _old = bothAreOld ? [] : _young;
            _young = [];
            _turnedAt = now;
        }

        _young.Add(id);
    }
}
