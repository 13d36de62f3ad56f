using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Host;

/// <summary>The one place where the host reads the wall clock.</summary>
public static class SystemClock
{
    public static Instant Now => new((DateTime.UtcNow - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
}
