using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Network;

/// <summary>Between the platform's time and ours.</summary>
internal static class TimeConversions
{
    public static Instant Now(this TimeProvider time) =>
        new((time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);

    /// <summary>Time that only goes forward, from an arbitrary start: for rates and time-outs.</summary>
    public static Instant Monotonic(this TimeProvider time) => new(time.GetElapsedTime(0).Ticks / TimeSpan.TicksPerMicrosecond);

    public static TimeSpan ToTimeSpan(this Duration length) => new(length.Microseconds * TimeSpan.TicksPerMicrosecond);
}
