using NodeRuntime.Primitives;

namespace NodeRuntime.Simulation.Histories;

/// <summary>
/// What a client asked and what it was told, between two moments of one clock. It took effect, if it did, at one moment between them;
/// where the client never heard of an end, at any moment after the first, or never.
/// </summary>
/// <param name="Completed">Null where the client gave up: it may have happened, and may still happen.</param>
public sealed record Operation<TCall>(int Client, Instant Invoked, Instant? Completed, TCall Call)
{
    /// <summary>Known, from elsewhere, to have happened although nobody was told.</summary>
    public bool MustHappen { get; init; }
}
