using System;
using System.Numerics;
using System.Security.Cryptography;
using NodeRuntime.Crypto;

namespace NodeRuntime.Benchmarks.Native;

/// <summary>A compressed public key as .NET's object: both primes are 3 mod 4, so a root is one power.</summary>
internal static class EcdsaKeys
{
    private static readonly BigInteger Secp256k1Prime = BigInteger.Pow(2, 256) - BigInteger.Pow(2, 32) - 977;

    private static readonly BigInteger P256Prime =
        BigInteger.Pow(2, 256) - BigInteger.Pow(2, 224) + BigInteger.Pow(2, 192) + BigInteger.Pow(2, 96) - 1;

    private static readonly BigInteger P256B =
        Number(Convert.FromHexString("5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B"));

    public static ECDsa Open(in PublicKey key)
    {
        bool isP256 = key.Algorithm == KeyAlgorithm.P256;
        BigInteger prime = isP256 ? P256Prime : Secp256k1Prime;
        BigInteger x = Number(key.Point[1..]);
        BigInteger right = isP256 ? (x * x * x) - (3 * x) + P256B : (x * x * x) + 7;
        BigInteger y = BigInteger.ModPow(((right % prime) + prime) % prime, (prime + 1) / 4, prime);
        if (y.IsEven != (key.Point[0] == 2)) y = prime - y;
        return ECDsa.Create(new ECParameters
        {
            Curve = isP256 ? ECCurve.NamedCurves.nistP256 : ECCurve.CreateFromValue("1.3.132.0.10"),
            Q = new ECPoint { X = key.Point[1..].ToArray(), Y = Bytes(y) },
        });
    }

    private static BigInteger Number(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static byte[] Bytes(BigInteger number)
    {
        byte[] bytes = new byte[32];
        byte[] digits = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        digits.CopyTo(bytes, bytes.Length - digits.Length);
        return bytes;
    }
}
