using System;

namespace NodeRuntime.Wasm;

/// <summary>
/// Bytes that a guest may read at any place, such as a file of a gigabyte that stays on disk. Its content must not change while a
/// job runs. What an implementation throws passes through <see cref="WasiRunner.Run"/> to its caller.
/// </summary>
public interface IGuestInput
{
    long Length { get; }

    /// <summary>Fills from <paramref name="offset"/> as much of the buffer as there is; returns the count, 0 only at the end.</summary>
    int Read(long offset, Span<byte> buffer);
}
