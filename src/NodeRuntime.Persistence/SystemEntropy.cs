using System;
using System.Security.Cryptography;
using NodeRuntime.Actors.Ports;

namespace NodeRuntime.Persistence;

/// <summary>The operating system's random bytes.</summary>
public sealed class SystemEntropy : IEntropy
{
    public void Fill(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);
}
