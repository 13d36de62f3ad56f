using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Chain;

/// <summary>
/// A quorum's votes for one value in one slot: N(v,d) notarizes, F(v,d) finalizes, Z(v), a finalize slot without a
/// value, nullifies. Signers are listed in strictly increasing order of index, one signature each.
/// </summary>
public sealed record Certificate(VoteSlot Slot, Hash256? Value, ImmutableArray<CertificateSigner> Signers)
{
    public bool IsNotarization => Slot.Kind == VoteKind.Notarize;

    public bool IsFinalization => Slot.Kind == VoteKind.Finalize && Value is not null;

    public bool IsNullification => Slot.Kind == VoteKind.Finalize && Value is null;

    public byte[] Encode()
    {
        WireWriter writer = new();
        Write(writer);
        return writer.ToArray();
    }

    public void Write(WireWriter writer)
    {
        writer.Record(WireType.Certificate, 5);
        Slot.Write(writer);
        writer.OptionalHash(Value).Array(Signers.Length);
        foreach (CertificateSigner signer in Signers)
        {
            writer.Array(2).UInt64(signer.Index.Number).Bytes(signer.Signature.AsSpan()).End();
        }

        writer.End().End();
    }

    public static Certificate Read(WireReader reader)
    {
        reader.Record(WireType.Certificate, 5);
        VoteSlot slot = VoteSlot.Read(reader);
        Hash256? value = reader.OptionalHash();
        ImmutableArray<CertificateSigner> signers = reader.List(Limits.ValidatorsMax, ReadSigner);
        reader.End();
        for (int i = 1; i < signers.Length; i++)
        {
            if (signers[i - 1].Index.CompareTo(signers[i].Index) >= 0) reader.Fail();
        }

        if (slot.Kind == VoteKind.Notarize && value is null) reader.Fail();
        return new Certificate(slot, value, signers);
    }

    internal static CertificateSigner ReadSigner(WireReader reader)
    {
        reader.Array(2);
        CertificateSigner signer = new(new ValidatorIndex(reader.UInt16()), Signature.Read(reader));
        reader.End();
        return signer;
    }
}

/// <summary>One validator's signature inside a certificate.</summary>
public readonly record struct CertificateSigner(ValidatorIndex Index, Signature Signature);
