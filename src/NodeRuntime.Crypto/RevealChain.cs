using System;
using System.Collections.Immutable;
using System.Security.Cryptography;
using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto;

/// <summary>
/// A chain of preimages, from a secret down to its anchor, which is said beforehand:
///
///     anchor = x[0] &lt;- H - x[1] &lt;- H - x[2] ... &lt;- H - x[length], a secret
///
/// Whoever shows x[1], x[2], ... in turn shows values that were fixed with the anchor, and that nobody else could know before (Lamport's
/// one-time passwords). Every 64th value is kept, so that any is at most 64 hashes away: 512 KiB for a million.
/// </summary>
public sealed class RevealChain
{
    private const uint Stride = 64;

    private readonly ImmutableArray<Hash256> _marks;
    private readonly Hash256 _end;

    private RevealChain(Hash256 secret, uint length)
    {
        _end = secret;
        Length = length;
        Hash256[] marks = new Hash256[(length / Stride) + 1];
        Hash256 value = secret;
        for (uint depth = length; ; depth--)
        {
            if (depth % Stride == 0) marks[depth / Stride] = value;
            if (depth == 0) break;
            value = Before(value);
        }

        _marks = ImmutableArray.Create(marks);
    }

    /// <summary>What is said beforehand.</summary>
    public Hash256 Anchor => _marks[0];

    /// <summary>How many values there are to show.</summary>
    public uint Length { get; }

    /// <summary>
    /// The one chain behind a key: HKDF-SHA256 of its scalar. It costs as many hashes as it is long: 2^20 take about a third of a second.
    /// </summary>
    public static RevealChain Of(KeyPair pair, uint length)
    {
        Span<byte> secret = stackalloc byte[Hash256.ByteCount];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, pair.Scalar, secret, salt: [], "noderuntime/reveals/1"u8);
        RevealChain chain = new(new Hash256(secret), length);
        CryptographicOperations.ZeroMemory(secret);
        return chain;
    }

    /// <summary>From 32 bytes that nobody can guess, for whoever holds no key.</summary>
    public static RevealChain FromSecret(Hash256 secret, uint length)
    {
        Invariant.Holds(length > 0);
        return new RevealChain(secret, length);
    }

    /// <summary>The value so many steps from the anchor: 1 is the first to show, <see cref="Length"/> the last.</summary>
    public Hash256 At(uint depth)
    {
        Invariant.Holds(depth <= Length);
        uint mark = (depth + Stride - 1) / Stride;
        bool isKept = mark < (uint)_marks.Length;
        return Back(isKept ? _marks[(int)mark] : _end, (isKept ? mark * Stride : Length) - depth);
    }

    /// <summary>The value so many steps nearer to the anchor: a hash for each.</summary>
    public static Hash256 Back(Hash256 value, uint steps)
    {
        for (uint i = 0; i < steps; i++) value = Before(value);
        return value;
    }

    private static Hash256 Before(Hash256 value) => Hasher.Tagged(HashDomain.Reveal, value.AsSpan());
}
