using System.Collections.Generic;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus;

/// <summary>The votes of each slot, in the order of slots. Votes of a slot come together: the slot that was asked for last is kept at hand.</summary>
internal sealed class VoteTable
{
    private readonly SortedDictionary<VoteSlot, SlotVotes> _slots = [];
    private VoteSlot _lastSlot;
    private SlotVotes? _last;

    public int Count => _slots.Count;

    /// <summary>As they stand now: what is asked for may be removed meanwhile.</summary>
    public IReadOnlyCollection<VoteSlot> Slots => [.. _slots.Keys];

    /// <summary>The view of the first slot; null for none.</summary>
    public View? FirstView
    {
        get
        {
            foreach (VoteSlot slot in _slots.Keys) return slot.View;
            return null;
        }
    }

    public SlotVotes? Find(VoteSlot slot)
    {
        if (_last is not null && _lastSlot == slot) return _last;
        if (!_slots.TryGetValue(slot, out SlotVotes? votes)) return null;
        (_lastSlot, _last) = (slot, votes);
        return votes;
    }

    public SlotVotes FindOrAdd(VoteSlot slot, int voters)
    {
        if (Find(slot) is { } found) return found;
        SlotVotes votes = new(voters);
        _slots.Add(slot, votes);
        (_lastSlot, _last) = (slot, votes);
        return votes;
    }

    public void Remove(VoteSlot slot)
    {
        _slots.Remove(slot);
        _last = null;
    }

    public void Clear()
    {
        _slots.Clear();
        _last = null;
    }
}
