using System;
using System.Buffers.Binary;
using System.Numerics;
using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto.MemoryHard;

/// <summary>
/// BLAKE2b of RFC 7693: sequential mode, digests of 1 to 64 bytes, an optional key. Argon2 needs it and .NET has none. It hashes a few kilobytes
/// for each megabyte that is filled, so it is written to be read.
/// </summary>
internal sealed class Blake2b
{
    public const int DigestByteCountMax = 64;
    public const int KeyByteCountMax = 64;

    private const int BlockByteCount = 128;
    private const int RoundCount = 12;

    private static readonly ulong[] Initial =
    [
        0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
        0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
    ];

    // Section 2.7; rounds 10 and 11 begin anew.
    private static ReadOnlySpan<byte> Sigma =>
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3,
        11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4,
        7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8,
        9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13,
        2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9,
        12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11,
        13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10,
        6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5,
        10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0,
    ];

    private readonly ulong[] _state = new ulong[8];
    private readonly byte[] _block = new byte[BlockByteCount];
    private readonly int _digestByteCount;
    private UInt128 _compressed;
    private int _filled;

    public Blake2b(int digestByteCount, ReadOnlySpan<byte> key = default)
    {
        Invariant.Holds(digestByteCount is >= 1 and <= DigestByteCountMax);
        Invariant.Holds(key.Length <= KeyByteCountMax);
        _digestByteCount = digestByteCount;
        Initial.CopyTo(_state, 0);
        _state[0] ^= 0x01010000UL ^ ((ulong)key.Length << 8) ^ (ulong)digestByteCount;
        if (key.IsEmpty) return;
        key.CopyTo(_block);
        _filled = BlockByteCount;
    }

    public static void Hash(ReadOnlySpan<byte> bytes, Span<byte> digest)
    {
        Blake2b hash = new(digest.Length);
        hash.Append(bytes);
        hash.Finish(digest);
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            // A full block waits: the last one is compressed with a mark.
            if (_filled == BlockByteCount) CompressBlock(isLast: false);
            int count = Math.Min(BlockByteCount - _filled, bytes.Length);
            bytes[..count].CopyTo(_block.AsSpan(_filled));
            _filled += count;
            bytes = bytes[count..];
        }
    }

    public void AppendUInt32(uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        Append(bytes);
    }

    /// <summary>Gives the digest; the hash is used up.</summary>
    public void Finish(Span<byte> digest)
    {
        Invariant.Holds(digest.Length == _digestByteCount);
        CompressBlock(isLast: true);
        Span<byte> whole = stackalloc byte[DigestByteCountMax];
        for (int i = 0; i < _state.Length; i++) BinaryPrimitives.WriteUInt64LittleEndian(whole[(8 * i)..], _state[i]);
        whole[..digest.Length].CopyTo(digest);
    }

    private void CompressBlock(bool isLast)
    {
        _compressed += (uint)_filled;
        _block.AsSpan(_filled).Clear();
        Span<ulong> m = stackalloc ulong[16];
        for (int i = 0; i < m.Length; i++) m[i] = BinaryPrimitives.ReadUInt64LittleEndian(_block.AsSpan(8 * i));
        Span<ulong> v = stackalloc ulong[16];
        _state.CopyTo(v);
        Initial.CopyTo(v[8..]);
        v[12] ^= (ulong)(_compressed & ulong.MaxValue);
        v[13] ^= (ulong)(_compressed >> 64);
        if (isLast) v[14] = ~v[14];
        for (int round = 0; round < RoundCount; round++)
        {
            ReadOnlySpan<byte> s = Sigma.Slice(round % 10 * 16, 16);
            Mix(ref v[0], ref v[4], ref v[8], ref v[12], m[s[0]], m[s[1]]);
            Mix(ref v[1], ref v[5], ref v[9], ref v[13], m[s[2]], m[s[3]]);
            Mix(ref v[2], ref v[6], ref v[10], ref v[14], m[s[4]], m[s[5]]);
            Mix(ref v[3], ref v[7], ref v[11], ref v[15], m[s[6]], m[s[7]]);
            Mix(ref v[0], ref v[5], ref v[10], ref v[15], m[s[8]], m[s[9]]);
            Mix(ref v[1], ref v[6], ref v[11], ref v[12], m[s[10]], m[s[11]]);
            Mix(ref v[2], ref v[7], ref v[8], ref v[13], m[s[12]], m[s[13]]);
            Mix(ref v[3], ref v[4], ref v[9], ref v[14], m[s[14]], m[s[15]]);
        }

        for (int i = 0; i < _state.Length; i++) _state[i] ^= v[i] ^ v[i + 8];
        _filled = 0;
    }

    // Section 3.1.
    private static void Mix(ref ulong a, ref ulong b, ref ulong c, ref ulong d, ulong x, ulong y)
    {
        unchecked
        {
            a += b + x;
            d = BitOperations.RotateRight(d ^ a, 32);
            c += d;
            b = BitOperations.RotateRight(b ^ c, 24);
            a += b + y;
            d = BitOperations.RotateRight(d ^ a, 16);
            c += d;
            b = BitOperations.RotateRight(b ^ c, 63);
        }
    }
}
