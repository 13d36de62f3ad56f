using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Chain;

/// <summary>A validator of an epoch: the key that votes, its weight in votes, and the peer that speaks for it.</summary>
public readonly record struct ValidatorMember(PublicKey Key, ulong Weight, PeerId Peer)
{
    /// <summary>Of a peer whose node key votes.</summary>
    public ValidatorMember(PublicKey key, ulong weight)
        : this(key, weight, key.ToPeerId())
    {
    }

    public static implicit operator ValidatorMember(GenesisValidator validator) => new(validator.Key, validator.Weight);

    public void Write(WireWriter writer)
    {
        writer.Array(3).Bytes(Key.AsSpan()).UInt64(Weight);
        if (Peer == Key.ToPeerId()) writer.Null();
        else writer.Hash(Peer.Hash);
        writer.End();
    }

    public static ValidatorMember Read(WireReader reader)
    {
        reader.Array(3);
        PublicKey key = PublicKey.Read(reader);
        ulong weight = reader.UInt64();
        Hash256? other = reader.OptionalHash();
        reader.End();
        PeerId own = key.ToPeerId();
        // One encoding for each member: its own id is never spelled out.
        if (other == own.Hash || weight is 0 or > ValidatorSet.WeightMax) reader.Fail();
        return new ValidatorMember(key, weight, other is { } peer ? new PeerId(peer) : own);
    }
}
