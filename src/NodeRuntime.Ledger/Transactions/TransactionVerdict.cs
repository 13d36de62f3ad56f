namespace NodeRuntime.Ledger.Transactions;

/// <summary>
/// What the ledger says of a transaction, in the order of the checks. Down to <see cref="MessageSignatureWrong"/> the
/// answer is for ever; below it depends on the state, and may be another at the next block.
/// </summary>
public enum TransactionVerdict
{
    Accepted,
    TooLarge,
    Malformed,
    WrongChain,

    /// <summary>The key policy is not the one that names the sender.</summary>
    PolicyMismatch,

    /// <summary>Fewer signatures than the policy's threshold.</summary>
    SignatureMissing,

    /// <summary>A signature by a key that the policy does not have.</summary>
    SignatureKeyUnknown,
    SignatureWrong,

    /// <summary>A signature that a message carries is wrong: the owner's under a hand-over, a culprit's under its lie.</summary>
    MessageSignatureWrong,

    /// <summary>The last height at which it could stand has passed.</summary>
    Expired,

    /// <summary>The account has used this sequence number: a replay, or a twin that came first.</summary>
    SequenceTooLow,

    /// <summary>Earlier transactions of the account are missing.</summary>
    SequenceTooHigh,

    /// <summary>The sender offers less than the chain's fee.</summary>
    FeeTooLow,

    /// <summary>The account cannot pay the fee.</summary>
    BalanceTooLow,

    /// <summary>A message is refused; which and why is told beside.</summary>
    MessageRefused,
}
