using System;

namespace NodeRuntime.Crypto.MemoryHard;

/// <summary>Argon2id in C#, with a memory that it keeps.</summary>
internal sealed class ManagedArgon2id(BlaMkaWidth width) : IArgon2id
{
    private readonly Argon2 _argon2 = new(width);

    public void Derive(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, uint memory, uint passes, Span<byte> tag)
    {
        SystemArgon2.Check(salt, memory, passes, tag);
        _argon2.Derive(new Argon2Settings(Argon2Variant.Argon2id, memory, passes, Lanes: 1), password, salt, [], [], tag);
    }
}
