using System;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Jobs;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Workload;

/// <summary>Everything a provider's workload may ask. Effects behind a <see cref="Persist"/> wait until it is durable.</summary>
public abstract record WorkloadEffect
{
    private WorkloadEffect()
    {
    }

    /// <summary>Write a lease's work to the log; what follows in the same step happens after it is durable.</summary>
    public sealed record Persist(LeaseWorkRecord Record) : WorkloadEffect;

    /// <summary>Put a message on the ledger under the provider's account; kept alive until it is included or refused.</summary>
    public sealed record Submit(Message Message) : WorkloadEffect;

    /// <summary>Tell the owners' gateways why we do not bid.</summary>
    public sealed record Refuse(OrderId Order, BidVerdict Reason) : WorkloadEffect;

    public sealed record Say(PeerId Client, JobMessage Message) : WorkloadEffect;

    /// <summary>Append to a file of the lease; answered by <see cref="WorkloadInput.Appended"/>.</summary>
    public sealed record Append(LeaseId Lease, JobPiece Piece, ulong Offset, ReadOnlyMemory<byte> Bytes) : WorkloadEffect;

    /// <summary>The file is whole: check length and hash; answered by <see cref="WorkloadInput.Sealed"/>.</summary>
    public sealed record Seal(LeaseId Lease, JobPiece Piece, ContentRef Content) : WorkloadEffect;

    /// <summary>Send a piece of a file to a client as Data.</summary>
    public sealed record SendFile(PeerId Client, LeaseId Lease, JobPiece Piece, ulong Offset) : WorkloadEffect;

    /// <summary>Run it; answered by SandboxReady, SandboxLogged and, once, SandboxFinished.</summary>
    public sealed record StartSandbox(LeaseId Lease, JobSpec Spec, uint SecondsMax) : WorkloadEffect;

    public sealed record StopSandbox(LeaseId Lease) : WorkloadEffect;

    /// <summary>What the program printed just now, for whoever follows the job at our gateway.</summary>
    public sealed record Show(OrderId Order, bool IsError, ulong Offset, ReadOnlyMemory<byte> Bytes) : WorkloadEffect;

    /// <summary>Make the receipt of a settled lease and send it to the client.</summary>
    public sealed record SendReceipt(PeerId Client, LeaseId Lease, LeaseWorkRecord Record) : WorkloadEffect;

    /// <summary>Forget files and log of a lease.</summary>
    public sealed record Remove(LeaseId Lease) : WorkloadEffect;
}
