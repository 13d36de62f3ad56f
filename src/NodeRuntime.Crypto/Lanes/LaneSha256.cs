using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto.Lanes;

/// <summary>
/// Puts messages, padded, into a kernel's rows and starts it when all rows are taken:
/// <code>
/// row 0   | prefix message 80 00 ... length |        messages of one call that have the same number of blocks share a run;
/// row 1   | prefix message 80 00 ... length |        where lengths differ, each number of blocks has rows of its own, and what
///  ...                                               is left at the end runs with rows that nobody looks at
/// </code>
/// </summary>
internal sealed unsafe class LaneSha256 : IShortSha256
{
    private static readonly int BlocksMax = ShortSha256.BlocksOf(1 + ShortSha256.MessageByteCountMax);

    private readonly ISha256Kernel _kernel;
    private readonly int _lanes;

    // Messages of b blocks wait in bin b: made when the first one comes.
    private readonly byte[]?[] _bins = new byte[BlocksMax + 1][];
    private readonly int[] _waiting = new int[BlocksMax + 1];
    private readonly int[][] _places = new int[BlocksMax + 1][];
    private readonly byte[] _digests;

    public LaneSha256(ISha256Kernel kernel)
    {
        _kernel = kernel;
        _lanes = kernel.LaneCount;
        _digests = new byte[_lanes * Hash256.ByteCount];
    }

    public int LaneCount => _lanes;

    public void HashPrefixed(byte prefix, ReadOnlySpan<byte> messages, int byteCount, Span<byte> digests)
    {
        Check(messages, byteCount, digests);
        HashEqual(Sha256Constants.Initial, prefix, messages, byteCount, 0, digests);
    }

    public void Hash(ReadOnlySpan<byte> messages, int byteCount, Span<byte> digests)
    {
        Check(messages, byteCount, digests);
        HashEqual(Sha256Constants.Initial, null, messages, byteCount, 0, digests);
    }

    public void HashPrefixed(byte prefix, ReadOnlySpan<byte> messages, ReadOnlySpan<int> ends, Span<byte> digests)
    {
        Check(messages, ends, digests);
        int start = 0;
        for (int i = 0; i < ends.Length; i++)
        {
            ReadOnlySpan<byte> message = messages[start..ends[i]];
            start = ends[i];
            int blocks = ShortSha256.BlocksOf(1 + message.Length);
            int stride = blocks * ShortSha256.BlockByteCount;
            byte[] bin = _bins[blocks] ??= new byte[_lanes * stride];
            int[] places = _places[blocks] ??= new int[_lanes];
            int row = _waiting[blocks];
            Lay(bin.AsSpan(row * stride, stride), prefix, message, 0);
            places[row] = i;
            if (row + 1 < _lanes)
            {
                _waiting[blocks] = row + 1;
                continue;
            }

            _waiting[blocks] = 0;
            RunBin(bin, places, _lanes, blocks, digests);
        }

        for (int blocks = 1; blocks <= BlocksMax; blocks++)
        {
            int count = _waiting[blocks];
            _waiting[blocks] = 0;
            if (count > 0) RunBin(_bins[blocks]!, _places[blocks], count, blocks, digests);
        }
    }

