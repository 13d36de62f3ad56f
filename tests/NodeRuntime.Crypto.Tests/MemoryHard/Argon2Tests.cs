using System;
using System.Runtime.Intrinsics.X86;
using NodeRuntime.Crypto.MemoryHard;
using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto.Tests.MemoryHard;

public sealed class Argon2Tests
{
    public static TheoryData<string, string, string> Vectors
    {
        get
        {
            TheoryData<string, string, string> rows = [];
            foreach (BlaMkaWidth width in Widths)
            {
                // RFC 9106 sections 5.1 to 5.3.
                rows.Add(nameof(Argon2Variant.Argon2d), width.ToString(), "512b391b6f1162975371d30919734294f868e3be3984f3c1a13a4db9fabe4acb");
                rows.Add(nameof(Argon2Variant.Argon2i), width.ToString(), "c814d9d1dc7f37aa13f0d77f2494bda1c8de6b016dd388d29952a4c4672b6ce8");
                rows.Add(nameof(Argon2Variant.Argon2id), width.ToString(), "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659");
            }

            return rows;
        }
    }

    private static BlaMkaWidth[] Widths =>
        Avx512F.IsSupported ? [BlaMkaWidth.One, BlaMkaWidth.Four, BlaMkaWidth.Eight]
        : Avx2.IsSupported ? [BlaMkaWidth.One, BlaMkaWidth.Four]
        : [BlaMkaWidth.One];

    [Theory]
    [MemberData(nameof(Vectors))]
    public void The_tags_of_RFC_9106_are_found(string variant, string width, string tag)
    {
        byte[] password = Filled(32, 1), salt = Filled(16, 2), secret = Filled(8, 3), associated = Filled(12, 4);
        byte[] found = new byte[32];
        Argon2Settings settings = new(Enum.Parse<Argon2Variant>(variant), Memory: 32, Passes: 3, Lanes: 4);
        new Argon2(Enum.Parse<BlaMkaWidth>(width)).Derive(settings, password, salt, secret, associated, found);
        Assert.Equal(tag, Convert.ToHexStringLower(found));
    }

    [Fact]
    public void Every_width_gives_the_same_tags_whatever_the_memory_held_before()
    {
        Prng prng = new(7);
        Argon2[] all = Array.ConvertAll(Widths, static width => new Argon2(width));
        for (int i = 0; i < 12; i++)
        {
            Argon2Settings settings = new(
                (Argon2Variant)prng.NextBelow(3), (uint)(16 + prng.NextBelow(1200)), (uint)(1 + prng.NextBelow(3)), (uint)(1 + prng.NextBelow(2)));
            byte[] password = new byte[prng.NextBelow(200)];
            prng.Fill(password);
            byte[] expected = new byte[4 + prng.NextBelow(1100)];
            new Argon2(BlaMkaWidth.One).Derive(settings, password, Filled(16, 9), [], [], expected);
            foreach (Argon2 one in all)
            {
                byte[] found = new byte[expected.Length];
                one.Derive(settings, password, Filled(16, 9), [], [], found);
                Assert.Equal(expected, found);
            }
        }
    }

    [SodiumFact]
    public void Libsodium_and_the_managed_code_give_the_same_tags()
    {
        Assert.True(SystemArgon2.TryOpen(Argon2Backend.Libsodium, out SystemArgon2? sodium), "libsodium is not on this machine");
        Assert.True(SystemArgon2.TryOpen(Argon2Backend.Managed, out SystemArgon2? managed));
        IArgon2id one = sodium!.Create(), other = managed!.Create();
        Prng prng = new(8);
        for (int i = 0; i < 40; i++)
        {
            byte[] password = new byte[prng.NextBelow(100)];
            byte[] salt = new byte[SystemArgon2.SaltByteCount];
            prng.Fill(password);
            prng.Fill(salt);
            uint memory = i < 3 ? 1024 : (uint)(8 + prng.NextBelow(300));
            uint passes = (uint)(1 + prng.NextBelow(3));
            byte[] expected = new byte[i < 3 ? 1024 : 16 + prng.NextBelow(300)];
            byte[] found = new byte[expected.Length];
            one.Derive(password, salt, memory, passes, expected);
            other.Derive(password, salt, memory, passes, found);
            Assert.Equal(expected, found);
        }
    }

    [Fact]
    public void What_is_outside_the_bounds_is_a_broken_invariant()
    {
        IArgon2id argon2 = SystemArgon2.Open().Create();
        Assert.Throws<InvariantException>(() => argon2.Derive([1], new byte[15], 8, 1, new byte[16]));
        Assert.Throws<InvariantException>(() => argon2.Derive([1], new byte[16], 7, 1, new byte[16]));
        Assert.Throws<InvariantException>(() => argon2.Derive([1], new byte[16], SystemArgon2.MemoryKibibytesMax + 1, 1, new byte[16]));
        Assert.Throws<InvariantException>(() => argon2.Derive([1], new byte[16], 8, 0, new byte[16]));
        Assert.Throws<InvariantException>(() => argon2.Derive([1], new byte[16], 8, 1, new byte[15]));
    }

    private static byte[] Filled(int length, byte value)
    {
        byte[] bytes = new byte[length];
        Array.Fill(bytes, value);
        return bytes;
    }
}
