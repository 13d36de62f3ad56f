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
        System.ArgumentNullException.ThrowIfNull(hasher);
        return hasher.Hash(TraceDomain.State, Encode());
    }

    internal byte[] Encode()
    {
        WireWriter writer = new WireWriter().Record(WireType.TraceEnd, 5).UInt64((ulong)Status).Int64(ExitCode);
        if (Trap is { } trap) writer.UInt64((ulong)trap);
        else writer.Null();
        return writer.UInt64(FuelUsed).Hash(Host).End().ToArray();
    }
}
