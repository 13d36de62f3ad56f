using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto.Lanes;

/// <summary>One message after the other by the platform's library: what the lanes are checked against.</summary>
internal sealed class PlatformShortSha256 : IShortSha256
{
    private readonly byte[] _message = new byte[1 + ShortSha256.MessageByteCountMax];

    public int LaneCount => 1;

    public void HashPrefixed(byte prefix, ReadOnlySpan<byte> messages, int byteCount, Span<byte> digests)
    {
        LaneSha256.Check(messages, byteCount, digests);
        _message[0] = prefix;
        for (int i = 0; i < digests.Length / Hash256.ByteCount; i++)
        {
            messages.Slice(i * byteCount, byteCount).CopyTo(_message.AsSpan(1));
            FastSha256.Hash(_message.AsSpan(0, 1 + byteCount), digests.Slice(i * Hash256.ByteCount, Hash256.ByteCount));
        }
    }

    public void HashPrefixed(byte prefix, ReadOnlySpan<byte> messages, ReadOnlySpan<int> ends, Span<byte> digests)
    {
        LaneSha256.Check(messages, ends, digests);
        _message[0] = prefix;
        int start = 0;
        for (int i = 0; i < ends.Length; i++)
        {
            messages[start..ends[i]].CopyTo(_message.AsSpan(1));
            FastSha256.Hash(_message.AsSpan(0, 1 + ends[i] - start), digests.Slice(i * Hash256.ByteCount, Hash256.ByteCount));
            start = ends[i];
        }
    }

    public void Hash(ReadOnlySpan<byte> messages, int byteCount, Span<byte> digests)
    {
        LaneSha256.Check(messages, byteCount, digests);
        for (int i = 0; i < digests.Length / Hash256.ByteCount; i++)
        {
            FastSha256.Hash(messages.Slice(i * byteCount, byteCount), digests.Slice(i * Hash256.ByteCount, Hash256.ByteCount));
        }
    }

    public void Mac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> messages, int byteCount, Span<byte> digests)
    {
        LaneSha256.Check(messages, byteCount, digests);
        Invariant.Holds(key.Length <= ShortSha256.BlockByteCount);
        Invariant.Holds(byteCount <= ShortSha256.MacMessageByteCountMax);
        Span<byte> inner = stackalloc byte[ShortSha256.BlockByteCount + byteCount];
        Span<byte> outer = stackalloc byte[ShortSha256.BlockByteCount + Hash256.ByteCount];
        LaneSha256.Pad(key, 0x36, inner[..ShortSha256.BlockByteCount]);
        LaneSha256.Pad(key, 0x5c, outer[..ShortSha256.BlockByteCount]);
        for (int i = 0; i < digests.Length / Hash256.ByteCount; i++)
        {
            messages.Slice(i * byteCount, byteCount).CopyTo(inner[ShortSha256.BlockByteCount..]);
            FastSha256.Hash(inner, outer[ShortSha256.BlockByteCount..]);
            FastSha256.Hash(outer, digests.Slice(i * Hash256.ByteCount, Hash256.ByteCount));
        }
    }
}
