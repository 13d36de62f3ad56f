using System.Collections.Generic;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Provenance.Uses;

/// <summary>A class and its automata: one for each actor and rule that is not as expected, and one for what is judged of it at all.</summary>
internal sealed class WatchedClass(DataClass declared)
{
    private readonly SortedDictionary<(Hash256 Actor, UseCause Rule), Interval> _open = [];
    private (UseCause Why, Instant Since, Instant Last)? _lost;
    private int _unexpected;
    private Instant _since;

    public DataClass Class { get; } = declared;

    public ulong Uses { get; set; }

    /// <param name="isReading">Whether there may be more that was not judged yet.</param>
    public UseStanding Standing(bool isReading)
    {
        UseState state = isReading ? UseState.Unknown : State;
        return new UseStanding(Class.Id, Class.Title, state, _since, _unexpected, _open.Count - _unexpected + (_lost is null ? 0 : 1), Uses);
    }

    private UseState State =>
        _unexpected > 0 ? UseState.Unexpected : _lost is not null || _open.Count > 0 ? UseState.Unknown : UseState.Expected;

    public void Recover(UseEdge edge)
    {
        if (edge.Actor is not { } actor)
        {
            _lost = edge.To == UseState.Expected ? null : (edge.By, edge.Since, edge.At);
        }
        else if (edge.To == UseState.Expected)
        {
            if (_open.Remove((actor, edge.Rule), out Interval? ended) && ended.State == UseState.Unexpected) _unexpected--;
        }
        else if (_open.TryAdd((actor, edge.Rule), new Interval(edge.Number, edge.To, edge.Since)) && edge.To == UseState.Unexpected)
        {
            _unexpected++;
        }

        _since = edge.Since;
    }

    /// <summary>An event that is not as expected: its interval begins, or goes on.</summary>
    public void Open(EventLeaf it, UseCause rule, UseState to, Instant time, Instant now, List<UseEdge> edges)
    {
        if (_open.TryGetValue((it.Actor, rule), out Interval? open))
        {
            if (time > open.Last) open.Last = time;
            return;
        }

        if (_open.Count >= Limits.UseOpenMax)
        {
            Lose(UseCause.Crowded, time, now, edges);
            return;
        }

        UseState before = State;
        _open.Add((it.Actor, rule), new Interval(it.Sequence, to, time));
        if (to == UseState.Unexpected) _unexpected++;
        if (State != before) _since = time;
        edges.Add(new UseEdge(Class.Id, it.Actor, it.Sequence, rule, UseState.Expected, to, rule, null, time, now));
    }

    public void Lose(UseCause why, Instant since, Instant now, List<UseEdge> edges)
    {
        if (_lost is { } lost)
        {
            _lost = lost with { Last = now };
            return;
        }

        UseState before = State;
        _lost = (why, since, now);
        if (State != before) _since = since;
        edges.Add(new UseEdge(Class.Id, null, 0, why, UseState.Expected, UseState.Unknown, why, null, since, now));
    }

    public void EndQuiet(Instant now, List<UseEdge> edges)
    {
        UseState before = State;
        List<(Hash256 Actor, UseCause Rule)> over = [];
        foreach (((Hash256 Actor, UseCause Rule) key, Interval open) in _open)
        {
            if (open.Last + Class.Quiet > now) continue;
            over.Add(key);
            edges.Add(new UseEdge(Class.Id, key.Actor, open.Number, key.Rule, open.State, UseState.Expected, UseCause.Quiet, open.Since, open.Last + Class.Quiet, now));
        }

        foreach ((Hash256 Actor, UseCause Rule) key in over)
        {
            if (_open.Remove(key, out Interval? ended) && ended.State == UseState.Unexpected) _unexpected--;
        }

        if (_lost is { } lost && lost.Last + Class.Quiet <= now)
        {
            _lost = null;
            edges.Add(new UseEdge(Class.Id, null, 0, lost.Why, UseState.Unknown, UseState.Expected, UseCause.Quiet, lost.Since, lost.Last + Class.Quiet, now));
        }

        if (State != before) _since = now;
    }

    private sealed class Interval(ulong number, UseState state, Instant since)
    {
        public ulong Number { get; } = number;

        public UseState State { get; } = state;

        public Instant Since { get; } = since;

        public Instant Last { get; set; } = since;
    }
}
