using System;
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

    /// <summary>The slices, oldest first, as two numbers each.</summary>
    public byte[] Encode()
    {
        WireWriter writer = new();
        writer.Array(2 * Count);
        foreach (SliceRecord slice in _slices) writer.UInt64(slice.Shares).UInt64(slice.DutyPerMille);
        return writer.End().ToArray();
    }

    /// <summary>Null for what is no window of a day of these parameters; no bytes are an empty one.</summary>
    public static CpuWindow? Decode(CpuParameters parameters, ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty) return Empty;
        WireReader reader = new(bytes);
        int count = reader.Array(2 * parameters.SlicesPerDay);
        CpuWindow window = Empty;
        for (int i = 0; i + 1 < count && !reader.Failed; i += 2)
        {
            SliceRecord slice = new(reader.UInt32(), reader.UInt16());
            if (slice.DutyPerMille > 1000 || (slice.DutyPerMille == 0 && slice.Shares > 0)) reader.Fail();
            if (!reader.Failed) window = window.Add(parameters, slice);
        }

        reader.End();
        return reader.Succeeded && count % 2 == 0 ? window : null;
    }

    public CpuRate RateOf(CpuParameters parameters) =>
        CpuRate.Of(parameters, Shares, new Duration(parameters.Duty.Microseconds * (long)DutyPerMille / 1000));
}
