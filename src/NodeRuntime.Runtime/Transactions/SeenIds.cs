using System.Collections.Generic;
using NodeRuntime.Primitives;

namespace NodeRuntime.Runtime.Transactions;

/// <summary>
/// Ids that need not be asked for again. In two halves: when the younger is full or old, the elder is forgotten, so an id is
/// remembered for at least <paramref name="halfLife"/> unless so many come that memory would run out. Forgetting costs a body, not safety.
/// </summary>
/// <param name="hashing">Ids of what was refused cost nobody anything to seek.</param>
internal sealed class SeenIds(Duration halfLife, DigestHashing hashing)
{
    private DigestSet _young = new(hashing);
    private DigestSet _old = new(hashing);
    private Instant _turnedAt = Instant.Epoch;

    public int Count => _young.Count + _old.Count;

    public bool Contains(TransactionId id) => _young.Contains(id.Hash) || _old.Contains(id.Hash);

    public void Add(TransactionId id, Instant now)
    {
        if (_young.Count >= Limits.TransactionsSeenMax || now - _turnedAt > halfLife)
        {
            // After a long silence the younger half is old as well.
            bool bothAreOld = now - _turnedAt > halfLife * 2;
            _old = bothAreOld ? new DigestSet(hashing) : _young;
            _young = new DigestSet(hashing);
            _turnedAt = now;
        }

        _young.Add(id.Hash);
    }
}
