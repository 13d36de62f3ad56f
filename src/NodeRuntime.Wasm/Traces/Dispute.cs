using System.Collections.Immutable;

namespace NodeRuntime.Wasm.Traces;

/// <summary>What the world tells a <see cref="Bisection"/>.</summary>
public abstract record DisputeInput
{
    private DisputeInput()
    {
    }

    /// <summary>A party's answer to the open question.</summary>
    public sealed record Answered(Party Party, TraceAnswer Answer) : DisputeInput;

    /// <summary>The time for the open question is over; whoever keeps the time says so.</summary>
    public sealed record TimeIsUp : DisputeInput;
}

/// <summary>What a <see cref="Bisection"/> asks of the world.</summary>
public abstract record DisputeEffect
{
    private DisputeEffect()
    {
    }

    /// <summary>Both are to answer for a checkpoint of their own trace.</summary>
    public sealed record Ask(int First, int Second) : DisputeEffect;

    /// <summary>It is over without a run: these, if any, have lost.</summary>
    public sealed record Decided(DisputeVerdict Verdict, ImmutableArray<Party> Liars) : DisputeEffect;

    /// <summary>The first segment in which they differ: <see cref="SegmentCheck"/> decides.</summary>
    public sealed record Narrowed(DisputedSegment Segment) : DisputeEffect;
}

/// <summary>Where two traces part: both agree on the checkpoint <paramref name="Index"/> and not on the next.</summary>
public sealed record DisputedSegment(int Index, TraceCheckpoint Agreed, TraceCheckpoint First, TraceCheckpoint Second);
