using System;
using System.Collections.Generic;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Simulation;

/// <summary>A provider's files in memory. Sealed files outlive a crash, unsealed ones do not.</summary>
public sealed class SimulatedBlobs : IBlobs
{
    private readonly SortedDictionary<(LeaseId Lease, BlobArea Area, string Name), Blob> _blobs = [];

    public BlobVerdict Append(LeaseId lease, BlobArea area, string name, ulong offset, ReadOnlySpan<byte> bytes)
    {
        if (!_blobs.TryGetValue((lease, area, name), out Blob? blob))
        {
            blob = new Blob();
            _blobs.Add((lease, area, name), blob);
        }

        if (offset == 0 && !blob.IsSealed) blob.Bytes.Clear();
        if ((ulong)blob.Bytes.Count != offset || blob.IsSealed) return BlobVerdict.OffsetWrong;
        blob.Bytes.AddRange(bytes);
        return BlobVerdict.Accepted;
    }

    public BlobVerdict Seal(LeaseId lease, BlobArea area, string name, ulong length, Hash256 hash)
    {
        if (!_blobs.TryGetValue((lease, area, name), out Blob? blob)) return BlobVerdict.NotFound;
        if ((ulong)blob.Bytes.Count != length) return BlobVerdict.LengthWrong;
        if (Hasher.Sha256(blob.Bytes.ToArray()) != hash) return BlobVerdict.HashWrong;
        blob.IsSealed = true;
        return BlobVerdict.Accepted;
    }

    public ReadOnlyMemory<byte> Read(LeaseId lease, BlobArea area, string name, ulong offset, int countMax)
    {
        if (!_blobs.TryGetValue((lease, area, name), out Blob? blob)) return ReadOnlyMemory<byte>.Empty;
        if (offset >= (ulong)blob.Bytes.Count) return ReadOnlyMemory<byte>.Empty;
        int start = (int)offset;
        return blob.Bytes.GetRange(start, Math.Min(countMax, blob.Bytes.Count - start)).ToArray();
    }

    public void Remove(LeaseId lease)
    {
        List<(LeaseId Lease, BlobArea Area, string Name)> names = [];
        foreach ((LeaseId Lease, BlobArea Area, string Name) key in _blobs.Keys)
        {
            if (key.Lease == lease) names.Add(key);
        }

        foreach ((LeaseId Lease, BlobArea Area, string Name) key in names) _blobs.Remove(key);
    }

    public void Crash()
    {
        List<(LeaseId Lease, BlobArea Area, string Name)> names = [];
        foreach (((LeaseId Lease, BlobArea Area, string Name) key, Blob blob) in _blobs)
        {
            if (!blob.IsSealed) names.Add(key);
        }

        foreach ((LeaseId Lease, BlobArea Area, string Name) key in names) _blobs.Remove(key);
    }

    private sealed class Blob
    {
        public List<byte> Bytes { get; } = [];

        public bool IsSealed { get; set; }
    }
}
