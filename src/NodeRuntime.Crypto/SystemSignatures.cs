using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto;

/// <summary>Which implementation of secp256k1 to use.</summary>
public enum SignatureBackend
{
    /// <summary>libsecp256k1 where it is installed, else the platform's.</summary>
    Fastest,
    Libsecp256k1,
    Platform,
}

/// <summary>
/// The signatures of this machine: one backend for secp256k1, chosen once when the process starts and never again, and
/// .NET's ECDSA for P-256. Both backends pass one set of vectors, so no peer disagrees with another about a signature.
/// </summary>
public sealed class SystemSignatures : ISignatureVerifier
{
    /// <summary>How much entropy <see cref="TryOpen"/> takes.</summary>
    public const int EntropyByteCount = Secp256k1Library.BlindingByteCount;

    private readonly Secp256k1Library? _library;
    private readonly PlatformEcdsa _platform = new();

    private SystemSignatures(Secp256k1Library? library) => _library = library;

    /// <summary>For people: what verifies secp256k1 here.</summary>
    public string Backend => _library is null ? "platform ECDSA (OpenSSL)" : _library.Name;

    /// <summary>What to install for a faster machine; null where nothing is missing.</summary>
    public string? Hint => _library is not null
        ? null
        : "libsecp256k1 was not found; with it secp256k1 signatures verify several times as fast "
            + "(Debian and Ubuntu: apt-get install libsecp256k1-1 or libsecp256k1-2; Fedora: dnf install libsecp256k1)";

    public bool HasLibsecp256k1 => _library is not null;

    /// <param name="entropy">32 random bytes that blind the library's secret computations; results do not depend on them.</param>
    public static SystemSignatures Open(ReadOnlySpan<byte> entropy)
    {
        bool opened = TryOpen(SignatureBackend.Fastest, entropy, out SystemSignatures? signatures);
        Invariant.Holds(opened);
        return signatures!;
    }

    /// <summary>False only where libsecp256k1 was demanded and is not installed.</summary>
    public static bool TryOpen(SignatureBackend preference, ReadOnlySpan<byte> entropy, out SystemSignatures? signatures)
    {
        Invariant.Holds(entropy.Length == EntropyByteCount);
        signatures = null;
        Secp256k1Library? library = null;
        if (preference != SignatureBackend.Platform) Secp256k1Library.TryLoad(entropy, out library);
        if (preference == SignatureBackend.Libsecp256k1 && library is null) return false;
        signatures = new SystemSignatures(library);
        return true;
    }

    public SignatureVerdict Verify(in PublicKey key, Hash256 digest, in Signature signature)
    {
        if (key.Algorithm is not (KeyAlgorithm.Secp256k1 or KeyAlgorithm.P256)) return SignatureVerdict.AlgorithmUnknown;
        if (key.Algorithm != signature.Algorithm) return SignatureVerdict.AlgorithmMismatch;
        Curve curve = Curve.Of(key.Algorithm);
        SignatureVerdict range = curve.CheckRange(signature.Compact);
        if (range != SignatureVerdict.Accepted) return range;
        if (_library is not null && key.Algorithm == KeyAlgorithm.Secp256k1)
        {
            return _library.Verify(key.Point, digest, signature.Compact);
        }

        return _platform.Verify(curve, key, digest, signature.Compact);
    }

    /// <summary>A signer on the same backend.</summary>
    public ISigner CreateSigner(KeyPair pair) => _library is not null && pair.Algorithm == KeyAlgorithm.Secp256k1
        ? new Secp256k1Signer(_library, pair)
        : new EcdsaSigner(pair);
}
