using System;
using System.Security.Cryptography;
using NodeRuntime.Primitives;

namespace NodeRuntime.Sandbox;

/// <summary>Counts and hashes what a guest printed.</summary>
internal sealed class StreamTally(string name)
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _length;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        _hash.AppendData(bytes);
        _length += bytes.Length;
    }

    /// <summary>Asked once, at the end.</summary>
    public ProcessOutput Total()
    {
        using (_hash) return new ProcessOutput(name, _length, new Hash256(_hash.GetHashAndReset()));
    }
}
