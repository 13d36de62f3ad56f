using System;
using System.Buffers.Text;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using Xunit;

namespace NodeRuntime.Api.Tests;

public sealed class AccessTokenTests
{
    private static readonly Instant Now = Instant.FromMilliseconds(1_767_225_600_000);
    private static readonly PeerId Peer = Keys.Provider.PublicKey.ToPeerId();

    [Theory]
    [InlineData("nothing", AccessTokenVerdict.Accepted)]
    [InlineData("chain", AccessTokenVerdict.WrongChain)]
    [InlineData("audience", AccessTokenVerdict.WrongAudience)]
    [InlineData("expiry", AccessTokenVerdict.Expired)]
    [InlineData("longest lifetime", AccessTokenVerdict.Accepted)]
    [InlineData("lifetime", AccessTokenVerdict.LifetimeTooLong)]
    [InlineData("key", AccessTokenVerdict.SignatureWrong)]
    [InlineData("signature", AccessTokenVerdict.SignatureWrong)]
    public void A_token_holds_for_one_chain_one_peer_and_a_while(string spoiled, AccessTokenVerdict expected)
    {
        Instant expires = spoiled switch
        {
            "expiry" => Now,
            "longest lifetime" => Now + AccessToken.LifetimeMax,
            "lifetime" => Now + AccessToken.LifetimeMax + new Duration(1),
            _ => Now + Duration.FromMinutes(5),
        };
        AccessToken token = AccessToken.Sign(Keys.Owner, Keys.Chain, Peer, expires);
        token = spoiled switch
        {
            "chain" => token with { Chain = new ChainId(Hash256.Zero) },
            "audience" => token with { Audience = Keys.Stranger.PublicKey.ToPeerId() },
            "key" => token with { Key = Keys.Stranger.PublicKey },
            "signature" => token with { Signature = Keys.Owner.Sign(Hash256.Zero) },
            _ => token,
        };

        AccessToken? parsed = AccessToken.Parse(token.ToHeaderValue());
        Assert.Equal(token, parsed);
        Assert.Equal(expected, parsed!.Check(Keys.Chain, Peer, Now, Keys.Signatures));
        if (expected == AccessTokenVerdict.Accepted) Assert.Equal(Keys.AccountOf(Keys.Owner), parsed.Account);
    }

    [Fact]
    public void A_token_for_another_chain_or_peer_cannot_be_relabelled()
    {
        AccessToken token = AccessToken.Sign(Keys.Owner, new ChainId(Hash256.Zero), Peer, Now + Duration.FromMinutes(5));

        Assert.Equal(AccessTokenVerdict.SignatureWrong, (token with { Chain = Keys.Chain }).Check(Keys.Chain, Peer, Now, Keys.Signatures));
    }

    [Fact]
    public void No_byte_of_a_token_can_be_changed()
    {
        byte[] bytes = Base64Url.DecodeFromChars(AccessToken.Sign(Keys.Owner, Keys.Chain, Peer, Now + Duration.FromMinutes(5)).ToHeaderValue());
        for (int i = 0; i < bytes.Length; i++)
        {
            foreach (byte flip in new byte[] { 1, 0x80, 0xff })
            {
                byte[] damaged = [.. bytes];
                damaged[i] ^= flip;
                AccessTokenVerdict? verdict = AccessToken.Parse(Base64Url.EncodeToString(damaged))?.Check(Keys.Chain, Peer, Now, Keys.Signatures);
                Assert.NotEqual(AccessTokenVerdict.Accepted, verdict);
            }
        }

        for (int length = 0; length < bytes.Length; length++) Assert.Null(AccessToken.Parse(Base64Url.EncodeToString(bytes.AsSpan(0, length))));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("not base64url!")]
    [InlineData("AAAA")]
    [InlineData("gAAA")]
    public void What_is_no_token_is_none(string? text) => Assert.Null(AccessToken.Parse(text));

    [Fact]
    public void A_text_too_long_for_a_token_is_none() => Assert.Null(AccessToken.Parse(new string('A', 1025)));

    [Fact]
    public void A_moment_beyond_the_calendar_is_refused()
    {
        AccessToken token = AccessToken.Sign(Keys.Owner, Keys.Chain, Peer, new Instant(long.MaxValue));

        Assert.Null(AccessToken.Parse(token.ToHeaderValue()));
    }
}
