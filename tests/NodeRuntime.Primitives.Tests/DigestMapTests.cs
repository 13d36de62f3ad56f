using System;
using System.Collections.Generic;
using System.Linq;

namespace NodeRuntime.Primitives.Tests;

public sealed class DigestMapTests
{
    [Fact]
    public void It_answers_as_a_sorted_dictionary_does()
    {
        Prng prng = new(1);
        DigestMap<int> map = new(new DigestHashing(prng.Fork()));
        SortedDictionary<Hash256, int> model = [];
        for (int step = 0; step < 20_000; step++)
        {
            Hash256 digest = Digest((ulong)prng.NextBelow(500));
            switch (prng.NextBelow(3))
            {
                case 0:
                    if (model.TryAdd(digest, step)) map.Add(digest, step);
                    break;
                case 1:
                    Assert.Equal(model.Remove(digest, out int expected), map.Remove(digest, out int removed));
                    Assert.Equal(expected, removed);
                    break;
                default:
                    Assert.Equal(model.TryGetValue(digest, out int value), map.TryGetValue(digest, out int found));
                    Assert.Equal(value, found);
                    Assert.Equal(value, map.GetValueOrDefault(digest));
                    break;
            }

            Assert.Equal(model.Count, map.Count);
        }
    }

    [Fact]
    public void What_is_there_is_not_added_again()
    {
        DigestMap<int> map = new(new DigestHashing(new Prng(1)));
        map.Add(Digest(1), 1);
        Assert.Throws<InvariantException>(() => map.Add(Digest(1), 2));
        Assert.Equal(1, map.GetValueOrDefault(Digest(1)));
    }

    // Made-up digests that agree in what an unkeyed hash looks at: under a drawn key they are spread over nearly as many places as they are.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whoever_makes_digests_up_does_not_choose_their_places(int word)
    {
        DigestHashing hashing = new(new Prng(7));
        int places = Enumerable.Range(0, 4_096).Select(i => hashing.Of(Digest((ulong)i, word)) & 0xFFFF).Distinct().Count();
        Assert.InRange(places, 3_000, 4_096);
    }

    private static Hash256 Digest(ulong number, int word = 0)
    {
        byte[] bytes = new byte[Hash256.ByteCount];
        BitConverter.TryWriteBytes(bytes.AsSpan(8 * word), number);
        return new Hash256(bytes);
    }
}
