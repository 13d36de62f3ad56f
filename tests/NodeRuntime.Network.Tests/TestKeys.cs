using System;
using System.Numerics;
using System.Security.Cryptography;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Network.Tests;

/// <summary>A P-256 node key on the platform's ECDSA: signing is what the network asks of a key, not which curve it is on.</summary>
internal sealed class TestSigner : ISigner, IDisposable
{
    private static readonly BigInteger Order = BigInteger.Parse(
        "00FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", System.Globalization.NumberStyles.HexNumber);

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public TestSigner()
    {
        ECParameters parameters = _key.ExportParameters(includePrivateParameters: false);
        byte[] point = [(byte)(2 + (parameters.Q.Y![^1] & 1)), .. parameters.Q.X!];
        PublicKey = new PublicKey(KeyAlgorithm.P256, point);
    }

    public PublicKey PublicKey { get; }

    public PeerId Peer => PublicKey.ToPeerId();

    public Signature Sign(Hash256 digest)
    {
        byte[] compact = _key.SignHash(digest.AsSpan().ToArray());
        BigInteger s = new(compact.AsSpan(32), isUnsigned: true, isBigEndian: true);
        if (s > Order / 2)
        {
            byte[] low = (Order - s).ToByteArray(isUnsigned: true, isBigEndian: true);
            compact.AsSpan(32).Clear();
            low.CopyTo(compact, 64 - low.Length);
        }

        return new Signature(KeyAlgorithm.P256, compact);
    }

    public void Dispose() => _key.Dispose();
}

internal sealed class TestVerifier : ISignatureVerifier
{
    private static readonly BigInteger Prime = BigInteger.Parse(
        "00FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF", System.Globalization.NumberStyles.HexNumber);

    private static readonly BigInteger B = BigInteger.Parse(
        "005AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B", System.Globalization.NumberStyles.HexNumber);

    public SignatureVerdict Verify(in PublicKey key, Hash256 digest, in Signature signature)
    {
        if (key.Algorithm != KeyAlgorithm.P256) return SignatureVerdict.AlgorithmUnknown;
        if (signature.Algorithm != key.Algorithm) return SignatureVerdict.AlgorithmMismatch;
        byte[] x = key.Point[1..].ToArray();
        using ECDsa? ecdsa = TryImport(x, key.Point[0] == 3);
        if (ecdsa is null) return SignatureVerdict.KeyNotOnCurve;
        return ecdsa.VerifyHash(digest.AsSpan(), signature.Compact) ? SignatureVerdict.Accepted : SignatureVerdict.SignatureWrong;
    }

    private static ECDsa? TryImport(byte[] xBytes, bool isOdd)
    {
        BigInteger x = new(xBytes, isUnsigned: true, isBigEndian: true);
        BigInteger square = ((BigInteger.ModPow(x, 3, Prime) - (3 * x) + B) % Prime + Prime) % Prime;
        BigInteger y = BigInteger.ModPow(square, (Prime + 1) / 4, Prime);
        if (y * y % Prime != square) return null;
        if (y.IsEven == isOdd) y = Prime - y;
        byte[] yBytes = new byte[32];
        byte[] raw = y.ToByteArray(isUnsigned: true, isBigEndian: true);
        raw.CopyTo(yBytes, 32 - raw.Length);
        return ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = xBytes, Y = yBytes } });
    }
}
