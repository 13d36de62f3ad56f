using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using V = System.Runtime.Intrinsics.Vector128<byte>;

namespace NodeRuntime.Wasm.Execution;

/// <summary>Sixteen lanes of 8 bits.</summary>
internal static partial class Vectors
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V I8x16Eq(V a, V b) => Vector128.Equals(a.AsByte(), b.AsByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V I8x16Ne(V a, V b) => ~I8x16Eq(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V I8x16LtS(V a, V b) => Vector128.LessThan(a.AsSByte(), b.AsSByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V I8x16LtU(V a, V b) => Vector128.LessThan(a.AsByte(), b.AsByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V I8x16GtS(V a, V b) => Vector128.GreaterThan(a.AsSByte(), b.AsSByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V I8x16GtU(V a, V b) => Vector128.GreaterThan(a.AsByte(), b.AsByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V I8x16LeS(V a, V b) => Vector128.LessThanOrEqual(a.AsSByte(), b.AsSByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V I8x16LeU(V a, V b) => Vector128.LessThanOrEqual(a.AsByte(), b.AsByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V I8x16GeS(V a, V b) => Vector128.GreaterThanOrEqual(a.AsSByte(), b.AsSByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V I8x16GeU(V a, V b) => Vector128.GreaterThanOrEqual(a.AsByte(), b.AsByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V I8x16Add(V a, V b) => (a.AsByte() + b.AsByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V I8x16Sub(V a, V b) => (a.AsByte() - b.AsByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V I8x16AddSatS(V a, V b) => Vector128.AddSaturate(a.AsSByte(), b.AsSByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V I8x16AddSatU(V a, V b) => Vector128.AddSaturate(a.AsByte(), b.AsByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V I8x16SubSatS(V a, V b) => Vector128.SubtractSaturate(a.AsSByte(), b.AsSByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V I8x16SubSatU(V a, V b) => Vector128.SubtractSaturate(a.AsByte(), b.AsByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V I8x16MinS(V a, V b) => Vector128.Min(a.AsSByte(), b.AsSByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V I8x16MinU(V a, V b) => Vector128.Min(a.AsByte(), b.AsByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V I8x16MaxS(V a, V b) => Vector128.Max(a.AsSByte(), b.AsSByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V I8x16MaxU(V a, V b) => Vector128.Max(a.AsByte(), b.AsByte()).AsByte();

    // The mean rounded up without a wider type: what both have, and half of where they differ, taken from all that either has.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V I8x16AvgrU(V a, V b) => ((a | b).AsByte() - ((a ^ b).AsByte() >>> 1)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V I8x16Neg(V a) => (Vector128<sbyte>.Zero - a.AsSByte()).AsByte();

    // The smallest number is its own absolute value: Vector128.Abs does not promise that everywhere.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V I8x16Abs(V a)
    {
        Vector128<sbyte> sign = Vector128.LessThan(a.AsSByte(), Vector128<sbyte>.Zero);
        return ((a.AsSByte() ^ sign) - sign).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V I8x16Shl(V a, int count) => (a.AsByte() << (count & 7)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V I8x16ShrS(V a, int count) => (a.AsSByte() >> (count & 7)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V I8x16ShrU(V a, int count) => (a.AsByte() >>> (count & 7)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int I8x16AllTrue(V a) => Vector128.EqualsAny(a.AsByte(), Vector128<byte>.Zero) ? 0 : 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int I8x16Bitmask(V a) => unchecked((int)a.AsByte().ExtractMostSignificantBits());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V I8x16NarrowI16x8S(V a, V b) => Vector128.NarrowWithSaturation(a.AsInt16(), b.AsInt16()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V I8x16NarrowI16x8U(V a, V b)
    {
        Vector128<short> most = Vector128.Create<short>(byte.MaxValue);
        Vector128<short> low = Vector128.Min(Vector128.Max(a.AsInt16(), Vector128<short>.Zero), most);
        Vector128<short> high = Vector128.Min(Vector128.Max(b.AsInt16(), Vector128<short>.Zero), most);
        return Vector128.Narrow(low.AsUInt16(), high.AsUInt16()).AsByte();
    }

    // Bits of each half byte, looked up.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V I8x16Popcnt(V a)
    {
        V counts = Vector128.Create((byte)0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
        V half = Vector128.Create((byte)15);
        return Vector128.Shuffle(counts, a & half) + Vector128.Shuffle(counts, (a >>> 4) & half);
    }

    /// <summary>Picks lanes of a; an index beyond them gives zero, as the framework's own does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V I8x16Swizzle(V a, V lanes) => Vector128.Shuffle(a, lanes);

    /// <summary>Picks from 32 lanes, those of a first. Every index is below 32, so each is out of range for one of the two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V I8x16Shuffle(V a, V b, V lanes) =>
        Vector128.Shuffle(a, lanes) | Vector128.Shuffle(b, lanes - Vector128.Create((byte)16));
}
