using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Transactions;

/// <summary>
/// What a key signs to become a validator's: that it is at hand, and whose it is to be. Without it somebody could enter another's
/// key, or a key that is none, and votes would be counted that nobody can cast.
/// </summary>
public static class Possession
{
    public static Hash256 Digest(ChainId chain, AccountId account, in PublicKey key, in PublicKey nodeKey, Hash256 anchor)
    {
        WireWriter writer = new();
        writer.Record(WireType.Possession, 5).Hash(chain.Hash).Hash(account.Hash).Bytes(key.AsSpan()).Bytes(nodeKey.AsSpan())
            .Hash(anchor).End();
        return Hasher.Tagged(HashDomain.Possession, writer.ToArray());
    }

    /// <summary>The message that declares an account's validator, signed by both keys.</summary>
    /// <param name="anchor">Of the key's <see cref="RevealChain"/>.</param>
    public static Message.DeclareValidator Declare(ChainId chain, AccountId account, ISigner key, ISigner node, Hash256 anchor)
    {
        Hash256 digest = Digest(chain, account, key.PublicKey, node.PublicKey, anchor);
        return new Message.DeclareValidator(key.PublicKey, key.Sign(digest), node.PublicKey, node.Sign(digest), anchor);
    }
}
