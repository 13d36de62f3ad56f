using System;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Jobs;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Client.Jobs;

/// <summary>Everything that a job's owner may be told while it runs, each with the moment at which this client learned it.</summary>
public abstract record JobEvent(DateTimeOffset At)
{
    /// <summary>The ledger has the order; its deposit is locked.</summary>
    public sealed record OrderChanged(DateTimeOffset At, OrderId Order, OrderState State, int Attempts) : JobEvent(At);

    /// <summary>A provider won the auction.</summary>
    public sealed record LeaseOpened(DateTimeOffset At, LeaseId Lease, AccountId Provider, Amount PricePerSecond) : JobEvent(At);

    public sealed record LeaseChanged(DateTimeOffset At, LeaseId Lease, LeaseState State) : JobEvent(At);

    /// <summary>Mutual TLS with the provider stands.</summary>
    public sealed record Connected(DateTimeOffset At, PeerId Provider, string Address) : JobEvent(At);

    /// <summary>The provider cannot be reached or said no to something; the client goes on trying.</summary>
    public sealed record Trouble(DateTimeOffset At, string Reason) : JobEvent(At);

    public sealed record Uploaded(DateTimeOffset At, ulong Bytes, ulong BytesInAll) : JobEvent(At);

    public sealed record StageChanged(DateTimeOffset At, JobStage Stage) : JobEvent(At);

    public sealed record Log(DateTimeOffset At, bool IsError, ReadOnlyMemory<byte> Bytes) : JobEvent(At);

    /// <summary>Result, logs and outputs are here and hash as the result says.</summary>
    public sealed record ResultHere(DateTimeOffset At, JobResult Result, string Detail) : JobEvent(At);

    public sealed record Acknowledged(DateTimeOffset At, LeaseId Lease) : JobEvent(At);

    /// <summary>The lease came to nothing; the order goes to auction again and the inputs are still here.</summary>
    public sealed record AttemptFailed(DateTimeOffset At, LeaseId Lease, string Reason) : JobEvent(At);

    /// <summary>Verified against the genesis hash and saved.</summary>
    public sealed record ReceiptHere(DateTimeOffset At, string Path) : JobEvent(At);
}
