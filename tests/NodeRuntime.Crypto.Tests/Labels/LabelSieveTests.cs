using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using NodeRuntime.Crypto.Labels;
using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto.Tests.Labels;

public sealed class LabelSieveTests
{
    [Fact]
    public void The_rounds_by_the_processor_and_by_the_standard_make_the_AES_of_the_platform()
    {
        Prng prng = new(11);
        byte[] key = new byte[16], block = new byte[16];
        for (int i = 0; i < 20; i++)
        {
            prng.Fill(key);
            prng.Fill(block);
            Vector128<byte>[] keys = AesRounds.Expand(key);
            Vector128<byte> fast = Vector128.Create(block) ^ keys[0], slow = fast;
            for (int round = 1; round < 10; round++)
            {
                fast = AesRounds.Round(fast, keys[round]);
                slow = AesRounds.RoundByStandard(slow, keys[round]);
            }

            byte[] expected = Platform(key, block);
            Assert.Equal(Vector128.Create(expected), AesRounds.LastRound(fast, keys[10]));
            Assert.Equal(Vector128.Create(expected), AesRounds.LastRoundByStandard(slow, keys[10]));
        }
    }

    // 0: no byte is low enough without the second key; the last: every byte is.
    [Theory]
    [InlineData(0x0100_0000_0000_0000UL)]
    [InlineData(0x00f0_0000_0000_0000UL)]
    [InlineData(0x0000_0000_0000_0001UL)]
    [InlineData(0x1180_1234_5678_9abcUL)]
    [InlineData(0xffff_ffff_ffff_ffffUL)]
    public void A_scan_finds_what_the_platforms_AES_says_and_nothing_else(ulong threshold)
    {
        Prng prng = new(12);
        byte[] groupKey = new byte[16], nonceKeys = new byte[256], labels = new byte[16 * 403];
        prng.Fill(groupKey);
        prng.Fill(nonceKeys);
        prng.Fill(labels);
        LabelSieve sieve = new(groupKey, nonceKeys, threshold);

        List<LabelHit> expected = [];
        using Aes group = Aes.Create();
        group.Key = groupKey;
        byte[] bytes = group.EncryptEcb(labels, PaddingMode.None);
        for (int nonce = 0; nonce < 16; nonce++)
        {
            byte[] second = Platform(nonceKeys.AsSpan(16 * nonce, 16).ToArray(), labels);
            for (int i = 0; i < labels.Length / 16; i++)
            {
                ulong low = BinaryPrimitives.ReadUInt64LittleEndian(second.AsSpan(16 * i)) & 0x00ff_ffff_ffff_ffff;
                byte high = (byte)(threshold >> 56);
                bool isHit = bytes[(16 * i) + nonce] < high || (bytes[(16 * i) + nonce] == high && low < (threshold & 0x00ff_ffff_ffff_ffff));
                if (isHit) expected.Add(new LabelHit(i, nonce));
                Assert.Equal(isHit, sieve.Hits(labels.AsSpan(16 * i, 16), nonce));
            }
        }

        expected.Sort(static (a, b) => (a.Label, a.Nonce).CompareTo((b.Label, b.Nonce)));
        List<LabelHit> found = [], byStandard = [];
        sieve.Scan(labels, found);
        sieve.ScanByStandard(labels, byStandard);
        Assert.Equal(expected, found);
        Assert.Equal(expected, byStandard);
    }

    private static byte[] Platform(byte[] key, byte[] bytes)
    {
        using Aes aes = Aes.Create();
        aes.Key = key;
        return aes.EncryptEcb(bytes, PaddingMode.None);
    }
}
