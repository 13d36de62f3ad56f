using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto.Tests;

public sealed class RevealChainTests
{
    private static readonly Hash256 Secret = Hasher.Sha256("secret"u8);

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(1_023)]
    [InlineData(1_024)]
    [InlineData(1_025)]
    [InlineData(3_000)]
    public void Each_value_is_the_hash_of_the_next(uint length)
    {
        RevealChain chain = RevealChain.FromSecret(Secret, length);
        Assert.Equal(chain.Anchor, chain.At(0));
        Assert.Equal(Secret, chain.At(length));
        Hash256 value = Secret;
        for (uint depth = length; depth > 0; depth--)
        {
            Assert.Equal(value, chain.At(depth));
            value = Hasher.Tagged(HashDomain.Reveal, value.AsSpan());
        }

        Assert.Equal(chain.Anchor, value);
        Assert.Equal(chain.Anchor, RevealChain.Back(Secret, length));
    }

    [Fact]
    public void A_key_has_one_chain_of_each_length()
    {
        KeyPair first = KeyPair.Generate(KeyAlgorithm.Secp256k1, Hasher.Sha256("first"u8).AsSpan());
        KeyPair second = KeyPair.Generate(KeyAlgorithm.Secp256k1, Hasher.Sha256("second"u8).AsSpan());
        Assert.Equal(RevealChain.Of(first, 64).Anchor, RevealChain.Of(first, 64).Anchor);
        Assert.NotEqual(RevealChain.Of(first, 64).Anchor, RevealChain.Of(second, 64).Anchor);
        // Not the scalar itself, nor what the public key is made of.
        Assert.NotEqual(first.ToString(), RevealChain.Of(first, 64).At(64).ToString());
    }

    [Fact]
    public void Beyond_its_end_there_is_nothing() =>
        Assert.Throws<InvariantException>(() => RevealChain.FromSecret(Secret, 16).At(17));
}
