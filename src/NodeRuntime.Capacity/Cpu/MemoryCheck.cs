using System;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Cpu;

/// <summary>
/// Peers that hash with one dataset of 2 GiB between them are as fast as if each had its own. So, about once a day and at a slice that nobody knows
/// before it begins, some peers hash under keys of their own. All are drawn for the same slice: one spare dataset would serve ten peers that are asked one
/// after the other.
/// </summary>
public static class MemoryCheck
{
    /// <summary>Whether this is a checking slice: one of a day's on average.</summary>
    public static bool IsCheckingSlice(CpuParameters parameters, Hash256 sliceBeacon) =>
        BeaconDraw.Below(HashDomain.CapacityMemory, sliceBeacon, 0, (uint)parameters.SlicesPerDay) == 0;

    /// <summary>Whether the peer is drawn in this slice.</summary>
    public static bool IsDrawn(CpuParameters parameters, Hash256 sliceBeacon, PeerId peer)
    {
        if (!IsCheckingSlice(parameters, sliceBeacon)) return false;
        Hash256 seed = Hasher.Tagged(HashDomain.CapacityMemory, sliceBeacon.AsSpan(), peer.Hash.AsSpan());
        return BeaconDraw.Below(HashDomain.CapacityMemory, seed, 0, 1000) < parameters.MemoryCheckPerMille;
    }

    /// <summary>
    /// Shares that pass the check: a third of what the peer's rate promises for one duty, at least one. Without a dataset a peer hashes at a twelfth of its
    /// rate; with one, a third is more than four standard errors away from forty.
    /// </summary>
    public static uint SharesNeeded(CpuParameters parameters, CpuRate rate)
    {
        UInt128 promised = (UInt128)rate.MilliHashes * (ulong)parameters.Duty.Milliseconds / 1_000_000 / parameters.WorkPerShare;
        return (uint)UInt128.Max(1, UInt128.Min(promised / 3, uint.MaxValue));
    }
}
