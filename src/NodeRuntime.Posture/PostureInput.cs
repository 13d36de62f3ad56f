using System.Collections.Immutable;
using NodeRuntime.Posture.Observing;
using NodeRuntime.Posture.State;
using NodeRuntime.Primitives;

namespace NodeRuntime.Posture;

/// <summary>Everything that the machine of a peer's posture may be told.</summary>
public abstract record PostureInput
{
    private PostureInput()
    {
    }

    /// <summary>From the log, before anything else: what a control compares with.</summary>
    public sealed record RecoveredBaseline(string Control, ImmutableSortedDictionary<string, string> Values) : PostureInput;

    /// <summary>The watch begins, or begins anew.</summary>
    /// <param name="Since">Until when an earlier watch saw everything; <paramref name="Now"/> where there was none.</param>
    /// <param name="Edges">That earlier watches reported: numbers go on.</param>
    public sealed record Started(MachineSight Sight, Instant Since, ulong Edges, Instant Now) : PostureInput;

    public sealed record Observed(Observation Observation) : PostureInput;

    /// <summary>An edge of an automaton that is none of this machine's: it gets the next number, and counts as an alert like its own.</summary>
    public sealed record Noted(PostureEdge Edge) : PostureInput;

    /// <summary>Somebody wants to know a thing as it is now, and not as it was last heard of; answered by <see cref="PostureEffect.Looked"/>.</summary>
    public sealed record Wanted(Thing Thing) : PostureInput;

    /// <summary>Every second.</summary>
    public sealed record Ticked(Instant Now) : PostureInput;
}
