using System;
using System.Numerics;
using System.Security.Cryptography;
using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto;

/// <summary>
/// A short Weierstrass curve y^2 = x^3 + ax + b over a prime p with p = 3 mod 4, of prime order n: what every backend
/// must agree on. Constants: SEC 2 sections 2.4.1 and 2.4.2. Only public values pass through here; BigInteger takes
/// time that depends on its operands.
/// </summary>
internal sealed class Curve
{
    private readonly BigInteger _a;
    private readonly BigInteger _b;
    private readonly BigInteger _prime;
    private readonly BigInteger _squareRootExponent;
    private readonly BigInteger _order;
    private readonly byte[] _orderBytes;
    private readonly byte[] _halfOrderBytes;

    private Curve(KeyAlgorithm algorithm, ECCurve named, string prime, string a, string b, string order)
    {
        Algorithm = algorithm;
        Named = named;
        _prime = Number(Convert.FromHexString(prime));
        _a = Number(Convert.FromHexString(a));
        _b = Number(Convert.FromHexString(b));
        _orderBytes = Convert.FromHexString(order);
        _order = Number(_orderBytes);
        _halfOrderBytes = Bytes(_order >> 1);
        _squareRootExponent = (_prime + 1) >> 2;
    }

    public static Curve Secp256k1 { get; } = new(
        KeyAlgorithm.Secp256k1,
        ECCurve.CreateFromFriendlyName("secp256k1"),
        "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000007",
        "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");

    public static Curve P256 { get; } = new(
        KeyAlgorithm.P256,
        ECCurve.NamedCurves.nistP256,
        "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
        "ffffffff00000001000000000000000000000000fffffffffffffffffffffffc",
        "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b",
        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");

    public KeyAlgorithm Algorithm { get; }

    public ECCurve Named { get; }

    public static Curve Of(KeyAlgorithm algorithm) => algorithm switch
    {
        KeyAlgorithm.Secp256k1 => Secp256k1,
        KeyAlgorithm.P256 => P256,
    };

    /// <summary>
    /// The rules on r and s that do not need the key. Each signature has a twin with n - s that is as valid: one of the
    /// two is refused, so that a signed record has one form.
    /// </summary>
    public SignatureVerdict CheckRange(ReadOnlySpan<byte> compact)
    {
        ReadOnlySpan<byte> r = compact[..32];
        ReadOnlySpan<byte> s = compact[32..];
        if (!IsScalar(r) || !IsScalar(s)) return SignatureVerdict.SignatureOutOfRange;
        return IsHigh(s) ? SignatureVerdict.SignatureNotLowS : SignatureVerdict.Accepted;
    }

    /// <summary>In [1, n - 1].</summary>
    public bool IsScalar(ReadOnlySpan<byte> bytes) =>
        bytes.IndexOfAnyExcept((byte)0) >= 0 && bytes.SequenceCompareTo(_orderBytes) < 0;

    /// <summary>Replaces s by n - s where it lies in the upper half.</summary>
    public void NormalizeLowS(Span<byte> compact)
    {
        Span<byte> s = compact[32..];
        if (IsHigh(s)) Bytes(_order - Number(s)).CopyTo(s);
    }

    /// <summary>A scalar in [1, n - 1] from 48 uniform bytes; its bias is below 2^-128 (FIPS 186-5, A.2.1).</summary>
    public byte[] ReduceToScalar(ReadOnlySpan<byte> bytes) => Bytes((Number(bytes) % (_order - 1)) + 1);

    /// <summary>SEC 1 section 2.3.4 for a compressed point; false where x has no point on the curve.</summary>
    public bool TryDecompress(ReadOnlySpan<byte> point, out ECPoint decompressed)
    {
        decompressed = default;
        BigInteger x = Number(point[1..]);
        if (point[0] is not (2 or 3) || x >= _prime) return false;
        BigInteger square = ((((x * x) + _a) * x) + _b) % _prime;
        BigInteger y = BigInteger.ModPow(square, _squareRootExponent, _prime);
        if (y * y % _prime != square) return false;
        if (y.IsEven != (point[0] == 2)) y = _prime - y;
        // Neither curve has a point with y = 0: its order would be 2, and the orders are prime.
        decompressed = new ECPoint { X = point[1..].ToArray(), Y = Bytes(y) };
        return true;
    }

    public PublicKey Compress(ECPoint point)
    {
        Invariant.Holds(point.X is { Length: 32 });
        Invariant.Holds(point.Y is { Length: 32 });
        return new PublicKey(Algorithm, [(byte)(2 + (point.Y[^1] & 1)), .. point.X]);
    }

    private bool IsHigh(ReadOnlySpan<byte> s) => s.SequenceCompareTo(_halfOrderBytes) > 0;

    private static BigInteger Number(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static byte[] Bytes(BigInteger number)
    {
        byte[] bytes = new byte[32];
        int length = number.GetByteCount(isUnsigned: true);
        bool written = number.TryWriteBytes(bytes.AsSpan(32 - length), out _, isUnsigned: true, isBigEndian: true);
        Invariant.Holds(written);
        return bytes;
    }
}
