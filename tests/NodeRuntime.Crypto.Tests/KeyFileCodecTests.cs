using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto.Tests;

public sealed class KeyFileCodecTests
{
    private const int FewIterations = 1000;

    private static readonly byte[] Entropy = Filled(28, 3);
    private static readonly KeyPair Pair = KeyPair.Generate(KeyAlgorithm.Secp256k1, Filled(32, 4));

    [Fact]
    public void A_key_comes_back_with_its_passphrase()
    {
        byte[] file = KeyFileCodec.Encode(Pair, "correct horse", Entropy);
        Assert.Equal(KeyFileVerdict.Accepted, KeyFileCodec.Decode(file, "correct horse", out KeyPair? pair));
        Assert.Equal(Pair.PublicKey, pair!.PublicKey);
        Assert.Equal(Pair.Scalar.ToArray(), pair.Scalar.ToArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("correct Horse")]
    [InlineData("correct horse ")]
    public void Another_passphrase_is_wrong(string passphrase)
    {
        byte[] file = KeyFileCodec.Encode(Pair, "correct horse", Entropy, FewIterations);
        Assert.Equal(KeyFileVerdict.WrongPassphrase, KeyFileCodec.Decode(file, passphrase, FewIterations, out KeyPair? pair));
        Assert.Null(pair);
    }

    [Fact]
    public void Every_flipped_byte_is_refused()
    {
        byte[] file = KeyFileCodec.Encode(Pair, "p", Entropy, FewIterations);
        for (int i = 0; i < file.Length; i++)
        {
            byte[] flipped = [.. file];
            flipped[i] ^= 0x01;
            Assert.NotEqual(KeyFileVerdict.Accepted, KeyFileCodec.Decode(flipped, "p", FewIterations - 1, out _));
        }
    }

    [Fact]
    public void Every_truncation_and_a_trailing_byte_are_malformed()
    {
        byte[] file = KeyFileCodec.Encode(Pair, "p", Entropy, FewIterations);
        for (int length = 0; length < file.Length; length++)
        {
            Assert.Equal(KeyFileVerdict.Malformed, KeyFileCodec.Decode(file.AsMemory(0, length), "p", FewIterations, out _));
        }

        Assert.Equal(KeyFileVerdict.Malformed, KeyFileCodec.Decode((byte[])[.. file, 0], "p", FewIterations, out _));
    }

    [Theory]
    [InlineData(599_999u)]
    [InlineData(10_000_001u)]
    [InlineData(uint.MaxValue)]
    public void Iterations_out_of_range_are_refused_before_they_are_run(uint iterations)
    {
        byte[] file = new WireWriter().Record(WireType.KeyFile, 5).Bytes(Pair.PublicKey.AsSpan()).UInt64(iterations)
            .Bytes(new byte[16]).Bytes(new byte[12]).Bytes(new byte[48]).End().ToArray();
        Assert.Equal(KeyFileVerdict.IterationsOutOfRange, KeyFileCodec.Decode(file, "p", out _));
    }

    [Fact]
    public void The_scalar_is_not_in_the_file_in_the_clear()
    {
        byte[] file = KeyFileCodec.Encode(Pair, "p", Entropy, FewIterations);
        Assert.Equal(-1, file.AsSpan().IndexOf(Pair.Scalar[..8]));
    }

    private static byte[] Filled(int count, ulong seed)
    {
        byte[] bytes = new byte[count];
        new Prng(seed).Fill(bytes);
        return bytes;
    }
}
