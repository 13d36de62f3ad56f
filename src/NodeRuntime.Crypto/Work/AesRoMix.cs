using System;
using System.Runtime.Intrinsics;
using NodeRuntime.Crypto.Labels;
using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto.Work;

/// <summary>
/// A memory-hard function of AES rounds, for machines without RandomX's library: eight lanes of 16 bytes walk through 2 MiB in 16,384 blocks
/// of 128 bytes.
/// <code>
/// X = SHA-256(domain, key || 0 || input) || ... || SHA-256(domain, key || 3 || input)       128 bytes
/// K = the same with 4 to 7                                                                 a round key for each lane
/// write:      for i in 0..N-1:  V[i] = X;  X = mix(X)
/// read/write: for i in 0..N-1:  j = LE64(X) mod N;  X = mix(X xor V[j]);  V[j] = X
/// result:     SHA-256(domain, key || 8 || X)
/// mix: lane l becomes AESround(AESround(X[l], K[l]), X[l + 1 mod 8]), all from the old X
/// </code>
/// The neighbour as round key carries each lane into the next; after eight mixes every bit reaches every lane. It shows that somebody is there and
/// computes, at a rate; it does not keep graphics cards away, and is named liveness grade for it.
/// </summary>
internal sealed unsafe class AesRoMix
{
    public const int BlockCount = 16_384;

    private const int LaneCount = 8;
    private const int BlockByteCount = LaneCount * AesRounds.BlockByteCount;

    private readonly byte[] _memory = GC.AllocateUninitializedArray<byte>(BlockCount * BlockByteCount, pinned: true);

    public Hash256 Hash(Hash256 key, ReadOnlySpan<byte> input) => Hash(key, input, AesRounds.IsAccelerated);

    /// <param name="isAccelerated">False: the standard's rounds, which the fast ones are checked against.</param>
    public Hash256 Hash(Hash256 key, ReadOnlySpan<byte> input, bool isAccelerated)
    {
        Span<byte> bytes = stackalloc byte[2 * BlockByteCount];
        Expand(key, input, bytes);
        Vector128<byte>* x = stackalloc Vector128<byte>[LaneCount];
        Vector128<byte>* k = stackalloc Vector128<byte>[LaneCount];
        for (int l = 0; l < LaneCount; l++)
        {
            x[l] = Vector128.Create((ReadOnlySpan<byte>)bytes.Slice(16 * l, 16));
            k[l] = Vector128.Create((ReadOnlySpan<byte>)bytes.Slice(BlockByteCount + (16 * l), 16));
        }

        fixed (byte* memory = _memory)
        {
            if (isAccelerated) Walk(x, k, (Vector128<byte>*)memory);
            else WalkByStandard(x, k, (Vector128<byte>*)memory);
        }

        for (int l = 0; l < LaneCount; l++) x[l].CopyTo(bytes[(16 * l)..]);
        return Part(key, bytes.Length / Hash256.ByteCount, bytes[..BlockByteCount]);
    }

    private static void Expand(Hash256 key, ReadOnlySpan<byte> input, Span<byte> bytes)
    {
        for (int i = 0; i < bytes.Length / Hash256.ByteCount; i++) Part(key, i, input).AsSpan().CopyTo(bytes[(i * Hash256.ByteCount)..]);
    }

    private static Hash256 Part(Hash256 key, int number, ReadOnlySpan<byte> bytes) =>
        Hasher.Tagged(HashDomain.WorkRoMix, [.. key.AsSpan(), (byte)number], bytes);

