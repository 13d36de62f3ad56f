using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Client.Jobs;

/// <summary>A job as the ledger has it, proven; the lease is its newest, null before the first.</summary>
public sealed record JobStatus(OrderId Id, OrderRecord Order, LeaseId? LeaseId, LeaseRecord? Lease, Height Height);
