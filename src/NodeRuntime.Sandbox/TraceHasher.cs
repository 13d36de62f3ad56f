using System;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm.Traces;

namespace NodeRuntime.Sandbox;

/// <summary>The engine's port for digests, on the project's tagged SHA-256.</summary>
public sealed class TraceHasher : ITraceHasher
{
    public Hash256 Hash(TraceDomain domain, ReadOnlySpan<byte> bytes) => Hasher.Tagged(DomainOf(domain), bytes);

    private static HashDomain DomainOf(TraceDomain domain) => domain switch
    {
        TraceDomain.Page => HashDomain.TracePage,
        TraceDomain.Node => HashDomain.TraceNode,
        TraceDomain.Part => HashDomain.TracePart,
        TraceDomain.State => HashDomain.TraceState,
        TraceDomain.Link => HashDomain.TraceLink,
        TraceDomain.Stream => HashDomain.TraceStream,
    };
}
