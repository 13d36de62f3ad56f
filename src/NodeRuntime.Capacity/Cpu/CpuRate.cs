using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Cpu;

/// <summary>Hashes a second with one standard error, both in thousandths of a hash a second.</summary>
public readonly record struct CpuRate(ulong MilliHashes, ulong Error)
{
    public static CpuRate Zero => default;

    /// <summary>What so many shares in so much duty say. Shares are rare and independent, so their number has its own root as standard error.</summary>
    /// <param name="duty">Longer than nothing, unless there are no shares.</param>
    public static CpuRate Of(CpuParameters parameters, ulong shares, Duration duty)
    {
        Invariant.Holds(shares <= uint.MaxValue);
        Invariant.Holds(duty.Milliseconds > 0 || shares == 0);
        if (duty.Milliseconds <= 0) return Zero;
        UInt128 perShare = (UInt128)parameters.WorkPerShare * 1_000_000;
        ulong milliseconds = (ulong)duty.Milliseconds;
        // The root of n * 2^20 is that of n with ten bits behind the point.
        ulong root = Root(shares << 20);
        return new CpuRate((ulong)(perShare * shares / milliseconds), (ulong)(perShare * root / 1024 / milliseconds));
    }

    /// <summary>Whole units to sell.</summary>
    public uint UnitsOf(CpuParameters parameters) => (uint)Math.Min(MilliHashes / parameters.ReferenceRate, uint.MaxValue);

    /// <summary>The largest whole number whose square is not above it.</summary>
    internal static ulong Root(ulong value)
    {
        ulong root = 0;
        for (ulong bit = 1UL << 31; bit > 0; bit >>= 1)
        {
            ulong candidate = root | bit;
            if (candidate * candidate <= value) root = candidate;
        }

        return root;
    }
}
