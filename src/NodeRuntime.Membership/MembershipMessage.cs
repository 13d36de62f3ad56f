using System;
using System.Collections.Immutable;
using NodeRuntime.Primitives;

namespace NodeRuntime.Membership;

/// <summary>What peers say to each other about members.</summary>
public abstract record MembershipMessage
{
    /// <summary>Records in one message; with addresses at their longest it stays far below a frame.</summary>
    public const int RecordsMax = 64;

    public const int TopicBytesMax = 64 * 1024;

    private MembershipMessage()
    {
    }

    /// <summary>Records that the receiver may not have.</summary>
    public sealed record Gossip(ImmutableArray<MemberRecord> Records) : MembershipMessage;

    /// <summary>
    /// What the sender knows: one hash of each bucket of members. The receiver sends its records of every bucket that differs,
    /// and its own comparison where this is not an answer already.
    /// </summary>
    public sealed record Digest(bool IsAnswer, ImmutableArray<ulong> Buckets) : MembershipMessage;

    /// <summary>Are you there? Or, with a subject: have you heard of it?</summary>
    public sealed record Ping(ulong Nonce, PeerId? Subject) : MembershipMessage;

    /// <summary>Here I am; or, with a subject: I heard it so long ago.</summary>
    public sealed record Ack(ulong Nonce, PeerId? Subject, Duration HeardAgo) : MembershipMessage;

    /// <summary>Bytes for everybody. Equal messages are one: the time of publication tells two of the same content apart.</summary>
    public sealed record Topic(ushort Number, PeerId Origin, Instant PublishedAt, ReadOnlyMemory<byte> Payload) : MembershipMessage;

    public byte[] Encode()
    {
        WireWriter writer = new();
        switch (this)
        {
            case Gossip gossip:
                writer.Record(WireType.MembershipGossip, 1).Array(gossip.Records.Length);
                foreach (MemberRecord record in gossip.Records) record.Write(writer);
                writer.End();
                break;
            case Digest digest:
                writer.Record(WireType.MembershipDigest, 2).Bool(digest.IsAnswer).Array(digest.Buckets.Length);
                foreach (ulong bucket in digest.Buckets) writer.UInt64(bucket);
                writer.End();
                break;
            case Ping ping:
                writer.Record(WireType.MembershipPing, 2).UInt64(ping.Nonce).OptionalHash(ping.Subject?.Hash);
                break;
            case Ack ack:
                writer.Record(WireType.MembershipAck, 3).UInt64(ack.Nonce).OptionalHash(ack.Subject?.Hash).Duration(ack.HeardAgo);
                break;
            case Topic topic:
                writer.Record(WireType.TopicMessage, 4).UInt64(topic.Number).Hash(topic.Origin.Hash).Instant(topic.PublishedAt)
                    .Bytes(topic.Payload.Span);
                break;
            default:
                Invariant.Break("a message of no known kind");
                break;
        }

        return writer.End().ToArray();
    }

    /// <summary>Total: any bytes give a message or false.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> bytes, out MembershipMessage? message)
    {
        message = null;
        if (bytes.Length > Limits.FrameBytesMax) return false;
        WireReader reader = new(bytes);
        MembershipMessage? read = WireReader.TypeOf(bytes, itemsMax: 8) switch
        {
            WireType.MembershipGossip => ReadGossip(reader),
            WireType.MembershipDigest => ReadDigest(reader),
            WireType.MembershipPing => ReadPing(reader),
            WireType.MembershipAck => ReadAck(reader),
            WireType.TopicMessage => ReadTopic(reader),
            _ => null,
        };
        if (read is null) return false;
        reader.End();
        if (!reader.Succeeded) return false;
        message = read;
        return true;
    }

    private static Gossip ReadGossip(WireReader reader)
    {
        reader.Record(WireType.MembershipGossip, 1);
        return new Gossip(reader.List(RecordsMax, MemberRecord.Read));
    }

    private static Digest ReadDigest(WireReader reader)
    {
        reader.Record(WireType.MembershipDigest, 2);
        Digest digest = new(reader.Bool(), reader.List(MemberTable.BucketCount, static item => item.UInt64()));
        if (digest.Buckets.Length != MemberTable.BucketCount) reader.Fail();
        return digest;
    }

    private static Ping ReadPing(WireReader reader)
    {
        reader.Record(WireType.MembershipPing, 2);
        return new Ping(reader.UInt64(), ToPeer(reader.OptionalHash()));
    }

    private static Ack ReadAck(WireReader reader)
    {
        reader.Record(WireType.MembershipAck, 3);
        Ack ack = new(reader.UInt64(), ToPeer(reader.OptionalHash()), reader.Duration());
        if (ack.HeardAgo < Duration.Zero || ack.HeardAgo > Duration.FromMinutes(24 * 60)) reader.Fail();
        return ack;
    }

    private static Topic ReadTopic(WireReader reader)
    {
        reader.Record(WireType.TopicMessage, 4);
        return new Topic(reader.UInt16(), new PeerId(reader.Hash()), reader.Instant(), reader.Bytes(TopicBytesMax));
    }

    private static PeerId? ToPeer(Hash256? hash) => hash is { } value ? new PeerId(value) : null;
}
