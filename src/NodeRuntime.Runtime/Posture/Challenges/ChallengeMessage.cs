using System;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Runtime.Posture.Challenges;

/// <summary>Why a challenge is not answered. On the wire by number.</summary>
public enum DeclineReason : byte
{
    /// <summary>This peer does not watch its machine, or enters no seconds.</summary>
    NotWatched = 1,

    /// <summary>The same challenger, too soon again.</summary>
    TooOften = 2,

    /// <summary>Others are waiting.</summary>
    Busy = 3,

    /// <summary>The thing could not be looked at.</summary>
    NotSeen = 4,

    /// <summary>Before a second had the state that was looked at, the state was another, until the time was over.</summary>
    Restless = 5,
}

/// <summary>Everything that peers say to each other about their machines, a closed family.</summary>
public abstract record ChallengeMessage
{
    // Version, type, and five of an answer.
    private const int FieldsMax = 7;

    private ChallengeMessage()
    {
    }

    /// <summary>Show a thing of your machine, as it is now: the one at index <c>draw mod size</c> of the state tree.</summary>
    /// <param name="Nonce">Random: nobody can have signed it before.</param>
    public sealed record Challenge(Hash256 Nonce, ulong Draw) : ChallengeMessage;

    /// <param name="Signature">The node key's, over the statement.</param>
    /// <param name="Heartbeat">The record that the statement names, opened.</param>
    /// <param name="Second">The peer's second as it tells its parents, with the heartbeat's hash in it; whatever slot it names.</param>
    /// <param name="SecondSignature">As parents get it.</param>
    public sealed record Answer(
        PostureStatement Statement, Signature Signature, ReadOnlyMemory<byte> Heartbeat, AggregationLeaf Second, Signature SecondSignature) : ChallengeMessage;

    public sealed record Declined(Hash256 Nonce, DeclineReason Why) : ChallengeMessage;

    /// <summary>Whether bytes claim to be one: they come between the frames of others.</summary>
    public static bool IsOne(ReadOnlyMemory<byte> bytes) =>
        WireReader.TypeOf(bytes, FieldsMax) is WireType.PostureChallenge or WireType.PostureAnswer or WireType.PostureDeclined;

    /// <summary>What a peer says to a challenge that has nothing to show; null where it was none.</summary>
    public static byte[]? Unwatched(ReadOnlyMemory<byte> bytes) =>
        Decode(bytes) is Challenge challenge ? new Declined(challenge.Nonce, DeclineReason.NotWatched).Encode() : null;

    public byte[] Encode()
    {
        WireWriter writer = new();
        switch (this)
        {
            case Challenge m:
                writer.Record(WireType.PostureChallenge, 2).Hash(m.Nonce).UInt64(m.Draw);
                break;
            case Answer m:
                writer.Record(WireType.PostureAnswer, 5).Bytes(m.Statement.Encode()).Bytes(m.Signature.AsSpan()).Bytes(m.Heartbeat.Span);
                writer.Bytes(m.Second.Encode()).Bytes(m.SecondSignature.AsSpan());
                break;
            case Declined m:
                writer.Record(WireType.PostureDeclined, 2).Hash(m.Nonce).UInt64((ulong)m.Why);
                break;
            default:
                Invariant.Break("a message without a form");
                break;
        }

        return writer.End().ToArray();
    }

    /// <summary>Null for bytes that are none.</summary>
    public static ChallengeMessage? Decode(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        ChallengeMessage? message = WireReader.TypeOf(bytes, FieldsMax) switch
        {
            WireType.PostureChallenge => ReadChallenge(reader),
            WireType.PostureAnswer => ReadAnswer(reader),
            WireType.PostureDeclined => ReadDeclined(reader),
            _ => null,
        };
        if (message is null) return null;
        reader.End();
        return reader.Succeeded ? message : null;
    }

    private static Challenge ReadChallenge(WireReader reader)
    {
        reader.Record(WireType.PostureChallenge, 2);
        return new Challenge(reader.Hash(), reader.UInt64());
    }

    private static Answer? ReadAnswer(WireReader reader)
    {
        reader.Record(WireType.PostureAnswer, 5);
        if (PostureStatement.Decode(reader.Bytes(PostureStatement.BytesMax)) is not { } statement) return null;
        Signature signature = Signature.Read(reader);
        byte[] heartbeat = reader.Bytes(Limits.ProvenanceRecordBytesMax);
        if (AggregationLeaf.TryDecode(reader.Bytes(Limits.ProvenanceRecordBytesMax), out AggregationLeaf? second) != RecordVerdict.Accepted) return null;
        Signature secondSignature = Signature.Read(reader);
        return reader.Failed ? null : new Answer(statement, signature, heartbeat, second!, secondSignature);
    }

    private static Declined? ReadDeclined(WireReader reader)
    {
        reader.Record(WireType.PostureDeclined, 2);
        Hash256 nonce = reader.Hash();
        byte why = reader.Byte();
        return why is >= (byte)DeclineReason.NotWatched and <= (byte)DeclineReason.Restless ? new Declined(nonce, (DeclineReason)why) : null;
    }
}
