using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Proofs.Light;

/// <summary>One step from a set to the next: the sealing header, finalized by the old set, and the set whose hash it names.</summary>
public sealed record Seal(CertifiedHeader Certified, ValidatorSet Next)
{
    public byte[] Encode()
    {
        WireWriter writer = new();
        Write(writer);
        return writer.ToArray();
    }

    public void Write(WireWriter writer)
    {
        writer.Record(WireType.Seal, 2);
        Certified.Write(writer);
        Next.Write(writer);
        writer.End();
    }

    public static Seal Read(WireReader reader)
    {
        reader.Record(WireType.Seal, 2);
        Seal seal = new(CertifiedHeader.Read(reader), ValidatorSet.Read(reader));
        reader.End();
        return seal;
    }
}

/// <summary>What the rules say of a seal under the set that it ends, in the order of the checks.</summary>
public enum SealVerdict
{
    Accepted,
    WrongChain,

    /// <summary>Of another epoch than the one that is to be ended: a gap, a repetition, or the wrong order.</summary>
    WrongEpoch,

    /// <summary>The header seals nothing.</summary>
    NotASeal,

    /// <summary>The set is not the one that the header names, or not of the next epoch.</summary>
    NextSetWrong,

    /// <summary>The certificate is no finalization of this header.</summary>
    NotFinalized,

    /// <summary>Signed by somebody who is not of the set.</summary>
    ForeignValidators,
    BelowQuorum,
    SignatureWrong,
}

/// <summary>Whether a set handed over to another.</summary>
public static class SealRules
{
    public static SealVerdict Check(Seal seal, ChainId chain, ValidatorSet set, ISignatureVerifier signatures)
    {
        BlockHeader header = seal.Certified.Header;
        if (header.Chain != chain) return SealVerdict.WrongChain;
        if (header.Epoch != set.Epoch || set.Epoch.Number == uint.MaxValue) return SealVerdict.WrongEpoch;
        if (!header.IsSeal) return SealVerdict.NotASeal;
        if (seal.Next.Epoch != set.Epoch.Next || seal.Next.Hash != header.NextSetHash) return SealVerdict.NextSetWrong;
        return CertifiedHeaderRules.Check(seal.Certified, chain, set, signatures) switch
        {
            CertifiedHeaderVerdict.Accepted => SealVerdict.Accepted,
            CertifiedHeaderVerdict.WrongChain => SealVerdict.WrongChain,
            CertifiedHeaderVerdict.NotFinalized => SealVerdict.NotFinalized,
            CertifiedHeaderVerdict.ForeignValidators => SealVerdict.ForeignValidators,
            CertifiedHeaderVerdict.BelowQuorum => SealVerdict.BelowQuorum,
            CertifiedHeaderVerdict.SignatureWrong => SealVerdict.SignatureWrong,
        };
    }
}
