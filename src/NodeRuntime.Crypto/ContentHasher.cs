using System;
using System.Security.Cryptography;
using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto;

/// <summary>Plain SHA-256 and length of content that comes in pieces: files, streams. One owner.</summary>
public sealed class ContentHasher : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Bytes since the start or the last <see cref="Finish"/>.</summary>
    public ulong Length { get; private set; }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        _hash.AppendData(bytes);
        Length += (ulong)bytes.Length;
    }

    /// <summary>The digest of everything appended; the hasher begins anew.</summary>
    public Hash256 Finish()
    {
        Span<byte> digest = stackalloc byte[Hash256.ByteCount];
        int written = _hash.GetHashAndReset(digest);
        Invariant.Holds(written == Hash256.ByteCount);
        Length = 0;
        return new Hash256(digest);
    }

    public void Dispose() => _hash.Dispose();
}
