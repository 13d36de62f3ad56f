using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus;

/// <summary>
/// Two votes of one validator that no honest validator signs: the same slot with different values, or a notarization of
/// one block and a finalization of another in one view (rule C). It convicts whoever shows it to whom.
/// </summary>
public sealed record DoubleVote(Vote First, Vote Second)
{
    public ValidatorIndex Culprit => First.Voter;

    public void Write(WireWriter writer)
    {
        writer.Record(WireType.ConsensusEvidence, 2);
        First.Write(writer);
        Second.Write(writer);
        writer.End();
    }

    public static DoubleVote Read(WireReader reader)
    {
        reader.Record(WireType.ConsensusEvidence, 2);
        DoubleVote evidence = new(Vote.Read(reader), Vote.Read(reader));
        reader.End();
        return evidence;
    }

    /// <summary>Whether the two contradict each other; says nothing of their signatures.</summary>
    public static bool Contradicts(Vote first, Vote second)
    {
        if (first.Voter != second.Voter) return false;
        if (first.Slot.Epoch != second.Slot.Epoch || first.Slot.View != second.Slot.View) return false;
        if (first.Slot.Kind == second.Slot.Kind) return first.Value != second.Value;
        // One notarizes, one is of the finalize slot: a nullification contradicts nothing, a finalization another block.
        Vote finalize = first.Slot.Kind == VoteKind.Finalize ? first : second;
        return finalize.Value is not null && first.Value != second.Value;
    }

    public static DoubleVoteVerdict Check(DoubleVote evidence, ChainId chain, ValidatorSet set, ISignatureVerifier signatures)
    {
        if (!Contradicts(evidence.First, evidence.Second)) return DoubleVoteVerdict.NoContradiction;
        if (CertificateRules.Check(evidence.First, chain, set, signatures, out _) != CertificateVerdict.Accepted)
        {
            return DoubleVoteVerdict.FirstWrong;
        }

        return CertificateRules.Check(evidence.Second, chain, set, signatures, out _) == CertificateVerdict.Accepted
            ? DoubleVoteVerdict.Accepted
            : DoubleVoteVerdict.SecondWrong;
    }
}

/// <summary>What the rules say of an accusation, in the order of the checks.</summary>
public enum DoubleVoteVerdict
{
    Accepted,
    NoContradiction,
    FirstWrong,
    SecondWrong,
}
