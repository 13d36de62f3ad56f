using System;

namespace NodeRuntime.Crypto.MemoryHard;

/// <summary>Argon2id of RFC 9106, version 0x13, one lane, without secret and associated data. One owner: it has a memory.</summary>
public interface IArgon2id
{
    /// <summary>Fills <paramref name="tag"/>.</summary>
    /// <param name="salt"><see cref="SystemArgon2.SaltByteCount"/> bytes.</param>
    /// <param name="memory">In KiB, 8 to <see cref="SystemArgon2.MemoryKibibytesMax"/>.</param>
    /// <param name="passes">At least one.</param>
    /// <param name="tag">16 bytes to <see cref="SystemArgon2.TagByteCountMax"/>.</param>
    void Derive(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, uint memory, uint passes, Span<byte> tag);
}
