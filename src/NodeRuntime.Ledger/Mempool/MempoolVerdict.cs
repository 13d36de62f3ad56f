using NodeRuntime.Ledger.Transactions;
using NodeRuntime.Primitives;

namespace NodeRuntime.Ledger.Mempool;

/// <summary>What the pool says of a transaction that was offered, in the order of the checks.</summary>
public enum MempoolVerdict
{
    /// <summary>It can stand in the next block.</summary>
    Accepted,

    /// <summary>It waits for earlier ones of its sender.</summary>
    AcceptedWaiting,

    /// <summary>The ledger's rules refuse it; the outcome says why.</summary>
    Refused,
    AlreadyKnown,

    /// <summary>Another transaction of the sender has its sequence number; it is not replaced as long as it can stand in a block.</summary>
    SequenceTaken,

    /// <summary>The sender has as many waiting as one may.</summary>
    SenderFull,

    /// <summary>Too many wait for earlier ones, of this sender or of all.</summary>
    GapsFull,

    /// <summary>Its lane is full, and nobody has so much in it as to give way.</summary>
    LaneFull,

    /// <summary>Dropped: its lane was full and its sender had the most in it.</summary>
    GaveWay,

    /// <summary>Dropped: so many blocks had no use for it.</summary>
    WaitedTooLong,
}

/// <summary>A verdict, the ledger's own where that is the reason, and the id where there is one.</summary>
public readonly record struct MempoolOutcome(MempoolVerdict Verdict, TransactionOutcome Refusal, TransactionId Id)
{
    /// <summary>What gave way to it.</summary>
    public DroppedTransaction? Displaced { get; init; }

    public bool IsAccepted => Verdict is MempoolVerdict.Accepted or MempoolVerdict.AcceptedWaiting;

    /// <summary>One word for logs, metrics and programs.</summary>
    public string Name => Verdict == MempoolVerdict.Refused ? Refusal.Name : Verdict.ToString();

    public override string ToString() => Verdict == MempoolVerdict.Refused ? Refusal.ToString() : Verdict.ToString();
}
