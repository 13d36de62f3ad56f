using System.Collections.Generic;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Simulation.Pictures;

/// <summary>What a picture of a run shows, in the order it happened. A long run is cut off, not thinned.</summary>
public sealed class Timeline
{
    public const int EventsMax = 60_000;

    private readonly List<TimelineEvent> _events = [];

    public IReadOnlyList<TimelineEvent> Events => _events;

    public bool IsCutOff => _events.Count == EventsMax;

    internal void Started(Instant at, int peer) => Add(at, peer, TimelineMark.Started, 0);

    internal void Crashed(Instant at, int peer) => Add(at, peer, TimelineMark.Crashed, 0);

    internal void Paused(Instant at, int peer, bool isPaused) => Add(at, peer, isPaused ? TimelineMark.Paused : TimelineMark.Resumed, 0);

    internal void Entered(Instant at, int peer, View view) => Add(at, peer, TimelineMark.Entered, view.Number);

    internal void Proposed(Instant at, int peer, View view) => Add(at, peer, TimelineMark.Proposed, view.Number);

    internal void Voted(Instant at, int peer, Vote vote) => Add(
        at,
        peer,
        vote.Slot.Kind == VoteKind.Notarize ? TimelineMark.Notarized : vote.Value is null ? TimelineMark.Nullified : TimelineMark.VotedFinal,
        vote.Slot.View.Number);

    internal void Finalized(Instant at, int peer, View view, Height height) => Add(at, peer, TimelineMark.Finalized, view.Number, height.ToString());

    internal void CutBegan(Instant at, string cause) => Add(at, -1, TimelineMark.CutBegan, 0, cause);

    internal void CutEnded(Instant at) => Add(at, -1, TimelineMark.CutEnded, 0);

    internal void Noted(Instant at, string text) => Add(at, -1, TimelineMark.Noted, 0, text);

    internal void Healed(Instant at) => Add(at, -1, TimelineMark.Healed, 0);

    private void Add(Instant at, int peer, TimelineMark mark, ulong view, string text = "")
    {
        if (_events.Count < EventsMax) _events.Add(new TimelineEvent(at, peer, mark, view, text));
    }
}

/// <summary>One mark of the picture; the peer is -1 for what concerns all.</summary>
public readonly record struct TimelineEvent(Instant At, int Peer, TimelineMark Mark, ulong View, string Text);

public enum TimelineMark
{
    Started,
    Crashed,
    Paused,
    Resumed,
    Entered,
    Proposed,
    Notarized,
    Nullified,
    VotedFinal,
    Finalized,
    CutBegan,
    CutEnded,
    Noted,
    Healed,
}
