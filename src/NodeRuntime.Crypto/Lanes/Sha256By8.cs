using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NodeRuntime.Crypto.Lanes;

/// <summary>Eight messages at once: word i of all eight stands in one register of 256 bits. A rotation is two shifts and an or here.</summary>
internal sealed unsafe class Sha256By8 : ISha256Kernel
{
    private const int Lanes = 8;

    public int LaneCount => Lanes;

    [SkipLocalsInit]
    public void Run(uint* state, byte* rows, int blockCount, byte* digests)
    {
        Vector256<uint>* words = stackalloc Vector256<uint>[2 * Lanes];
        Vector256<uint>* lanes = stackalloc Vector256<uint>[Lanes];
        for (int i = 0; i < Lanes; i++) lanes[i] = Vector256.Create(state[i]);
        int stride = blockCount * ShortSha256.BlockByteCount;
        for (int block = 0; block < blockCount; block++)
        {
            byte* first = rows + (block * ShortSha256.BlockByteCount);
            for (int lane = 0; lane < Lanes; lane++)
            {
                words[lane] = Turn(Vector256.Load(first + (lane * stride)));
                words[Lanes + lane] = Turn(Vector256.Load(first + (lane * stride) + 32));
            }

            Transpose(words);
            Transpose(words + Lanes);
            Compress(lanes, words);
        }

        Transpose(lanes);
        for (int lane = 0; lane < Lanes; lane++) Turn(lanes[lane].AsByte()).AsByte().Store(digests + (lane * 32));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Turn(Vector256<byte> bytes)
    {
        Vector128<byte> order = Vector128.Create((byte)3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
        return Avx2.Shuffle(bytes, Vector256.Create(order, order)).AsUInt32();
    }

    private static void Transpose(Vector256<uint>* m)
    {
        Vector256<uint>* t = stackalloc Vector256<uint>[Lanes];
        for (int i = 0; i < Lanes; i += 4)
        {
            Vector256<ulong> a = Avx2.UnpackLow(m[i], m[i + 1]).AsUInt64(), b = Avx2.UnpackHigh(m[i], m[i + 1]).AsUInt64();
            Vector256<ulong> c = Avx2.UnpackLow(m[i + 2], m[i + 3]).AsUInt64(), d = Avx2.UnpackHigh(m[i + 2], m[i + 3]).AsUInt64();
            t[i] = Avx2.UnpackLow(a, c).AsUInt32();
            t[i + 1] = Avx2.UnpackHigh(a, c).AsUInt32();
            t[i + 2] = Avx2.UnpackLow(b, d).AsUInt32();
            t[i + 3] = Avx2.UnpackHigh(b, d).AsUInt32();
        }

        for (int j = 0; j < 4; j++)
        {
            m[j] = Avx2.Permute2x128(t[j], t[4 + j], 0x20);
            m[4 + j] = Avx2.Permute2x128(t[j], t[4 + j], 0x31);
        }
    }

    private static void Compress(Vector256<uint>* state, Vector256<uint>* w)
    {
        fixed (uint* constants = &MemoryMarshal.GetReference(Sha256Constants.Rounds))
        {
            Vector256<uint> a = state[0], b = state[1], c = state[2], d = state[3];
            Vector256<uint> e = state[4], f = state[5], g = state[6], h = state[7];
            uint* k = constants;
            for (int round = 0; ; round += 16)
            {
                for (int i = 0; i < 16; i += 8)
                {
                    Round(a, b, c, ref d, e, f, g, ref h, w[i] + Vector256.Create(k[i]));
                    Round(h, a, b, ref c, d, e, f, ref g, w[i + 1] + Vector256.Create(k[i + 1]));
                    Round(g, h, a, ref b, c, d, e, ref f, w[i + 2] + Vector256.Create(k[i + 2]));
                    Round(f, g, h, ref a, b, c, d, ref e, w[i + 3] + Vector256.Create(k[i + 3]));
                    Round(e, f, g, ref h, a, b, c, ref d, w[i + 4] + Vector256.Create(k[i + 4]));
                    Round(d, e, f, ref g, h, a, b, ref c, w[i + 5] + Vector256.Create(k[i + 5]));
                    Round(c, d, e, ref f, g, h, a, ref b, w[i + 6] + Vector256.Create(k[i + 6]));
                    Round(b, c, d, ref e, f, g, h, ref a, w[i + 7] + Vector256.Create(k[i + 7]));
                }

                if (round == 48) break;
                k += 16;
                for (int i = 0; i < 16; i++) w[i] += Small0(w[(i + 1) & 15]) + w[(i + 9) & 15] + Small1(w[(i + 14) & 15]);
            }

            state[0] += a;
            state[1] += b;
            state[2] += c;
            state[3] += d;
            state[4] += e;
            state[5] += f;
            state[6] += g;
            state[7] += h;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(
        Vector256<uint> a, Vector256<uint> b, Vector256<uint> c, ref Vector256<uint> d,
        Vector256<uint> e, Vector256<uint> f, Vector256<uint> g, ref Vector256<uint> h, Vector256<uint> input)
    {
        Vector256<uint> sum1 = RotateRight(e, 6) ^ RotateRight(e, 11) ^ RotateRight(e, 25);
        Vector256<uint> first = h + input + sum1 + (g ^ (e & (f ^ g)));
        Vector256<uint> sum0 = RotateRight(a, 2) ^ RotateRight(a, 13) ^ RotateRight(a, 22);
        d += first;
        h = first + sum0 + ((a & b) | (c & (a | b)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Small0(Vector256<uint> x) => RotateRight(x, 7) ^ RotateRight(x, 18) ^ Vector256.ShiftRightLogical(x, 3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Small1(Vector256<uint> x) => RotateRight(x, 17) ^ RotateRight(x, 19) ^ Vector256.ShiftRightLogical(x, 10);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> RotateRight(Vector256<uint> x, int count) =>
        Vector256.ShiftRightLogical(x, count) | Vector256.ShiftLeft(x, 32 - count);
}
