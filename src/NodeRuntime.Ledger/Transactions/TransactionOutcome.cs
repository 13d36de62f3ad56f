namespace NodeRuntime.Ledger.Transactions;

/// <summary>A transaction's verdict and, where a message was refused, which and why.</summary>
public readonly record struct TransactionOutcome
{
    private TransactionOutcome(TransactionVerdict verdict, int messageIndex, MessageVerdict message)
    {
        Verdict = verdict;
        MessageIndex = messageIndex;
        Message = message;
    }

    public TransactionVerdict Verdict { get; }

    public int MessageIndex { get; }

    public MessageVerdict Message { get; }

    public bool IsAccepted => Verdict == TransactionVerdict.Accepted;

    /// <summary>One word for logs, metrics and programs: the message's where a message was refused.</summary>
    public string Name => Verdict == TransactionVerdict.MessageRefused ? Message.Name : Verdict.ToString();

    public static TransactionOutcome Of(TransactionVerdict verdict) => new(verdict, -1, default);

    public static TransactionOutcome RefusedAt(int messageIndex, MessageVerdict message) =>
        new(TransactionVerdict.MessageRefused, messageIndex, message);

    public override string ToString() =>
        Verdict == TransactionVerdict.MessageRefused ? $"message {MessageIndex}: {Message.Name}" : Verdict.ToString();
}
