using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Actors.Ports;

/// <summary>
/// A lease's files on a provider: program, inputs and outputs, too large for messages. Names are checked file names;
/// each lease has a room of its own. Writes go in order from offset 0.
/// </summary>
public interface IBlobs
{
    /// <summary>Appends to a file of a lease.</summary>
    BlobVerdict Append(LeaseId lease, BlobArea area, string name, ulong offset, ReadOnlySpan<byte> bytes);

    /// <summary>Ends a file: its length and SHA-256 must be these.</summary>
    BlobVerdict Seal(LeaseId lease, BlobArea area, string name, ulong length, Hash256 hash);

    /// <summary>Reads at most <paramref name="countMax"/> bytes; empty at the end or where there is none.</summary>
    ReadOnlyMemory<byte> Read(LeaseId lease, BlobArea area, string name, ulong offset, int countMax);

    /// <summary>Removes all that a lease left.</summary>
    void Remove(LeaseId lease);
}

public enum BlobArea : byte
{
    Module = 1,
    Input = 2,
    StandardInput = 3,
    Output = 4,
    StandardOutput = 5,
    StandardError = 6,
}

public enum BlobVerdict
{
    Accepted,
    NameRefused,
    OffsetWrong,
    TooLarge,
    DiskFull,
    LengthWrong,
    HashWrong,
    NotFound,
    Failed,
}
