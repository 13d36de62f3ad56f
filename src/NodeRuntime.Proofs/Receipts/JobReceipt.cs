using System;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Receipts;

/// <summary>
/// A statement about a job, the evidence for it, and the provider's name under it. To be verified by a stranger with
/// nothing but a genesis hash: <see cref="ReceiptVerifier"/>. The bytes are described in docs/receipts.md.
/// </summary>
/// <param name="ProviderKey">Signs hand-over and statement, and names the provider's account.</param>
/// <param name="ProviderSignature">Over the statement; null until the provider signs.</param>
public sealed record JobReceipt(JobStatement Statement, JobEvidence Evidence, PublicKey ProviderKey, Signature? ProviderSignature)
{
    /// <summary>What the provider signs.</summary>
    public Hash256 SigningDigest => ToCose().SigningDigest;

    public byte[] Encode() => ToCose().Encode();

    public static bool TryDecode(ReadOnlyMemory<byte> bytes, out JobReceipt? receipt)
    {
        receipt = null;
        if (!CoseSign1.TryDecode(bytes, out CoseSign1? cose)) return false;
        if (cose!.Signature.Length is not (0 or Signature.CompactByteCount)) return false;
        if (!JobStatement.TryDecode(cose.Payload, out JobStatement? statement)) return false;
        if (!JobEvidence.TryDecode(cose.Evidence, out JobEvidence? evidence)) return false;
        Signature? signature = cose.Signature.IsEmpty ? null : new Signature(cose.Key.Algorithm, cose.Signature.Span);
        receipt = new JobReceipt(statement!, evidence!, cose.Key, signature);
        return true;
    }

    private CoseSign1 ToCose() => new(
        ProviderKey, Evidence.Encode(), Statement.Encode(), ProviderSignature is { } signature ? signature.Compact.ToArray() : []);
}
