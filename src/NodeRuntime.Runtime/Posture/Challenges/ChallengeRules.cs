using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Runtime.Posture.Challenges;

/// <summary>What is asked of an answer to a challenge. Whether it came in time, and what the peer said before, the machine knows.</summary>
public static class ChallengeRules
{
    /// <summary>What a peer's clock may be off by before its seconds are none of now.</summary>
    public const ulong ReachSeconds = 60;

    /// <param name="key">Of the peer that answers, as its connection proved it.</param>
    /// <param name="now">The second that it is here.</param>
    public static ChallengeVerdict Judge(
        ChainId chain, ISignatureVerifier signatures, PeerId self, in PublicKey key, ChallengeMessage.Challenge challenge, ChallengeMessage.Answer answer, Round now)
    {
        PostureStatement it = answer.Statement;
        AggregationLeaf second = answer.Second;
        if (it.Nonce != challenge.Nonce) return ChallengeVerdict.Unasked;
        if (it.Round.Second > now.Second + ReachSeconds || it.Round.Second + ReachSeconds < now.Second) return ChallengeVerdict.RoundOutOfReach;
        if (it.Node != key.ToPeerId()) return ChallengeVerdict.NodeForeign;
        if (it.Challenger != self) return ChallengeVerdict.ChallengerForeign;
        if (signatures.Verify(key, it.SigningDigest(chain), answer.Signature) != SignatureVerdict.Accepted) return ChallengeVerdict.SignatureWrong;
        if (Heartbeat.TryDecode(answer.Heartbeat, out Heartbeat? heartbeat) != RecordVerdict.Accepted) return ChallengeVerdict.HeartbeatMalformed;
        if (heartbeat!.Node != it.Node) return ChallengeVerdict.HeartbeatForeign;
        if (heartbeat.Round != it.Round) return ChallengeVerdict.HeartbeatRoundWrong;
        if (RecordHash.Leaf(answer.Heartbeat.Span) != it.Heartbeat) return ChallengeVerdict.HeartbeatMismatch;
        if (second.Child != it.Node || second.Round != it.Round || second.Level != 1) return ChallengeVerdict.SecondForeign;
        if (second.Heartbeat != it.Heartbeat) return ChallengeVerdict.SecondMismatch;
        if (signatures.Verify(key, second.SigningDigest(chain), answer.SecondSignature) != SignatureVerdict.Accepted) return ChallengeVerdict.SecondSignatureWrong;
        if (heartbeat.StateRoot != it.Root) return ChallengeVerdict.RootMismatch;
        if (heartbeat.Level != it.Level) return ChallengeVerdict.LevelMismatch;
        if (it.Proof.Size is 0 or > Limits.PostureThingsMax) return ChallengeVerdict.SizeOutOfRange;
        if (it.Proof.Index != challenge.Draw % it.Proof.Size) return ChallengeVerdict.ThingForeign;
        return it.Proof.Verify(it.Root, it.Leaf) == MerkleVerdict.Accepted ? ChallengeVerdict.Proven : ChallengeVerdict.ProofWrong;
    }
}
