using System;
using System.Buffers;

namespace NodeRuntime.Wasm;

/// <summary>An output kept in memory, for tests and small jobs.</summary>
public sealed class MemoryOutput : IGuestOutput
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public ReadOnlyMemory<byte> Written => _bytes.WrittenMemory;

    public void Write(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);
}
