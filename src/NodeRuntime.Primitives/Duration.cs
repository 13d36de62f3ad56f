using System;
using System.Globalization;

namespace NodeRuntime.Primitives;

/// <summary>A length of time in microseconds; may be negative where two instants were subtracted.</summary>
public readonly record struct Duration(long Microseconds) : IComparable<Duration>
{
    public static Duration Zero => default;

    public static Duration FromMilliseconds(long milliseconds) => new(milliseconds * 1000);

    public static Duration FromSeconds(long seconds) => new(seconds * 1_000_000);

    public static Duration FromMinutes(long minutes) => FromSeconds(minutes * 60);

    public long Milliseconds => Microseconds / 1000;

    public long Seconds => Microseconds / 1_000_000;

    public int CompareTo(Duration other) => Microseconds.CompareTo(other.Microseconds);

    public override string ToString() => Microseconds.ToString(CultureInfo.InvariantCulture) + "us";

    public static Duration operator +(Duration left, Duration right) => new(left.Microseconds + right.Microseconds);

    public static Duration operator -(Duration left, Duration right) => new(left.Microseconds - right.Microseconds);

    public static Duration operator *(Duration length, long factor) => new(length.Microseconds * factor);

    public static Duration operator /(Duration length, long divisor) => new(length.Microseconds / divisor);

    public static bool operator <(Duration left, Duration right) => left.Microseconds < right.Microseconds;

    public static bool operator >(Duration left, Duration right) => left.Microseconds > right.Microseconds;

    public static bool operator <=(Duration left, Duration right) => left.Microseconds <= right.Microseconds;

    public static bool operator >=(Duration left, Duration right) => left.Microseconds >= right.Microseconds;
}
