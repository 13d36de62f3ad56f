using System;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Workload;

/// <summary>
/// A provider's signed reason for not bidding. Gossiped, not put on the ledger: it scales with providers times orders.
/// </summary>
public sealed record Decline(OrderId Order, BidVerdict Reason, PublicKey ProviderKey, Signature Signature)
{
    /// <summary>The number of the gossip topic that declines travel under.</summary>
    public const ushort Topic = 1;

    public static Decline Sign(ISigner signer, ChainId chain, OrderId order, BidVerdict reason) =>
        new(order, reason, signer.PublicKey, signer.Sign(Digest(chain, order, reason, signer.PublicKey)));

    public DeclineVerdict Check(ChainId chain, ISignatureVerifier signatures)
    {
        if (Reason is BidVerdict.Accepted or > BidVerdict.CapacityUnproven) return DeclineVerdict.ReasonUnknown;
        SignatureVerdict verdict = signatures.Verify(ProviderKey, Digest(chain, Order, Reason, ProviderKey), Signature);
        return verdict == SignatureVerdict.Accepted ? DeclineVerdict.Accepted : DeclineVerdict.SignatureWrong;
    }

    public byte[] Encode() => new WireWriter().Record(WireType.Decline, 4).Hash(Order.Hash).UInt64((byte)Reason)
        .Bytes(ProviderKey.AsSpan()).Bytes(Signature.AsSpan()).End().ToArray();

    public static Decline? Decode(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        reader.Record(WireType.Decline, 4);
        Decline decline = new(
            new OrderId(reader.Hash()), (BidVerdict)reader.Byte(), PublicKey.Read(reader), Signature.Read(reader));
        reader.End();
        return reader.Succeeded ? decline : null;
    }

    private static Hash256 Digest(ChainId chain, OrderId order, BidVerdict reason, in PublicKey provider)
    {
        WireWriter writer = new();
        writer.Record(WireType.Decline, 4).Hash(chain.Hash).Hash(order.Hash).UInt64((byte)reason).Bytes(provider.AsSpan()).End();
        return Hasher.Tagged(HashDomain.Decline, writer.ToArray());
    }
}

public enum DeclineVerdict
{
    Accepted,
    ReasonUnknown,
    SignatureWrong,
}
