using System;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Transactions;

/// <summary>
/// What an account asks of the ledger: a list of messages that take effect all or not at all, once, in the account's
/// order, on one chain, before a height.
/// </summary>
public sealed record Transaction
{
    public required ChainId Chain { get; init; }

    public required AccountId Sender { get; init; }

    /// <summary>Counts from 0; the ledger accepts exactly the account's next.</summary>
    public required ulong Sequence { get; init; }

    /// <summary>The most that the sender will pay; what it pays is the chain's fee.</summary>
    public required Amount FeeMax { get; init; }

    /// <summary>The last height whose block may hold it.</summary>
    public required Height ExpiresAt { get; init; }

    public required ImmutableArray<Message> Messages { get; init; }

    /// <summary>The sender's key policy: the one whose hash names the account, or the one on the ledger after a rotation.</summary>
    public required KeyPolicy Policy { get; init; }

    /// <summary>In strictly increasing order of the key's place in the policy.</summary>
    public required ImmutableArray<TransactionSignature> Signatures { get; init; }

    public TransactionId Id => new(SigningDigest);

    /// <summary>What each key signs.</summary>
    public Hash256 SigningDigest => Hasher.Tagged(HashDomain.Transaction, EncodeUnsigned());

    public byte[] Encode()
    {
        WireWriter writer = new();
        writer.Record(WireType.Transaction, 8);
        WriteSigned(writer);
        writer.Array(Signatures.Length);
        foreach (TransactionSignature signature in Signatures)
        {
            writer.Array(2).UInt64(signature.KeyIndex).Bytes(signature.Signature.AsSpan()).End();
        }

        return writer.End().End().ToArray();
    }

    public static bool TryDecode(ReadOnlyMemory<byte> bytes, out Transaction? transaction)
    {
        transaction = null;
        if (bytes.Length > Limits.TransactionBytesMax) return false;
        WireReader reader = new(bytes);
        reader.Record(WireType.Transaction, 8);
        Transaction read = new()
        {
            Chain = new ChainId(reader.Hash()),
            Sender = new AccountId(reader.Hash()),
            Sequence = reader.UInt64(),
            FeeMax = reader.Amount(),
            ExpiresAt = new Height(reader.UInt64()),
            Messages = reader.List(Limits.TransactionMessagesMax, Message.Read),
            Policy = KeyPolicy.Read(reader),
            Signatures = reader.List(Limits.KeyPolicyKeysMax, ReadSignature),
        };
        reader.End();
        for (int i = 1; i < read.Signatures.Length; i++)
        {
            if (read.Signatures[i - 1].KeyIndex >= read.Signatures[i].KeyIndex) reader.Fail();
        }

        if (!reader.Succeeded || read.Messages.IsEmpty) return false;
        transaction = read;
        return true;
    }

    private byte[] EncodeUnsigned()
    {
        WireWriter writer = new();
        writer.Record(WireType.Transaction, 7);
        WriteSigned(writer);
        return writer.End().ToArray();
    }

    private void WriteSigned(WireWriter writer)
    {
        writer.Hash(Chain.Hash).Hash(Sender.Hash).UInt64(Sequence).Amount(FeeMax).UInt64(ExpiresAt.Number).Array(Messages.Length);
        foreach (Message message in Messages) message.Write(writer);
        writer.End();
        Policy.Write(writer);
    }

    private static TransactionSignature ReadSignature(WireReader reader)
    {
        reader.Array(2);
        TransactionSignature signature = new(reader.Byte(), Signature.Read(reader));
        reader.End();
        return signature;
    }
}

/// <summary>One key's signature: its place in the policy and what it signed with.</summary>
public readonly record struct TransactionSignature(byte KeyIndex, Signature Signature);
