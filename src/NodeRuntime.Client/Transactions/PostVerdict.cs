namespace NodeRuntime.Client.Transactions;

/// <summary>What became of handing a signed transaction to the gateways.</summary>
internal enum PostVerdict
{
    /// <summary>A gateway took it, or had it already.</summary>
    Accepted,

    /// <summary>The account has used this sequence number, perhaps by this very transaction.</summary>
    SequenceUsed,

    /// <summary>Another transaction of the account waits with this number.</summary>
    SequenceTaken,

    /// <summary>Every gateway that answered refused it.</summary>
    Refused,

    /// <summary>No gateway answered; it may have arrived all the same.</summary>
    Unanswered,
}
