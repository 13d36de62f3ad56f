using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NodeRuntime.Crypto.MemoryHard;

/// <summary>
/// Argon2's compression G of two blocks of 1,024 bytes (RFC 9106 sections 3.5 and 3.6): R = X xor Y is seen as eight rows of sixteen words, P
/// is applied to each row, then to each column of pairs, and the result is xored with R. Three ways to the same bytes: eight words at a time, four,
/// and one, which is the reference.
/// </summary>
internal static unsafe class BlaMka
{
    public const int BlockWordCount = 128;

    /// <summary>What this machine does fastest.</summary>
    public static BlaMkaWidth Widest { get; } =
        Avx512F.IsSupported ? BlaMkaWidth.Eight : Avx2.IsSupported ? BlaMkaWidth.Four : BlaMkaWidth.One;

    /// <summary>Target = G(previous, reference), xored onto what stands there where <paramref name="accumulate"/>.</summary>
    public static void Compress(BlaMkaWidth width, ulong* previous, ulong* reference, ulong* target, bool accumulate)
    {
        switch (width)
        {
            case BlaMkaWidth.Eight:
                CompressEight(previous, reference, target, accumulate);
                break;
            case BlaMkaWidth.Four:
                CompressFour(previous, reference, target, accumulate);
                break;
            case BlaMkaWidth.One:
                CompressOne(previous, reference, target, accumulate);
                break;
        }
    }

    private static void CompressOne(ulong* previous, ulong* reference, ulong* target, bool accumulate)
    {
        ulong* z = stackalloc ulong[BlockWordCount];
        for (int i = 0; i < BlockWordCount; i++)
        {
            z[i] = previous[i] ^ reference[i];
            target[i] = accumulate ? target[i] ^ z[i] : z[i];
        }

        for (int i = 0; i < 8; i++)
        {
            ulong* r = z + (16 * i);
            PermuteOne(r, r + 2, r + 4, r + 6, r + 8, r + 10, r + 12, r + 14);
        }

        for (int i = 0; i < 8; i++)
        {
            ulong* c = z + (2 * i);
            PermuteOne(c, c + 16, c + 32, c + 48, c + 64, c + 80, c + 96, c + 112);
        }

        for (int i = 0; i < BlockWordCount; i++) target[i] ^= z[i];
    }

    // P over eight pairs of words: v0..v15.
    private static void PermuteOne(ulong* p0, ulong* p1, ulong* p2, ulong* p3, ulong* p4, ulong* p5, ulong* p6, ulong* p7)
    {
        MixOne(ref p0[0], ref p2[0], ref p4[0], ref p6[0]);
        MixOne(ref p0[1], ref p2[1], ref p4[1], ref p6[1]);
        MixOne(ref p1[0], ref p3[0], ref p5[0], ref p7[0]);
        MixOne(ref p1[1], ref p3[1], ref p5[1], ref p7[1]);
        MixOne(ref p0[0], ref p2[1], ref p5[0], ref p7[1]);
        MixOne(ref p0[1], ref p3[0], ref p5[1], ref p6[0]);
        MixOne(ref p1[0], ref p3[1], ref p4[0], ref p6[1]);
        MixOne(ref p1[1], ref p2[0], ref p4[1], ref p7[0]);
    }

    private static void MixOne(ref ulong a, ref ulong b, ref ulong c, ref ulong d)
    {
        a = AddMultiplied(a, b);
        d = BitOperations.RotateRight(d ^ a, 32);
        c = AddMultiplied(c, d);
        b = BitOperations.RotateRight(b ^ c, 24);
        a = AddMultiplied(a, b);
        d = BitOperations.RotateRight(d ^ a, 16);
        c = AddMultiplied(c, d);
        b = BitOperations.RotateRight(b ^ c, 63);
    }

    private static ulong AddMultiplied(ulong x, ulong y) => unchecked(x + y + (2 * ((ulong)(uint)x * (uint)y)));

