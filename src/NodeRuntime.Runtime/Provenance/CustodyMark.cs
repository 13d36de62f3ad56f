using NodeRuntime.Primitives;

namespace NodeRuntime.Runtime.Provenance;

/// <summary>That an event of this peer is a step of a custody, such as a lease's: kept beside the event, so that what happened to a job is found by its lease.</summary>
public readonly record struct CustodyMark(ulong Sequence, Hash256 Custody);
