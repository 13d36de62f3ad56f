using System;
using System.Buffers.Text;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Api;

/// <summary>
/// A bearer token that an account's key signs for itself: for one chain and one peer, until a moment. What belongs to an
/// owner alone, its jobs' states and logs, is given to nobody without one. Holds for accounts with a single key.
/// </summary>
public sealed record AccessToken(ChainId Chain, PeerId Audience, PublicKey Key, Instant ExpiresAt, Signature Signature)
{
    /// <summary>A stolen token is worth this long at most.</summary>
    public static Duration LifetimeMax => Duration.FromMinutes(60);

    public AccountId Account => KeyPolicy.Single(Key).ToAccountId();

    public static AccessToken Sign(ISigner signer, ChainId chain, PeerId audience, Instant expiresAt) =>
        new(chain, audience, signer.PublicKey, expiresAt, signer.Sign(Digest(chain, audience, signer.PublicKey, expiresAt)));

    public AccessTokenVerdict Check(ChainId chain, PeerId audience, Instant now, ISignatureVerifier signatures)
    {
        if (Chain != chain) return AccessTokenVerdict.WrongChain;
        if (Audience != audience) return AccessTokenVerdict.WrongAudience;
        if (ExpiresAt <= now) return AccessTokenVerdict.Expired;
        if (ExpiresAt - now > LifetimeMax) return AccessTokenVerdict.LifetimeTooLong;
        SignatureVerdict verdict = signatures.Verify(Key, Digest(Chain, Audience, Key, ExpiresAt), Signature);
        return verdict == SignatureVerdict.Accepted ? AccessTokenVerdict.Accepted : AccessTokenVerdict.SignatureWrong;
    }

    /// <summary>As it stands behind "Bearer ": base64url.</summary>
    public string ToHeaderValue()
    {
        WireWriter writer = new();
        writer.Record(WireType.AccessToken, 5).Hash(Chain.Hash).Hash(Audience.Hash).Bytes(Key.AsSpan())
            .Instant(ExpiresAt).Bytes(Signature.AsSpan()).End();
        return Base64Url.EncodeToString(writer.ToArray());
    }

    public static AccessToken? Parse(string? text)
    {
        if (text is null || text.Length > 1024 || !Base64Url.IsValid(text)) return null;
        WireReader reader = new(Base64Url.DecodeFromChars(text));
        reader.Record(WireType.AccessToken, 5);
        AccessToken token = new(
            new ChainId(reader.Hash()), new PeerId(reader.Hash()), PublicKey.Read(reader), reader.Instant(), Signature.Read(reader));
        reader.End();
        // A year beyond 9999 is no moment, and would overflow where it is subtracted from.
        if (token.ExpiresAt.Microseconds is < 0 or > 253_402_300_799_999_999) reader.Fail();
        return reader.Succeeded ? token : null;
    }

    private static Hash256 Digest(ChainId chain, PeerId audience, in PublicKey key, Instant expiresAt)
    {
        WireWriter writer = new();
        writer.Record(WireType.AccessToken, 4).Hash(chain.Hash).Hash(audience.Hash).Bytes(key.AsSpan()).Instant(expiresAt).End();
        return Hasher.Tagged(HashDomain.AccessToken, writer.ToArray());
    }
}

public enum AccessTokenVerdict
{
    Accepted,
    WrongChain,
    WrongAudience,
    Expired,
    LifetimeTooLong,
    SignatureWrong,
}
