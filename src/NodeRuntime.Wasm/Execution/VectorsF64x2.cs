using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using V = System.Runtime.Intrinsics.Vector128<byte>;

namespace NodeRuntime.Wasm.Execution;

/// <summary>Two lanes of double precision.</summary>
internal static partial class Vectors
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F64x2Eq(V a, V b) => Vector128.Equals(a.AsDouble(), b.AsDouble()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F64x2Ne(V a, V b) => ~F64x2Eq(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F64x2Lt(V a, V b) => Vector128.LessThan(a.AsDouble(), b.AsDouble()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F64x2Gt(V a, V b) => Vector128.GreaterThan(a.AsDouble(), b.AsDouble()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F64x2Le(V a, V b) => Vector128.LessThanOrEqual(a.AsDouble(), b.AsDouble()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F64x2Ge(V a, V b) => Vector128.GreaterThanOrEqual(a.AsDouble(), b.AsDouble()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F64x2Abs(V a) => (a.AsUInt64() & Vector128.Create(0x7FFFFFFFFFFFFFFFul)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F64x2Neg(V a) => (a.AsUInt64() ^ Vector128.Create(0x8000000000000000ul)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F64x2Ceil(V a) => Canonical(Vector128.Ceiling(a.AsDouble()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F64x2Floor(V a) => Canonical(Vector128.Floor(a.AsDouble()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F64x2Trunc(V a) => Canonical(Vector128.Truncate(a.AsDouble()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F64x2Nearest(V a) => Canonical(Vector128.Round(a.AsDouble(), MidpointRounding.ToEven));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F64x2Sqrt(V a) => Canonical(Vector128.Sqrt(a.AsDouble()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F64x2Add(V a, V b) => Canonical(a.AsDouble() + b.AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F64x2Sub(V a, V b) => Canonical(a.AsDouble() - b.AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F64x2Mul(V a, V b) => Canonical(a.AsDouble() * b.AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F64x2Div(V a, V b) => Canonical(a.AsDouble() / b.AsDouble());

    // Equal numbers have equal bits, or are zeros of two signs: the smaller zero is the negative one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F64x2Min(V a, V b)
    {
        Vector128<double> x = a.AsDouble();
        Vector128<double> y = b.AsDouble();
        Vector128<double> chosen = Vector128.ConditionalSelect(Vector128.LessThan(x, y), x, y);
        chosen = Vector128.ConditionalSelect(Vector128.Equals(x, y), x | y, chosen);
        Vector128<double> ordered = Vector128.Equals(x, x) & Vector128.Equals(y, y);
        return Vector128.ConditionalSelect(ordered, chosen, Vector128.Create(0x7FF8000000000000ul).AsDouble()).AsByte();
    }

    // Equal numbers have equal bits, or are zeros of two signs: the larger zero is the positive one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F64x2Max(V a, V b)
    {
        Vector128<double> x = a.AsDouble();
        Vector128<double> y = b.AsDouble();
        Vector128<double> chosen = Vector128.ConditionalSelect(Vector128.GreaterThan(x, y), x, y);
        chosen = Vector128.ConditionalSelect(Vector128.Equals(x, y), x & y, chosen);
        Vector128<double> ordered = Vector128.Equals(x, x) & Vector128.Equals(y, y);
        return Vector128.ConditionalSelect(ordered, chosen, Vector128.Create(0x7FF8000000000000ul).AsDouble()).AsByte();
    }

    // The pseudo-minimum and -maximum choose one of their operands, whose bits stay as they are.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F64x2Pmin(V a, V b) => Vector128.ConditionalSelect(Vector128.LessThan(b.AsDouble(), a.AsDouble()).AsByte(), b, a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F64x2Pmax(V a, V b) => Vector128.ConditionalSelect(Vector128.LessThan(a.AsDouble(), b.AsDouble()).AsByte(), b, a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F64x2ConvertLowI32x4S(V a) =>
        Vector128.Create((double)a.AsInt32().GetElement(0), (double)a.AsInt32().GetElement(1)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F64x2ConvertLowI32x4U(V a) =>
        Vector128.Create((double)a.AsUInt32().GetElement(0), (double)a.AsUInt32().GetElement(1)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F64x2PromoteLowF32x4(V a) => Canonical(Vector128.WidenLower(a.AsSingle()));

    /// <summary>Every NaN that arithmetic makes becomes the positive quiet one, as in scalar code.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V CanonicalF64x2(V value) => Canonical(value.AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Canonical(Vector128<double> value) =>
        Vector128.ConditionalSelect(Vector128.Equals(value, value), value, Vector128.Create(0x7FF8000000000000ul).AsDouble()).AsByte();
}
