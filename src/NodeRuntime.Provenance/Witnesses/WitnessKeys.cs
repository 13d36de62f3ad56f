using System;
using System.Globalization;
using System.Text;
using NodeRuntime.Crypto.Edwards;
using NodeRuntime.Provenance.Receipts;

namespace NodeRuntime.Provenance.Witnesses;

/// <summary>
/// The keys of witnesses as text, in the form that tools of signed notes use: <c>name+hash+base64(04 || key)</c>, and of the private one
/// <c>PRIVATE+KEY+name+hash+base64(04 || seed)</c>; the hash is the key id, eight hexadecimal digits.
/// </summary>
public static class WitnessKeys
{
    private const byte Type = 0x04;
    private const string PrivateStart = "PRIVATE+KEY+";

    /// <summary>A name that anybody gives itself is no longer: it stands in each note.</summary>
    private const int NameCharactersMax = 128;

    public static string ToText(Witness witness) => TextOf(witness.Name, witness.KeyId, witness.Key.Span);

    /// <param name="seed">32 bytes.</param>
    public static string ToPrivateText(Witness witness, ReadOnlySpan<byte> seed) => PrivateStart + TextOf(witness.Name, witness.KeyId, seed);

    /// <summary>Null where the text is no witness's key, or its hash is another key's.</summary>
    public static Witness? TryParse(string text)
    {
        if (!TrySplit(text, out string name, out uint keyId, out byte[] key)) return null;
        Witness witness = new(name, key);
        return witness.KeyId == keyId ? witness : null;
    }

    /// <summary>Name and seed; false where the text is no private key, or its hash is another key's.</summary>
    public static bool TryParsePrivate(string text, SystemEd25519 ed25519, out Witness? witness, out byte[] seed)
    {
        witness = null;
        seed = [];
        if (!text.StartsWith(PrivateStart, StringComparison.Ordinal) || !TrySplit(text[PrivateStart.Length..], out string name, out uint keyId, out seed)) return false;
        witness = new Witness(name, ed25519.PublicKeyOf(seed));
        return witness.KeyId == keyId;
    }

    public static bool IsName(string name) => name.Length <= NameCharactersMax && SignedNote.IsName(name) && Ascii.IsValid(name);

    private static string TextOf(string name, uint keyId, ReadOnlySpan<byte> key) =>
        $"{name}+{keyId.ToString("x8", CultureInfo.InvariantCulture)}+{Convert.ToBase64String([Type, .. key])}";

    private static bool TrySplit(string text, out string name, out uint keyId, out byte[] key)
    {
        name = string.Empty;
        keyId = 0;
        key = [];
        string[] parts = text.Split('+', 3);
        if (parts.Length != 3 || !IsName(parts[0]) || parts[1].Length != 8) return false;
        if (!uint.TryParse(parts[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out keyId)) return false;
        if (SignedNote.TryBase64(parts[2], SystemEd25519.PublicKeyByteCount + 1) is not { Length: SystemEd25519.PublicKeyByteCount + 1 } bytes || bytes[0] != Type) return false;
        name = parts[0];
        key = bytes[1..];
        return true;
    }
}
