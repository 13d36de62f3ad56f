using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Wasm.Traces;

/// <summary>
/// A stream as a digest of its bytes so far: it can go on from there without them. The chain is over a thousand bytes at a time, wherever
/// the guest's writes begin and end.
/// </summary>
internal sealed class ChainedOutput(IGuestOutput? next, ITraceHasher hasher) : IGuestOutput
{
    private const int LinkBytes = 1_024;

    // The digest, then what waits for the next link.
    private readonly byte[] _pending = new byte[Hash256.ByteCount + LinkBytes];
    private int _filled = Hash256.ByteCount;
    private ulong _length;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        next?.Write(bytes);
        _length += (ulong)bytes.Length;
        while (!bytes.IsEmpty)
        {
            int count = Math.Min(bytes.Length, _pending.Length - _filled);
            bytes[..count].CopyTo(_pending.AsSpan(_filled));
            bytes = bytes[count..];
            _filled += count;
            if (_filled < _pending.Length) continue;
            hasher.Hash(TraceDomain.Stream, _pending).AsSpan().CopyTo(_pending);
            _filled = Hash256.ByteCount;
        }
    }

    public void Write(WireWriter writer) => writer.Array(2).UInt64(_length).Bytes(_pending.AsSpan(0, _filled)).End();

    public void Read(WireReader reader)
    {
        if (reader.Array(2) != 2) reader.Fail();
        _length = reader.UInt64();
        byte[] pending = reader.Bytes(_pending.Length - 1);
        reader.End();
        if (pending.Length != Hash256.ByteCount + (int)(_length % LinkBytes)) reader.Fail();
        if (reader.Failed) return;
        pending.CopyTo(_pending, 0);
        _filled = pending.Length;
    }
}
