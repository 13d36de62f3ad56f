using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Wasm.Traces;

/// <summary>SHA-256 with separated domains: the port through which the engine, which knows no cryptography, makes its digests.</summary>
public interface ITraceHasher
{
    Hash256 Hash(TraceDomain domain, ReadOnlySpan<byte> bytes);
}
