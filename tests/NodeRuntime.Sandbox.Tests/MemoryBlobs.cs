using System;
using System.Collections.Generic;
using System.Security.Cryptography;
using System.Threading;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;

namespace NodeRuntime.Sandbox.Tests;

/// <summary>Blobs in memory, which may be told to refuse the outputs.</summary>
internal sealed class MemoryBlobs : IBlobs
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<(BlobArea Area, string Name), byte[]> _files = [];

    public BlobVerdict OutputsEnd { get; init; }

    public SortedSet<(BlobArea Area, string Name)> Sealed { get; } = [];

    public byte[] this[BlobArea area, string name]
    {
        get
        {
            lock (_gate) return _files.TryGetValue((area, name), out byte[]? bytes) ? bytes : [];
        }

        set
        {
            lock (_gate) _files[(area, name)] = value;
        }
    }

    public BlobVerdict Append(LeaseId lease, BlobArea area, string name, ulong offset, ReadOnlySpan<byte> bytes)
    {
        if (area == BlobArea.Output && OutputsEnd != BlobVerdict.Accepted) return OutputsEnd;
        byte[] before = this[area, name];
        if ((ulong)before.Length != offset) return BlobVerdict.OffsetWrong;
        this[area, name] = [.. before, .. bytes];
        return BlobVerdict.Accepted;
    }

    public BlobVerdict Seal(LeaseId lease, BlobArea area, string name, ulong length, Hash256 hash)
    {
        byte[] bytes = this[area, name];
        if ((ulong)bytes.Length != length) return BlobVerdict.LengthWrong;
        if (new Hash256(SHA256.HashData(bytes)) != hash) return BlobVerdict.HashWrong;
        lock (_gate) Sealed.Add((area, name));
        return BlobVerdict.Accepted;
    }

    public ReadOnlyMemory<byte> Read(LeaseId lease, BlobArea area, string name, ulong offset, int countMax)
    {
        byte[] bytes = this[area, name];
        int start = (int)Math.Min(offset, (ulong)bytes.Length);
        return bytes.AsMemory(start, Math.Min(countMax, bytes.Length - start));
    }

    public void Remove(LeaseId lease)
    {
        lock (_gate) _files.Clear();
    }
}
