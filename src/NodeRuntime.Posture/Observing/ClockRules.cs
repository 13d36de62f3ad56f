using NodeRuntime.Primitives;

namespace NodeRuntime.Posture.Observing;

/// <summary>Whether the watch can say when things happened, from one of its looks at both clocks to the next.</summary>
public static class ClockRules
{
    /// <summary>What clocks may drift apart, or a time service may mend, in silence.</summary>
    public static Duration StepMax { get; } = Duration.FromMilliseconds(500);

    /// <summary>A watch looks every second; one that did not look for so long was stopped.</summary>
    public static Duration GapMax { get; } = Duration.FromSeconds(10);

    /// <param name="wall">What the wall clock moved by; <paramref name="steady"/> what a clock says that nobody can set.</param>
    /// <returns>Null where nothing is wrong.</returns>
    public static EdgeCause? Judge(Duration wall, Duration steady)
    {
        Duration step = wall - steady;
        if (step > StepMax || step < Duration.Zero - StepMax) return EdgeCause.ClockStepped;
        return steady > GapMax ? EdgeCause.Gap : null;
    }
}
