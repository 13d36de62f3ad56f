using System;
using System.Text;
using NodeRuntime.Crypto.MemoryHard;

namespace NodeRuntime.Crypto.Tests.MemoryHard;

public sealed class Blake2bTests
{
    [Fact]
    public void The_digest_of_RFC_7693_appendix_A_is_found()
    {
        byte[] digest = new byte[64];
        Blake2b.Hash(Encoding.ASCII.GetBytes("abc"), digest);
        Assert.Equal(
            "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
            Convert.ToHexStringLower(digest));
    }

    // Appendix E: four lengths of digest, six of input, with and without a key, hashed together.
    [Fact]
    public void The_self_test_of_RFC_7693_appendix_E_passes()
    {
        Blake2b all = new(32);
        foreach (int digestLength in (int[])[20, 32, 48, 64])
        {
            foreach (int inputLength in (int[])[0, 3, 128, 129, 255, 1024])
            {
                byte[] input = Sequence(inputLength, inputLength);
                byte[] digest = new byte[digestLength];
                Blake2b.Hash(input, digest);
                all.Append(digest);
                Blake2b keyed = new(digestLength, Sequence(digestLength, digestLength));
                keyed.Append(input);
                keyed.Finish(digest);
                all.Append(digest);
            }
        }

        byte[] found = new byte[32];
        all.Finish(found);
        Assert.Equal("c23a7800d98123bd10f506c61e29da5603d763b8bbad2e737f5e765a7bccd475", Convert.ToHexStringLower(found));
    }

    [Fact]
    public void Pieces_have_the_digest_of_the_whole()
    {
        byte[] bytes = Sequence(700, 3);
        byte[] whole = new byte[64];
        Blake2b.Hash(bytes, whole);
        foreach (int size in (int[])[1, 64, 127, 128, 129, 256])
        {
            Blake2b hash = new(64);
            for (int at = 0; at < bytes.Length; at += size) hash.Append(bytes.AsSpan(at, Math.Min(size, bytes.Length - at)));
            byte[] digest = new byte[64];
            hash.Finish(digest);
            Assert.Equal(whole, digest);
        }
    }

    private static byte[] Sequence(int length, int seed)
    {
        uint a = unchecked(0xDEAD4BAD * (uint)seed), b = 1;
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
        {
            uint t = unchecked(a + b);
            (a, b) = (b, t);
            bytes[i] = (byte)(t >> 24);
        }

        return bytes;
    }
}
