using System;
using System.Runtime.InteropServices;
using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto;

/// <summary>
/// Bitcoin Core's libsecp256k1, from the system's packages, through function pointers. One context, blinded once with
/// entropy and constant ever after: the library allows any number of threads on a constant context.
/// </summary>
internal sealed unsafe class Secp256k1Library
{
    public const int BlindingByteCount = 32;

    // SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY: what versions before 0.2 need; later ones take it as NONE.
    private const uint ContextSignAndVerify = 0x301;
    private const uint Compressed = 0x102;

    // secp256k1_pubkey and secp256k1_ecdsa_signature are opaque blocks of 64 bytes each, in every version.
    private const int OpaqueByteCount = 64;

    // The number counts breaks of the ABI; every function used here has been the same since 0.
    private static readonly string[] Names =
    [
        "libsecp256k1.so.2", "libsecp256k1.so.1", "libsecp256k1.so.5", "libsecp256k1.so.6", "libsecp256k1.so.0",
        "libsecp256k1.dylib", "libsecp256k1-2.dll",
    ];

    private readonly nint _context;
    private readonly delegate* unmanaged[Cdecl]<nint, void> _contextDestroy;
    private readonly delegate* unmanaged[Cdecl]<nint, byte*, byte*, nuint, int> _publicKeyParse;
    private readonly delegate* unmanaged[Cdecl]<nint, byte*, byte*, int> _publicKeyCreate;
    private readonly delegate* unmanaged[Cdecl]<nint, byte*, nuint*, byte*, uint, int> _publicKeySerialize;
    private readonly delegate* unmanaged[Cdecl]<nint, byte*, byte*, int> _signatureParseCompact;
    private readonly delegate* unmanaged[Cdecl]<nint, byte*, byte*, int> _signatureSerializeCompact;
    private readonly delegate* unmanaged[Cdecl]<nint, byte*, byte*, byte*, int> _verify;
    private readonly delegate* unmanaged[Cdecl]<nint, byte*, byte*, byte*, nint, nint, int> _sign;

    private Secp256k1Library(string name, nint library, ReadOnlySpan<byte> blinding)
    {
        Name = name;
        _contextDestroy = (delegate* unmanaged[Cdecl]<nint, void>)Export(library, "secp256k1_context_destroy");
        _publicKeyParse = (delegate* unmanaged[Cdecl]<nint, byte*, byte*, nuint, int>)Export(library, "secp256k1_ec_pubkey_parse");
        _publicKeyCreate = (delegate* unmanaged[Cdecl]<nint, byte*, byte*, int>)Export(library, "secp256k1_ec_pubkey_create");
        _publicKeySerialize =
            (delegate* unmanaged[Cdecl]<nint, byte*, nuint*, byte*, uint, int>)Export(library, "secp256k1_ec_pubkey_serialize");
        _signatureParseCompact =
            (delegate* unmanaged[Cdecl]<nint, byte*, byte*, int>)Export(library, "secp256k1_ecdsa_signature_parse_compact");
        _signatureSerializeCompact =
            (delegate* unmanaged[Cdecl]<nint, byte*, byte*, int>)Export(library, "secp256k1_ecdsa_signature_serialize_compact");
        _verify = (delegate* unmanaged[Cdecl]<nint, byte*, byte*, byte*, int>)Export(library, "secp256k1_ecdsa_verify");
        _sign = (delegate* unmanaged[Cdecl]<nint, byte*, byte*, byte*, nint, nint, int>)Export(library, "secp256k1_ecdsa_sign");

        var contextCreate = (delegate* unmanaged[Cdecl]<uint, nint>)Export(library, "secp256k1_context_create");
        var contextRandomize = (delegate* unmanaged[Cdecl]<nint, byte*, int>)Export(library, "secp256k1_context_randomize");
        _context = contextCreate(ContextSignAndVerify);
        Invariant.Holds(_context != 0);
        fixed (byte* seed = blinding)
        {
            int randomized = contextRandomize(_context, seed);
            Invariant.Holds(randomized == 1);
        }
    }

    ~Secp256k1Library()
    {
        if (_context != 0) _contextDestroy(_context);
    }

    /// <summary>The file that was found.</summary>
    public string Name { get; }

    /// <param name="blinding">32 random bytes: they blind secret scalars against side channels and change no result.</param>
    public static bool TryLoad(ReadOnlySpan<byte> blinding, out Secp256k1Library? library)
    {
        Invariant.Holds(blinding.Length == BlindingByteCount);
        library = null;
        foreach (string name in Names)
        {
            if (!NativeLibrary.TryLoad(name, out nint handle)) continue;
            library = new Secp256k1Library(name, handle, blinding);
            return true;
        }

        return false;
    }

    /// <summary>The range of r and s, and low s, must have been checked.</summary>
    public SignatureVerdict Verify(ReadOnlySpan<byte> point, Hash256 digest, ReadOnlySpan<byte> compact)
    {
        byte* publicKey = stackalloc byte[OpaqueByteCount];
        byte* signature = stackalloc byte[OpaqueByteCount];
        bool right;
        fixed (byte* pointBytes = point, compactBytes = compact, digestBytes = digest.AsSpan())
        {
            if (_publicKeyParse(_context, publicKey, pointBytes, (nuint)point.Length) != 1) return SignatureVerdict.KeyNotOnCurve;
            if (_signatureParseCompact(_context, signature, compactBytes) != 1) return SignatureVerdict.SignatureOutOfRange;
            right = _verify(_context, signature, digestBytes, publicKey) == 1;
        }

        GC.KeepAlive(this);
        return right ? SignatureVerdict.Accepted : SignatureVerdict.SignatureWrong;
    }

    /// <summary>The library's signatures are low-S already.</summary>
    public Signature Sign(ReadOnlySpan<byte> scalar, Hash256 digest)
    {
        byte* signature = stackalloc byte[OpaqueByteCount];
        byte* compact = stackalloc byte[Signature.CompactByteCount];
        int signed;
        fixed (byte* scalarBytes = scalar, digestBytes = digest.AsSpan())
        {
            signed = _sign(_context, signature, digestBytes, scalarBytes, 0, 0);
        }

        Invariant.Holds(signed == 1);
        int serialized = _signatureSerializeCompact(_context, compact, signature);
        Invariant.Holds(serialized == 1);
        GC.KeepAlive(this);
        return new Signature(KeyAlgorithm.Secp256k1, new ReadOnlySpan<byte>(compact, Signature.CompactByteCount));
    }

    public PublicKey PublicKeyOf(ReadOnlySpan<byte> scalar)
    {
        byte* publicKey = stackalloc byte[OpaqueByteCount];
        byte* point = stackalloc byte[PublicKey.PointByteCount];
        nuint length = PublicKey.PointByteCount;
        int created;
        fixed (byte* scalarBytes = scalar) created = _publicKeyCreate(_context, publicKey, scalarBytes);
        Invariant.Holds(created == 1);
        int serialized = _publicKeySerialize(_context, point, &length, publicKey, Compressed);
        Invariant.Holds(serialized == 1);
        GC.KeepAlive(this);
        return new PublicKey(KeyAlgorithm.Secp256k1, new ReadOnlySpan<byte>(point, PublicKey.PointByteCount));
    }

    private static nint Export(nint library, string name) => NativeLibrary.GetExport(library, name);
}
