using System.Collections.Generic;
using NodeRuntime.Primitives;

namespace NodeRuntime.Runtime.Transactions;

/// <summary>
/// Bodies that were asked for and have not come: of whom, until when, and who else has them. Bounded in all and for each peer, so
/// that whoever announces what it does not have fills only its own part.
/// </summary>
/// <param name="hashing">Ids that are announced are whatever somebody says.</param>
internal sealed class WantList(DigestHashing hashing)
{
    private readonly DigestMap<Want> _wants = new(hashing);
    private readonly SortedSet<(Instant DueAt, TransactionId Id)> _byDue = [];
    private readonly SortedDictionary<PeerId, int> _outstanding = [];

    public int Count => _wants.Count;

    /// <summary>When the first of them is overdue.</summary>
    public Instant? FirstDue => _byDue.Count == 0 ? null : _byDue.Min.DueAt;

    public bool Contains(TransactionId id) => _wants.ContainsKey(id.Hash);

    public bool HasRoomFor(PeerId peer) =>
        _wants.Count < Limits.TransactionsAskedMax && _outstanding.GetValueOrDefault(peer) < Limits.TransactionsAskedPerPeerMax;

    /// <summary>It is asked of this peer now.</summary>
    public void Ask(TransactionId id, PeerId peer, Instant dueAt)
    {
        if (!_wants.TryGetValue(id.Hash, out Want? want)) _wants.Add(id.Hash, want = new Want(peer, dueAt));
        else Unassign(id, want);
        want.Asked = peer;
        want.DueAt = dueAt;
        want.Holders.Remove(peer);
        _byDue.Add((dueAt, id));
        _outstanding[peer] = _outstanding.GetValueOrDefault(peer) + 1;
    }

    /// <summary>Somebody else has it too.</summary>
    public void AddHolder(TransactionId id, PeerId peer)
    {
        Want want = Of(id);
        if (want.Asked != peer && want.Holders.Count < Limits.TransactionHoldersMax && !want.Holders.Contains(peer)) want.Holders.Add(peer);
    }

    public PeerId? AskedOf(TransactionId id) => _wants.TryGetValue(id.Hash, out Want? want) ? want.Asked : null;

    /// <summary>The holder that is asked next, and has room; none where there is no other.</summary>
    public PeerId? NextHolder(TransactionId id)
    {
        foreach (PeerId holder in Of(id).Holders)
        {
            if (_outstanding.GetValueOrDefault(holder) < Limits.TransactionsAskedPerPeerMax) return holder;
        }

        return null;
    }

    /// <summary>It has come, or nobody has it: who was said to hold it besides.</summary>
    public IReadOnlyList<PeerId> Remove(TransactionId id)
    {
        if (!_wants.Remove(id.Hash, out Want? want)) return [];
        Unassign(id, want);
        return want.Holders;
    }

    public bool TryTakeOverdue(Instant now, out TransactionId id, out PeerId asked)
    {
        (id, asked) = (default, default);
        if (_byDue.Count == 0 || _byDue.Min.DueAt > now) return false;
        id = _byDue.Min.Id;
        asked = Of(id).Asked;
        return true;
    }

    /// <summary>Who is gone will not answer: what was asked of it, to be asked of another.</summary>
    public List<TransactionId> Forget(PeerId peer)
    {
        List<TransactionId> orphans = [];
        foreach ((_, TransactionId id) in _byDue)
        {
            Want want = Of(id);
            want.Holders.Remove(peer);
            if (want.Asked == peer) orphans.Add(id);
        }

        return orphans;
    }

    private Want Of(TransactionId id) => _wants.GetValueOrDefault(id.Hash) ?? Invariant.Unreachable<Want>("an id that is not waited for");

    private void Unassign(TransactionId id, Want want)
    {
        _byDue.Remove((want.DueAt, id));
        int left = _outstanding.GetValueOrDefault(want.Asked) - 1;
        Invariant.Holds(left >= 0);
        if (left > 0) _outstanding[want.Asked] = left;
        else _outstanding.Remove(want.Asked);
    }

    private sealed class Want(PeerId asked, Instant dueAt)
    {
        public PeerId Asked { get; set; } = asked;

        public Instant DueAt { get; set; } = dueAt;

        public List<PeerId> Holders { get; } = [];
    }
}
