using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Posture.Controls;
using NodeRuntime.Primitives;

namespace NodeRuntime.Posture;

/// <summary>A control and its automata: one for each of its things that is not good, and one for what it sees at all.</summary>
internal sealed class WatchedControl(Control control)
{
    /// <summary>Paths of things that are bad or unknown, and since when. What is not here is good.</summary>
    private readonly SortedDictionary<string, (ControlState State, Instant Since)> _open = new(System.StringComparer.Ordinal);

    private int _bad;

    public Control Control { get; } = control;

    /// <summary>What it is compared with; null where nothing was taken yet.</summary>
    public ImmutableSortedDictionary<string, string>? Baseline { get; set; }

    /// <summary>Null: everything is seen. Else since when it may not be; from the beginning of time while nobody has looked.</summary>
    public Instant? LostSince { get; private set; } = Instant.Epoch;

    /// <summary>Orders losses and scans: what was lost behind a scan's beginning is not found by it.</summary>
    public ulong LostOrder { get; private set; }

    /// <summary>When it was last found.</summary>
    public Instant? FoundAt { get; private set; }

    /// <summary>Things that it concerns.</summary>
    public int Things { get; set; }

    /// <summary>Looks that were in vain, or too often, in a row.</summary>
    public int Attempts { get; set; }

    public Instant ScanNotBefore { get; set; }

    /// <summary>When it came to its present state.</summary>
    public Instant Since { get; private set; }

    public ControlState State => _bad > 0 ? ControlState.Bad : LostSince is not null || _open.Count > 0 ? ControlState.Unknown : ControlState.Good;

    public int Bad => _bad;

    public int Unknown => _open.Count - _bad;

    public bool IsFull => _open.Count >= Limits.PostureOpenMax;

    /// <summary>Not before there is something to compare with can anything be said of its things.</summary>
    public bool CanJudge => Control.Rule is not ControlRule.AsBaseline || Baseline is not null;

    public IEnumerable<string> OpenPaths => _open.Keys;

    public ControlState StateOf(string path) => _open.TryGetValue(path, out (ControlState State, Instant Since) it) ? it.State : ControlState.Good;

    public Instant? SinceOf(string path) => _open.TryGetValue(path, out (ControlState State, Instant Since) it) ? it.Since : null;

    public void Move(string path, ControlState to, Instant since)
    {
        ControlState before = State;
        if (StateOf(path) == ControlState.Bad) _bad--;
        if (to == ControlState.Good) _open.Remove(path);
        else _open[path] = (to, since);
        if (to == ControlState.Bad) _bad++;
        if (State != before) Since = since;
    }

    public void Begin(Instant since, ulong order)
    {
        LostSince = since;
        LostOrder = order;
        Since = since;
    }

    public void Lose(Instant since, ulong order)
    {
        ControlState before = State;
        LostOrder = order;
        if (LostSince is null || since < LostSince) LostSince = since;
        if (State != before) Since = since;
    }

    public void Find(Instant now)
    {
        ControlState before = State;
        LostSince = null;
        FoundAt = now;
        if (State != before) Since = now;
    }
}
