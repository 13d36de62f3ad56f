using System;

namespace NodeRuntime.Proofs.Trees;

/// <summary>A key and what the state holds under it.</summary>
public readonly record struct StateEntry(StateKey Key, ReadOnlyMemory<byte> Value);
