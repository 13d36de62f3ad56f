using System;
using System.Globalization;

namespace NodeRuntime.Primitives;

/// <summary>A point of time: microseconds since 1970-01-01 UTC. The core never asks for it; it is told.</summary>
public readonly record struct Instant(long Microseconds) : IComparable<Instant>
{
    public static Instant Epoch => default;

    public static Instant FromMilliseconds(long milliseconds) => new(milliseconds * 1000);

    /// <summary>Whole milliseconds, rounded down: the resolution of ledger time.</summary>
    public long Milliseconds => Math.DivRem(Microseconds, 1000, out long rest) - (rest < 0 ? 1 : 0);

    public int CompareTo(Instant other) => Microseconds.CompareTo(other.Microseconds);

    public override string ToString() => Microseconds.ToString(CultureInfo.InvariantCulture) + "us";

    public static Instant operator +(Instant start, Duration length) => new(start.Microseconds + length.Microseconds);

    public static Instant operator -(Instant start, Duration length) => new(start.Microseconds - length.Microseconds);

    public static Duration operator -(Instant end, Instant start) => new(end.Microseconds - start.Microseconds);

    public static bool operator <(Instant left, Instant right) => left.Microseconds < right.Microseconds;

    public static bool operator >(Instant left, Instant right) => left.Microseconds > right.Microseconds;

    public static bool operator <=(Instant left, Instant right) => left.Microseconds <= right.Microseconds;

    public static bool operator >=(Instant left, Instant right) => left.Microseconds >= right.Microseconds;
}
