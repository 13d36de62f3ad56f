using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NodeRuntime.Crypto.Lanes;

/// <summary>
/// Sixteen messages at once: word i of all sixteen stands in one register of 512 bits, so that each instruction of the
/// standard's text is one instruction for sixteen messages; a rotation and each function of three words are one, too.
/// </summary>
internal sealed unsafe class Sha256By16 : ISha256Kernel
{
    private const int Lanes = 16;

    public static bool IsSupported => Avx512F.IsSupported && Avx512BW.IsSupported;

    public int LaneCount => Lanes;

    [SkipLocalsInit]
    public void Run(uint* state, byte* rows, int blockCount, byte* digests)
    {
        Vector512<uint>* words = stackalloc Vector512<uint>[Lanes];
        Vector512<uint>* lanes = stackalloc Vector512<uint>[Lanes];
        for (int i = 0; i < 8; i++) lanes[i] = Vector512.Create(state[i]);
        int stride = blockCount * ShortSha256.BlockByteCount;
        for (int block = 0; block < blockCount; block++)
        {
            byte* first = rows + (block * ShortSha256.BlockByteCount);
            for (int lane = 0; lane < Lanes; lane++) words[lane] = Turn(Vector512.Load(first + (lane * stride)));
            Transpose(words);
            Compress(lanes, words);
        }

        // Eight words are wanted of each lane; the other half of the square is not looked at.
        for (int i = 8; i < Lanes; i++) lanes[i] = Vector512<uint>.Zero;
        Transpose(lanes);
        for (int lane = 0; lane < Lanes; lane++) Turn(lanes[lane].AsByte()).AsByte().GetLower().Store(digests + (lane * 32));
    }

    // Most significant byte first in each word: SHA-256's order.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Turn(Vector512<byte> bytes)
    {
        Vector128<byte> order = Vector128.Create((byte)3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
        return Avx512BW.Shuffle(bytes, Vector512.Create(Vector256.Create(order, order), Vector256.Create(order, order))).AsUInt32();
    }

    // Rows become columns: pairs of words, pairs of pairs, then quarters of registers, twice.
    private static void Transpose(Vector512<uint>* m)
    {
        Vector512<uint>* t = stackalloc Vector512<uint>[Lanes];
        for (int i = 0; i < Lanes; i += 4)
        {
            Vector512<ulong> a = Avx512F.UnpackLow(m[i], m[i + 1]).AsUInt64(), b = Avx512F.UnpackHigh(m[i], m[i + 1]).AsUInt64();
            Vector512<ulong> c = Avx512F.UnpackLow(m[i + 2], m[i + 3]).AsUInt64(), d = Avx512F.UnpackHigh(m[i + 2], m[i + 3]).AsUInt64();
            t[i] = Avx512F.UnpackLow(a, c).AsUInt32();
            t[i + 1] = Avx512F.UnpackHigh(a, c).AsUInt32();
            t[i + 2] = Avx512F.UnpackLow(b, d).AsUInt32();
            t[i + 3] = Avx512F.UnpackHigh(b, d).AsUInt32();
        }

        // Register i + j of a group holds, in its quarter q, word 4q + j of rows i..i+3.
        for (int j = 0; j < 4; j++)
        {
            Vector512<uint> low = Avx512F.Shuffle4x128(t[j], t[4 + j], 0x88), high = Avx512F.Shuffle4x128(t[j], t[4 + j], 0xdd);
            Vector512<uint> low2 = Avx512F.Shuffle4x128(t[8 + j], t[12 + j], 0x88), high2 = Avx512F.Shuffle4x128(t[8 + j], t[12 + j], 0xdd);
            m[j] = Avx512F.Shuffle4x128(low, low2, 0x88);
            m[4 + j] = Avx512F.Shuffle4x128(high, high2, 0x88);
            m[8 + j] = Avx512F.Shuffle4x128(low, low2, 0xdd);
            m[12 + j] = Avx512F.Shuffle4x128(high, high2, 0xdd);
        }
    }

    private static void Compress(Vector512<uint>* state, Vector512<uint>* w)
    {
        fixed (uint* constants = &MemoryMarshal.GetReference(Sha256Constants.Rounds))
        {
            Vector512<uint> a = state[0], b = state[1], c = state[2], d = state[3];
            Vector512<uint> e = state[4], f = state[5], g = state[6], h = state[7];
            uint* k = constants;
            for (int round = 0; ; round += 16)
            {
                Round(a, b, c, ref d, e, f, g, ref h, w[0] + Vector512.Create(k[0]));
                Round(h, a, b, ref c, d, e, f, ref g, w[1] + Vector512.Create(k[1]));
                Round(g, h, a, ref b, c, d, e, ref f, w[2] + Vector512.Create(k[2]));
                Round(f, g, h, ref a, b, c, d, ref e, w[3] + Vector512.Create(k[3]));
                Round(e, f, g, ref h, a, b, c, ref d, w[4] + Vector512.Create(k[4]));
                Round(d, e, f, ref g, h, a, b, ref c, w[5] + Vector512.Create(k[5]));
                Round(c, d, e, ref f, g, h, a, ref b, w[6] + Vector512.Create(k[6]));
                Round(b, c, d, ref e, f, g, h, ref a, w[7] + Vector512.Create(k[7]));
                Round(a, b, c, ref d, e, f, g, ref h, w[8] + Vector512.Create(k[8]));
                Round(h, a, b, ref c, d, e, f, ref g, w[9] + Vector512.Create(k[9]));
                Round(g, h, a, ref b, c, d, e, ref f, w[10] + Vector512.Create(k[10]));
                Round(f, g, h, ref a, b, c, d, ref e, w[11] + Vector512.Create(k[11]));
                Round(e, f, g, ref h, a, b, c, ref d, w[12] + Vector512.Create(k[12]));
                Round(d, e, f, ref g, h, a, b, ref c, w[13] + Vector512.Create(k[13]));
                Round(c, d, e, ref f, g, h, a, ref b, w[14] + Vector512.Create(k[14]));
                Round(b, c, d, ref e, f, g, h, ref a, w[15] + Vector512.Create(k[15]));
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
        Vector512<uint> a, Vector512<uint> b, Vector512<uint> c, ref Vector512<uint> d,
        Vector512<uint> e, Vector512<uint> f, Vector512<uint> g, ref Vector512<uint> h, Vector512<uint> input)
    {
        // 0xca: f where e, else g. 0xe8: what two of the three say. 0x96: the sum of three bits.
        Vector512<uint> sum1 = Avx512F.TernaryLogic(Avx512F.RotateRight(e, 6), Avx512F.RotateRight(e, 11), Avx512F.RotateRight(e, 25), 0x96);
        Vector512<uint> first = h + input + sum1 + Avx512F.TernaryLogic(e, f, g, 0xca);
        Vector512<uint> sum0 = Avx512F.TernaryLogic(Avx512F.RotateRight(a, 2), Avx512F.RotateRight(a, 13), Avx512F.RotateRight(a, 22), 0x96);
        d += first;
        h = first + sum0 + Avx512F.TernaryLogic(a, b, c, 0xe8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Small0(Vector512<uint> x) =>
        Avx512F.TernaryLogic(Avx512F.RotateRight(x, 7), Avx512F.RotateRight(x, 18), Avx512F.ShiftRightLogical(x, 3), 0x96);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Small1(Vector512<uint> x) =>
        Avx512F.TernaryLogic(Avx512F.RotateRight(x, 17), Avx512F.RotateRight(x, 19), Avx512F.ShiftRightLogical(x, 10), 0x96);
}
