using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using V = System.Runtime.Intrinsics.Vector128<byte>;

namespace NodeRuntime.Wasm.Execution;

/// <summary>
/// The vector instructions (WebAssembly 2.0, section 4.3.3), each a function of the instruction's name: what they are for both executors.
/// Compiled code calls them and the JIT inlines them. They are written in the framework's portable vectors, so that every processor gives
/// the same bits, with or without its wider instruction sets. Loads take the bits that were read; lanes and counts are in range or masked.
/// </summary>
internal static partial class Vectors
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V V128Not(V a) => ~a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V V128And(V a, V b) => a & b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V V128Andnot(V a, V b) => a & ~b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V V128Or(V a, V b) => a | b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V V128Xor(V a, V b) => a ^ b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V V128Bitselect(V a, V b, V mask) => (a & mask) | (b & ~mask);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int V128AnyTrue(V a) => a == V.Zero ? 0 : 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V I8x16Splat(int value) => Vector128.Create(unchecked((byte)value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V I16x8Splat(int value) => Vector128.Create(unchecked((short)value)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V I32x4Splat(int value) => Vector128.Create(value).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V I64x2Splat(long value) => Vector128.Create(value).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F32x4Splat(float value) => Vector128.Create(value).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F64x2Splat(double value) => Vector128.Create(value).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int I8x16ExtractLaneS(V a, int lane) => a.AsSByte().GetElement(lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int I8x16ExtractLaneU(V a, int lane) => a.GetElement(lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V I8x16ReplaceLane(V a, int value, int lane) => a.WithElement(lane, unchecked((byte)value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int I16x8ExtractLaneS(V a, int lane) => a.AsInt16().GetElement(lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int I16x8ExtractLaneU(V a, int lane) => a.AsUInt16().GetElement(lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V I16x8ReplaceLane(V a, int value, int lane) => a.AsInt16().WithElement(lane, unchecked((short)value)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int I32x4ExtractLane(V a, int lane) => a.AsInt32().GetElement(lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V I32x4ReplaceLane(V a, int value, int lane) => a.AsInt32().WithElement(lane, value).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long I64x2ExtractLane(V a, int lane) => a.AsInt64().GetElement(lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V I64x2ReplaceLane(V a, long value, int lane) => a.AsInt64().WithElement(lane, value).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float F32x4ExtractLane(V a, int lane) => a.AsSingle().GetElement(lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F32x4ReplaceLane(V a, float value, int lane) => a.AsSingle().WithElement(lane, value).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double F64x2ExtractLane(V a, int lane) => a.AsDouble().GetElement(lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V F64x2ReplaceLane(V a, double value, int lane) => a.AsDouble().WithElement(lane, value).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V V128Load8x8S(long bits) => Vector128.WidenLower(Vector128.CreateScalar(bits).AsSByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V V128Load8x8U(long bits) => Vector128.WidenLower(Vector128.CreateScalar(bits).AsByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V V128Load16x4S(long bits) => Vector128.WidenLower(Vector128.CreateScalar(bits).AsInt16()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V V128Load16x4U(long bits) => Vector128.WidenLower(Vector128.CreateScalar(bits).AsUInt16()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V V128Load32x2S(long bits) => Vector128.WidenLower(Vector128.CreateScalar(bits).AsInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V V128Load32x2U(long bits) => Vector128.WidenLower(Vector128.CreateScalar(bits).AsUInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V V128Load32Zero(int bits) => Vector128.CreateScalar(bits).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V V128Load64Zero(long bits) => Vector128.CreateScalar(bits).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V V128Const(long low, long high) => Vector128.Create(low, high).AsByte();
}
