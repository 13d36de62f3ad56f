using NodeRuntime.Capacity.Cpu;
using NodeRuntime.Capacity.Space;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity;

/// <summary>All that a chain fixes about its proofs of capacity. One set for everybody: a number of a peer's own choice would be a way to cheat.</summary>
public sealed record CapacityParameters(CpuParameters Cpu, SpaceParameters Space)
{
    /// <summary>What a chain of strangers runs on.</summary>
    public static CapacityParameters Default { get; } = new(CpuParameters.Default, SpaceParameters.Default);

    /// <summary>Small enough for a whole epoch in seconds on one core: for development chains and tests, which prove liveness and no more.</summary>
    public static CapacityParameters Development { get; } = new(CpuParameters.Development, SpaceParameters.Development);

    /// <summary>The first bound that does not hold.</summary>
    public CapacityParametersVerdict Check()
    {
        CapacityParametersVerdict cpu = Cpu.Check();
        return cpu != CapacityParametersVerdict.Accepted ? cpu : Space.Check();
    }

    public void Write(WireWriter writer)
    {
        writer.Array(2);
        Cpu.Write(writer);
        Space.Write(writer);
        writer.End();
    }

    public static CapacityParameters Read(WireReader reader)
    {
        if (reader.Array(2) != 2) reader.Fail();
        CapacityParameters parameters = new(CpuParameters.Read(reader), SpaceParameters.Read(reader));
        reader.End();
        if (!reader.Failed && parameters.Check() != CapacityParametersVerdict.Accepted) reader.Fail();
        return parameters;
    }

    // A day bounds every duration, so that sums of them cannot overflow.
    internal static Duration ReadDuration(WireReader reader)
    {
        Duration duration = reader.Duration();
        if (duration >= Duration.Zero && duration <= Duration.FromMinutes(24 * 60)) return duration;
        reader.Fail();
        return Duration.Zero;
    }
}

/// <summary>What is said of a set of parameters, in the order of the checks.</summary>
public enum CapacityParametersVerdict
{
    Accepted,
    WorkKindUnknown,
    SliceOutOfRange,

    /// <summary>Duty and submission do not fit into a slice in this order.</summary>
    DutyOutOfRange,
    SlicesPerDayOutOfRange,
    WorkPerShareOutOfRange,
    BucketOutOfRange,
    UnitBitsOutOfRange,
    OpenedSharesOutOfRange,
    VerifiersOutOfRange,
    MemoryCheckOutOfRange,
    ReferenceRateOutOfRange,

    /// <summary>Less than 20 slices' reward: a forged share would pay.</summary>
    ForgeryPenaltyOutOfRange,
    UnitRowsOutOfRange,
    RowMemoryOutOfRange,
    HitsOutOfRange,
    NoncesOutOfRange,
    LabelsVerifiedOutOfRange,
    ScanOutOfRange,
    UnitsMaxOutOfRange,
    WindowOutOfRange,
}
