using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Chain;

/// <summary>
/// Decides whether a quorum of a set stands behind a certificate. A certificate that passed is a
/// <see cref="Verified{T}"/>, a type that only the rules of this assembly can make: it cannot be verified a second
/// time by accident, nor used before it was verified once.
/// </summary>
public static class CertificateRules
{
    public static CertificateVerdict Check(
        Certificate certificate, ChainId chain, ValidatorSet set, ISignatureVerifier signatures, out Verified<Certificate>? verified) =>
        Check(certificate, chain, set, signatures, [], out verified);

    /// <summary>The same for whoever holds some of its votes: a signature that was verified before is not verified again.</summary>
    /// <param name="known">Votes in any order; those of another slot or value, or with another signature, are of no use here.</param>
    public static CertificateVerdict Check(
        Certificate certificate,
        ChainId chain,
        ValidatorSet set,
        ISignatureVerifier signatures,
        System.Collections.Generic.IEnumerable<Verified<Vote>> known,
        out Verified<Certificate>? verified)
    {
        verified = null;
        if (certificate.Slot.Epoch != set.Epoch) return CertificateVerdict.WrongEpoch;
        ulong weight = 0;
        foreach (CertificateSigner signer in certificate.Signers)
        {
            if (!set.Contains(signer.Index)) return CertificateVerdict.SignerUnknown;
            weight += set[signer.Index].Weight;
        }

        if (weight < set.Quorum) return CertificateVerdict.BelowQuorum;
        Hash256 digest = certificate.Slot.SigningDigest(chain, certificate.Value);
        Verified<Vote>?[] byVoter = new Verified<Vote>?[set.Count];
        foreach (Verified<Vote> vote in known)
        {
            bool isOfIt = vote.Value.Slot == certificate.Slot && vote.Value.Value == certificate.Value;
            if (isOfIt && set.Contains(vote.Value.Voter)) byVoter[vote.Value.Voter.Number] = vote;
        }

        foreach (CertificateSigner signer in certificate.Signers)
        {
            if (byVoter[signer.Index.Number] is { } held && held.Value.Signature == signer.Signature) continue;
            SignatureVerdict verdict = signatures.Verify(set[signer.Index].Key, digest, signer.Signature);
            if (verdict != SignatureVerdict.Accepted) return CertificateVerdict.SignatureWrong;
        }

        verified = new Verified<Certificate>(certificate);
        return CertificateVerdict.Accepted;
    }

    /// <summary>A single vote: its voter is of the set and its signature is right.</summary>
    public static CertificateVerdict Check(
        Vote vote, SigningDigests digests, ValidatorSet set, ISignatureVerifier signatures, out Verified<Vote>? verified)
    {
        verified = null;
        if (vote.Slot.Epoch != set.Epoch) return CertificateVerdict.WrongEpoch;
        if (!set.Contains(vote.Voter)) return CertificateVerdict.SignerUnknown;
        Hash256 digest = digests.Of(vote.Slot, vote.Value);
        SignatureVerdict verdict = signatures.Verify(set[vote.Voter].Key, digest, vote.Signature);
        if (verdict != SignatureVerdict.Accepted) return CertificateVerdict.SignatureWrong;
        verified = new Verified<Vote>(vote);
        return CertificateVerdict.Accepted;
    }

    /// <summary>A certificate that is put together from votes that were each verified; its weight must be a quorum.</summary>
    public static Verified<Certificate> Combine(
        ValidatorSet set, VoteSlot slot, Hash256? value, System.Collections.Generic.IEnumerable<Verified<Vote>> votes)
    {
        Verified<Vote>?[] byVoter = new Verified<Vote>?[set.Count];
        int count = 0;
        ulong weight = 0;
        foreach (Verified<Vote> vote in votes)
        {
            Invariant.Holds(vote.Value.Slot == slot);
            Invariant.Holds(vote.Value.Value == value);
            if (byVoter[vote.Value.Voter.Number] is not null) continue;
            byVoter[vote.Value.Voter.Number] = vote;
            count++;
            weight += set[vote.Value.Voter].Weight;
        }

        Invariant.Holds(weight >= set.Quorum);
        System.Collections.Immutable.ImmutableArray<CertificateSigner>.Builder list =
            System.Collections.Immutable.ImmutableArray.CreateBuilder<CertificateSigner>(count);
        foreach (Verified<Vote>? vote in byVoter)
        {
            if (vote is not null) list.Add(new CertificateSigner(vote.Value.Voter, vote.Value.Signature));
        }

        return new Verified<Certificate>(new Certificate(slot, value, list.MoveToImmutable()));
    }
}
