using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Provenance.Uses;

/// <summary>Everything that the machine of expected uses may be told.</summary>
public abstract record UseInput
{
    private UseInput()
    {
    }

    // From the log, before anything else.

    /// <summary>Edges that are kept, in their order: which intervals are still open.</summary>
    public sealed record Recovered(UseEdge Edge) : UseInput;

    /// <summary>An event that was judged before: what came after it inherits its class.</summary>
    public sealed record Remembered(EventLeaf Event, Hash256 Leaf, UseLabel? Label) : UseInput;

    /// <param name="Through">Number of the last event that was judged.</param>
    public sealed record Started(ulong Through, Instant Now) : UseInput;

    /// <summary>A durable event, in the order of numbers. A number that is left out was not judged by anybody.</summary>
    public sealed record Happened(EventLeaf Event, Hash256 Leaf, UseLabel? Label, Instant Now) : UseInput;

    /// <summary>Events up to this number are gone before they could be judged.</summary>
    public sealed record Missed(ulong Through, Instant Now) : UseInput;

    /// <summary>Everything that is durable has been said.</summary>
    public sealed record CaughtUp : UseInput;

    public sealed record Ticked(Instant Now) : UseInput;
}
