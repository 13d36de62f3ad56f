using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Transactions;

/// <summary>Makes a transaction of an account with one key: what a peer and a cluster client do all day.</summary>
public static class TransactionBuilder
{
    public static Transaction Sign(
        ISigner signer, ChainId chain, ulong sequence, Amount feeMax, Height expiresAt, ImmutableArray<Message> messages)
    {
        KeyPolicy policy = KeyPolicy.Single(signer.PublicKey);
        Transaction unsigned = new()
        {
            Chain = chain,
            Sender = policy.ToAccountId(),
            Sequence = sequence,
            FeeMax = feeMax,
            ExpiresAt = expiresAt,
            Messages = messages,
            Policy = policy,
            Signatures = [],
        };
        return unsigned with { Signatures = [new TransactionSignature(0, signer.Sign(unsigned.SigningDigest))] };
    }
}
