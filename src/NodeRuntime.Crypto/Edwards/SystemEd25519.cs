using System;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto.Edwards;

/// <summary>Ed25519 by libsodium, from the system's packages: .NET has none. Any number of threads.</summary>
public sealed unsafe class SystemEd25519 : IEd25519Verifier
{
    public const int PublicKeyByteCount = 32;
    public const int SeedByteCount = 32;
    public const int SignatureByteCount = 64;

    /// <summary>What to install where <see cref="TryOpen"/> says no.</summary>
    public const string Hint = "libsodium was not found (Debian and Ubuntu: apt-get install libsodium23; Fedora: dnf install libsodium)";

    // crypto_sign_ed25519_SECRETKEYBYTES: the seed and the public key.
    private const int SecretKeyByteCount = 64;

    private static readonly string[] Names = ["libsodium.so.23", "libsodium.so.26", "libsodium.dylib", "libsodium.dll"];

    private readonly delegate* unmanaged[Cdecl]<byte*, byte*, ulong, byte*, int> _verify;
    private readonly delegate* unmanaged[Cdecl]<byte*, ulong*, byte*, ulong, byte*, int> _sign;
    private readonly delegate* unmanaged[Cdecl]<byte*, byte*, byte*, int> _keysOf;

    private SystemEd25519(nint library)
    {
        _verify = (delegate* unmanaged[Cdecl]<byte*, byte*, ulong, byte*, int>)NativeLibrary.GetExport(library, "crypto_sign_ed25519_verify_detached");
        _sign = (delegate* unmanaged[Cdecl]<byte*, ulong*, byte*, ulong, byte*, int>)NativeLibrary.GetExport(library, "crypto_sign_ed25519_detached");
        _keysOf = (delegate* unmanaged[Cdecl]<byte*, byte*, byte*, int>)NativeLibrary.GetExport(library, "crypto_sign_ed25519_seed_keypair");
    }

    /// <summary>False where libsodium is not installed.</summary>
    public static bool TryOpen(out SystemEd25519? ed25519)
    {
        ed25519 = null;
        foreach (string name in Names)
        {
            if (!NativeLibrary.TryLoad(name, out nint handle)) continue;
            var initialize = (delegate* unmanaged[Cdecl]<int>)NativeLibrary.GetExport(handle, "sodium_init");
            if (initialize() < 0) continue;
            ed25519 = new SystemEd25519(handle);
            return true;
        }

        return false;
    }

    public SignatureVerdict Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        Invariant.Holds(publicKey.Length == PublicKeyByteCount);
        Invariant.Holds(signature.Length == SignatureByteCount);
        fixed (byte* key = publicKey, text = message, bytes = signature)
        {
            return _verify(bytes, text, (ulong)message.Length, key) == 0 ? SignatureVerdict.Accepted : SignatureVerdict.SignatureWrong;
        }
    }

    /// <param name="seed">32 bytes: the private key of RFC 8032.</param>
    public byte[] Sign(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> message)
    {
        byte[] signature = new byte[SignatureByteCount];
        Span<byte> publicKey = stackalloc byte[PublicKeyByteCount], secret = stackalloc byte[SecretKeyByteCount];
        KeysOf(seed, publicKey, secret);
        fixed (byte* key = secret, text = message, bytes = signature)
        {
            int signed = _sign(bytes, null, text, (ulong)message.Length, key);
            Invariant.Holds(signed == 0);
        }

        CryptographicOperations.ZeroMemory(secret);
        return signature;
    }

    public byte[] PublicKeyOf(ReadOnlySpan<byte> seed)
    {
        byte[] publicKey = new byte[PublicKeyByteCount];
        Span<byte> secret = stackalloc byte[SecretKeyByteCount];
        KeysOf(seed, publicKey, secret);
        CryptographicOperations.ZeroMemory(secret);
        return publicKey;
    }

    private void KeysOf(ReadOnlySpan<byte> seed, Span<byte> publicKey, Span<byte> secret)
    {
        Invariant.Holds(seed.Length == SeedByteCount);
        fixed (byte* start = seed, key = publicKey, both = secret)
        {
            int made = _keysOf(key, both, start);
            Invariant.Holds(made == 0);
        }
    }
}
