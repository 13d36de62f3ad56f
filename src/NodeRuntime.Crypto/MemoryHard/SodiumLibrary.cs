using System;
using System.Runtime.InteropServices;

namespace NodeRuntime.Crypto.MemoryHard;

/// <summary>libsodium's Argon2id, from the system's packages, through a function pointer. Any number of threads.</summary>
internal sealed unsafe class SodiumLibrary
{
    // crypto_pwhash_ALG_ARGON2ID13
    private const int Argon2Id13 = 2;

    private static readonly string[] Names = ["libsodium.so.23", "libsodium.so.26", "libsodium.dylib", "libsodium.dll"];

    private readonly delegate* unmanaged[Cdecl]<byte*, ulong, byte*, ulong, byte*, ulong, nuint, int, int> _derive;

    private SodiumLibrary(string name, nint library)
    {
        Name = name;
        _derive = (delegate* unmanaged[Cdecl]<byte*, ulong, byte*, ulong, byte*, ulong, nuint, int, int>)NativeLibrary.GetExport(library, "crypto_pwhash");
    }

    /// <summary>The file that was found.</summary>
    public string Name { get; }

    public static bool TryLoad(out SodiumLibrary? library)
    {
        library = null;
        foreach (string name in Names)
        {
            if (!NativeLibrary.TryLoad(name, out nint handle)) continue;
            // 1 says that it was initialized before. It chooses its own code by the processor here.
            var initialize = (delegate* unmanaged[Cdecl]<int>)NativeLibrary.GetExport(handle, "sodium_init");
            if (initialize() < 0) continue;
            library = new SodiumLibrary(name, handle);
            return true;
        }

        return false;
    }

    public void Derive(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, uint memory, uint passes, Span<byte> tag)
    {
        int result;
        fixed (byte* passwordBytes = password, saltBytes = salt, tagBytes = tag)
        {
            result = _derive(
                tagBytes, (ulong)tag.Length, passwordBytes, (ulong)password.Length, saltBytes, passes, (nuint)memory * 1024, Argon2Id13);
        }

        // It fails where it gets no memory, and nowhere else once the bounds were checked.
        if (result != 0) throw new InsufficientMemoryException("libsodium got no memory for Argon2id");
    }
}

/// <summary>Argon2id by libsodium.</summary>
internal sealed class SodiumArgon2id(SodiumLibrary library) : IArgon2id
{
    public void Derive(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, uint memory, uint passes, Span<byte> tag)
    {
        SystemArgon2.Check(salt, memory, passes, tag);
        library.Derive(password, salt, memory, passes, tag);
    }
}
