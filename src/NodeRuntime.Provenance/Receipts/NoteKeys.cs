using System;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.Edwards;
using NodeRuntime.Primitives;

namespace NodeRuntime.Provenance.Receipts;

/// <summary>
/// A validator under a checkpoint: a note signature of the private type 0xff, since its key is secp256k1 or P-256 with this network's tags.
/// </summary>
public static class ValidatorNote
{
    private const string NameStart = "noderuntime.validator/";

    // What follows the type 0xff, so that no other private type collides with it.
    private static ReadOnlySpan<byte> TypeName => "noderuntime/validator/v1"u8;

    public static string NameOf(in PublicKey key) => NameStart + key.ToPeerId().ToString();

    /// <summary>SHA-256(name || 0A || FF || "noderuntime/validator/v1" || key), its first four bytes.</summary>
    public static uint KeyIdOf(in PublicKey key) =>
        NoteKeyId.Of(NameOf(key), [0xff, .. TypeName, .. key.AsSpan()]);

    public static Hash256 SigningDigest(ChainId chain, string text) =>
        Hasher.Tagged(HashDomain.CalendarCheckpoint, chain.Hash.AsSpan(), Encoding.UTF8.GetBytes(text));

    public static NoteSignature Sign(ISigner signer, ChainId chain, string text) =>
        new(NameOf(signer.PublicKey), KeyIdOf(signer.PublicKey), signer.Sign(SigningDigest(chain, text)).AsSpan().ToArray());
}

/// <summary>
/// An outside witness: a name and an Ed25519 key. Its cosignature (C2SP's tlog-cosignature, type 0x04) says when it saw the log at this size.
/// </summary>
/// <param name="Key">32 bytes.</param>
public sealed record Witness(string Name, ReadOnlyMemory<byte> Key)
{
    /// <summary>Eight bytes of time and a signature.</summary>
    internal const int CosignatureByteCount = 8 + SystemEd25519.SignatureByteCount;

    public uint KeyId => NoteKeyId.Of(Name, [0x04, .. Key.Span]);

    /// <summary>What is signed: two lines and the checkpoint's text.</summary>
    public static byte[] Message(ulong time, string text) =>
        Encoding.UTF8.GetBytes("cosignature/v1\ntime " + time.ToString(CultureInfo.InvariantCulture) + "\n" + text);

    public NoteSignature Cosignature(ulong time, ReadOnlySpan<byte> signature)
    {
        Invariant.Holds(signature.Length == SystemEd25519.SignatureByteCount);
        byte[] bytes = new byte[CosignatureByteCount];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, time);
        signature.CopyTo(bytes.AsSpan(8));
        return new NoteSignature(Name, KeyId, bytes);
    }
}

internal static class NoteKeyId
{
    public static uint Of(string name, ReadOnlySpan<byte> typeAndKey) =>
        BinaryPrimitives.ReadUInt32BigEndian(Hasher.Sha256((byte[])[.. Encoding.UTF8.GetBytes(name), 0x0a, .. typeAndKey]).AsSpan());
}

/// <summary>A root of the calendar that was made public where nobody can take it back: a newspaper, another chain.</summary>
public readonly record struct Publication(ulong Size, Hash256 Root);

/// <summary>
/// What a verifier believes beforehand: the chain; the plans of epochs, which it has from the chain's own proofs or was given; witnesses and how many of
/// them it wants; publications. Without any of it the best answer is INCONCLUSIVE.
/// </summary>
public sealed record ReceiptTrust(
    ChainId Chain, ImmutableArray<Records.EpochPlan> Plans, ImmutableArray<Witness> Witnesses, int WitnessQuorum, ImmutableArray<Publication> Publications);
