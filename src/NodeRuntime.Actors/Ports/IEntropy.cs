using System;

namespace NodeRuntime.Actors.Ports;

/// <summary>Bytes that nobody can foresee: salts, nonces. In a simulation they come from the seed.</summary>
public interface IEntropy
{
    void Fill(Span<byte> bytes);
}
