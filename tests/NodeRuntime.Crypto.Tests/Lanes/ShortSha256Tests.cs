using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using NodeRuntime.Crypto.Lanes;
using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto.Tests.Lanes;

public sealed class ShortSha256Tests
{
    /// <summary>What this processor has; and Arm's way with its instructions written out by their specification, which runs everywhere.</summary>
    public static TheoryData<string> Backends =>
        [.. Enum.GetNames<ShortSha256Backend>().Where(static it => ShortSha256.TryOpen(Enum.Parse<ShortSha256Backend>(it), out _)), "ArmBySpecification"];

    [Fact]
    public void The_fastest_is_what_the_processor_is_best_at()
    {
        ShortSha256Backend[] order = [ShortSha256Backend.Avx512, ShortSha256Backend.Avx2, ShortSha256Backend.Arm, ShortSha256Backend.Platform];
        ShortSha256Backend first = order.First(static it => ShortSha256.TryOpen(it, out _));
        Assert.True(ShortSha256.TryOpen(first, out IShortSha256? expected));
        Assert.Equal(expected!.LaneCount, ShortSha256.Open().LaneCount);
        Assert.Contains(first.ToString()[..3], ShortSha256.FastestName, StringComparison.OrdinalIgnoreCase);
    }

    // FIPS 180-4's examples and NIST's SHA256ShortMsg, lengths 0, 1, 2, 4, 8 and 64 bytes.
    [Theory]
    [MemberData(nameof(Backends))]
    public void Published_vectors_hold(string backend)
    {
        (string Message, string Digest)[] vectors =
        [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("616263", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            ("6162636462636465636465666465666765666768666768696768696a68696a6b696a6b6c6a6b6c6d6b6c6d6e6c6d6e6f6d6e6f706e6f7071",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
            ("d3", "28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1"),
            ("11af", "5ca7133fa735326081558ac312c620eeca9970d1e70a4b95533d956f072d1f98"),
            ("74ba2521", "b16aa56be3880d18cd41e68384cf1ec8c17680c45a02b1575dc1518923ae8b0e"),
            ("5738c929c4f4ccb6", "963bb88f27f512777aab6c8b1a02c70ec0ad651d428f870036e1917120fb48bf"),
        ];
        IShortSha256 hasher = Open(backend);
        foreach ((string message, string digest) in vectors)
        {
            byte[] bytes = Convert.FromHexString(message);
            byte[] digests = new byte[3 * 32];
            hasher.Hash([.. bytes, .. bytes, .. bytes], bytes.Length, digests);
            for (int i = 0; i < 3; i++) Assert.Equal(digest, Convert.ToHexStringLower(digests.AsSpan(32 * i, 32)));
        }
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void Every_length_over_every_border_of_a_block_is_right_for_every_count(string backend)
    {
        IShortSha256 hasher = Open(backend);
        Prng prng = new(1);
        for (int length = 0; length <= 260; length++)
        {
            int count = 1 + prng.NextBelow(35);
            byte[] messages = Random(prng, length * count);
            byte[] digests = new byte[count * 32];
            hasher.Hash(messages, length, digests);
            byte[] prefixed = new byte[count * 32];
            hasher.HashPrefixed(7, messages, length, prefixed);
            for (int i = 0; i < count; i++)
            {
                ReadOnlySpan<byte> message = messages.AsSpan(i * length, length);
                Assert.Equal(SHA256.HashData(message), digests.AsSpan(32 * i, 32));
                Assert.Equal(SHA256.HashData((byte[])[7, .. message]), prefixed.AsSpan(32 * i, 32));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void Messages_of_different_lengths_in_one_call_each_get_their_digest(string backend)
    {
        IShortSha256 hasher = Open(backend);
        Prng prng = new(2);
        for (int run = 0; run < 40; run++)
        {
            List<byte> messages = [];
            int[] ends = new int[prng.NextBelow(100)];
            for (int i = 0; i < ends.Length; i++)
            {
                messages.AddRange(Random(prng, run == 0 ? ShortSha256.MessageByteCountMax : prng.NextBelow(run < 20 ? 400 : 2000)));
                ends[i] = messages.Count;
            }

            byte[] digests = new byte[32 * ends.Length];
            hasher.HashPrefixed(0, messages.ToArray(), ends, digests);
            for (int i = 0; i < ends.Length; i++)
            {
                byte[] message = [0, .. messages.Take(ends[i]).Skip(i == 0 ? 0 : ends[i - 1])];
                Assert.Equal(SHA256.HashData(message), digests.AsSpan(32 * i, 32));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void A_level_of_a_tree_becomes_the_next_in_its_own_place(string backend)
    {
        IShortSha256 hasher = Open(backend);
        byte[] level = Random(new Prng(3), 100 * 64);
        byte[] expected = new byte[100 * 32];
        Open(nameof(ShortSha256Backend.Platform)).HashPrefixed(1, level, 64, expected);
        hasher.HashPrefixed(1, level, 64, level.AsSpan(0, 100 * 32));
        Assert.Equal(expected, level.AsSpan(0, 100 * 32));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void Macs_are_those_of_HMAC(string backend)
    {
        IShortSha256 hasher = Open(backend);
        Prng prng = new(4);
        for (int length = 0; length <= ShortSha256.MacMessageByteCountMax; length++)
        {
            byte[] key = Random(prng, prng.NextBelow(65));
            int count = 1 + prng.NextBelow(20);
            byte[] messages = Random(prng, count * length);
            byte[] macs = new byte[count * 32];
            hasher.Mac(key, messages, length, macs);
            for (int i = 0; i < count; i++)
            {
                Assert.Equal(HMACSHA256.HashData(key, messages.AsSpan(i * length, length)), macs.AsSpan(32 * i, 32));
            }
        }
    }

    [Fact]
    public void What_does_not_fit_together_is_an_error_of_the_caller()
    {
        IShortSha256 hasher = ShortSha256.Open();
        Assert.Throws<InvariantException>(() => hasher.Hash(new byte[5], 3, new byte[64]));
        Assert.Throws<InvariantException>(() => hasher.Hash(new byte[2001], 2001, new byte[32]));
        Assert.Throws<InvariantException>(() => hasher.HashPrefixed(0, new byte[5], [3, 2], new byte[64]));
        Assert.Throws<InvariantException>(() => hasher.Mac(new byte[65], new byte[5], 5, new byte[32]));
        Assert.Throws<InvariantException>(() => hasher.Mac(new byte[6], new byte[56], 56, new byte[32]));
    }

    private static IShortSha256 Open(string backend)
    {
        if (backend == "ArmBySpecification") return new LaneSha256(new Sha256ByArm<ArmBySpecification>());
        Assert.True(ShortSha256.TryOpen(Enum.Parse<ShortSha256Backend>(backend), out IShortSha256? hasher));
        return hasher!;
    }

    private static byte[] Random(Prng prng, int length)
    {
        byte[] bytes = new byte[length];
        prng.Fill(bytes);
        return bytes;
    }

    /// <summary>Arm's four instructions as the architecture's manual defines them: SHA256hash() and the two schedule updates.</summary>
    private readonly struct ArmBySpecification : IArmSha256
    {
        public static Vector128<uint> HashUpdate1(Vector128<uint> abcd, Vector128<uint> efgh, Vector128<uint> input) => Rounds(abcd, efgh, input).First;

        public static Vector128<uint> HashUpdate2(Vector128<uint> efgh, Vector128<uint> abcd, Vector128<uint> input) => Rounds(abcd, efgh, input).Second;

        public static Vector128<uint> ScheduleUpdate0(Vector128<uint> w0, Vector128<uint> w4)
        {
            uint[] next = [w0[1], w0[2], w0[3], w4[0]];
            return w0 + Vector128.Create([.. next.Select(static x => uint.RotateRight(x, 7) ^ uint.RotateRight(x, 18) ^ (x >> 3))]);
        }

        public static Vector128<uint> ScheduleUpdate1(Vector128<uint> w0, Vector128<uint> w8, Vector128<uint> w12)
        {
            static uint Sigma(uint x) => uint.RotateRight(x, 17) ^ uint.RotateRight(x, 19) ^ (x >> 10);
            unchecked
            {
                uint first = w0[0] + w8[1] + Sigma(w12[2]), second = w0[1] + w8[2] + Sigma(w12[3]);
                return Vector128.Create(first, second, w0[2] + w8[3] + Sigma(first), w0[3] + w12[0] + Sigma(second));
            }
        }

        private static (Vector128<uint> First, Vector128<uint> Second) Rounds(Vector128<uint> abcd, Vector128<uint> efgh, Vector128<uint> input)
        {
            uint a = abcd[0], b = abcd[1], c = abcd[2], d = abcd[3], e = efgh[0], f = efgh[1], g = efgh[2], h = efgh[3];
            for (int i = 0; i < 4; i++)
            {
                unchecked
                {
                    uint t = h + (uint.RotateRight(e, 6) ^ uint.RotateRight(e, 11) ^ uint.RotateRight(e, 25)) + ((e & f) ^ (~e & g)) + input[i];
                    uint u = (uint.RotateRight(a, 2) ^ uint.RotateRight(a, 13) ^ uint.RotateRight(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
                    (a, b, c, d, e, f, g, h) = (t + u, a, b, c, d + t, e, f, g);
                }
            }

            return (Vector128.Create(a, b, c, d), Vector128.Create(e, f, g, h));
        }
    }
}