    private static void CompressFour(ulong* previous, ulong* reference, ulong* target, bool accumulate)
    {
        Vector256<ulong>* z = stackalloc Vector256<ulong>[32];
        for (int i = 0; i < 32; i++)
        {
            Vector256<ulong> r = Vector256.Load(previous + (4 * i)) ^ Vector256.Load(reference + (4 * i));
            z[i] = r;
            (accumulate ? r ^ Vector256.Load(target + (4 * i)) : r).Store(target + (4 * i));
        }

        // Two rows at a time: the latency of one hides behind the other's.
        for (int i = 0; i < 32; i += 8)
        {
            PermuteFour(ref z[i], ref z[i + 1], ref z[i + 2], ref z[i + 3], ref z[i + 4], ref z[i + 5], ref z[i + 6], ref z[i + 7]);
        }

        // A vector of a row holds two columns' pairs; halves of two rows make a quarter of a column.
        for (int k = 0; k < 4; k++)
        {
            Vector256<ulong> a0 = Avx2.Permute2x128(z[k], z[k + 4], 0x20), a1 = Avx2.Permute2x128(z[k], z[k + 4], 0x31);
            Vector256<ulong> b0 = Avx2.Permute2x128(z[k + 8], z[k + 12], 0x20), b1 = Avx2.Permute2x128(z[k + 8], z[k + 12], 0x31);
            Vector256<ulong> c0 = Avx2.Permute2x128(z[k + 16], z[k + 20], 0x20), c1 = Avx2.Permute2x128(z[k + 16], z[k + 20], 0x31);
            Vector256<ulong> d0 = Avx2.Permute2x128(z[k + 24], z[k + 28], 0x20), d1 = Avx2.Permute2x128(z[k + 24], z[k + 28], 0x31);
            PermuteFour(ref a0, ref b0, ref c0, ref d0, ref a1, ref b1, ref c1, ref d1);
            XorColumn(target + (4 * k), a0, a1);
            XorColumn(target + (4 * k) + 32, b0, b1);
            XorColumn(target + (4 * k) + 64, c0, c1);
            XorColumn(target + (4 * k) + 96, d0, d1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void XorColumn(ulong* target, Vector256<ulong> first, Vector256<ulong> second)
    {
        (Vector256.Load(target) ^ Avx2.Permute2x128(first, second, 0x20)).Store(target);
        (Vector256.Load(target + 16) ^ Avx2.Permute2x128(first, second, 0x31)).Store(target + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PermuteFour(
        ref Vector256<ulong> a0, ref Vector256<ulong> b0, ref Vector256<ulong> c0, ref Vector256<ulong> d0,
        ref Vector256<ulong> a1, ref Vector256<ulong> b1, ref Vector256<ulong> c1, ref Vector256<ulong> d1)
    {
        MixFour(ref a0, ref b0, ref c0, ref d0);
        MixFour(ref a1, ref b1, ref c1, ref d1);
        b0 = Avx2.Permute4x64(b0, 0x39);
        c0 = Avx2.Permute4x64(c0, 0x4e);
        d0 = Avx2.Permute4x64(d0, 0x93);
        b1 = Avx2.Permute4x64(b1, 0x39);
        c1 = Avx2.Permute4x64(c1, 0x4e);
        d1 = Avx2.Permute4x64(d1, 0x93);
        MixFour(ref a0, ref b0, ref c0, ref d0);
        MixFour(ref a1, ref b1, ref c1, ref d1);
        b0 = Avx2.Permute4x64(b0, 0x93);
        c0 = Avx2.Permute4x64(c0, 0x4e);
        d0 = Avx2.Permute4x64(d0, 0x39);
        b1 = Avx2.Permute4x64(b1, 0x93);
        c1 = Avx2.Permute4x64(c1, 0x4e);
        d1 = Avx2.Permute4x64(d1, 0x39);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MixFour(ref Vector256<ulong> a, ref Vector256<ulong> b, ref Vector256<ulong> c, ref Vector256<ulong> d)
    {
        a = AddMultiplied(a, b);
        d = Avx2.Shuffle((d ^ a).AsUInt32(), 0xb1).AsUInt64();
        c = AddMultiplied(c, d);
        b = Avx2.Shuffle((b ^ c).AsByte(), RotationBy24).AsUInt64();
        a = AddMultiplied(a, b);
        d = Avx2.Shuffle((d ^ a).AsByte(), RotationBy16).AsUInt64();
        c = AddMultiplied(c, d);
        b ^= c;
        b = (b + b) ^ (b >>> 63);
    }

    private static Vector256<byte> RotationBy24
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256.Create(
            3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10, 3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, (byte)10);
    }

    private static Vector256<byte> RotationBy16
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256.Create(
            2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9, 2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, (byte)9);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> AddMultiplied(Vector256<ulong> x, Vector256<ulong> y)
    {
        Vector256<ulong> product = Avx2.Multiply(x.AsUInt32(), y.AsUInt32());
        return x + y + (product + product);
    }

    private static void CompressEight(ulong* previous, ulong* reference, ulong* target, bool accumulate)
    {
        Vector512<ulong>* z = stackalloc Vector512<ulong>[16];
        for (int i = 0; i < 16; i++)
        {
            Vector512<ulong> r = Vector512.Load(previous + (8 * i)) ^ Vector512.Load(reference + (8 * i));
            z[i] = r;
            (accumulate ? r ^ Vector512.Load(target + (8 * i)) : r).Store(target + (8 * i));
        }

        // A row is two vectors, a|b and c|d. Two rows side by side make four, a|a, b|b, c|c, d|d; four rows go at a time.
        for (int i = 0; i < 16; i += 8)
        {
            Vector512<ulong> a0 = Avx512F.Shuffle4x128(z[i], z[i + 2], 0x44), b0 = Avx512F.Shuffle4x128(z[i], z[i + 2], 0xee);
            Vector512<ulong> c0 = Avx512F.Shuffle4x128(z[i + 1], z[i + 3], 0x44), d0 = Avx512F.Shuffle4x128(z[i + 1], z[i + 3], 0xee);
            Vector512<ulong> a1 = Avx512F.Shuffle4x128(z[i + 4], z[i + 6], 0x44), b1 = Avx512F.Shuffle4x128(z[i + 4], z[i + 6], 0xee);
            Vector512<ulong> c1 = Avx512F.Shuffle4x128(z[i + 5], z[i + 7], 0x44), d1 = Avx512F.Shuffle4x128(z[i + 5], z[i + 7], 0xee);
            PermuteEight(ref a0, ref b0, ref c0, ref d0, ref a1, ref b1, ref c1, ref d1);
            z[i] = Avx512F.Shuffle4x128(a0, b0, 0x44);
            z[i + 2] = Avx512F.Shuffle4x128(a0, b0, 0xee);
            z[i + 1] = Avx512F.Shuffle4x128(c0, d0, 0x44);
            z[i + 3] = Avx512F.Shuffle4x128(c0, d0, 0xee);
            z[i + 4] = Avx512F.Shuffle4x128(a1, b1, 0x44);
            z[i + 6] = Avx512F.Shuffle4x128(a1, b1, 0xee);
            z[i + 5] = Avx512F.Shuffle4x128(c1, d1, 0x44);
            z[i + 7] = Avx512F.Shuffle4x128(c1, d1, 0xee);
        }

        // Half a row holds four columns' pairs: of rows 0 and 1 all the a, of 2 and 3 the b, and so on. Columns 0 1 and 2 3 of the half go at a time.
        for (int k = 0; k < 2; k++)
        {
            Columns(z[k], z[k + 2], out Vector512<ulong> a0, out Vector512<ulong> a1);
            Columns(z[k + 4], z[k + 6], out Vector512<ulong> b0, out Vector512<ulong> b1);
            Columns(z[k + 8], z[k + 10], out Vector512<ulong> c0, out Vector512<ulong> c1);
            Columns(z[k + 12], z[k + 14], out Vector512<ulong> d0, out Vector512<ulong> d1);
            PermuteEight(ref a0, ref b0, ref c0, ref d0, ref a1, ref b1, ref c1, ref d1);
            XorColumns(target + (8 * k), a0, a1);
            XorColumns(target + (8 * k) + 32, b0, b1);
            XorColumns(target + (8 * k) + 64, c0, c1);
            XorColumns(target + (8 * k) + 96, d0, d1);
        }
    }

    // Pairs p0 p1 p2 p3 of two rows x and y become x0 y0 x1 y1 and x2 y2 x3 y3: of each column both rows side by side.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Columns(Vector512<ulong> x, Vector512<ulong> y, out Vector512<ulong> first, out Vector512<ulong> second)
    {
        first = Avx512F.PermuteVar8x64x2(x, Vector512.Create(0UL, 1, 8, 9, 2, 3, 10, 11), y);
        second = Avx512F.PermuteVar8x64x2(x, Vector512.Create(4UL, 5, 12, 13, 6, 7, 14, 15), y);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void XorColumns(ulong* target, Vector512<ulong> first, Vector512<ulong> second)
    {
        Vector512<ulong> x = Avx512F.PermuteVar8x64x2(first, Vector512.Create(0UL, 1, 4, 5, 8, 9, 12, 13), second);
        Vector512<ulong> y = Avx512F.PermuteVar8x64x2(first, Vector512.Create(2UL, 3, 6, 7, 10, 11, 14, 15), second);
        (Vector512.Load(target) ^ x).Store(target);
        (Vector512.Load(target + 16) ^ y).Store(target + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PermuteEight(
        ref Vector512<ulong> a0, ref Vector512<ulong> b0, ref Vector512<ulong> c0, ref Vector512<ulong> d0,
        ref Vector512<ulong> a1, ref Vector512<ulong> b1, ref Vector512<ulong> c1, ref Vector512<ulong> d1)
    {
        MixEight(ref a0, ref b0, ref c0, ref d0);
        MixEight(ref a1, ref b1, ref c1, ref d1);
        b0 = Avx512F.Permute4x64(b0, 0x39);
        c0 = Avx512F.Permute4x64(c0, 0x4e);
        d0 = Avx512F.Permute4x64(d0, 0x93);
        b1 = Avx512F.Permute4x64(b1, 0x39);
        c1 = Avx512F.Permute4x64(c1, 0x4e);
        d1 = Avx512F.Permute4x64(d1, 0x93);
        MixEight(ref a0, ref b0, ref c0, ref d0);
        MixEight(ref a1, ref b1, ref c1, ref d1);
        b0 = Avx512F.Permute4x64(b0, 0x93);
        c0 = Avx512F.Permute4x64(c0, 0x4e);
        d0 = Avx512F.Permute4x64(d0, 0x39);
        b1 = Avx512F.Permute4x64(b1, 0x93);
        c1 = Avx512F.Permute4x64(c1, 0x4e);
        d1 = Avx512F.Permute4x64(d1, 0x39);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MixEight(ref Vector512<ulong> a, ref Vector512<ulong> b, ref Vector512<ulong> c, ref Vector512<ulong> d)
    {
        a = AddMultiplied(a, b);
        d = Avx512F.RotateRight(d ^ a, 32);
        c = AddMultiplied(c, d);
        b = Avx512F.RotateRight(b ^ c, 24);
        a = AddMultiplied(a, b);
        d = Avx512F.RotateRight(d ^ a, 16);
        c = AddMultiplied(c, d);
        b = Avx512F.RotateRight(b ^ c, 63);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> AddMultiplied(Vector512<ulong> x, Vector512<ulong> y)
    {
        Vector512<ulong> product = Avx512F.Multiply(x.AsUInt32(), y.AsUInt32());
        return x + y + (product + product);
    }
}

/// <summary>Words that are mixed at a time.</summary>
internal enum BlaMkaWidth
{
    One,
    Four,
    Eight,
}
