using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto;

/// <summary>
/// did:key (W3C CCG): a public key that is its own identifier. "did:key:z", then base 58 of a multicodec (0xe7
/// secp256k1-pub, 0x1200 p256-pub, each as a varint) and the compressed point. Such a name can be neither rotated nor
/// withdrawn: for devices and sessions; what lasts is an account.
/// </summary>
public static class DidKey
{
    private const string Prefix = "did:key:z";

    public static string Format(in PublicKey key) => Prefix + Base58.Encode([.. Multicodec(key.Algorithm), .. key.Point]);

    public static bool TryParse(string? text, out PublicKey key)
    {
        key = default;
        if (text is null || !text.StartsWith(Prefix, StringComparison.Ordinal)) return false;
        if (!Base58.TryDecode(text.AsSpan(Prefix.Length), 2 + PublicKey.PointByteCount, out byte[] bytes)) return false;
        return TryParse(KeyAlgorithm.Secp256k1, bytes, out key) || TryParse(KeyAlgorithm.P256, bytes, out key);
    }

    private static bool TryParse(KeyAlgorithm algorithm, ReadOnlySpan<byte> bytes, out PublicKey key)
    {
        key = default;
        ReadOnlySpan<byte> multicodec = Multicodec(algorithm);
        return bytes.StartsWith(multicodec) && PublicKey.TryParse([(byte)algorithm, .. bytes[multicodec.Length..]], out key);
    }

    private static ReadOnlySpan<byte> Multicodec(KeyAlgorithm algorithm) => algorithm switch
    {
        KeyAlgorithm.Secp256k1 => [0xe7, 0x01],
        KeyAlgorithm.P256 => [0x80, 0x24],
    };
}
