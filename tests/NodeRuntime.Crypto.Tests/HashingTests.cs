using System;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto.Tests;

public sealed class HashingTests
{
    // FIPS 180-2 appendix B and the empty message.
    [Theory]
    [InlineData("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData(
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")]
    public void Published_digests_are_found(string text, string digest) =>
        Assert.Equal(digest, Hasher.Sha256(Encoding.ASCII.GetBytes(text)).ToString());

    [Fact]
    public void The_fast_path_equals_the_managed_one_at_every_length_around_its_blocks_and_its_end()
    {
        byte[] bytes = new byte[3000];
        new Prng(1).Fill(bytes);
        for (int length = 0; length <= bytes.Length; length += length is < 300 or (> 1000 and < 1100) ? 1 : 61)
        {
            Assert.Equal(new Hash256(SHA256.HashData(bytes.AsSpan(0, length))), Hasher.Sha256(bytes.AsSpan(0, length)));
        }
    }

    [Fact]
    public void Content_in_pieces_has_the_digest_of_the_whole_and_the_hasher_begins_anew()
    {
        byte[] bytes = new byte[100_000];
        new Prng(2).Fill(bytes);
        using ContentHasher hasher = new();
        for (int round = 0; round < 2; round++)
        {
            foreach (byte[] piece in bytes.Chunk(777)) hasher.Append(piece);
            Assert.Equal((ulong)bytes.Length, hasher.Length);
            Assert.Equal(Hasher.Sha256(bytes), hasher.Finish());
        }

        Assert.Equal(Hasher.Sha256([]), hasher.Finish());
    }

    [Fact]
    public void A_tagged_digest_is_the_plain_one_of_the_named_prefix_and_the_parts()
    {
        byte[] expected = [.. "\x12noderuntime/Header"u8, 1, 2, 3];
        Assert.Equal(Hasher.Sha256(expected), Hasher.Tagged(HashDomain.Header, [1, 2, 3]));
        Assert.Equal(Hasher.Sha256(expected), Hasher.Tagged(HashDomain.Header, [1], [2, 3]));
        byte[] large = new byte[5000];
        Assert.Equal(Hasher.Sha256([.. "\x10noderuntime/Peer"u8, .. large]), Hasher.Tagged(HashDomain.Peer, large));
    }

    [Fact]
    public void Every_domain_has_digests_of_its_own()
    {
        HashDomain[] domains = Enum.GetValues<HashDomain>();
        Assert.Equal(domains.Length, domains.Select(domain => Hasher.Tagged(domain, [])).Distinct().Count());
    }

    [Fact]
    public void A_commitment_hides_behind_its_salt()
    {
        byte[] salt = new byte[Salt.ByteCount];
        Hash256 commitment = Hasher.Commit(salt, [1]);
        Assert.Equal(Hasher.Sha256([.. "\x16noderuntime/Commitment"u8, .. salt, 1]), commitment);
        salt[0] = 1;
        Assert.NotEqual(commitment, Hasher.Commit(salt, [1]));
    }
}
