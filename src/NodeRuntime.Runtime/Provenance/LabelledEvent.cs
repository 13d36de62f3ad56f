using NodeRuntime.Provenance.Uses;

namespace NodeRuntime.Runtime.Provenance;

/// <summary>What was said of an event's data when it was entered.</summary>
public readonly record struct LabelledEvent(ulong Sequence, UseLabel Label);

/// <summary>Events up to this number are durable; published with each batch.</summary>
public sealed record EventsDurable(EventBatch Batch);
