using System;
using System.Security.Cryptography;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm.Traces;

namespace NodeRuntime.Wasm.Tests.Traces;

/// <summary>SHA-256 of the domain's number and the bytes.</summary>
internal sealed class TestHasher : ITraceHasher
{
    public Hash256 Hash(TraceDomain domain, ReadOnlySpan<byte> bytes)
    {
        byte[] all = new byte[bytes.Length + 1];
        all[0] = (byte)domain;
        bytes.CopyTo(all.AsSpan(1));
        return new Hash256(SHA256.HashData(all));
    }
}
