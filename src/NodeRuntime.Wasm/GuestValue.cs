using System;
using System.Globalization;
using System.Runtime.Intrinsics;

namespace NodeRuntime.Wasm;

/// <summary>
/// An argument or a result whose type is only known at run time. Numbers become values by themselves: <c>instance.Call("add", 2, 3)</c>. A
/// value read as another type than its own is an <see cref="InvalidOperationException"/>.
/// </summary>
public readonly record struct GuestValue
{
    private readonly UInt128 _bits;
    private readonly object? _reference;

    internal GuestValue(GuestType type, UInt128 bits, object? reference)
    {
        Type = type;
        _bits = bits;
        _reference = reference;
    }

    public GuestType Type { get; }

    public int Int32 => unchecked((int)Of(GuestType.I32));

    public long Int64 => unchecked((long)Of(GuestType.I64));

    public float Single => BitConverter.UInt32BitsToSingle((uint)Of(GuestType.F32));

    public double Double => BitConverter.UInt64BitsToDouble((ulong)Of(GuestType.F64));

    public Vector128<byte> Vector
    {
        get
        {
            UInt128 bits = Of(GuestType.V128);
            return Vector128.Create(unchecked((ulong)bits), (ulong)(bits >> 64)).AsByte();
        }
    }

    /// <summary>The host's object behind an externref, or null.</summary>
    public object? Reference
    {
        get
        {
            Of(GuestType.ExternRef);
            return _reference;
        }
    }

    internal UInt128 Bits => _bits;

    internal object? AnyReference => _reference;

    /// <summary>A host's object for the guest to hold.</summary>
    public static GuestValue Extern(object? reference) => new(GuestType.ExternRef, 0, reference);

    public static implicit operator GuestValue(int value) => new(GuestType.I32, unchecked((uint)value), null);

    public static implicit operator GuestValue(uint value) => new(GuestType.I32, value, null);

    public static implicit operator GuestValue(long value) => new(GuestType.I64, unchecked((ulong)value), null);

    public static implicit operator GuestValue(ulong value) => new(GuestType.I64, value, null);

    public static implicit operator GuestValue(float value) => new(GuestType.F32, BitConverter.SingleToUInt32Bits(value), null);

    public static implicit operator GuestValue(double value) => new(GuestType.F64, BitConverter.DoubleToUInt64Bits(value), null);

    public static implicit operator GuestValue(Vector128<byte> value) =>
        new(GuestType.V128, new UInt128(value.AsUInt64()[1], value.AsUInt64()[0]), null);

    public static GuestValue FromVector128(Vector128<byte> value) => value;

    public static GuestValue FromInt32(int value) => value;

    public static GuestValue FromUInt32(uint value) => value;

    public static GuestValue FromInt64(long value) => value;

    public static GuestValue FromUInt64(ulong value) => value;

    public static GuestValue FromSingle(float value) => value;

    public static GuestValue FromDouble(double value) => value;

    public override string ToString() => Type switch
    {
        GuestType.I32 => Int32.ToString(CultureInfo.InvariantCulture),
        GuestType.I64 => Int64.ToString(CultureInfo.InvariantCulture),
        GuestType.F32 => Single.ToString(CultureInfo.InvariantCulture),
        GuestType.F64 => Double.ToString(CultureInfo.InvariantCulture),
        GuestType.V128 => "0x" + _bits.ToString("x32", CultureInfo.InvariantCulture),
        GuestType.FuncRef => _reference is null ? "null" : "function",
        GuestType.ExternRef => _reference?.ToString() ?? "null",
    };

    private UInt128 Of(GuestType type) =>
        Type == type ? _bits : throw new InvalidOperationException("the value is of type " + Type + ", not " + type);
}
