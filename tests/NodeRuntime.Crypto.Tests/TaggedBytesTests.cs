using System;
using System.Linq;
using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto.Tests;

public sealed class TaggedBytesTests
{
    private static readonly byte[] KeyBytes = [1, 2, .. Hasher.Sha256("key"u8).AsSpan()];
    private static readonly byte[] SignatureBytes = [2, .. Hasher.Sha256("r"u8).AsSpan(), .. Hasher.Sha256("s"u8).AsSpan()];

    [Fact]
    public void A_key_comes_back_from_its_bytes()
    {
        Assert.True(PublicKey.TryParse(KeyBytes, out PublicKey key));
        Assert.Equal(KeyAlgorithm.Secp256k1, key.Algorithm);
        Assert.Equal(KeyBytes, key.AsSpan().ToArray());
        Assert.Equal(KeyBytes[1..], key.Point.ToArray());
        Assert.Equal(Convert.ToHexStringLower(KeyBytes), key.ToString());
        Assert.Equal(new PeerId(Hasher.Tagged(HashDomain.Peer, KeyBytes)), key.ToPeerId());
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 3)]
    [InlineData(0, 255)]
    [InlineData(1, 0)]
    [InlineData(1, 4)]
    [InlineData(1, 5)]
    public void A_key_with_another_algorithm_or_form_of_point_is_refused(int index, byte value)
    {
        byte[] bytes = [.. KeyBytes];
        bytes[index] = value;
        Assert.False(PublicKey.TryParse(bytes, out PublicKey key));
        Assert.Equal(default, key);
    }

    [Fact]
    public void A_signature_comes_back_from_its_bytes()
    {
        Assert.True(Signature.TryParse(SignatureBytes, out Signature signature));
        Assert.Equal(KeyAlgorithm.P256, signature.Algorithm);
        Assert.Equal(SignatureBytes[1..], signature.Compact.ToArray());
        Assert.False(Signature.TryParse([3, .. SignatureBytes[1..]], out _));
    }

    [Fact]
    public void Other_lengths_are_refused()
    {
        Assert.False(PublicKey.TryParse(KeyBytes.AsSpan(1), out _));
        Assert.False(PublicKey.TryParse([.. KeyBytes, 0], out _));
        Assert.False(Signature.TryParse(SignatureBytes.AsSpan(1), out _));
        Assert.False(Signature.TryParse([.. SignatureBytes, 0], out _));
        Assert.Throws<InvariantException>(() => new Salt(new byte[15]));
    }

    [Fact]
    public void Keys_are_equal_and_ordered_as_bytes()
    {
        PublicKey[] keys = [.. Enumerable.Range(0, 8).Select(KeyOf)];
        PublicKey[] sorted = [.. keys.Order()];
        for (int i = 1; i < sorted.Length; i++) Assert.True(sorted[i - 1].AsSpan().SequenceCompareTo(sorted[i].AsSpan()) < 0);
        Assert.True(keys[0] == new PublicKey(KeyAlgorithm.P256, keys[0].Point));
        Assert.True(keys[0] != new PublicKey(KeyAlgorithm.Secp256k1, keys[0].Point));
    }

    [Fact]
    public void A_salt_comes_back_from_its_bytes()
    {
        Salt salt = new(KeyBytes.AsSpan(0, 16));
        Assert.Equal(KeyBytes[..16], salt.ToArray());
        Assert.Equal(Convert.ToHexStringLower(KeyBytes, 0, 16), salt.ToString());
        Assert.Equal(salt, new Salt(salt.ToArray()));
    }

    private static PublicKey KeyOf(int number) => new(KeyAlgorithm.P256, [2, .. Hasher.Sha256([(byte)number]).AsSpan()]);
}
