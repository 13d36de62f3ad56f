using System;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Chain;

/// <summary>The two votes of a view. Ordered: a notarize slot comes before the finalize slot of the same view.</summary>
public enum VoteKind : byte
{
    Notarize = 1,

    /// <summary>Its value is a digest ("finalize") or none ("nullify"): one slot, so that nobody can do both.</summary>
    Finalize = 2,
}

/// <summary>One signature per slot and key, in increasing order.</summary>
public readonly record struct VoteSlot(Epoch Epoch, View View, VoteKind Kind) : IComparable<VoteSlot>
{
    public int CompareTo(VoteSlot other)
    {
        int byEpoch = Epoch.CompareTo(other.Epoch);
        if (byEpoch != 0) return byEpoch;
        int byView = View.CompareTo(other.View);
        return byView != 0 ? byView : ((byte)Kind).CompareTo((byte)other.Kind);
    }

    /// <summary>What is signed: domain | chain | epoch | view | kind | value. No clock, nothing else.</summary>
    public Hash256 SigningDigest(ChainId chain, Hash256? value)
    {
        WireWriter writer = new();
        writer.Record(WireType.Vote, 5).Hash(chain.Hash).UInt64(Epoch.Number).UInt64(View.Number).UInt64((byte)Kind)
            .OptionalHash(value).End();
        return Hasher.Tagged(HashDomain.Vote, writer.ToArray());
    }

    public void Write(WireWriter writer) => writer.UInt64(Epoch.Number).UInt64(View.Number).UInt64((byte)Kind);

    public static VoteSlot Read(WireReader reader)
    {
        VoteSlot slot = new(new Epoch(reader.UInt32()), new View(reader.UInt64()), (VoteKind)reader.Byte());
        if (slot.Kind is not (VoteKind.Notarize or VoteKind.Finalize)) reader.Fail();
        return slot;
    }
}

/// <summary>A validator's signed word for a value in a slot; a finalize slot without a value nullifies the view.</summary>
public sealed record Vote(VoteSlot Slot, Hash256? Value, ValidatorIndex Voter, Signature Signature)
{
    public void Write(WireWriter writer)
    {
        writer.Record(WireType.Vote, 6);
        Slot.Write(writer);
        writer.OptionalHash(Value).UInt64(Voter.Number).Bytes(Signature.AsSpan()).End();
    }

    public static Vote Read(WireReader reader)
    {
        reader.Record(WireType.Vote, 6);
        Vote vote = new(VoteSlot.Read(reader), reader.OptionalHash(), new ValidatorIndex(reader.UInt16()), Signature.Read(reader));
        reader.End();
        if (vote.Slot.Kind == VoteKind.Notarize && vote.Value is null) reader.Fail();
        return vote;
    }
}
