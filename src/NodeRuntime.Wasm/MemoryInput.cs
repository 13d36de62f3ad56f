using System;

namespace NodeRuntime.Wasm;

/// <summary>An input held in memory.</summary>
public sealed class MemoryInput(ReadOnlyMemory<byte> bytes) : IGuestInput
{
    public ReadOnlyMemory<byte> Bytes => bytes;

    public long Length => bytes.Length;

    public int Read(long offset, Span<byte> buffer)
    {
        if (offset >= bytes.Length) return 0;
        int count = (int)Math.Min(buffer.Length, bytes.Length - offset);
        bytes.Span.Slice((int)offset, count).CopyTo(buffer);
        return count;
    }
}
