using System;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Membership;

/// <summary>
/// What a peer says of itself, signed by its node key for one chain. Of two records of one key the greater sequence number
/// holds; a peer that starts anew begins above its past by taking the time for its first number.
/// </summary>
public sealed record MemberRecord
{
    public const int AddressesMax = 4;
    public const int LabelCharactersMax = 64;

    public required PublicKey NodeKey { get; init; }

    /// <summary>host:port each, the best first.</summary>
    public required ImmutableArray<string> Addresses { get; init; }

    public required MemberRoles Roles { get; init; }

    /// <summary>Where it stands, for placement: a claim like the rest.</summary>
    public required string Region { get; init; }

    /// <summary>host:port of its HTTP API, where it offers one.</summary>
    public required string? ApiAddress { get; init; }

    public required string Version { get; init; }

    public required ulong Sequence { get; init; }

    public required Instant IssuedAt { get; init; }

    public required Signature Signature { get; init; }

    public PeerId Peer => NodeKey.ToPeerId();

    /// <summary>Makes the record whole: what stands in it but the signature is the caller's.</summary>
    public MemberRecord Sign(ISigner signer, ChainId chain) => this with { Signature = signer.Sign(SigningDigest(chain)) };

    public Hash256 SigningDigest(ChainId chain)
    {
        WireWriter writer = new();
        writer.Record(WireType.MemberRecord, 9).Hash(chain.Hash);
        WriteSigned(writer);
        return Hasher.Tagged(HashDomain.Member, writer.End().ToArray());
    }

    public void Write(WireWriter writer)
    {
        writer.Record(WireType.MemberRecord, 9);
        WriteSigned(writer);
        writer.Bytes(Signature.AsSpan()).End();
    }

    public static MemberRecord Read(WireReader reader)
    {
        reader.Record(WireType.MemberRecord, 9);
        MemberRecord record = new()
        {
            NodeKey = PublicKey.Read(reader),
            Addresses = reader.List(AddressesMax, static item => item.Text(Limits.AddressCharactersMax)),
            Roles = (MemberRoles)reader.Byte(),
            Region = reader.Text(LabelCharactersMax),
            ApiAddress = reader.TryNull() ? null : reader.Text(Limits.AddressCharactersMax),
            Version = reader.Text(LabelCharactersMax),
            Sequence = reader.UInt64(),
            IssuedAt = reader.Instant(),
            Signature = Signature.Read(reader),
        };
        reader.End();
        if ((record.Roles & ~MemberRoles.All) != 0) reader.Fail();
        foreach (string address in record.Addresses)
        {
            if (!IsAddress(address)) reader.Fail();
        }

        if (record.ApiAddress is { } api && !IsAddress(api)) reader.Fail();
        return record;
    }

    /// <summary>host:port in printable ASCII: enough to keep nonsense out; whether it resolves is the network's to find out.</summary>
    public static bool IsAddress(string text)
    {
        int colon = text.LastIndexOf(':');
        if (colon <= 0 || colon + 6 < text.Length || colon + 1 == text.Length || text.Length > Limits.AddressCharactersMax) return false;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] is <= ' ' or > '~') return false;
            if (i > colon && !char.IsAsciiDigit(text[i])) return false;
        }

        return true;
    }

    private void WriteSigned(WireWriter writer)
    {
        writer.Bytes(NodeKey.AsSpan()).Array(Addresses.Length);
        foreach (string address in Addresses) writer.Text(address);
        writer.End().UInt64((byte)Roles).Text(Region);
        if (ApiAddress is null) writer.Null();
        else writer.Text(ApiAddress);
        writer.Text(Version).UInt64(Sequence).Instant(IssuedAt);
    }
}
