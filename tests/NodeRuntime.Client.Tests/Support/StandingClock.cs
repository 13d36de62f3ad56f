using System;

namespace NodeRuntime.Client.Tests.Support;

/// <summary>
/// One moment for all chains and clients of a run, so that two chains with equal contents have equal headers; only elapsed time runs.
/// </summary>
internal sealed class StandingClock : TimeProvider
{
    public static DateTimeOffset Now { get; } = DateTimeOffset.UtcNow;

    public override DateTimeOffset GetUtcNow() => Now;
}
