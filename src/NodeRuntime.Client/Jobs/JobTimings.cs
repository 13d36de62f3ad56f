namespace NodeRuntime.Client.Jobs;

/// <summary>How long each stretch of a job took, in milliseconds, as its owner saw it; null where it was not seen.</summary>
public sealed record JobTimings(long? SubmitToLeaseMs, long? LeaseToReadyMs, long? ReadyToResultMs, long? ResultToSettledMs)
{
    public static JobTimings None { get; } = new(null, null, null, null);
}
