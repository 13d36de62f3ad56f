using System;
using System.Collections.Generic;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using NodeRuntime.Primitives;
using X86 = System.Runtime.Intrinsics.X86;

namespace NodeRuntime.Crypto.Labels;

/// <summary>A label that a nonce of the group hits.</summary>
/// <param name="Label">Its place in what was scanned, in labels.</param>
/// <param name="Nonce">0 to 15.</param>
public readonly record struct LabelHit(int Label, int Nonce);

/// <summary>
/// Sixteen nonces' test of labels of 16 bytes, for one group. One AES block under the group's key gives each nonce a byte:
/// <code>
/// byte n of AES(group key, label)   below the threshold's highest byte: hit
///                                   equal to it: hit where the low 56 bits of AES(nonce key, label) are below the threshold's low 56
///                                   above: no hit
/// </code>
/// so that a label is hit with the probability threshold / 2^64, and the second key is needed for one byte in 256.
/// </summary>
public sealed unsafe class LabelSieve
{
    public const int LabelByteCount = AesRounds.BlockByteCount;
    public const int NonceCount = 16;
    public const int KeyByteCount = 16;

    private const int RoundKeyCount = 11;
    private const ulong LowBits = (1UL << 56) - 1;

    private readonly Vector128<byte>[] _group;
    private readonly Vector128<byte>[] _nonces = new Vector128<byte>[NonceCount * RoundKeyCount];
    private readonly byte _high;
    private readonly ulong _low;

    /// <param name="groupKey">16 bytes.</param>
    /// <param name="nonceKeys">16 keys of 16 bytes in a row.</param>
    /// <param name="threshold">Of 2^64.</param>
    public LabelSieve(ReadOnlySpan<byte> groupKey, ReadOnlySpan<byte> nonceKeys, ulong threshold)
    {
        Invariant.Holds(groupKey.Length == KeyByteCount);
        Invariant.Holds(nonceKeys.Length == NonceCount * KeyByteCount);
        _group = AesRounds.Expand(groupKey);
        for (int i = 0; i < NonceCount; i++)
        {
            AesRounds.Expand(nonceKeys.Slice(i * KeyByteCount, KeyByteCount)).CopyTo(_nonces, i * RoundKeyCount);
        }

        _high = (byte)(threshold >> 56);
        _low = threshold & LowBits;
    }

    /// <summary>Whether this machine has instructions for it; without them a scan is a hundred times as slow.</summary>
    public static bool IsAccelerated => AesRounds.IsAccelerated;

    /// <summary>Appends all hits among the labels, in their order.</summary>
    public void Scan(ReadOnlySpan<byte> labels, List<LabelHit> hits)
    {
        Invariant.Holds(labels.Length % LabelByteCount == 0);
        int count = labels.Length / LabelByteCount;
        Vector128<byte> high = Vector128.Create(_high);
        fixed (byte* start = labels)
        {
            for (int i = X86.Aes.IsSupported ? ScanByEights(labels, hits) : 0; i < count; i++)
            {
                byte* label = start + ((long)i * LabelByteCount);
                Vector128<byte> values = Encrypt(_group, Vector128.Load(label));
                Sift(label, (byte*)&values, Candidates(values, high), i, hits);
            }
        }
    }

    /// <summary>The same by the standard's text alone: what the fast way is checked against.</summary>
    public void ScanByStandard(ReadOnlySpan<byte> labels, List<LabelHit> hits)
    {
        for (int i = 0; i < labels.Length / LabelByteCount; i++)
        {
            for (int nonce = 0; nonce < NonceCount; nonce++)
            {
                if (HitsByStandard(labels.Slice(i * LabelByteCount, LabelByteCount), nonce)) hits.Add(new LabelHit(i, nonce));
            }
        }
    }

    /// <summary>Whether one nonce hits one label: what a verifier asks.</summary>
    public bool Hits(ReadOnlySpan<byte> label, int nonce)
    {
        Invariant.Holds(label.Length == LabelByteCount);
        Vector128<byte> block = Vector128.Create(label);
        byte value = Encrypt(_group, block)[nonce];
        return value < _high || (value == _high && IsLowBelow(Encrypt(_nonces.AsSpan(nonce * RoundKeyCount, RoundKeyCount), block)));
    }

    private bool HitsByStandard(ReadOnlySpan<byte> label, int nonce)
    {
        Vector128<byte> block = Vector128.Create(label);
        byte value = EncryptByStandard(_group, block)[nonce];
        if (value != _high) return value < _high;
        return IsLowBelow(EncryptByStandard(_nonces.AsSpan(nonce * RoundKeyCount, RoundKeyCount), block));
    }

    private bool IsLowBelow(Vector128<byte> block) => (block.AsUInt64()[0] & LowBits) < _low;

