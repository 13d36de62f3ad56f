using System;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Ledger.Transactions;

/// <summary>
/// A transaction whose form and signatures were checked. Only <see cref="TransactionRules"/> makes one, so an
/// application needs no verifier and cannot forget one.
/// </summary>
public sealed class VerifiedTransaction
{
    internal VerifiedTransaction(Transaction transaction, TransactionId id, ReadOnlyMemory<byte> bytes)
    {
        Transaction = transaction;
        Id = id;
        Bytes = bytes;
        Fingerprint = FingerprintOf(bytes);
    }

    public Transaction Transaction { get; }

    public TransactionId Id { get; }

    /// <summary>As it came, signatures and all; what a block holds.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>
    /// SHA-256 of all bytes. What was verified is remembered by this and never by the id: the id leaves signatures out, so
    /// a peer that knows the id would take the same transaction with a forged signature, and the chain would split.
    /// </summary>
    public Hash256 Fingerprint { get; }

    internal static Hash256 FingerprintOf(ReadOnlyMemory<byte> bytes) => Hasher.Sha256(bytes.Span);
}
