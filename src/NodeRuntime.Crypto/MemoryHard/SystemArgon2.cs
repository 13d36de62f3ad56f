using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto.MemoryHard;

/// <summary>Which implementation of Argon2id to use.</summary>
public enum Argon2Backend
{
    /// <summary>Ours where the processor mixes eight words at a time, which is then the faster; else libsodium where it is installed, else ours.</summary>
    Fastest,
    Libsodium,
    Managed,
}

/// <summary>
/// The Argon2id of this machine: one backend, chosen once when the process starts. Both pass one set of vectors, so no peer disagrees with another
/// about a row. Safe to call from any thread; what it creates has one owner.
/// </summary>
public sealed class SystemArgon2
{
    public const int SaltByteCount = 16;

    /// <summary>64 MiB: a row takes 1 MiB, and no record of a peer chooses the number.</summary>
    public const uint MemoryKibibytesMax = 64 * 1024;

    public const int TagByteCountMax = 4096;

    internal const int TagByteCountMin = 16;
    internal const uint MemoryKibibytesMin = 8;

    private readonly SodiumLibrary? _library;

    private SystemArgon2(SodiumLibrary? library) => _library = library;

    /// <summary>For people: what computes Argon2id here.</summary>
    public string Backend => _library?.Name ?? "C#, " + BlaMka.Widest switch
    {
        BlaMkaWidth.One => "scalar",
        BlaMkaWidth.Four => "AVX2",
        BlaMkaWidth.Eight => "AVX-512",
    };

    public static SystemArgon2 Open()
    {
        bool opened = TryOpen(Argon2Backend.Fastest, out SystemArgon2? argon2);
        Invariant.Holds(opened);
        return argon2!;
    }

    /// <summary>False only where libsodium was demanded and is not installed.</summary>
    public static bool TryOpen(Argon2Backend preference, out SystemArgon2? argon2)
    {
        argon2 = null;
        SodiumLibrary? library = null;
        bool wantsLibrary = preference == Argon2Backend.Libsodium
            || (preference == Argon2Backend.Fastest && BlaMka.Widest != BlaMkaWidth.Eight);
        if (wantsLibrary) SodiumLibrary.TryLoad(out library);
        if (preference == Argon2Backend.Libsodium && library is null) return false;
        argon2 = new SystemArgon2(library);
        return true;
    }

    public IArgon2id Create() => _library is null ? new ManagedArgon2id(BlaMka.Widest) : new SodiumArgon2id(_library);

    internal static void Check(ReadOnlySpan<byte> salt, uint memory, uint passes, Span<byte> tag)
    {
        Invariant.Holds(salt.Length == SaltByteCount);
        Invariant.Holds(memory is >= MemoryKibibytesMin and <= MemoryKibibytesMax);
        Invariant.Holds(passes >= 1);
        Invariant.Holds(tag.Length is >= TagByteCountMin and <= TagByteCountMax);
    }
}
