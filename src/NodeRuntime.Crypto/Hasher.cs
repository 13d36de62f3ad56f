using System;
using System.Text;
using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto;

/// <summary>SHA-256, plain for trees whose shape separates their nodes (RFC 9162), tagged for everything else.</summary>
public static class Hasher
{
    private static readonly byte[][] Prefixes = MakePrefixes();

    /// <summary>SHA-256 of the bytes.</summary>
    public static Hash256 Sha256(ReadOnlySpan<byte> bytes)
    {
        Span<byte> digest = stackalloc byte[Hash256.ByteCount];
        FastSha256.Hash(bytes, digest);
        return new Hash256(digest);
    }

    /// <summary>SHA-256 of two parts in a row.</summary>
    public static Hash256 Sha256(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        int length = first.Length + second.Length;
        Span<byte> buffer = length <= 512 ? stackalloc byte[length] : new byte[length];
        first.CopyTo(buffer);
        second.CopyTo(buffer[first.Length..]);
        return Sha256(buffer);
    }

    /// <summary>SHA-256(length of the domain's name, one byte || name || bytes).</summary>
    public static Hash256 Tagged(HashDomain domain, ReadOnlySpan<byte> bytes) => Tagged(domain, bytes, []);

    /// <summary>The same over two parts in a row; callers give the first a fixed length.</summary>
    public static Hash256 Tagged(HashDomain domain, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        byte[] prefix = Prefixes[(int)domain];
        int length = prefix.Length + first.Length + second.Length;
        Span<byte> buffer = length <= 512 ? stackalloc byte[length] : new byte[length];
        prefix.CopyTo(buffer);
        first.CopyTo(buffer[prefix.Length..]);
        second.CopyTo(buffer[(prefix.Length + first.Length)..]);
        return Sha256(buffer);
    }

    /// <summary>A salted commitment to bytes that could be guessed: Tagged(Commitment, salt of 16 bytes || bytes).</summary>
    public static Hash256 Commit(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> bytes)
    {
        Invariant.Holds(salt.Length == Salt.ByteCount);
        return Tagged(HashDomain.Commitment, salt, bytes);
    }

    private static byte[][] MakePrefixes()
    {
        HashDomain[] domains = Enum.GetValues<HashDomain>();
        byte[][] prefixes = new byte[domains.Length][];
        foreach (HashDomain domain in domains)
        {
            byte[] name = Encoding.ASCII.GetBytes("noderuntime/" + domain);
            prefixes[(int)domain] = [(byte)name.Length, .. name];
        }

        return prefixes;
    }
}
