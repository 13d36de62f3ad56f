using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Actors;

public enum SupervisionScope
{
    /// <summary>A failure concerns the child that failed.</summary>
    OneForOne,

    /// <summary>Children depend on each other: a restart or a stop is for all of them.</summary>
    AllForOne,
}

/// <summary>
/// What a supervisor does when a child throws. Restarts wait exponentially longer (the n-th within the window waits
/// BackoffMin * 2^(n-1), at most BackoffMax, give or take the jitter, so that actors that failed together do not return
/// together); one more than RestartsMax within the window is escalated.
/// </summary>
public sealed record SupervisorStrategy
{
    /// <summary>One for one, restart whatever was thrown.</summary>
    public static SupervisorStrategy Default { get; } = new();

    public SupervisionScope Scope { get; init; } = SupervisionScope.OneForOne;

    public Func<Exception, Directive> Decider { get; init; } = _ => Directive.Restart;

    /// <summary>With the default back-off five restarts take about three seconds: a cause that outlives them is not passing.</summary>
    public int RestartsMax { get; init; } = 5;

    public Duration Window { get; init; } = Duration.FromMinutes(1);

    public Duration BackoffMin { get; init; } = Duration.FromMilliseconds(100);

    public Duration BackoffMax { get; init; } = Duration.FromSeconds(30);

    public int JitterPerMille { get; init; } = 200;

    public static SupervisorStrategy OneForOne(Func<Exception, Directive> decider) => new() { Decider = decider };

    public static SupervisorStrategy AllForOne(Func<Exception, Directive> decider) =>
        new() { Scope = SupervisionScope.AllForOne, Decider = decider };

    /// <summary>The wait before the n-th restart within the window, n from 1.</summary>
    public Duration Backoff(int restart, Prng prng)
    {
        Invariant.Holds(restart >= 1);
        long wait = BackoffMin.Microseconds;
        for (int n = 1; n < restart && wait > 0 && wait < BackoffMax.Microseconds; n++) wait *= 2;
        wait = Math.Min(wait, BackoffMax.Microseconds);
        long jitter = wait / 1000 * JitterPerMille;
        return jitter == 0 ? new Duration(wait) : prng.NextDuration(new Duration(wait - jitter), new Duration(wait + jitter));
    }
}
