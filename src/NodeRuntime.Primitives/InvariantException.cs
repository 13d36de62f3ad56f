using System;

namespace NodeRuntime.Primitives;

/// <summary>An invariant did not hold: a defect of ours, never a peer's doing.</summary>
public sealed class InvariantException(string expression) : Exception("invariant broken: " + expression);
