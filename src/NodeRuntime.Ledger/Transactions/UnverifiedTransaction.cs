using System;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Ledger.Transactions;

/// <summary>
/// A transaction of good form whose signatures nobody has looked at. Looking needs no state and no order, so it is work for any thread.
/// </summary>
public sealed class UnverifiedTransaction
{
    internal UnverifiedTransaction(Transaction transaction, TransactionId id, ReadOnlyMemory<byte> bytes)
    {
        Transaction = transaction;
        Id = id;
        Bytes = bytes;
    }

    public Transaction Transaction { get; }

    public TransactionId Id { get; }

    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Verifies every signature that is there.</summary>
    public SignedTransaction Verify(ISignatureVerifier signatures)
    {
        TransactionVerdict verdict = TransactionRules.CheckSignatures(Transaction, signatures);
        VerifiedTransaction? verified = verdict == TransactionVerdict.Accepted ? new VerifiedTransaction(Transaction, Id, Bytes) : null;
        return new SignedTransaction(this, verdict, verified);
    }
}

/// <summary>What its signatures are worth.</summary>
/// <param name="Verified">Null unless accepted.</param>
public sealed record SignedTransaction(UnverifiedTransaction Body, TransactionVerdict Verdict, VerifiedTransaction? Verified);
