using System;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace NodeRuntime.Crypto;

/// <summary>
/// SHA-256 of small inputs, which is what a tree and a signature hash all day. .NET's call fetches its algorithm from
/// OpenSSL anew each time, about a microsecond; libcrypto's old three-step interface does not, and below a kilobyte it
/// is short enough to be called without telling the garbage collector. Deprecated but exported in OpenSSL 3; where it
/// is missing, .NET's call does the work. Both give the same digests.
/// </summary>
internal static unsafe class FastSha256
{
    /// <summary>About a microsecond: longer calls must not hold up a collection.</summary>
    private const int UninterruptedByteCountMax = 1024;

    // SHA256_CTX: eight words of state, a length of 64 bits, a block of 64 bytes, two counters. 112 bytes.
    private const int ContextByteCount = 128;

    private static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, int> Initialize;
    private static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, byte*, nuint, int> Update;
    private static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, byte*, int> Finish;

#pragma warning disable CA1810 // The three are found together or not at all.
    static FastSha256()
    {
        if (!NativeLibrary.TryLoad("libcrypto.so.3", out nint library)) return;
        if (!NativeLibrary.TryGetExport(library, "SHA256_Init", out nint initialize)) return;
        if (!NativeLibrary.TryGetExport(library, "SHA256_Update", out nint update)) return;
        if (!NativeLibrary.TryGetExport(library, "SHA256_Final", out nint finish)) return;
        Initialize = (delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, int>)initialize;
        Update = (delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, byte*, nuint, int>)update;
        Finish = (delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, byte*, int>)finish;
    }
#pragma warning restore CA1810

    public static bool IsAvailable => Finish is not null;

    public static void Hash(ReadOnlySpan<byte> bytes, Span<byte> digest)
    {
        if (IsAvailable && bytes.Length <= UninterruptedByteCountMax) HashNative(bytes, digest);
        else SHA256.HashData(bytes, digest);
    }

    private static void HashNative(ReadOnlySpan<byte> bytes, Span<byte> digest)
    {
        byte* context = stackalloc byte[ContextByteCount];
        fixed (byte* input = bytes, output = digest)
        {
            // These three cannot fail on valid pointers; their results are always 1.
            _ = Initialize(context);
            _ = Update(context, input, (nuint)bytes.Length);
            _ = Finish(output, context);
        }
    }
}
