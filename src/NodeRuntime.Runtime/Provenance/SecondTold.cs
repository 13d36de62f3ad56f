using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Fraud;

namespace NodeRuntime.Runtime.Provenance;

/// <summary>A second of this peer is durable, and may be told: from here on there is no other of its round.</summary>
public sealed record SecondTold(ClosedSecond Second);

/// <summary>A lie of somebody was proven here, by what it signed.</summary>
public sealed record LieProven(PeerId Culprit, FraudKind Kind);
