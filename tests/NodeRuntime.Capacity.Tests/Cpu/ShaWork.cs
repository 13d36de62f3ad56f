using System;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Tests.Cpu;

/// <summary>A work function that costs nothing: the rules do not care which it is. It counts what it was asked.</summary>
internal sealed class ShaWork(Hash256 key) : IWorkHash
{
    public int Count { get; private set; }

    public Hash256 Hash(ReadOnlySpan<byte> input)
    {
        Count++;
        return Hasher.Sha256(key.AsSpan(), input);
    }

    public void Dispose()
    {
        // It holds nothing.
    }
}
