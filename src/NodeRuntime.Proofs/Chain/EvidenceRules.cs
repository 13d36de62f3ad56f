using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Chain;

/// <summary>
/// Decides whether evidence convicts: its votes contradict each other as it stands (there is no other evidence), so what is
/// left is whether the voter of this set signed both, on this chain. Nobody who keeps the rules of the protocol can be
/// convicted: an honest key signs a slot once, and finalizes what it notarized.
/// </summary>
public static class EvidenceRules
{
    public static EvidenceVerdict Check(
        Evidence evidence, ChainId chain, ValidatorSet set, ISignatureVerifier signatures, out Verified<Evidence>? verified)
    {
        verified = null;
        // Signatures cover the chain's id; the record names it so that the answer has a name too.
        if (evidence.Chain != chain) return EvidenceVerdict.WrongChain;
        if (evidence.First.Slot.Epoch != set.Epoch) return EvidenceVerdict.WrongEpoch;
        if (!set.Contains(evidence.Voter)) return EvidenceVerdict.VoterUnknown;
        foreach (Vote vote in (System.ReadOnlySpan<Vote>)[evidence.First, evidence.Second])
        {
            Hash256 digest = vote.Slot.SigningDigest(chain, vote.Value);
            if (signatures.Verify(set[evidence.Voter].Key, digest, vote.Signature) != SignatureVerdict.Accepted) return EvidenceVerdict.SignatureWrong;
        }

        verified = new Verified<Evidence>(evidence);
        return EvidenceVerdict.Accepted;
    }

    /// <summary>Evidence from votes that were each verified; null where they do not contradict each other.</summary>
    public static Verified<Evidence>? Combine(ChainId chain, Verified<Vote> one, Verified<Vote> other) =>
        Evidence.Of(chain, one.Value, other.Value) is { } evidence ? new Verified<Evidence>(evidence) : null;
}
