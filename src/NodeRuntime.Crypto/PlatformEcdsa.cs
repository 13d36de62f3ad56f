using System;
using System.Security.Cryptography;
using System.Threading;
using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto;

/// <summary>
/// Verifies ECDSA by .NET, which on Linux is OpenSSL: both curves, everywhere. Making an ECDsa object costs more than
/// the verification (decompressing and checking the point: a millisecond on secp256k1), so the last ones used are kept,
/// one in each of a fixed number of places. .NET promises thread safety for none of its instances: whoever takes one
/// out of its place owns it until it is put back, and who finds the place empty makes another.
/// </summary>
internal sealed class PlatformEcdsa
{
    /// <summary>Twice the validators of an epoch, so that most have a place of their own.</summary>
    private const int PlaceCount = 256;

    private readonly Entry?[] _places = new Entry?[PlaceCount];

    /// <summary>The range of r and s, and low s, must have been checked.</summary>
    public SignatureVerdict Verify(Curve curve, in PublicKey key, Hash256 digest, ReadOnlySpan<byte> compact)
    {
        int place = (key.GetHashCode() & int.MaxValue) % PlaceCount;
        Entry? entry = Interlocked.Exchange(ref _places[place], null);
        if (entry is null || entry.Key != key)
        {
            entry?.Ecdsa.Dispose();
            if (!curve.TryDecompress(key.Point, out ECPoint point)) return SignatureVerdict.KeyNotOnCurve;
            entry = new Entry(key, ECDsa.Create(new ECParameters { Curve = curve.Named, Q = point }));
        }

        bool right = entry.Ecdsa.VerifyHash(digest.AsSpan(), compact, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        Interlocked.Exchange(ref _places[place], entry)?.Ecdsa.Dispose();
        return right ? SignatureVerdict.Accepted : SignatureVerdict.SignatureWrong;
    }

    private sealed record Entry(PublicKey Key, ECDsa Ecdsa);
}
