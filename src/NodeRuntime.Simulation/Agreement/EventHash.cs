using System;
using System.Buffers.Binary;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Simulation.Agreement;

/// <summary>A rolling hash over everything that happens, in order, a few thousand bytes at a time.</summary>
internal sealed class EventHash
{
    private readonly byte[] _pending = new byte[8192];
    private Hash256 _digest;
    private int _length = Hash256.ByteCount;

    public void Add(long first, long second)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_pending.AsSpan(_length), first);
        BinaryPrimitives.WriteInt64LittleEndian(_pending.AsSpan(_length + 8), second);
        _length += 16;
        if (_length > _pending.Length - 64) Fold();
    }

    public void Add(Hash256 hash)
    {
        hash.AsSpan().CopyTo(_pending.AsSpan(_length));
        _length += Hash256.ByteCount;
        if (_length > _pending.Length - 64) Fold();
    }

    public Hash256 Finish()
    {
        Fold();
        return _digest;
    }

    private void Fold()
    {
        _digest.AsSpan().CopyTo(_pending);
        _digest = Hasher.Sha256(_pending.AsSpan(0, _length));
        _length = Hash256.ByteCount;
    }
}
