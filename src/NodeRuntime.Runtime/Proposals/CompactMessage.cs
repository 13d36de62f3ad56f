using System;
using System.Buffers.Binary;
using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Runtime.Proposals;

/// <summary>How proposals travel whose transactions most peers hold already.</summary>
public abstract record CompactMessage
{
    private CompactMessage()
    {
    }

    /// <summary>A leader's block with short ids in the place of its body, and its vote, which makes it a proposal.</summary>
    /// <param name="Skeleton">The block, with no transactions; what it enters into the calendar nobody else has, so that it stays.</param>
    /// <param name="Ids">Of the transactions; places count from the first of these.</param>
    public sealed record Proposal(Block Skeleton, ImmutableArray<ShortId> Ids, Vote LeaderVote) : CompactMessage;

    /// <summary>These transactions of a proposal, please, by their places in it, in strictly increasing order.</summary>
    public sealed record Want(Hash256 Digest, ImmutableArray<ushort> Places) : CompactMessage;

    /// <summary>Some of what was asked for.</summary>
    public sealed record Bodies(Hash256 Digest, ImmutableArray<PlacedBody> Transactions) : CompactMessage;

    public byte[] Encode()
    {
        WireWriter writer = new();
        switch (this)
        {
            case Proposal m:
                writer.Record(WireType.CompactProposal, 3);
                m.Skeleton.Write(writer);
                byte[] ids = new byte[m.Ids.Length * ShortId.ByteCount];
                for (int i = 0; i < m.Ids.Length; i++) BinaryPrimitives.WriteUInt64BigEndian(ids.AsSpan(i * ShortId.ByteCount), m.Ids[i].Value);
                writer.Bytes(ids);
                m.LeaderVote.Write(writer);
                break;
            case Want m:
                writer.Record(WireType.CompactWant, 2).Hash(m.Digest).Array(m.Places.Length);
                foreach (ushort place in m.Places) writer.UInt64(place);
                writer.End();
                break;
            case Bodies m:
                writer.Record(WireType.CompactBodies, 2).Hash(m.Digest).Array(m.Transactions.Length);
                foreach (PlacedBody body in m.Transactions) writer.Array(2).UInt64(body.Place).Bytes(body.Transaction.Span).End();
                writer.End();
                break;
            default:
                Invariant.Break("a compact message without an encoding");
                break;
        }

        return writer.End().ToArray();
    }

    /// <summary>Any bytes: a message, or null where they are none of this family.</summary>
    public static CompactMessage? Decode(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        int count = reader.Array(5);
        if (reader.UInt64() != 1) reader.Fail();
        WireType type = (WireType)reader.UInt32();
        CompactMessage? message = (type, count) switch
        {
            (WireType.CompactProposal, 5) => new Proposal(Block.Read(reader), ReadIds(reader), Vote.Read(reader)),
            (WireType.CompactWant, 4) => new Want(reader.Hash(), ReadPlaces(reader)),
            (WireType.CompactBodies, 4) => new Bodies(reader.Hash(), ReadBodies(reader)),
            _ => null,
        };
        reader.End();
        return reader.Succeeded ? message : null;
    }

    private static ImmutableArray<ShortId> ReadIds(WireReader reader)
    {
        byte[] bytes = reader.Bytes(Limits.BlockTransactionsMax * ShortId.ByteCount);
        if (bytes.Length % ShortId.ByteCount != 0) reader.Fail();
        ImmutableArray<ShortId>.Builder ids = ImmutableArray.CreateBuilder<ShortId>(bytes.Length / ShortId.ByteCount);
        for (int i = 0; i + ShortId.ByteCount <= bytes.Length; i += ShortId.ByteCount)
        {
            ids.Add(new ShortId(BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(i))));
        }

        return ids.ToImmutable();
    }

    private static ImmutableArray<ushort> ReadPlaces(WireReader reader)
    {
        ImmutableArray<ushort> places = reader.List(Limits.BlockTransactionsMax, static r => r.UInt16());
        if (places.IsEmpty || !AreIncreasing(places)) reader.Fail();
        return places;
    }

    private static ImmutableArray<PlacedBody> ReadBodies(WireReader reader)
    {
        ImmutableArray<PlacedBody> bodies = reader.List(Limits.BlockTransactionsMax, static r =>
        {
            r.Array(2);
            PlacedBody body = new(r.UInt16(), r.Bytes(Limits.TransactionBytesMax));
            r.End();
            return body;
        });
        int sum = 0;
        foreach (PlacedBody body in bodies) sum += body.Transaction.Length;
        if (bodies.IsEmpty || sum > Limits.ProposalBatchBytesMax) reader.Fail();
        for (int i = 1; i < bodies.Length; i++)
        {
            if (bodies[i - 1].Place >= bodies[i].Place) reader.Fail();
        }

        return bodies;
    }

    private static bool AreIncreasing(ImmutableArray<ushort> places)
    {
        for (int i = 1; i < places.Length; i++)
        {
            if (places[i - 1] >= places[i]) return false;
        }

        return true;
    }
}

/// <summary>A transaction and its place in a block.</summary>
public readonly record struct PlacedBody(ushort Place, ReadOnlyMemory<byte> Transaction);