    private static void Walk(Vector128<byte>* x, Vector128<byte>* k, Vector128<byte>* v)
    {
        Vector128<byte> x0 = x[0], x1 = x[1], x2 = x[2], x3 = x[3], x4 = x[4], x5 = x[5], x6 = x[6], x7 = x[7];
        for (int step = 0; step < 2 * BlockCount; step++)
        {
            Vector128<byte>* at;
            if (step < BlockCount)
            {
                at = v + (step * LaneCount);
                Store(at, x0, x1, x2, x3, x4, x5, x6, x7);
            }
            else
            {
                at = v + ((long)(x0.AsUInt64()[0] % BlockCount) * LaneCount);
                x0 ^= at[0];
                x1 ^= at[1];
                x2 ^= at[2];
                x3 ^= at[3];
                x4 ^= at[4];
                x5 ^= at[5];
                x6 ^= at[6];
                x7 ^= at[7];
            }

            Vector128<byte> first = x0;
            x0 = AesRounds.Round(AesRounds.Round(x0, k[0]), x1);
            x1 = AesRounds.Round(AesRounds.Round(x1, k[1]), x2);
            x2 = AesRounds.Round(AesRounds.Round(x2, k[2]), x3);
            x3 = AesRounds.Round(AesRounds.Round(x3, k[3]), x4);
            x4 = AesRounds.Round(AesRounds.Round(x4, k[4]), x5);
            x5 = AesRounds.Round(AesRounds.Round(x5, k[5]), x6);
            x6 = AesRounds.Round(AesRounds.Round(x6, k[6]), x7);
            x7 = AesRounds.Round(AesRounds.Round(x7, k[7]), first);
            if (step >= BlockCount) Store(at, x0, x1, x2, x3, x4, x5, x6, x7);
        }

        Store(x, x0, x1, x2, x3, x4, x5, x6, x7);
    }

    private static void WalkByStandard(Vector128<byte>* x, Vector128<byte>* k, Vector128<byte>* v)
    {
        for (int i = 0; i < BlockCount; i++)
        {
            for (int l = 0; l < LaneCount; l++) v[(i * LaneCount) + l] = x[l];
            MixByStandard(x, k);
        }

        for (int i = 0; i < BlockCount; i++)
        {
            int at = (int)(x[0].AsUInt64()[0] % BlockCount) * LaneCount;
            for (int l = 0; l < LaneCount; l++) x[l] ^= v[at + l];
            MixByStandard(x, k);
            for (int l = 0; l < LaneCount; l++) v[at + l] = x[l];
        }
    }

    private static void MixByStandard(Vector128<byte>* x, Vector128<byte>* k)
    {
        Vector128<byte> first = x[0];
        for (int l = 0; l < LaneCount; l++)
        {
            Vector128<byte> next = l + 1 < LaneCount ? x[l + 1] : first;
            x[l] = AesRounds.RoundByStandard(AesRounds.RoundByStandard(x[l], k[l]), next);
        }
    }

    private static void Store(
        Vector128<byte>* at, Vector128<byte> x0, Vector128<byte> x1, Vector128<byte> x2, Vector128<byte> x3, Vector128<byte> x4, Vector128<byte> x5,
        Vector128<byte> x6, Vector128<byte> x7)
    {
        at[0] = x0;
        at[1] = x1;
        at[2] = x2;
        at[3] = x3;
        at[4] = x4;
        at[5] = x5;
        at[6] = x6;
        at[7] = x7;
    }
}

/// <summary>AES-ROMix under one key: nothing to fill.</summary>
internal sealed class AesRoMixMemory(Hash256 key) : IWorkMemory
{
    public WorkKind Kind => WorkKind.AesRoMix;

    public ulong PartCount => 0;

    public void Fill(ulong first, ulong count) => Invariant.Holds(first + count == 0);

    public IWorkHash CreateHash() => new Hashing(key);

    public void Dispose()
    {
        // Each hash has its own memory.
    }

    private sealed class Hashing(Hash256 key) : IWorkHash
    {
        private readonly AesRoMix _function = new();

        public Hash256 Hash(ReadOnlySpan<byte> input) => _function.Hash(key, input);

        public void Dispose()
        {
            // Its memory is the collector's.
        }
    }
}
