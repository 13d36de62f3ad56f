using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Provenance.Custody;

/// <summary>One event in the graph.</summary>
/// <param name="Step">Its place among the steps that the graph was made of.</param>
/// <param name="Parents">Nodes that came before it, those that are here.</param>
/// <param name="Missing">Parents that it names and that are not here.</param>
/// <param name="Layer">0 where no parent is here, else one more than its farthest parent's.</param>
public sealed record CustodyNode(int Step, EventLeaf Event, Hash256 Leaf, ImmutableArray<int> Parents, ImmutableArray<Hash256> Missing, int Layer);

/// <summary>
/// Events as a graph: each after those that it names as parents. Nodes stand in an order that follows from the events alone, parents first, then by time and
/// leaf: the same events always give the same picture.
/// </summary>
public sealed class CustodyGraph
{
    private CustodyGraph(ImmutableArray<CustodyNode> nodes)
    {
        Nodes = nodes;
        ImmutableArray<int>.Builder ends = ImmutableArray.CreateBuilder<int>();
        bool[] hasChild = new bool[nodes.Length];
        foreach (CustodyNode node in nodes)
        {
            foreach (int parent in node.Parents) hasChild[parent] = true;
        }

        for (int i = 0; i < nodes.Length; i++)
        {
            if (!hasChild[i]) ends.Add(i);
        }

        Ends = ends.ToImmutable();
    }

    public ImmutableArray<CustodyNode> Nodes { get; }

    /// <summary>Nodes that nothing here came after.</summary>
    public ImmutableArray<int> Ends { get; }

    /// <summary>Null where a record is no event, or stands there twice. Hashes cannot go round in a circle, so that nothing else is wrong.</summary>
    public static CustodyGraph? TryOf(ImmutableArray<CustodyStep> steps)
    {
        SortedDictionary<Hash256, int> stepOf = [];
        List<EventLeaf> events = [];
        List<Hash256> leaves = [];
        foreach (CustodyStep step in steps)
        {
            Hash256 leaf = RecordHash.Leaf(step.Record.Span);
            if (EventLeaf.TryDecode(step.Record, out EventLeaf? it) != RecordVerdict.Accepted || !stepOf.TryAdd(leaf, events.Count)) return null;
            events.Add(it!);
            leaves.Add(leaf);
        }

        SortedSet<(int Layer, ulong Time, Hash256 Leaf, int Step)> ordered = [];
        int?[] layers = new int?[events.Count];
        for (int i = 0; i < events.Count; i++) Settle(i, events, stepOf, layers);
        for (int i = 0; i < events.Count; i++) ordered.Add((layers[i]!.Value, events[i].Time, leaves[i], i));
        int[] placeOf = new int[events.Count];
        int place = 0;
        foreach ((int Layer, ulong Time, Hash256 Leaf, int Step) it in ordered) placeOf[it.Step] = place++;
        ImmutableArray<CustodyNode>.Builder nodes = ImmutableArray.CreateBuilder<CustodyNode>(events.Count);
        foreach ((int layer, _, Hash256 leaf, int step) in ordered)
        {
            SortedSet<int> parents = [];
            ImmutableArray<Hash256>.Builder missing = ImmutableArray.CreateBuilder<Hash256>();
            foreach (Hash256 parent in events[step].Parents)
            {
                if (stepOf.TryGetValue(parent, out int known)) parents.Add(placeOf[known]);
                else missing.Add(parent);
            }

            nodes.Add(new CustodyNode(step, events[step], leaf, [.. parents], missing.ToImmutable(), layer));
        }

        return new CustodyGraph(nodes.MoveToImmutable());
    }

    // Without recursion: a chain may be as long as the file.
    private static void Settle(int start, List<EventLeaf> events, SortedDictionary<Hash256, int> stepOf, int?[] layers)
    {
        Stack<int> open = new([start]);
        while (open.TryPeek(out int at))
        {
            int layer = 0;
            bool waits = false;
            foreach (Hash256 parent in events[at].Parents)
            {
                if (!stepOf.TryGetValue(parent, out int before)) continue;
                if (layers[before] is { } known)
                {
                    layer = System.Math.Max(layer, known + 1);
                    continue;
                }

                open.Push(before);
                waits = true;
            }

            if (waits) continue;
            layers[at] = layer;
            open.Pop();
        }
    }
}
