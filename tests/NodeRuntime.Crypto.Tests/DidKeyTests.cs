using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto.Tests;

public sealed class DidKeyTests
{
    // The example of the did:key specification.
    [Theory]
    [InlineData(
        "did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme",
        "0103874c15c7fda20e539c6e5ba573c139884c351188799f5458b4b41f7924f235cd")]
    public void A_published_name_and_its_key_are_one(string did, string key)
    {
        Assert.True(DidKey.TryParse(did, out PublicKey parsed));
        Assert.Equal(key, parsed.ToString());
        Assert.Equal(did, DidKey.Format(parsed));
    }

    [Theory]
    [InlineData(KeyAlgorithm.Secp256k1, "did:key:zQ3s")]
    [InlineData(KeyAlgorithm.P256, "did:key:zDn")]
    public void Every_key_comes_back_from_its_name(KeyAlgorithm algorithm, string prefix)
    {
        Prng prng = new(5);
        byte[] point = new byte[PublicKey.PointByteCount];
        for (int i = 0; i < 200; i++)
        {
            prng.Fill(point);
            point[0] = (byte)(2 + (i & 1));
            PublicKey key = new(algorithm, point);
            string did = DidKey.Format(key);
            Assert.StartsWith(prefix, did, StringComparison.Ordinal);
            Assert.True(DidKey.TryParse(did, out PublicKey parsed));
            Assert.Equal(key, parsed);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("did:key:")]
    [InlineData("did:key:z")]
    [InlineData("did:key:z1")]
    [InlineData("did:web:example.org")]
    [InlineData("DID:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme")]
    [InlineData("did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBm")]
    [InlineData("did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBmee")]
    [InlineData("did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBm0")]
    [InlineData("did:key:z1Q3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme")]
    [InlineData("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK")]
    public void Anything_else_is_refused(string? text) => Assert.False(DidKey.TryParse(text, out _));
}
