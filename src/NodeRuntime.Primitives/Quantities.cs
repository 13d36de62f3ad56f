using System;
using System.Globalization;

namespace NodeRuntime.Primitives;

/// <summary>A block's place in the chain; genesis is 0.</summary>
public readonly record struct Height(ulong Number) : IComparable<Height>
{
    public static Height Genesis => default;

    public Height Next => new(Number + 1);

    public int CompareTo(Height other) => Number.CompareTo(other.Number);

    public override string ToString() => Number.ToString(CultureInfo.InvariantCulture);

    public static bool operator <(Height left, Height right) => left.Number < right.Number;

    public static bool operator >(Height left, Height right) => left.Number > right.Number;

    public static bool operator <=(Height left, Height right) => left.Number <= right.Number;

    public static bool operator >=(Height left, Height right) => left.Number >= right.Number;
}

/// <summary>An attempt of consensus to make a block; several views may pass for one height. View 0 is genesis.</summary>
public readonly record struct View(ulong Number) : IComparable<View>
{
    public static View Genesis => default;

    public View Next => new(Number + 1);

    public int CompareTo(View other) => Number.CompareTo(other.Number);

    public override string ToString() => Number.ToString(CultureInfo.InvariantCulture);

    public static bool operator <(View left, View right) => left.Number < right.Number;

    public static bool operator >(View left, View right) => left.Number > right.Number;

    public static bool operator <=(View left, View right) => left.Number <= right.Number;

    public static bool operator >=(View left, View right) => left.Number >= right.Number;
}

/// <summary>A span of views with one validator set.</summary>
public readonly record struct Epoch(uint Number) : IComparable<Epoch>
{
    public Epoch Next => new(checked(Number + 1));

    public int CompareTo(Epoch other) => Number.CompareTo(other.Number);

    public override string ToString() => Number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A validator's place in its epoch's set, from 0.</summary>
public readonly record struct ValidatorIndex(ushort Number) : IComparable<ValidatorIndex>
{
    public int CompareTo(ValidatorIndex other) => Number.CompareTo(other.Number);

    public override string ToString() => Number.ToString(CultureInfo.InvariantCulture);
}
