using System;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Jobs;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Workload;

/// <summary>Everything the world may tell a provider's workload.</summary>
public abstract record WorkloadInput
{
    private WorkloadInput()
    {
    }

    /// <summary>From the log, before anything else: a lease's work as it was last recorded.</summary>
    public sealed record Recovered(LeaseWorkRecord Record) : WorkloadInput;

    /// <summary>What of this machine, its bond and its proofs decides about bids, whenever the ledger advances.</summary>
    public sealed record StandingChanged(bool SandboxIsReady, bool BondSuffices, bool CapacityIsProven) : WorkloadInput;

    /// <summary>The ledger holds this order, open for bids.</summary>
    public sealed record OrderOpened(OrderId Id, OrderRecord Order) : WorkloadInput;

    /// <summary>An auction ended, for whomever; a bid of ours no longer counts.</summary>
    public sealed record AuctionEnded(OrderId Order) : WorkloadInput;

    /// <summary>The ledger opened or changed a lease of which we are the provider.</summary>
    public sealed record LeaseChanged(LeaseId Id, LeaseRecord Lease, OrderRecord Order) : WorkloadInput;

    /// <summary>The ledger holds this lease no longer.</summary>
    public sealed record LeaseForgotten(LeaseId Id) : WorkloadInput;

    /// <summary>A client spoke; its connection proved that it holds the key.</summary>
    public sealed record ClientSaid(PeerId Client, PublicKey Key, JobMessage Message) : WorkloadInput;

    public sealed record ClientLeft(PeerId Client) : WorkloadInput;

    /// <summary>Answers <see cref="WorkloadEffect.Append"/>.</summary>
    public sealed record Appended(LeaseId Lease, JobPiece Piece, ulong Length, StoreVerdict Verdict) : WorkloadInput;

    /// <summary>Answers <see cref="WorkloadEffect.Seal"/>.</summary>
    public sealed record Sealed(LeaseId Lease, JobPiece Piece, StoreVerdict Verdict) : WorkloadInput;

    public sealed record SandboxReady(LeaseId Lease) : WorkloadInput;

    public sealed record SandboxLogged(LeaseId Lease, bool IsError, ReadOnlyMemory<byte> Bytes) : WorkloadInput;

    /// <summary>The run is over. <paramref name="Result"/> is null where the host, not the program, is to blame.</summary>
    public sealed record SandboxFinished(LeaseId Lease, JobResult? Result, string Detail) : WorkloadInput;
}

/// <summary>What the files' keeper says.</summary>
public enum StoreVerdict
{
    Accepted,
    OffsetWrong,
    ContentWrong,
    DiskFull,
    Failed,
}
