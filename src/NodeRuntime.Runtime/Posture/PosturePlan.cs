using System.Collections.Immutable;
using NodeRuntime.Posture.Controls;
using NodeRuntime.Provenance.Uses;

namespace NodeRuntime.Runtime.Posture;

/// <summary>What of its machine a peer holds against what.</summary>
/// <param name="Baseline">Which baseline: another number than before, and everything that is there at the next start is what is right from then on.</param>
/// <param name="Uses">What is expected of data; null where nothing is declared.</param>
public sealed record PosturePlan(ImmutableArray<Control> Controls, ImmutableArray<Rollout> Rollouts, uint Baseline, UsePlan? Uses = null);
