using System;
using System.Linq;
using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto.Tests;

public sealed class KeyPairTests
{
    // Multiples of the generators: SEC 2 for 1, and the order minus one for the last scalar there is.
    [Theory]
    [InlineData(KeyAlgorithm.Secp256k1, "0000000000000000000000000000000000000000000000000000000000000001",
        "010279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")]
    [InlineData(KeyAlgorithm.Secp256k1, "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140",
        "010379be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")]
    [InlineData(KeyAlgorithm.P256, "0000000000000000000000000000000000000000000000000000000000000001",
        "02036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296")]
    [InlineData(KeyAlgorithm.P256, "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721",
        "020360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6")]
    public void A_scalar_has_its_published_public_key(KeyAlgorithm algorithm, string scalar, string publicKey)
    {
        Assert.True(KeyPair.TryCreate(algorithm, Convert.FromHexString(scalar), out KeyPair? pair));
        Assert.Equal(publicKey, pair!.PublicKey.ToString());
    }

    [Theory]
    [InlineData(KeyAlgorithm.Secp256k1, "0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData(KeyAlgorithm.Secp256k1, "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")]
    [InlineData(KeyAlgorithm.P256, "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551")]
    [InlineData(KeyAlgorithm.P256, "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    [InlineData(KeyAlgorithm.P256, "01")]
    [InlineData((KeyAlgorithm)3, "0000000000000000000000000000000000000000000000000000000000000001")]
    public void A_scalar_out_of_range_is_refused(KeyAlgorithm algorithm, string scalar) =>
        Assert.False(KeyPair.TryCreate(algorithm, Convert.FromHexString(scalar), out _));

    [Fact]
    public void Equal_entropy_gives_equal_keys_and_other_entropy_other_keys()
    {
        byte[] entropy = new byte[32];
        KeyPair first = KeyPair.Generate(KeyAlgorithm.Secp256k1, entropy);
        Assert.Equal(first.PublicKey, KeyPair.Generate(KeyAlgorithm.Secp256k1, entropy).PublicKey);
        Assert.NotEqual(first.PublicKey.Point.ToArray(), KeyPair.Generate(KeyAlgorithm.P256, entropy).PublicKey.Point.ToArray());
        entropy[31] = 1;
        Assert.NotEqual(first.PublicKey, KeyPair.Generate(KeyAlgorithm.Secp256k1, entropy).PublicKey);
    }

    [Fact]
    public void A_pair_shows_only_its_public_key()
    {
        KeyPair pair = KeyPair.Generate(KeyAlgorithm.P256, Enumerable.Repeat((byte)9, 32).ToArray());
        Assert.Equal(pair.PublicKey.ToString(), pair.ToString());
    }

    [Fact]
    public void Too_little_entropy_breaks_an_invariant() =>
        Assert.Throws<InvariantException>(() => KeyPair.Generate(KeyAlgorithm.P256, new byte[31]));
}
