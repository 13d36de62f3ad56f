using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Client.Custody;

/// <summary>How far custody is followed.</summary>
public sealed record CustodyLimits
{
    /// <summary>Steps away from where it began, before and after.</summary>
    public int Depth { get; init; } = 64;

    /// <summary>Events, at most <see cref="Limits.CustodyStepsMax"/>.</summary>
    public int Events { get; init; } = Limits.CustodyStepsMax;

    /// <summary>How long to wait for events that are in no round yet.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.Zero;
}