    public void Mac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> messages, int byteCount, Span<byte> digests)
    {
        Check(messages, byteCount, digests);
        Invariant.Holds(key.Length <= ShortSha256.BlockByteCount);
        Invariant.Holds(byteCount <= ShortSha256.MacMessageByteCountMax);
        Span<uint> inner = stackalloc uint[8], outer = stackalloc uint[8];
        StateBehind(key, 0x36, inner);
        StateBehind(key, 0x5c, outer);
        HashEqual(inner, null, messages, byteCount, ShortSha256.BlockByteCount, digests);
        HashEqual(outer, null, digests, Hash256.ByteCount, ShortSha256.BlockByteCount, digests);
    }

    internal static void Check(ReadOnlySpan<byte> messages, int byteCount, Span<byte> digests)
    {
        Invariant.Holds(byteCount is >= 0 and <= ShortSha256.MessageByteCountMax);
        Invariant.Holds(digests.Length % Hash256.ByteCount == 0);
        Invariant.Holds(messages.Length == (long)(digests.Length / Hash256.ByteCount) * byteCount);
    }

    internal static void Check(ReadOnlySpan<byte> messages, ReadOnlySpan<int> ends, Span<byte> digests)
    {
        Invariant.Holds(digests.Length == (long)ends.Length * Hash256.ByteCount);
        int start = 0;
        foreach (int end in ends)
        {
            Invariant.Holds(end >= start);
            Invariant.Holds(end - start <= ShortSha256.MessageByteCountMax);
            start = end;
        }

        Invariant.Holds(messages.Length == start);
    }

    internal static void Pad(ReadOnlySpan<byte> key, byte pad, Span<byte> block)
    {
        block.Fill(pad);
        for (int i = 0; i < key.Length; i++) block[i] ^= key[i];
    }

    // bytesBefore: what the state has taken in already, which counts in the length.
    private void HashEqual(
        ReadOnlySpan<uint> state, byte? prefix, ReadOnlySpan<byte> messages, int byteCount, int bytesBefore, Span<byte> digests)
    {
        int blocks = ShortSha256.BlocksOf((prefix is null ? 0 : 1) + byteCount);
        int stride = blocks * ShortSha256.BlockByteCount;
        byte[] bin = _bins[blocks] ??= new byte[_lanes * stride];
        int count = digests.Length / Hash256.ByteCount;
        fixed (uint* start = state)
        fixed (byte* rows = bin, lanes = _digests)
        {
            for (int i = 0; i < count; i += _lanes)
            {
                int taken = Math.Min(_lanes, count - i);
                for (int row = 0; row < taken; row++)
                {
                    ReadOnlySpan<byte> message = messages.Slice((i + row) * byteCount, byteCount);
                    Span<byte> target = new(rows + (row * stride), stride);
                    if (prefix is { } first) Lay(target, first, message, bytesBefore);
                    else Lay(target, message, 0, bytesBefore);
                }

                _kernel.Run(start, rows, blocks, lanes);
                _digests.AsSpan(0, taken * Hash256.ByteCount).CopyTo(digests[(i * Hash256.ByteCount)..]);
            }
        }
    }

    private void RunBin(byte[] bin, int[] places, int count, int blocks, Span<byte> digests)
    {
        fixed (uint* state = &MemoryMarshal.GetReference(Sha256Constants.Initial))
        fixed (byte* rows = bin, lanes = _digests)
        {
            _kernel.Run(state, rows, blocks, lanes);
        }

        for (int row = 0; row < count; row++)
        {
            _digests.AsSpan(row * Hash256.ByteCount, Hash256.ByteCount).CopyTo(digests[(places[row] * Hash256.ByteCount)..]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Lay(Span<byte> row, byte prefix, ReadOnlySpan<byte> message, int bytesBefore)
    {
        row[0] = prefix;
        Lay(row, message, 1, bytesBefore);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Lay(Span<byte> row, ReadOnlySpan<byte> message, int offset, int bytesBefore)
    {
        message.CopyTo(row[offset..]);
        int end = offset + message.Length;
        row[end] = 0x80;
        row[(end + 1)..^8].Clear();
        BinaryPrimitives.WriteUInt64BigEndian(row[^8..], (ulong)(bytesBefore + end) * 8);
    }

    // The state of SHA-256 behind the block that HMAC puts in front. Run as a digest it is the state's words, turned.
    private void StateBehind(ReadOnlySpan<byte> key, byte pad, Span<uint> state)
    {
        byte[] bin = _bins[1] ??= new byte[_lanes * ShortSha256.BlockByteCount];
        Pad(key, pad, bin.AsSpan(0, ShortSha256.BlockByteCount));
        fixed (uint* initial = &MemoryMarshal.GetReference(Sha256Constants.Initial))
        fixed (byte* rows = bin, lanes = _digests)
        {
            _kernel.Run(initial, rows, 1, lanes);
        }

        for (int i = 0; i < 8; i++) state[i] = BinaryPrimitives.ReadUInt32BigEndian(_digests.AsSpan(4 * i));
        CryptographicClear(bin, _digests);
    }

    // The pad of a key is a secret.
    private static void CryptographicClear(byte[] bin, byte[] digests)
    {
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(bin);
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(digests);
    }
}
