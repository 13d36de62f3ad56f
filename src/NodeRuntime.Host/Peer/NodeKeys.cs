using System;
using System.Security.Cryptography;
using NodeRuntime.Crypto;
using NodeRuntime.Persistence.Files;

namespace NodeRuntime.Host.Peer;

/// <summary>Key files of peers and wallets: 0600, encrypted with the passphrase where one is given.</summary>
public static class NodeKeys
{
    /// <summary>The environment variable that holds the passphrase; a missing one is an empty passphrase.</summary>
    public const string PassphraseVariable = "NODERUNTIME_PASSPHRASE";

    /// <exception cref="HostException">The passphrase is wrong or the file is no key file.</exception>
    public static KeyPair Load(string path)
    {
        byte[] bytes = KeyFiles.Read(path);
        Crypto.KeyFileVerdict verdict = KeyFileCodec.Decode(bytes, Passphrase(), out KeyPair? pair);
        if (verdict == Crypto.KeyFileVerdict.Accepted && pair is not null) return pair;
        throw new HostException($"The key file {path} does not open: {verdict}. Give its passphrase in {PassphraseVariable}.");
    }

    /// <summary>Makes a new key; an existing file is never written over.</summary>
    public static KeyPair Create(string path)
    {
        KeyPair pair = KeyPair.Generate(KeyAlgorithm.Secp256k1, RandomNumberGenerator.GetBytes(KeyPair.EntropyByteCountMin));
        KeyFiles.Write(path, KeyFileCodec.Encode(pair, Passphrase(), RandomNumberGenerator.GetBytes(KeyFileCodec.EntropyByteCount)));
        return pair;
    }

    private static string Passphrase() => Environment.GetEnvironmentVariable(PassphraseVariable) ?? string.Empty;
}
