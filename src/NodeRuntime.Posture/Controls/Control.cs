using System.Collections.Immutable;
using NodeRuntime.Posture.State;
using NodeRuntime.Primitives;

namespace NodeRuntime.Posture.Controls;

/// <summary>How a control stands, and each thing under it. Ordered as on the wire.</summary>
public enum ControlState
{
    Good = 0,
    Bad = 1,

    /// <summary>Nobody knows: not seen, or what was seen may not be all. Never a pass.</summary>
    Unknown = 2,
}

/// <summary>Something that must hold of a machine at every moment.</summary>
/// <param name="Id">Its name in edges, statuses and events: small letters, digits, hyphens.</param>
/// <param name="Title">For a person.</param>
/// <param name="Maps">What it answers to in a catalogue, in its owner's words; empty for nothing.</param>
public sealed record Control(string Id, string Title, ThingClass Class, PathPattern Pattern, ControlRule Rule, string Maps = "")
{
    public Scope Scope => new(Class, Pattern.Root);

    public bool Concerns(Thing thing) => thing.Class == Class && Pattern.Matches(thing.Path);
}

/// <summary>What is demanded of the things of a control.</summary>
public abstract record ControlRule
{
    private ControlRule()
    {
    }

    /// <summary>Everything is as it was when the baseline was taken: nothing else, nothing more, nothing less.</summary>
    /// <param name="IsOpen">What comes and goes is no violation: only what stands under a name that the baseline has may not be another.</param>
    public sealed record AsBaseline(bool IsOpen = false) : ControlRule;

    /// <summary>There is no such thing.</summary>
    public sealed record Absent : ControlRule;

    /// <summary>Each has one of these values; what the pattern names exactly is there, unless it is optional.</summary>
    public sealed record OneOf(ImmutableArray<string> Values, bool IsOptional) : ControlRule;

    /// <summary>None but these.</summary>
    public sealed record Only(ImmutableArray<PathPattern> Allowed) : ControlRule;

    /// <summary>Files have no permission beyond these bits, and this owner where one is named.</summary>
    public sealed record Permissions(uint ModeMax, uint? Owner) : ControlRule;
}

/// <summary>A change of a file that is meant: from <paramref name="From"/> on the new content may be there, from <paramref name="Until"/> on it must.</summary>
/// <param name="Content">The new content's SHA-256; mode, owner and group stay.</param>
public sealed record Rollout(string Path, Hash256 Content, Instant From, Instant Until);
