using System;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Light;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Provenance.Receipts;

namespace NodeRuntime.Client.Reads;

/// <summary>What is said of a publication out of a file, in the order of the checks.</summary>
public enum PublicationProofVerdict
{
    Accepted,

    /// <summary>Of another chain, or a seal does not follow.</summary>
    ChainProofWrong,

    /// <summary>The header is not finalized by the validators that the seals lead to.</summary>
    HeaderNotCertified,

    /// <summary>The path does not lead from this day's record to the header's state root.</summary>
    StateProofWrong,

    /// <summary>What is proven to stand there is no record of this day.</summary>
    RecordMalformed,
}

/// <summary>
/// That the calendar's root of a day stands on the ledger, for whoever trusts the genesis hash alone: a file to lie beside receipts in state PUBLISHED.
/// <code>
/// [genesis, seals, day, certified header, state proof]        genesis ── seals ── header ── parent's state root ── path ── record of the day
/// </code>
/// </summary>
public sealed record PublicationProof(ChainProof Chain, PublicationDay Day, StateEvidence Evidence)
{
    public byte[] Encode()
    {
        WireWriter header = new();
        Evidence.Certified.Write(header);
        return new WireWriter().Array(5).Bytes(Chain.Genesis.Encode()).Bytes(Chain.Sets.Encode()).UInt64(Day.Number)
            .Bytes(header.ToArray()).Bytes(Evidence.Proof.Encode()).End().ToArray();
    }

    /// <summary>Null for bytes that are none.</summary>
    public static PublicationProof? TryDecode(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        if (reader.Array(5) != 5) reader.Fail();
        byte[] document = reader.Bytes(Limits.GenesisBytesMax), seals = reader.Bytes(int.MaxValue);
        PublicationDay day = new(reader.UInt32());
        byte[] header = reader.Bytes(int.MaxValue), proof = reader.Bytes(int.MaxValue);
        reader.End();
        if (!reader.Succeeded || day.CompareTo(PublicationDay.Last) > 0) return null;
        if (!Genesis.TryDecode(document, out Genesis? genesis) || !SetProof.TryDecode(seals, out SetProof? sets)) return null;
        WireReader inner = new(header);
        CertifiedHeader certified = CertifiedHeader.Read(inner);
        if (!inner.Succeeded || !StateProof.TryDecode(proof, out StateProof? path)) return null;
        return new PublicationProof(new ChainProof(genesis!, sets!), day, new StateEvidence(certified, path!));
    }

    /// <param name="record">What stands on the ledger for the day; null unless accepted.</param>
    public PublicationProofVerdict Verify(ChainId trusted, ISignatureVerifier signatures, out PublicationRecord? record)
    {
        record = null;
        if (Chain.Genesis.ChainId != trusted) return PublicationProofVerdict.ChainProofWrong;
        LightClient light = new(trusted, Chain.Genesis.ValidatorSet, signatures);
        foreach (Seal seal in Chain.Sets.Seals)
        {
            if (light.Follow(seal) != SealVerdict.Accepted) return PublicationProofVerdict.ChainProofWrong;
        }

        if (light.Check(Evidence.Certified) != CertifiedHeaderVerdict.Accepted || light.Fork is not null) return PublicationProofVerdict.HeaderNotCertified;
        StateProofVerdict proven = Evidence.Proof.Verify(Evidence.Certified.Header.ParentStateRoot, StateKeys.Publication(Day), out ReadOnlyMemory<byte> value);
        if (proven != StateProofVerdict.Included) return PublicationProofVerdict.StateProofWrong;
        WireReader reader = new(value);
        PublicationRecord read = PublicationRecord.Read(reader);
        if (!reader.Succeeded || read.Day != Day) return PublicationProofVerdict.RecordMalformed;
        record = read;
        return PublicationProofVerdict.Accepted;
    }

    /// <summary>What a verifier may believe: the chain's plans and this root; null unless it verifies.</summary>
    public ReceiptTrust? ToTrust(ChainId trusted, ISignatureVerifier signatures) =>
        Verify(trusted, signatures, out PublicationRecord? record) == PublicationProofVerdict.Accepted
            ? Chain.ToTrust(trusted, signatures) is { } trust ? trust with { Publications = [new Publication(record!.Size, record.Root)] } : null
            : null;
}
