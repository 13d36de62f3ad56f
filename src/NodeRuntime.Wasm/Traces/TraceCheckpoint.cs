using System;
using System.Buffers.Binary;
using NodeRuntime.Primitives;

namespace NodeRuntime.Wasm.Traces;

/// <summary>The machine at one point of its run.</summary>
/// <param name="FuelUsed">Since the start.</param>
/// <param name="Root">The state's digest, or the end's.</param>
public readonly record struct TraceCheckpoint(ulong FuelUsed, Hash256 Root)
{
    /// <summary>
    /// A link of the chain of checkpoints: who agrees with a link agrees with all before it, so that two chains which differ
    /// do so from one place on.
    /// </summary>
    public Hash256 Link(ITraceHasher hasher, Hash256 before)
    {
        ArgumentNullException.ThrowIfNull(hasher);
        Span<byte> bytes = stackalloc byte[(2 * Hash256.ByteCount) + sizeof(ulong)];
        before.AsSpan().CopyTo(bytes);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[Hash256.ByteCount..], FuelUsed);
        Root.AsSpan().CopyTo(bytes[(Hash256.ByteCount + sizeof(ulong))..]);
        return hasher.Hash(TraceDomain.Link, bytes);
    }
}
