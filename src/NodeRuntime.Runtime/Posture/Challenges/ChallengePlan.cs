using NodeRuntime.Primitives;

namespace NodeRuntime.Runtime.Posture.Challenges;

/// <summary>How a peer challenges others.</summary>
/// <param name="Every">One peer that is connected, on the average; zero for never. No two lie closer than half of it.</param>
public sealed record ChallengePlan(Duration Every)
{
    public static ChallengePlan Default { get; } = new(Duration.FromMinutes(1));

    /// <summary>
    /// From the challenge to the answer: a look at one thing, a second that begins behind it and ends, and a log that was busy. A file of some hundred megabytes takes longer.
    /// </summary>
    public static Duration Within { get; } = Duration.FromSeconds(15);
}
