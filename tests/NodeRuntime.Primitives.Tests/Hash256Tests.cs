using System;
using System.Linq;
using NodeRuntime.Primitives;

namespace NodeRuntime.Primitives.Tests;

public sealed class Hash256Tests
{
    private const string Text = "00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f";

    [Fact]
    public void A_hash_comes_back_from_its_digits()
    {
        Assert.True(Hash256.TryParse(Text, out Hash256 hash));
        Assert.Equal(Text, hash.ToString());
        Assert.Equal("00112233", hash.ToShortString());
        Assert.Equal(Convert.FromHexString(Text), hash.ToArray());
        Assert.True(Hash256.TryParse(Text.ToUpperInvariant(), out Hash256 upper));
        Assert.Equal(hash, upper);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0")]
    [InlineData("00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f0")]
    [InlineData("00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0g")]
    [InlineData("0x112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f")]
    public void Other_text_is_refused(string? text)
    {
        Assert.False(Hash256.TryParse(text, out Hash256 hash));
        Assert.True(hash.IsZero);
    }

    [Fact]
    public void The_default_is_the_digest_of_nothing()
    {
        Assert.True(default(Hash256).IsZero);
        Assert.Equal(Hash256.Zero, new Hash256(new byte[32]));
    }

    [Fact]
    public void Hashes_are_ordered_as_bytes()
    {
        Hash256[] hashes = [Of(0xff, 0), Of(0, 1), Of(0x80, 0), Of(0, 0)];
        Assert.Equal([Of(0, 0), Of(0, 1), Of(0x80, 0), Of(0xff, 0)], hashes.Order());
        Assert.True(Of(1, 0) > Of(0, 0xff));
        Assert.True(Of(1, 0) <= Of(1, 0));
        Assert.True(Of(1, 0) != Of(0, 1));
    }

    [Fact]
    public void Every_bit_counts()
    {
        for (int bit = 0; bit < 256; bit++)
        {
            byte[] bytes = new byte[32];
            bytes[bit / 8] = (byte)(1 << (bit % 8));
            Assert.NotEqual(Hash256.Zero, new Hash256(bytes));
        }
    }

    [Theory]
    [InlineData(31)]
    [InlineData(33)]
    public void Another_length_breaks_an_invariant(int length) =>
        Assert.Throws<InvariantException>(() => new Hash256(new byte[length]));

    private static Hash256 Of(byte first, byte last)
    {
        byte[] bytes = new byte[32];
        bytes[0] = first;
        bytes[31] = last;
        return new Hash256(bytes);
    }
}
