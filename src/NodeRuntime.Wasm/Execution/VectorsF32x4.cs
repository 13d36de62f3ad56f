using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using V = System.Runtime.Intrinsics.Vector128<byte>;

namespace NodeRuntime.Wasm.Execution;

/// <summary>Four lanes of single precision.</summary>
internal static partial class Vectors
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F32x4Eq(V a, V b) => Vector128.Equals(a.AsSingle(), b.AsSingle()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F32x4Ne(V a, V b) => ~F32x4Eq(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F32x4Lt(V a, V b) => Vector128.LessThan(a.AsSingle(), b.AsSingle()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F32x4Gt(V a, V b) => Vector128.GreaterThan(a.AsSingle(), b.AsSingle()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F32x4Le(V a, V b) => Vector128.LessThanOrEqual(a.AsSingle(), b.AsSingle()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F32x4Ge(V a, V b) => Vector128.GreaterThanOrEqual(a.AsSingle(), b.AsSingle()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F32x4Abs(V a) => (a.AsUInt32() & Vector128.Create(0x7FFFFFFFu)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F32x4Neg(V a) => (a.AsUInt32() ^ Vector128.Create(0x80000000u)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F32x4Ceil(V a) => Canonical(Vector128.Ceiling(a.AsSingle()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F32x4Floor(V a) => Canonical(Vector128.Floor(a.AsSingle()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F32x4Trunc(V a) => Canonical(Vector128.Truncate(a.AsSingle()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F32x4Nearest(V a) => Canonical(Vector128.Round(a.AsSingle(), MidpointRounding.ToEven));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F32x4Sqrt(V a) => Canonical(Vector128.Sqrt(a.AsSingle()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F32x4Add(V a, V b) => Canonical(a.AsSingle() + b.AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F32x4Sub(V a, V b) => Canonical(a.AsSingle() - b.AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F32x4Mul(V a, V b) => Canonical(a.AsSingle() * b.AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F32x4Div(V a, V b) => Canonical(a.AsSingle() / b.AsSingle());

    // Equal numbers have equal bits, or are zeros of two signs: the smaller zero is the negative one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F32x4Min(V a, V b)
    {
        Vector128<float> x = a.AsSingle();
        Vector128<float> y = b.AsSingle();
        Vector128<float> chosen = Vector128.ConditionalSelect(Vector128.LessThan(x, y), x, y);
        chosen = Vector128.ConditionalSelect(Vector128.Equals(x, y), x | y, chosen);
        Vector128<float> ordered = Vector128.Equals(x, x) & Vector128.Equals(y, y);
        return Vector128.ConditionalSelect(ordered, chosen, Vector128.Create(0x7FC00000u).AsSingle()).AsByte();
    }

    // Equal numbers have equal bits, or are zeros of two signs: the larger zero is the positive one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F32x4Max(V a, V b)
    {
        Vector128<float> x = a.AsSingle();
        Vector128<float> y = b.AsSingle();
        Vector128<float> chosen = Vector128.ConditionalSelect(Vector128.GreaterThan(x, y), x, y);
        chosen = Vector128.ConditionalSelect(Vector128.Equals(x, y), x & y, chosen);
        Vector128<float> ordered = Vector128.Equals(x, x) & Vector128.Equals(y, y);
        return Vector128.ConditionalSelect(ordered, chosen, Vector128.Create(0x7FC00000u).AsSingle()).AsByte();
    }

    // The pseudo-minimum and -maximum choose one of their operands, whose bits stay as they are.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F32x4Pmin(V a, V b) => Vector128.ConditionalSelect(Vector128.LessThan(b.AsSingle(), a.AsSingle()).AsByte(), b, a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F32x4Pmax(V a, V b) => Vector128.ConditionalSelect(Vector128.LessThan(a.AsSingle(), b.AsSingle()).AsByte(), b, a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F32x4ConvertI32x4S(V a) => Vector128.ConvertToSingle(a.AsInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F32x4ConvertI32x4U(V a) => Vector128.ConvertToSingle(a.AsUInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F32x4DemoteF64x2Zero(V a) => Canonical(Vector128.Narrow(a.AsDouble(), Vector128<double>.Zero));

    /// <summary>Every NaN that arithmetic makes becomes the positive quiet one, as in scalar code.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V CanonicalF32x4(V value) => Canonical(value.AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Canonical(Vector128<float> value) =>
        Vector128.ConditionalSelect(Vector128.Equals(value, value), value, Vector128.Create(0x7FC00000u).AsSingle()).AsByte();
}
