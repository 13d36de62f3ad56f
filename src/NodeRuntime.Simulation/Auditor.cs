using System;
using System.Text;
using NodeRuntime.Actors;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Simulation;

/// <summary>A rolling hash over everything that happens, in order: two runs of one seed must agree to the last event.</summary>
internal sealed class Auditor
{
    private readonly byte[] _line = new byte[Hash256.ByteCount + 1024];
    private Hash256 _digest;

    public Hash256 Digest => _digest;

    public void Delivered(Instant now, string system, ActorPath path, string message)
    {
        Chain(now.Microseconds, system + path, message);
    }

    public void Finalized(int peer, Height height, Hash256 digest) => Chain(peer, height.ToString(), digest.ToString());

    private void Chain(long number, string first, string second)
    {
        _digest.AsSpan().CopyTo(_line);
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(_line.AsSpan(Hash256.ByteCount), number);
        int length = Hash256.ByteCount + 8;
        length += Encoding.UTF8.GetBytes(first.AsSpan(0, Math.Min(first.Length, 200)), _line.AsSpan(length));
        _line[length++] = 0;
        length += Encoding.UTF8.GetBytes(second.AsSpan(0, Math.Min(second.Length, 200)), _line.AsSpan(length));
        _digest = Hasher.Sha256(_line.AsSpan(0, length));
    }
}
