using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Consensus;

/// <summary>A view with its epoch: views begin anew with every epoch, so that one number alone says nothing over time.</summary>
public readonly record struct EpochView(Epoch Epoch, View View) : IComparable<EpochView>
{
    public int CompareTo(EpochView other)
    {
        int byEpoch = Epoch.CompareTo(other.Epoch);
        return byEpoch != 0 ? byEpoch : View.CompareTo(other.View);
    }

    public static bool operator <(EpochView left, EpochView right) => left.CompareTo(right) < 0;

    public static bool operator >(EpochView left, EpochView right) => left.CompareTo(right) > 0;

    public static bool operator <=(EpochView left, EpochView right) => left.CompareTo(right) <= 0;

    public static bool operator >=(EpochView left, EpochView right) => left.CompareTo(right) >= 0;
}
