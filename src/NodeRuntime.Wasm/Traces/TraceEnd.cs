using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Wasm.Traces;

/// <summary>How a traced run ended: its last checkpoint's state is this record.</summary>
/// <param name="ExitCode">Meaningful when exited.</param>
/// <param name="Trap">Present if and only if the status is Trapped.</param>
/// <param name="Host">The digest of the host's state: streams and files as the guest left them.</param>
public sealed record TraceEnd(WasiStatus Status, int ExitCode, Trap? Trap, ulong FuelUsed, Hash256 Host)
{
    /// <summary>The state root of the checkpoint.</summary>
    public Hash256 Root(ITraceHasher hasher)
    {
        ArgumentNullException.ThrowIfNull(hasher);
        return hasher.Hash(TraceDomain.State, Encode());
    }

    /// <summary>The most that an encoded end takes.</summary>
    internal const int BytesMax = 96;

    /// <summary>Null for whatever is no end's encoding.</summary>
    internal static TraceEnd? Decode(ReadOnlyMemory<byte> bytes)
    {
        var reader = new WireReader(bytes);
        reader.Record(WireType.TraceEnd, 5);
        ulong status = reader.UInt64();
        int exitCode = reader.Int32(int.MinValue, int.MaxValue);
        ulong? trap = reader.TryNull() ? null : reader.UInt64();
        ulong fuelUsed = reader.UInt64();
        Hash256 host = reader.Hash();
        reader.End();
        if (!reader.Succeeded || status > (ulong)WasiStatus.Cancelled || trap > (ulong)Wasm.Trap.HostCallLimitExceeded) return null;
        if (status == (ulong)WasiStatus.Trapped != trap is not null) return null;
        return new TraceEnd((WasiStatus)status, exitCode, (Trap?)trap, fuelUsed, host);
    }

    internal byte[] Encode()
    {
        WireWriter writer = new WireWriter().Record(WireType.TraceEnd, 5).UInt64((ulong)Status).Int64(ExitCode);
        if (Trap is { } trap) writer.UInt64((ulong)trap);
        else writer.Null();
        return writer.UInt64(FuelUsed).Hash(Host).End().ToArray();
    }
}
