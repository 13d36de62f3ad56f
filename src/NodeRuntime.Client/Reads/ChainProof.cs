using System;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Light;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Client.Reads;

/// <summary>
/// Who signs a chain's calendar, for whoever trusts the genesis hash alone: the genesis document and the seals since. A file to lie beside receipts of events,
/// so that they verify where there is no network: [genesis, seals].
/// </summary>
public sealed record ChainProof(Genesis Genesis, SetProof Sets)
{
    public byte[] Encode() => new WireWriter().Array(2).Bytes(Genesis.Encode()).Bytes(Sets.Encode()).End().ToArray();

    /// <summary>Null for bytes that are none.</summary>
    public static ChainProof? TryDecode(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        if (reader.Array(2) != 2) reader.Fail();
        byte[] document = reader.Bytes(Limits.GenesisBytesMax), seals = reader.Bytes(int.MaxValue);
        reader.End();
        if (!reader.Succeeded || !Genesis.TryDecode(document, out Genesis? genesis) || !SetProof.TryDecode(seals, out SetProof? sets)) return null;
        return new ChainProof(genesis!, sets!);
    }

    /// <summary>What a verifier may believe; null where this is another chain's, or a seal does not verify.</summary>
    public ReceiptTrust? ToTrust(ChainId trusted, ISignatureVerifier signatures)
    {
        if (Genesis.ChainId != trusted) return null;
        if (Sets.Verify(Genesis.ValidatorSet, trusted, signatures, out _) != SealVerdict.Accepted) return null;
        return new ReceiptTrust(trusted, EpochPlans.Of(Genesis, Sets.Seals), [], 0, []);
    }
}
