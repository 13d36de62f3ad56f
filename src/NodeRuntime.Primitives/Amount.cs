using System;
using System.Globalization;

namespace NodeRuntime.Primitives;

/// <summary>
/// Tokens in base units. Two arithmetics: <see cref="TryAdd"/> and its kin for what a peer sent; the operators,
/// which throw on overflow, for sums that are already bounded by the supply.
/// </summary>
public readonly record struct Amount(UInt128 Units) : IComparable<Amount>
{
    /// <summary>One whole token is a million base units.</summary>
    public const ulong UnitsPerToken = 1_000_000;

    public static Amount Zero => default;

    public static Amount FromTokens(ulong tokens) => new((UInt128)tokens * UnitsPerToken);

    public static bool TryAdd(Amount left, Amount right, out Amount sum)
    {
        UInt128 units = unchecked(left.Units + right.Units);
        sum = new Amount(units);
        return units >= left.Units;
    }

    public static bool TrySubtract(Amount left, Amount right, out Amount difference)
    {
        difference = left.Units >= right.Units ? new Amount(left.Units - right.Units) : Zero;
        return left.Units >= right.Units;
    }

    public static bool TryMultiply(Amount amount, ulong factor, out Amount product)
    {
        product = Zero;
        if (factor != 0 && amount.Units > UInt128.MaxValue / factor) return false;
        product = new Amount(amount.Units * factor);
        return true;
    }

    public static Amount Min(Amount left, Amount right) => left.Units <= right.Units ? left : right;

    public int CompareTo(Amount other) => Units.CompareTo(other.Units);

    public override string ToString() => Units.ToString(CultureInfo.InvariantCulture);

    public static Amount operator +(Amount left, Amount right) => new(checked(left.Units + right.Units));

    public static Amount operator -(Amount left, Amount right) => new(checked(left.Units - right.Units));

    public static Amount operator *(Amount amount, ulong factor) => new(checked(amount.Units * factor));

    public static bool operator <(Amount left, Amount right) => left.Units < right.Units;

    public static bool operator >(Amount left, Amount right) => left.Units > right.Units;

    public static bool operator <=(Amount left, Amount right) => left.Units <= right.Units;

    public static bool operator >=(Amount left, Amount right) => left.Units >= right.Units;
}
