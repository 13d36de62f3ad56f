using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Runtime.Provenance;

/// <summary>
/// The last events of each chain of custody: what is received stands side by side, everything else joins what came before it. Forgets the oldest chain
/// when there are too many; its next event then has no parents here.
/// </summary>
internal sealed class Custodies
{
    private readonly SortedDictionary<Hash256, ImmutableArray<Hash256>> _ends = [];
    private readonly Queue<Hash256> _order = [];

    public ImmutableArray<Hash256> ParentsOf(PeerAct act)
    {
        ImmutableArray<Hash256> ends = _ends.GetValueOrDefault(act.Custody, []);
        // With as many beside each other as an event can name, the next one joins them.
        return StandsBeside(act.Kind, ends) ? [] : ends;
    }

    public void Add(Hash256 custody, EventKind kind, Hash256 leaf)
    {
        ImmutableArray<Hash256> ends = _ends.GetValueOrDefault(custody, []);
        if (!_ends.ContainsKey(custody)) _order.Enqueue(custody);
        _ends[custody] = StandsBeside(kind, ends) ? ends.Add(leaf) : [leaf];
        if (_ends.Count > Limits.CustodiesMax) _ends.Remove(_order.Dequeue());
    }

    private static bool StandsBeside(EventKind kind, ImmutableArray<Hash256> ends) => kind == EventKind.Receive && ends.Length < Limits.EventParentsMax;
}
