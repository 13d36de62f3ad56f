using System;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using NodeRuntime.Benchmarks.Harness;

namespace NodeRuntime.Benchmarks.Native;

/// <summary>
/// SHA-256 with nothing around it: libcrypto's three calls on one buffer that never moves. What a tree of hashes costs
/// at least on this machine. Without libcrypto it is .NET's call.
/// </summary>
internal sealed unsafe class RawSha256
{
    /// <summary>SHA256_CTX has 112 bytes.</summary>
    private const int ContextByteCount = 128;

    private const int InputByteCountMax = 512;

    private readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, int> _initialize;
    private readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, byte*, nuint, int> _update;
    private readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, byte*, int> _finish;

    public RawSha256()
    {
        if (!NativeLibrary.TryLoad("libcrypto.so.3", out nint library)) return;
        if (!NativeLibrary.TryGetExport(library, "SHA256_Init", out nint initialize)) return;
        if (!NativeLibrary.TryGetExport(library, "SHA256_Update", out nint update)) return;
        if (!NativeLibrary.TryGetExport(library, "SHA256_Final", out nint finish)) return;
        _initialize = (delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, int>)initialize;
        _update = (delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, byte*, nuint, int>)update;
        _finish = (delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, byte*, int>)finish;
    }

    /// <summary>What hashes here.</summary>
    public string Name => _finish is null ? "dotnet-bound" : "libcrypto-bound";

    public Work Work(int byteCount) => new(times => Hash(byteCount, times));

    /// <summary>Each digest becomes part of the next input, as in a tree, so that nothing can be left out.</summary>
    public void Hash(int byteCount, int times)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(byteCount, InputByteCountMax);
        byte* context = stackalloc byte[ContextByteCount];
        byte* bytes = stackalloc byte[InputByteCountMax];
        new Span<byte>(bytes, InputByteCountMax).Clear();
        for (int i = 0; i < times; i++)
        {
            if (_finish is null)
            {
                SHA256.HashData(new ReadOnlySpan<byte>(bytes, byteCount), new Span<byte>(bytes, 32));
                continue;
            }

            _ = _initialize(context);
            _ = _update(context, bytes, (nuint)byteCount);
            _ = _finish(bytes, context);
        }
    }
}
