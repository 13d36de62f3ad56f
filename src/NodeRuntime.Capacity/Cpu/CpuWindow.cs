using System.Collections.Immutable;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Cpu;

/// <summary>
/// What a slice adds to a peer's day. <paramref name="DutyPerMille"/> is the part of the duty that was owed: signed metering of paid work takes the rest, so
/// that the same second never counts twice; 0 is a slice that counts for nothing. A missed slice has no shares and owed its duty.
/// </summary>
public readonly record struct SliceRecord(uint Shares, ushort DutyPerMille)
{
    /// <summary>No answer, or a wrong one.</summary>
    public static SliceRecord Missed => new(0, 1000);

    /// <summary>Paid work, declared maintenance or a memory check the whole time.</summary>
    public static SliceRecord Exempt => new(0, 0);
}

/// <summary>A peer's last day of slices, and the rate that they show. A value: adding gives another.</summary>
public sealed record CpuWindow
{
    private ImmutableQueue<SliceRecord> _slices = ImmutableQueue<SliceRecord>.Empty;

    public static CpuWindow Empty { get; } = new();

    /// <summary>Slices held, at most a day's.</summary>
    public int Count { get; private init; }

    private ulong Shares { get; init; }

    private ulong DutyPerMille { get; init; }

    public CpuWindow Add(CpuParameters parameters, SliceRecord slice)
    {
        Invariant.Holds(slice.DutyPerMille <= 1000);
        Invariant.Holds(slice.DutyPerMille > 0 || slice.Shares == 0);
        ImmutableQueue<SliceRecord> slices = _slices.Enqueue(slice);
        ulong shares = Shares + slice.Shares;
        ulong duty = DutyPerMille + slice.DutyPerMille;
        int count = Count + 1;
        while (count > parameters.SlicesPerDay)
        {
            slices = slices.Dequeue(out SliceRecord oldest);
            shares -= oldest.Shares;
            duty -= oldest.DutyPerMille;
            count--;
        }

        return new CpuWindow { _slices = slices, Shares = shares, DutyPerMille = duty, Count = count };
    }

    public CpuRate RateOf(CpuParameters parameters) =>
        CpuRate.Of(parameters, Shares, new Duration(parameters.Duty.Microseconds * (long)DutyPerMille / 1000));
}