    // Eight labels at a time: as many as the processor has rounds under way, and registers for.
    private int ScanByEights(ReadOnlySpan<byte> labels, List<LabelHit> hits)
    {
        int count = labels.Length / LabelByteCount / 8 * 8;
        Vector128<byte> high = Vector128.Create(_high);
        fixed (byte* start = labels)
        fixed (Vector128<byte>* keys = _group)
        {
            Vector128<byte>* out8 = stackalloc Vector128<byte>[8];
            for (int i = 0; i < count; i += 8)
            {
                byte* at = start + ((long)i * LabelByteCount);
                Vector128<byte> k = keys[0];
                Vector128<byte> b0 = Vector128.Load(at) ^ k, b1 = Vector128.Load(at + 16) ^ k;
                Vector128<byte> b2 = Vector128.Load(at + 32) ^ k, b3 = Vector128.Load(at + 48) ^ k;
                Vector128<byte> b4 = Vector128.Load(at + 64) ^ k, b5 = Vector128.Load(at + 80) ^ k;
                Vector128<byte> b6 = Vector128.Load(at + 96) ^ k, b7 = Vector128.Load(at + 112) ^ k;
                for (int round = 1; round < RoundKeyCount - 1; round++)
                {
                    k = keys[round];
                    b0 = X86.Aes.Encrypt(b0, k);
                    b1 = X86.Aes.Encrypt(b1, k);
                    b2 = X86.Aes.Encrypt(b2, k);
                    b3 = X86.Aes.Encrypt(b3, k);
                    b4 = X86.Aes.Encrypt(b4, k);
                    b5 = X86.Aes.Encrypt(b5, k);
                    b6 = X86.Aes.Encrypt(b6, k);
                    b7 = X86.Aes.Encrypt(b7, k);
                }

                k = keys[RoundKeyCount - 1];
                b0 = X86.Aes.EncryptLast(b0, k);
                b1 = X86.Aes.EncryptLast(b1, k);
                b2 = X86.Aes.EncryptLast(b2, k);
                b3 = X86.Aes.EncryptLast(b3, k);
                b4 = X86.Aes.EncryptLast(b4, k);
                b5 = X86.Aes.EncryptLast(b5, k);
                b6 = X86.Aes.EncryptLast(b6, k);
                b7 = X86.Aes.EncryptLast(b7, k);
                // A bit for each nonce of each label whose byte is as low as the threshold's: mostly there is one in two or three rounds.
                ulong first = Candidates(b0, high) | (Candidates(b1, high) << 16) | (Candidates(b2, high) << 32) | (Candidates(b3, high) << 48);
                ulong second = Candidates(b4, high) | (Candidates(b5, high) << 16) | (Candidates(b6, high) << 32) | (Candidates(b7, high) << 48);
                if ((first | second) == 0) continue;
                out8[0] = b0;
                out8[1] = b1;
                out8[2] = b2;
                out8[3] = b3;
                out8[4] = b4;
                out8[5] = b5;
                out8[6] = b6;
                out8[7] = b7;
                Sift(at, (byte*)out8, first, i, hits);
                Sift(at + (4 * LabelByteCount), (byte*)(out8 + 4), second, i + 4, hits);
            }
        }

        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Candidates(Vector128<byte> values, Vector128<byte> high) =>
        Vector128.Equals(Vector128.Min(values, high), values).ExtractMostSignificantBits();

    // Of four labels at most: bit 16 * label + nonce.
    private void Sift(byte* labels, byte* values, ulong candidates, int index, List<LabelHit> hits)
    {
        fixed (Vector128<byte>* keys = _nonces)
        {
            while (candidates != 0)
            {
                int bit = BitOperations.TrailingZeroCount(candidates);
                candidates &= candidates - 1;
                int label = bit / NonceCount, nonce = bit % NonceCount;
                bool isHit = values[bit] < _high || IsLowBelow(Encrypt(keys + (nonce * RoundKeyCount), Vector128.Load(labels + (label * LabelByteCount))));
                if (isHit) hits.Add(new LabelHit(index + label, nonce));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Encrypt(Vector128<byte>* keys, Vector128<byte> block)
    {
        block ^= keys[0];
        for (int i = 1; i < RoundKeyCount - 1; i++) block = AesRounds.Round(block, keys[i]);
        return AesRounds.LastRound(block, keys[RoundKeyCount - 1]);
    }

    private static Vector128<byte> Encrypt(ReadOnlySpan<Vector128<byte>> keys, Vector128<byte> block)
    {
        block ^= keys[0];
        for (int i = 1; i < RoundKeyCount - 1; i++) block = AesRounds.Round(block, keys[i]);
        return AesRounds.LastRound(block, keys[RoundKeyCount - 1]);
    }

    private static Vector128<byte> EncryptByStandard(ReadOnlySpan<Vector128<byte>> keys, Vector128<byte> block)
    {
        block ^= keys[0];
        for (int i = 1; i < RoundKeyCount - 1; i++) block = AesRounds.RoundByStandard(block, keys[i]);
        return AesRounds.LastRoundByStandard(block, keys[RoundKeyCount - 1]);
    }
}
