using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Text;
using NodeRuntime.Primitives;
using NodeRuntime.Simulation.Atlas;

namespace NodeRuntime.Simulation.Nemesis;

/// <summary>
/// What goes wrong in a run, to whom and when; one file of <c>config/plans</c>. It names peers by what they are at that moment
/// (`leader`, `minority`), never by an address, so that virtual peers and real processes can be put through the same plan.
/// </summary>
public sealed record NemesisPlan
{
    public required string Name { get; init; }

    public string About { get; init; } = string.Empty;

    public int Peers { get; init; } = 4;

    public required Duration Length { get; init; }

    /// <summary>From here on nothing goes wrong any more, and everybody must come back.</summary>
    public required Duration HealAt { get; init; }

    public required ImmutableArray<NemesisStep> Steps { get; init; }

    /// <summary>Its steps in a line: for whoever reads what a drawn plan did.</summary>
    public string Describe()
    {
        StringBuilder text = new();
        foreach (NemesisStep step in Steps)
        {
            text.Append(text.Length == 0 ? string.Empty : "; ").Append(CultureInfo.InvariantCulture, $"{step.At.Milliseconds}ms {step.Act}");
            if (step.Act == NemesisAct.Be) text.Append(' ').Append(step.Misdeed);
            if (step.Act == NemesisAct.Cut) text.Append(' ').Append(step.Shape);
            if (step.Act == NemesisAct.Disk) text.Append(' ').Append(step.Disk);
            if (step.Act == NemesisAct.Clock) text.Append(' ').Append(step.Clock);
            if (step.Act == NemesisAct.Link) text.Append(' ').Append(step.Links);
            else text.Append(" on ").Append(step.Target == NemesisTarget.Peer ? string.Create(CultureInfo.InvariantCulture, $"peer-{step.Peer}") : step.Target.ToString());
            if (step.Lasts > Duration.Zero) text.Append(CultureInfo.InvariantCulture, $" for {step.Lasts.Milliseconds}ms");
            if (step.Every > Duration.Zero) text.Append(CultureInfo.InvariantCulture, $" every {step.Every.Milliseconds}ms");
        }

        return text.ToString();
    }

    /// <summary>Whether it asks for what only the consensus layer has: liars, and keys that run twice.</summary>
    public bool IsVirtualOnly => Steps.Any(static step => step.Act is NemesisAct.Be or NemesisAct.Clone);
}

/// <summary>One misfortune, once or again and again.</summary>
public sealed record NemesisStep
{
    public required Duration At { get; init; }

    public required NemesisAct Act { get; init; }

    public NemesisTarget Target { get; init; } = NemesisTarget.Random;

    /// <summary>The peer of <see cref="NemesisTarget.Peer"/>, from 0.</summary>
    public int Peer { get; init; }

    /// <summary>Again after this time; zero for once.</summary>
    public Duration Every { get; init; } = Duration.Zero;

    /// <summary>How long it lasts; zero for until the world heals.</summary>
    public Duration Lasts { get; init; } = Duration.Zero;

    /// <summary>A length of time that the act needs: the age of a backup, the jump of a clock, the period of a flapping link.</summary>
    public Duration By { get; init; } = Duration.Zero;

    public CutShape Shape { get; init; } = CutShape.Isolate;

    public DiskFault Disk { get; init; } = DiskFault.Slow;

    public ClockFault Clock { get; init; } = ClockFault.Jump;

    /// <summary>Of <see cref="NemesisAct.Be"/>: one of the Byzantine classes.</summary>
    public FaultClass Misdeed { get; init; } = FaultClass.Withholder;

    public LinkConditions Links { get; init; } = LinkConditions.Calm;

    /// <summary>Bytes per second of <see cref="NemesisAct.Drip"/>, transactions per second of <see cref="NemesisAct.Flood"/>.</summary>
    public int Rate { get; init; }
}

/// <summary>What can be done to peers.</summary>
public enum NemesisAct
{
    /// <summary>Killed; back after <see cref="NemesisStep.Lasts"/>.</summary>
    Crash,

    /// <summary>Killed between two effects. Real processes cannot be stopped so exactly: there it is a crash.</summary>
    CrashAtEffect,
    Pause,
    Slow,
    Wipe,
    Restore,
    Clone,
    Cut,
    Flap,
    Link,
    Drip,
    Reset,
    Disk,
    Clock,
    Flood,

    /// <summary>From the beginning on a liar. In virtual time only.</summary>
    Be,
}

public enum NemesisTarget
{
    Random,
    Leader,

    /// <summary>Whoever leads the view after this one.</summary>
    NextLeader,

    /// <summary>F of the validators, drawn anew each time.</summary>
    Minority,

    /// <summary>Half of the validators.</summary>
    Half,
    All,

    /// <summary>One after the other.</summary>
    Rolling,

    /// <summary>The validators with the lowest numbers, F of them.</summary>
    Faulty,
    Peer,
}

public enum CutShape
{
    /// <summary>The targets from all others, both ways.</summary>
    Isolate,

    /// <summary>The targets are heard and do not hear.</summary>
    OneWay,
    Ring,
    Bridge,
}

public enum DiskFault
{
    Slow,
    Full,
    Error,
    Rot,
    Torn,
    Lost,
}

public enum ClockFault
{
    Offset,
    Drift,
    Jump,
    Frozen,
}
