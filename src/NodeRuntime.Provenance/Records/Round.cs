using System;
using System.Globalization;

namespace NodeRuntime.Provenance.Records;

/// <summary>A second of ledger time and everything that is entered in it: seconds since 1970-01-01 UTC.</summary>
public readonly record struct Round(ulong Second) : IComparable<Round>
{
    /// <summary>The year 9999: a later one is an error of somebody's unit.</summary>
    public const ulong SecondMax = 253_402_300_799;

    public Round Next => new(Second + 1);

    public int CompareTo(Round other) => Second.CompareTo(other.Second);

    public override string ToString() => Second.ToString(CultureInfo.InvariantCulture);

    public static bool operator <(Round left, Round right) => left.Second < right.Second;

    public static bool operator >(Round left, Round right) => left.Second > right.Second;

    public static bool operator <=(Round left, Round right) => left.Second <= right.Second;

    public static bool operator >=(Round left, Round right) => left.Second >= right.Second;
}
