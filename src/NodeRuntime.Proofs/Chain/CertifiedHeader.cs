using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Chain;

/// <summary>A header and the finalization that a quorum gave it: all a light client needs of a block.</summary>
public sealed record CertifiedHeader(BlockHeader Header, Certificate Finalization)
{
    /// <summary>
    /// Whether the certificate is a finalization of this header, whoever signed it. A block is finalized in its own view; a seal may be
    /// in a later one of its epoch, where it was put to the vote again.
    /// </summary>
    public bool IsOfHeader
    {
        get
        {
            VoteSlot slot = Finalization.Slot;
            if (!Finalization.IsFinalization || slot.Epoch != Header.Epoch) return false;
            bool isItsView = slot.View == Header.View || (Header.IsSeal && slot.View > Header.View);
            return isItsView && Finalization.Value == Header.Digest;
        }
    }

    public void Write(WireWriter writer)
    {
        writer.Record(WireType.CertifiedHeader, 2);
        Header.Write(writer);
        Finalization.Write(writer);
        writer.End();
    }

    public static CertifiedHeader Read(WireReader reader)
    {
        reader.Record(WireType.CertifiedHeader, 2);
        CertifiedHeader certified = new(BlockHeader.Read(reader), Certificate.Read(reader));
        reader.End();
        return certified;
    }
}

/// <summary>What the rules say of a certified header under a set, in the order of the checks.</summary>
public enum CertifiedHeaderVerdict
{
    Accepted,

    /// <summary>The header is of another chain.</summary>
    WrongChain,

    /// <summary>The certificate is no finalization of this header.</summary>
    NotFinalized,

    /// <summary>Of another epoch than the set's, or signed by somebody who is not of the set.</summary>
    ForeignValidators,
    BelowQuorum,
    SignatureWrong,
}

/// <summary>Whether a set finalized a header.</summary>
public static class CertifiedHeaderRules
{
    public static CertifiedHeaderVerdict Check(CertifiedHeader certified, ChainId chain, ValidatorSet set, ISignatureVerifier signatures)
    {
        if (certified.Header.Chain != chain) return CertifiedHeaderVerdict.WrongChain;
        if (!certified.IsOfHeader) return CertifiedHeaderVerdict.NotFinalized;
        return CertificateRules.Check(certified.Finalization, chain, set, signatures, out _) switch
        {
            CertificateVerdict.Accepted => CertifiedHeaderVerdict.Accepted,
            CertificateVerdict.WrongEpoch => CertifiedHeaderVerdict.ForeignValidators,
            CertificateVerdict.SignerUnknown => CertifiedHeaderVerdict.ForeignValidators,
            CertificateVerdict.BelowQuorum => CertifiedHeaderVerdict.BelowQuorum,
            CertificateVerdict.SignatureWrong => CertifiedHeaderVerdict.SignatureWrong,
        };
    }
}
