using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Runtime.Provenance;

/// <summary>
/// A parent's children in an epoch, each in a slot of its own. A child has its slot for the epoch; one that is neither connected nor heard for ten minutes
/// makes room.
/// </summary>
internal sealed class SlotTable
{
    private const ulong VacatedAfterSeconds = 600;

    private readonly PeerId?[] _slots = new PeerId?[Limits.ProvenanceChildrenMax];
    private readonly SortedDictionary<PeerId, int> _children = [];
    private readonly SortedDictionary<PeerId, Round> _heard = [];

    public int Count => _children.Count;

    public ImmutableArray<PeerId?> Slots => [.. _slots];

    public bool Holds(PeerId child) => _children.ContainsKey(child);

    /// <summary>The child's slot; null where all are taken.</summary>
    public int? Enrol(PeerId child, Round now)
    {
        _heard[child] = now;
        if (_children.TryGetValue(child, out int known)) return known;
        for (int slot = 0; slot < _slots.Length; slot++)
        {
            if (_slots[slot] is not null) continue;
            _slots[slot] = child;
            _children.Add(child, slot);
            return slot;
        }

        _heard.Remove(child);
        return null;
    }

    public void Heard(PeerId child, Round now)
    {
        if (_heard.ContainsKey(child)) _heard[child] = now;
    }

    public void Vacate(ProvenanceScene scene)
    {
        foreach (PeerId child in new List<PeerId>(_children.Keys))
        {
            if (scene.IsReachable(child) || _heard[child].Second + VacatedAfterSeconds > scene.Current.Second) continue;
            _slots[_children[child]] = null;
            _children.Remove(child);
            _heard.Remove(child);
        }
    }
}
