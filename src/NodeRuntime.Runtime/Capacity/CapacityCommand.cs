using NodeRuntime.Actors.Ports;

namespace NodeRuntime.Runtime.Capacity;

/// <summary>What the capacity supervisor hears.</summary>
public abstract record CapacityCommand
{
    private CapacityCommand()
    {
    }

    public sealed record Advanced(LedgerTip Tip) : CapacityCommand;

    public sealed record Done(CapacityResult Result) : CapacityCommand;

    public sealed record Written(CapacityWork Work, JournalVerdict Verdict) : CapacityCommand;

    public sealed record Tick : CapacityCommand;
}
