using System;
using System.Security.Cryptography;
using System.Text;
using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto;

/// <summary>What is said of a key file, in the order of the checks.</summary>
public enum KeyFileVerdict
{
    Accepted,
    Malformed,

    /// <summary>Made with so many iterations that opening it would be an attack on our time.</summary>
    IterationsOutOfRange,

    /// <summary>Or a file that was changed: authenticated encryption cannot tell the two apart.</summary>
    WrongPassphrase,

    /// <summary>The scalar is out of range or does not belong to the public key that the file names.</summary>
    KeyMismatch,
}

/// <summary>
/// A private key under a passphrase: PBKDF2-HMAC-SHA256, then AES-256-GCM with everything before the ciphertext as
/// associated data.
/// <code>[1, KeyFile, public key (34), iterations, salt (16), nonce (12), ciphertext (32) || tag (16)]</code>
/// The file itself, its place and its mode 0600 belong to whoever keeps it.
/// </summary>
public static class KeyFileCodec
{
    public const int SaltByteCount = 16;
    public const int NonceByteCount = 12;

    /// <summary>A salt and a nonce: what one encoding consumes.</summary>
    public const int EntropyByteCount = SaltByteCount + NonceByteCount;

    /// <summary>OWASP's figure for PBKDF2-HMAC-SHA256: about a fifth of a second here.</summary>
    public const int Iterations = 600_000;

    private const int IterationsMax = 10_000_000;
    private const int KeyByteCount = 32;
    private const int TagByteCount = 16;

    public static byte[] Encode(KeyPair pair, ReadOnlySpan<char> passphrase, ReadOnlySpan<byte> entropy) =>
        Encode(pair, passphrase, entropy, Iterations);

    internal static byte[] Encode(KeyPair pair, ReadOnlySpan<char> passphrase, ReadOnlySpan<byte> entropy, int iterations)
    {
        Invariant.Holds(entropy.Length == EntropyByteCount);
        ReadOnlySpan<byte> salt = entropy[..SaltByteCount];
        ReadOnlySpan<byte> nonce = entropy[SaltByteCount..];
        byte[] sealedScalar = new byte[KeyPair.ScalarByteCount + TagByteCount];
        byte[] key = DeriveKey(passphrase, salt, iterations);
        using (AesGcm aes = new(key, TagByteCount))
        {
            aes.Encrypt(
                nonce, pair.Scalar, sealedScalar.AsSpan(0, KeyPair.ScalarByteCount), sealedScalar.AsSpan(KeyPair.ScalarByteCount),
                AssociatedData(pair.PublicKey, iterations, salt, nonce));
        }

        CryptographicOperations.ZeroMemory(key);
        return new WireWriter().Record(WireType.KeyFile, 5).Bytes(pair.PublicKey.AsSpan()).UInt64((ulong)iterations)
            .Bytes(salt).Bytes(nonce).Bytes(sealedScalar).End().ToArray();
    }

    public static KeyFileVerdict Decode(ReadOnlyMemory<byte> bytes, ReadOnlySpan<char> passphrase, out KeyPair? pair) =>
        Decode(bytes, passphrase, Iterations, out pair);

    internal static KeyFileVerdict Decode(
        ReadOnlyMemory<byte> bytes, ReadOnlySpan<char> passphrase, int iterationsMin, out KeyPair? pair)
    {
        pair = null;
        WireReader reader = new(bytes);
        reader.Record(WireType.KeyFile, 5);
        PublicKey publicKey = PublicKey.Read(reader);
        uint iterations = reader.UInt32();
        byte[] salt = reader.BytesExactly(SaltByteCount);
        byte[] nonce = reader.BytesExactly(NonceByteCount);
        byte[] sealedScalar = reader.BytesExactly(KeyPair.ScalarByteCount + TagByteCount);
        reader.End();
        if (!reader.Succeeded) return KeyFileVerdict.Malformed;
        if (iterations < iterationsMin || iterations > IterationsMax) return KeyFileVerdict.IterationsOutOfRange;

        byte[] key = DeriveKey(passphrase, salt, (int)iterations);
        byte[] scalar = new byte[KeyPair.ScalarByteCount];
        bool opened = TryOpen(key, nonce, sealedScalar, scalar, AssociatedData(publicKey, (int)iterations, salt, nonce));
        CryptographicOperations.ZeroMemory(key);
        if (!opened) return KeyFileVerdict.WrongPassphrase;
        bool created = KeyPair.TryCreate(publicKey.Algorithm, scalar, out KeyPair? found);
        CryptographicOperations.ZeroMemory(scalar);
        if (!created || found!.PublicKey != publicKey) return KeyFileVerdict.KeyMismatch;
        pair = found;
        return KeyFileVerdict.Accepted;
    }

    private static byte[] DeriveKey(ReadOnlySpan<char> passphrase, ReadOnlySpan<byte> salt, int iterations)
    {
        byte[] password = new byte[Encoding.UTF8.GetByteCount(passphrase)];
        Encoding.UTF8.GetBytes(passphrase, password);
        byte[] key = Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA256, KeyByteCount);
        CryptographicOperations.ZeroMemory(password);
        return key;
    }

    private static bool TryOpen(byte[] key, byte[] nonce, byte[] sealedScalar, byte[] scalar, byte[] associatedData)
    {
        using AesGcm aes = new(key, TagByteCount);
        try
        {
            aes.Decrypt(
                nonce, sealedScalar.AsSpan(0, KeyPair.ScalarByteCount), sealedScalar.AsSpan(KeyPair.ScalarByteCount),
                scalar, associatedData);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    private static byte[] AssociatedData(in PublicKey key, int iterations, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> nonce) =>
        new WireWriter().Record(WireType.KeyFile, 4).Bytes(key.AsSpan()).UInt64((ulong)iterations).Bytes(salt).Bytes(nonce)
            .End().ToArray();
}
