using System.Collections.Immutable;
using NodeRuntime.Posture.Controls;
using NodeRuntime.Posture.Observing;
using NodeRuntime.Primitives;

namespace NodeRuntime.Posture;

/// <summary>How a machine stands under its controls.</summary>
/// <param name="Root">Of the <see cref="State.StateTree"/>.</param>
/// <param name="Things">That are known.</param>
/// <param name="Edges">Number of the last.</param>
/// <param name="Alerts">Edges into bad or unknown, since the watch began.</param>
/// <param name="Losses">Times that the watch could not say what happened.</param>
public sealed record PostureSummary(
    MachineSight Sight, Hash256 Root, int Things, ImmutableArray<ControlStanding> Controls, ulong Edges, ulong Alerts, ulong Losses)
{
    public int CountOf(ControlState state)
    {
        int count = 0;
        foreach (ControlStanding control in Controls)
        {
            if (control.State == state) count++;
        }

        return count;
    }
}

/// <param name="Since">The earliest moment at which it may have come to stand so.</param>
/// <param name="Bad">Things that are bad now.</param>
/// <param name="Unknown">Things that nobody knows about.</param>
/// <param name="Things">That it concerns.</param>
public sealed record ControlStanding(Control Control, ControlState State, Instant Since, int Bad, int Unknown, int Things);
