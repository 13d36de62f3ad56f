using System;
using System.Collections.Generic;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm.Traces;

namespace NodeRuntime.Sandbox.Tests;

/// <summary>The port's digests are the project's own, one domain for each thing that a trace hashes.</summary>
public sealed class TraceHasherTests
{
    [Theory]
    [InlineData(TraceDomain.Page, HashDomain.TracePage)]
    [InlineData(TraceDomain.Node, HashDomain.TraceNode)]
    [InlineData(TraceDomain.Part, HashDomain.TracePart)]
    [InlineData(TraceDomain.State, HashDomain.TraceState)]
    [InlineData(TraceDomain.Link, HashDomain.TraceLink)]
    [InlineData(TraceDomain.Stream, HashDomain.TraceStream)]
    public void Each_domain_is_hashed_under_its_own_tag(TraceDomain domain, HashDomain tag)
    {
        foreach (byte[] bytes in new byte[][] { [], [1], new byte[4096] })
        {
            Assert.Equal(Hasher.Tagged(tag, bytes), new TraceHasher().Hash(domain, bytes));
        }
    }

    [Fact]
    public void No_two_domains_agree_on_the_same_bytes()
    {
        HashSet<Hash256> seen = [];
        foreach (TraceDomain domain in Enum.GetValues<TraceDomain>()) Assert.True(seen.Add(new TraceHasher().Hash(domain, "same"u8)));
    }
}
