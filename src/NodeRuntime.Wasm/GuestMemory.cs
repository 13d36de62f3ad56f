using System;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using NodeRuntime.Wasm.Embedding;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm;

/// <summary>
/// A linear memory, exported by an instance or made by the host to be imported. It never moves; a span stays good until the run is disposed.
/// What lies outside is the guest's fault wherever the address is the guest's: <see cref="Trap.OutOfBoundsMemory"/>.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Its run frees an instance's memory, the collector the host's own: an instance may still import it.")]
public sealed unsafe class GuestMemory
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly LinearMemory _memory;

    /// <param name="pages">Of 64 KiB, at the start.</param>
    /// <param name="pagesMax">The most that it grows to; reserved at once, used as it is touched.</param>
    public GuestMemory(int pages, int pagesMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(pages);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pagesMax, 65_536);
        ArgumentOutOfRangeException.ThrowIfLessThan(pagesMax, pages);
        _memory = new LinearMemory(pages, pagesMax, pagesMax);
    }

    internal GuestMemory(LinearMemory memory, Run run)
    {
        _memory = memory;
        Run = run;
    }

    public int Pages => _memory.Pages;

    public long Length => _memory.Length;

    internal LinearMemory Memory => _memory;

    /// <summary>Null for the host's own.</summary>
    internal Run? Run { get; }

    /// <summary>The pages before, or -1 beyond the limit.</summary>
    public int Grow(int pages) => pages < 0 ? -1 : _memory.Grow((uint)pages);

    /// <exception cref="GuestTrapException">Some of it lies outside.</exception>
    public Span<byte> Slice(int address, int length)
    {
        if (length < 0 || unchecked((uint)address) + (long)length > _memory.Length)
        {
            throw new GuestTrapException(Trap.OutOfBoundsMemory, []);
        }

        return new Span<byte>((byte*)_memory.Base + unchecked((uint)address), length);
    }

    public int ReadInt32(int address) => BinaryPrimitives.ReadInt32LittleEndian(Slice(address, 4));

    public long ReadInt64(int address) => BinaryPrimitives.ReadInt64LittleEndian(Slice(address, 8));

    public void WriteInt32(int address, int value) => BinaryPrimitives.WriteInt32LittleEndian(Slice(address, 4), value);

    public void WriteInt64(int address, long value) => BinaryPrimitives.WriteInt64LittleEndian(Slice(address, 8), value);

    /// <exception cref="DecoderFallbackException">The bytes are not UTF-8.</exception>
    public string ReadText(int address, int length) => Utf8.GetString(Slice(address, length));

    /// <summary>Writes the text in UTF-8, without an end; returns its bytes.</summary>
    public int WriteText(int address, string text)
    {
        int count = Encoding.UTF8.GetByteCount(text);
        return Encoding.UTF8.GetBytes(text, Slice(address, count));
    }
}
