using System;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Fraud;
using NodeRuntime.Ledger.Publications;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Ledger.Transactions;

/// <summary>
/// Whether a transaction may stand in a block. In two parts: what depends on its bytes alone (costly, for the signatures;
/// checked once) and what depends on the state (cheap; checked again for each block).
/// </summary>
public static class TransactionRules
{
    /// <param name="verified">Null unless accepted.</param>
    public static TransactionVerdict CheckStateless(
        ReadOnlyMemory<byte> bytes, ChainId chain, ISignatureVerifier signatures, out VerifiedTransaction? verified)
    {
        verified = null;
        TransactionVerdict form = CheckForm(bytes, chain, out Transaction? transaction);
        if (transaction is null) return form;
        TransactionVerdict signed = CheckSignatures(transaction, signatures);
        if (signed == TransactionVerdict.Accepted) verified = new VerifiedTransaction(transaction, transaction.Id, bytes);
        return signed;
    }

    /// <summary>
    /// For a block of our own disk that is hash-linked under a quorum's certificate: the same bytes, signatures included, passed
    /// <see cref="CheckStateless"/> before they were stored. Only the form is read again.
    /// </summary>
    /// <param name="verified">Null unless accepted.</param>
    internal static TransactionVerdict TakeFinal(ReadOnlyMemory<byte> bytes, ChainId chain, out VerifiedTransaction? verified)
    {
        TransactionVerdict form = CheckForm(bytes, chain, out Transaction? transaction);
        verified = transaction is null ? null : new VerifiedTransaction(transaction, transaction.Id, bytes);
        return form;
    }

    /// <summary>Whether a transaction is the sender's next and pays its way; its messages are checked as they are applied.</summary>
    public static TransactionVerdict CheckStateful(LedgerRecords records, Amount fee, Height height, Transaction transaction)
    {
        AccountRecord sender = records.Account(transaction.Sender);
        if (transaction.ExpiresAt < height) return TransactionVerdict.Expired;
        if (transaction.Sequence < sender.Sequence) return TransactionVerdict.SequenceTooLow;
        if (transaction.Sequence > sender.Sequence) return TransactionVerdict.SequenceTooHigh;
        if (transaction.FeeMax < fee) return TransactionVerdict.FeeTooLow;
        if (sender.Balance < fee) return TransactionVerdict.BalanceTooLow;
        return TransactionVerdict.Accepted;
    }

    /// <summary>What can be said before any signature is verified.</summary>
    internal static TransactionVerdict CheckForm(ReadOnlyMemory<byte> bytes, ChainId chain, out Transaction? transaction)
    {
        transaction = null;
        if (bytes.Length > Limits.TransactionBytesMax) return TransactionVerdict.TooLarge;
        if (!Transaction.TryDecode(bytes, out Transaction? read)) return TransactionVerdict.Malformed;
        if (read!.Chain != chain) return TransactionVerdict.WrongChain;
        if (read.Policy.ToAccountId() != read.Sender) return TransactionVerdict.PolicyMismatch;
        transaction = read;
        return TransactionVerdict.Accepted;
    }

    /// <summary>Every signature that is there must be right, also those above the threshold: none is carried for nothing.</summary>
    internal static TransactionVerdict CheckSignatures(Transaction transaction, ISignatureVerifier signatures)
    {
        if (transaction.Signatures.Length < transaction.Policy.Threshold) return TransactionVerdict.SignatureMissing;
        foreach (TransactionSignature signature in transaction.Signatures)
        {
            if (signature.KeyIndex >= transaction.Policy.Keys.Length) return TransactionVerdict.SignatureKeyUnknown;
        }

        Hash256 digest = transaction.SigningDigest;
        foreach (TransactionSignature signature in transaction.Signatures)
        {
            SignatureVerdict verdict = signatures.Verify(transaction.Policy.Keys[signature.KeyIndex], digest, signature.Signature);
            if (verdict != SignatureVerdict.Accepted) return TransactionVerdict.SignatureWrong;
        }

        foreach (Message message in transaction.Messages)
        {
            if (!IsSigned(transaction, message, signatures)) return TransactionVerdict.MessageSignatureWrong;
        }

        return TransactionVerdict.Accepted;
    }

    // Some messages carry the word of others than the sender.
    private static bool IsSigned(Transaction transaction, Message message, ISignatureVerifier signatures)
    {
        if (message is Message.ReportReady ready)
        {
            return signatures.Verify(ready.OwnerKey, ready.HandOver, ready.OwnerSignature) == SignatureVerdict.Accepted;
        }

        if (message is Message.ReportFraud report) return FraudReportRules.IsSigned(transaction.Chain, report, signatures);
        if (message is Message.PublishCalendar publication) return PublicationRules.IsSigned(transaction.Chain, publication, signatures);
        if (message is not Message.DeclareValidator declare) return true;
        Hash256 possession = Possession.Digest(transaction.Chain, transaction.Sender, declare.Key, declare.NodeKey, declare.Anchor);
        return signatures.Verify(declare.Key, possession, declare.Possession) == SignatureVerdict.Accepted
            && signatures.Verify(declare.NodeKey, possession, declare.NodeConsent) == SignatureVerdict.Accepted;
    }
}
