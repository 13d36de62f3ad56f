using System;
using System.Collections.Generic;

namespace NodeRuntime.Actors;

/// <summary>
/// The living children of one actor: a ring of siblings in the order of their birth, threaded through the cells themselves,
/// and an index of those that were given a name. To be born and to die costs the same among ten siblings as among a
/// million. The parent's slot guards every call.
/// </summary>
internal sealed class ChildTable
{
    private SortedDictionary<string, ActorCell>? _named;
    private ActorCell? _first;
    private ActorCell? _last;
    private long _numbered;

    public int Count { get; private set; }

    public ChildName NextNumber() => new(++_numbered);

    /// <summary>Numbers are given once, so only a name can be taken.</summary>
    public bool Holds(ChildName name) => name.Given is not null && _named is not null && _named.ContainsKey(name.Given);

    public void Add(ActorCell child)
    {
        if (child.Name.Given is { } given) (_named ??= new SortedDictionary<string, ActorCell>(StringComparer.Ordinal)).Add(given, child);
        child.PreviousSibling = _last;
        if (_last is null) _first = child;
        else _last.NextSibling = child;
        _last = child;
        Count++;
    }

    /// <summary>Nothing where the child was never added: it was born into an actor that was stopping.</summary>
    public void Remove(ActorCell child)
    {
        if (child.PreviousSibling is null && _first != child) return;
        if (child.Name.Given is { } given) _named!.Remove(given);
        if (child.PreviousSibling is null) _first = child.NextSibling;
        else child.PreviousSibling.NextSibling = child.NextSibling;
        if (child.NextSibling is null) _last = child.PreviousSibling;
        else child.NextSibling.PreviousSibling = child.PreviousSibling;
        child.PreviousSibling = null;
        child.NextSibling = null;
        Count--;
    }

    public ActorCell[] ToArray()
    {
        ActorCell[] children = new ActorCell[Count];
        int at = 0;
        for (ActorCell? child = _first; child is not null; child = child.NextSibling) children[at++] = child;
        return children;
    }
}
