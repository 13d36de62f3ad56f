using System;
using System.Linq;

namespace NodeRuntime.Crypto.Tests;

public sealed class SipHashTests
{
    // The authors' vectors: key 00 01 .. 0f, inputs of 0, 1, 2, ... bytes 00 01 02 ...
    [Theory]
    [InlineData(0, 0x726fdb47dd0e0e31UL)]
    [InlineData(1, 0x74f839c593dc67fdUL)]
    [InlineData(7, 0xab0200f58b01d137UL)]
    [InlineData(8, 0x93f5f5799a932462UL)]
    [InlineData(15, 0xa129ca6149be45e5UL)]
    public void It_gives_what_its_authors_published(int length, ulong expected)
    {
        byte[] bytes = [.. Enumerable.Range(0, 16).Select(static i => (byte)i)];
        Assert.Equal(expected, SipHash.Hash(bytes, bytes.AsSpan(0, length)));
    }

    [Fact]
    public void Another_key_gives_another_hash() =>
        Assert.NotEqual(SipHash.Hash(new byte[16], [1]), SipHash.Hash([1, .. new byte[15]], [1]));
}
