using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto.Work;

/// <summary>Which function shows that a processor worked. A number, once used, keeps its meaning for ever.</summary>
public enum WorkKind : byte
{
    /// <summary>RandomX: made for the processors that people have, and audited.</summary>
    RandomX = 1,

    /// <summary>AES-ROMix of 2 MiB: our own, and dozens of times as fast on a graphics card. It shows that somebody is there ("liveness grade").</summary>
    AesRoMix = 2,
}

/// <summary>How much memory a key's hash is computed with; results are the same.</summary>
public enum WorkMode
{
    /// <summary>RandomX: 256 MiB, about 45 ms a hash. Ready at once.</summary>
    Light,

    /// <summary>RandomX: 2,080 MiB that must be filled first, then about 4 ms a hash.</summary>
    Full,
}

/// <summary>Hashes under one key. One owner: it has a scratchpad.</summary>
public interface IWorkHash : IDisposable
{
    Hash256 Hash(ReadOnlySpan<byte> input);
}

/// <summary>A key's memory, which its hashes share. Filling and creating may go on on several threads; disposing ends nothing that is still in use.</summary>
public interface IWorkMemory : IDisposable
{
    WorkKind Kind { get; }

    /// <summary>Parts that must be filled, each once, before the first hash; none in light mode.</summary>
    ulong PartCount { get; }

    void Fill(ulong first, ulong count);

    /// <summary>All parts must have been filled.</summary>
    IWorkHash CreateHash();
}

/// <summary>The work functions of a machine.</summary>
public interface IWorkHashes
{
    /// <summary>The best kind that it can compute, which is what it proves with.</summary>
    WorkKind Best { get; }

    /// <summary>Null where this machine cannot compute that kind, or has not the memory for it. Takes about a second for RandomX.</summary>
    IWorkMemory? Open(WorkKind kind, Hash256 key, WorkMode mode);
}
