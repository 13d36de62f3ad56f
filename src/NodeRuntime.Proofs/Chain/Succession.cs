using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Chain;

/// <summary>
/// What a seal hands over to: the next set, and the readiness of a quorum of it, so that no epoch ends before the next one can
/// decide. Signers are listed in strictly increasing order of their index in the next set.
/// </summary>
public sealed record Succession(ValidatorSet Next, ImmutableArray<CertificateSigner> Ready)
{
    public void Write(WireWriter writer)
    {
        writer.Record(WireType.Succession, 2);
        Next.Write(writer);
        writer.Array(Ready.Length);
        foreach (CertificateSigner signer in Ready)
        {
            writer.Array(2).UInt64(signer.Index.Number).Bytes(signer.Signature.AsSpan()).End();
        }

        writer.End().End();
    }

    public static Succession Read(WireReader reader)
    {
        reader.Record(WireType.Succession, 2);
        ValidatorSet next = ValidatorSet.Read(reader);
        ImmutableArray<CertificateSigner> ready = reader.List(Limits.ValidatorsMax, Certificate.ReadSigner);
        reader.End();
        for (int i = 1; i < ready.Length; i++)
        {
            if (ready[i - 1].Index.CompareTo(ready[i].Index) >= 0) reader.Fail();
        }

        return new Succession(next, ready);
    }
}

/// <summary>What the rules say of a succession, in the order of the checks.</summary>
public enum SuccessionVerdict
{
    Accepted,

    /// <summary>Signed by somebody who is not of the next set.</summary>
    SignerUnknown,

    /// <summary>Less than a quorum of the next set is ready.</summary>
    BelowQuorum,
    SignatureWrong,
}

/// <summary>Decides whether a quorum of the next set said that it is ready.</summary>
public static class SuccessionRules
{
    public static SuccessionVerdict Check(Succession succession, ChainId chain, ISignatureVerifier signatures)
    {
        ulong weight = 0;
        foreach (CertificateSigner signer in succession.Ready)
        {
            if (!succession.Next.Contains(signer.Index)) return SuccessionVerdict.SignerUnknown;
            weight += succession.Next[signer.Index].Weight;
        }

        if (weight < succession.Next.Quorum) return SuccessionVerdict.BelowQuorum;
        Hash256 set = succession.Next.Hash;
        foreach (CertificateSigner signer in succession.Ready)
        {
            if (!IsSigned(succession.Next, set, signer, chain, signatures)) return SuccessionVerdict.SignatureWrong;
        }

        return SuccessionVerdict.Accepted;
    }

    /// <summary>One member's word; its index must be of the set.</summary>
    /// <param name="hash">The set's, which the caller has at hand.</param>
    public static bool IsSigned(ValidatorSet set, Hash256 hash, CertificateSigner signer, ChainId chain, ISignatureVerifier signatures) =>
        signatures.Verify(set[signer.Index].Key, Readiness.SigningDigest(chain, hash), signer.Signature) == SignatureVerdict.Accepted;
}
