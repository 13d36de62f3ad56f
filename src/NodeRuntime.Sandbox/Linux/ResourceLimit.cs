using System.Buffers.Binary;
using System;

namespace NodeRuntime.Sandbox.Linux;

/// <summary>Hard limits of a process (setrlimit(2)). Soft and hard are set alike; without a privilege they only sink.</summary>
internal enum ResourceLimit
{
    CpuSeconds = 0,
    FileBytes = 1,
    DataBytes = 2,
    CoreBytes = 4,
    Processes = 6,
    OpenFiles = 7,
    LockedBytes = 8,
    AddressSpaceBytes = 9,
    MessageQueueBytes = 12,
}

internal static class ResourceLimits
{
    public static unsafe void Set(ResourceLimit limit, ulong value)
    {
        byte* pair = stackalloc byte[16];
        ulong bounded = Math.Min(value, Hard(limit));
        BinaryPrimitives.WriteUInt64LittleEndian(new Span<byte>(pair, 8), bounded);
        BinaryPrimitives.WriteUInt64LittleEndian(new Span<byte>(pair + 8, 8), bounded);
        Kernel.Call(Syscalls.PRLimit64, 0, (nint)limit, (nint)pair, 0).OrFail("limit " + limit);
    }

    /// <summary>What may not be passed: an operator's own limit is never raised.</summary>
    public static unsafe ulong Hard(ResourceLimit limit)
    {
        byte* pair = stackalloc byte[16];
        Kernel.Call(Syscalls.PRLimit64, 0, (nint)limit, 0, (nint)pair).OrFail("limit " + limit);
        return BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(pair + 8, 8));
    }
}
