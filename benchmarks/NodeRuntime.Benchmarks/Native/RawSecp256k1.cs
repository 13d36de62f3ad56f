using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using NodeRuntime.Benchmarks.Harness;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Benchmarks.Native;

/// <summary>
/// libsecp256k1 with nothing around it: keys and signatures parsed beforehand, one call in a loop. No program on this
/// machine verifies or signs more on one core with this library.
/// </summary>
internal sealed unsafe class RawSecp256k1
{
    private const uint ContextSignAndVerify = 0x301;
    private const int OpaqueByteCount = 64;

    private static readonly string[] Names =
    [
        "libsecp256k1.so.2", "libsecp256k1.so.1", "libsecp256k1.so.5", "libsecp256k1.so.6", "libsecp256k1.so.0",
        "libsecp256k1.dylib", "libsecp256k1-2.dll",
    ];

    private readonly nint _library;
    private readonly nint _context;

    private RawSecp256k1(nint library)
    {
        _library = library;
        _context = ((delegate* unmanaged[Cdecl]<uint, nint>)Export("secp256k1_context_create"))(ContextSignAndVerify);
        if (_context == 0) throw new InvalidOperationException("secp256k1_context_create gave nothing");
    }

    /// <summary>Null where the library is not installed.</summary>
    public static RawSecp256k1? TryLoad()
    {
        foreach (string name in Names)
        {
            if (NativeLibrary.TryLoad(name, out nint library)) return new RawSecp256k1(library);
        }

        return null;
    }

    public Work Verify(IReadOnlyList<SignedDigest> signed)
    {
        var parseKey = (delegate* unmanaged[Cdecl]<nint, byte*, byte*, nuint, int>)Export("secp256k1_ec_pubkey_parse");
        var parseSignature = (delegate* unmanaged[Cdecl]<nint, byte*, byte*, int>)Export("secp256k1_ecdsa_signature_parse_compact");
        nint verify = Export("secp256k1_ecdsa_verify");
        byte[] keys = Pinned(signed.Count * OpaqueByteCount);
        byte[] signatures = Pinned(signed.Count * OpaqueByteCount);
        byte[] digests = Pinned(signed.Count * Hash256.ByteCount);
        for (int i = 0; i < signed.Count; i++)
        {
            SignedDigest one = signed[i];
            one.Digest.AsSpan().CopyTo(digests.AsSpan(i * Hash256.ByteCount));
            fixed (byte* key = &keys[i * OpaqueByteCount], signature = &signatures[i * OpaqueByteCount])
            fixed (byte* point = one.Key.Point, compact = one.Signature.Compact)
            {
                Demand(parseKey(_context, key, point, PublicKey.PointByteCount));
                Demand(parseSignature(_context, signature, compact));
            }
        }

        return new Work(times =>
        {
            var call = (delegate* unmanaged[Cdecl]<nint, byte*, byte*, byte*, int>)verify;
            fixed (byte* key = keys, signature = signatures, digest = digests)
            {
                for (int i = 0; i < times; i++)
                {
                    int at = i % signed.Count;
                    Demand(call(
                        _context,
                        signature + (at * OpaqueByteCount),
                        digest + (at * Hash256.ByteCount),
                        key + (at * OpaqueByteCount)));
                }
            }
        });
    }

    public Work Sign(byte[] scalar)
    {
        nint sign = Export("secp256k1_ecdsa_sign");
        return new Work(times =>
        {
            var call = (delegate* unmanaged[Cdecl]<nint, byte*, byte*, byte*, nint, nint, int>)sign;
            byte* signature = stackalloc byte[OpaqueByteCount];
            byte* digest = stackalloc byte[Hash256.ByteCount];
            new Span<byte>(digest, Hash256.ByteCount).Fill(7);
            fixed (byte* secret = scalar)
            {
                for (int i = 0; i < times; i++)
                {
                    *(int*)digest = i;
                    Demand(call(_context, signature, digest, secret, 0, 0));
                }
            }
        });
    }

    private static void Demand(int result)
    {
        if (result != 1) throw new InvalidOperationException("libsecp256k1 refused what it should take");
    }

    private static byte[] Pinned(int length) => GC.AllocateArray<byte>(length, pinned: true);

    private nint Export(string name) => NativeLibrary.GetExport(_library, name);
}

/// <summary>A digest with a good signature.</summary>
internal sealed record SignedDigest(PublicKey Key, Hash256 Digest, Signature Signature);
