using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Provenance.Witnesses;

/// <summary>
/// Whether a witness may cosign: the checkpoint is the calendar's, validators with a quorum of the plan in force signed it, and it continues what was cosigned
/// last. A witness that keeps to this, and keeps what it cosigned before it says so, never signs two roots for one size, nor a smaller size after a larger.
/// </summary>
/// <param name="chain">Its calendar is watched.</param>
/// <param name="plans">Of the chain, proven to the witness.</param>
public sealed class WitnessRules(ChainId chain, ImmutableArray<EpochPlan> plans, ISignatureVerifier signatures)
{
    /// <summary>The epoch of the newest plan that is known.</summary>
    public Epoch Newest => plans[^1].Epoch;

    /// <summary>The same witness with what is known of the chain since. All that was known stays: who could change an old plan could have an old second signed again.</summary>
    /// <param name="newer">Proven to be the chain's, oldest first.</param>
    /// <param name="rules">These where the verdict is not <see cref="WitnessNews.Newer"/>.</param>
    public WitnessNews Learn(ImmutableArray<EpochPlan> newer, out WitnessRules rules)
    {
        rules = this;
        for (int i = 0; i < plans.Length && i < newer.Length; i++)
        {
            if (newer[i].Root != plans[i].Root) return WitnessNews.Another;
        }

        if (newer.Length < plans.Length) return WitnessNews.Older;
        if (newer.Length == plans.Length) return WitnessNews.Same;
        rules = new WitnessRules(chain, newer, signatures);
        return WitnessNews.Newer;
    }

    /// <param name="last">What was cosigned last; null for nothing yet.</param>
    /// <param name="checkpoint">What to keep and then cosign; null unless accepted.</param>
    public WitnessVerdict Judge(string request, Checkpoint? last, out Checkpoint? checkpoint)
    {
        checkpoint = null;
        if (AddCheckpoint.TryParse(request) is not { } asked || SignedNote.TryParse(asked.Note) is not { } note) return WitnessVerdict.Malformed;
        if (Checkpoint.TryParse(note.Text) is not { } said) return WitnessVerdict.Malformed;
        if (said.Origin != Checkpoint.OriginOf(chain)) return WitnessVerdict.OriginUnknown;
        if (PlanOf(said.Size) is not { } plan || CheckpointSignatures.CheckValidators(note, plan, signatures) != ReceiptCode.None) return WitnessVerdict.SignatureUntrusted;
        if (asked.OldSize > said.Size) return WitnessVerdict.OldSizeAhead;
        if (asked.OldSize != (last?.Size ?? 0)) return WitnessVerdict.OldSizeStale;
        if (asked.OldSize == said.Size && said.Root != last!.Root) return WitnessVerdict.RootConflict;
        if (!Continues(asked, said, last)) return WitnessVerdict.ProofWrong;
        checkpoint = said;
        return WitnessVerdict.Accepted;
    }

    private static bool Continues(AddCheckpoint asked, Checkpoint said, Checkpoint? last) => last is null
        ? asked.Proof.IsEmpty
        : new MerkleConsistencyProof(last.Size, said.Size, asked.Proof).Verify(last.Root, said.Root) == MerkleVerdict.Accepted;

    // A calendar without seconds has no last one, and nobody signs it.
    private EpochPlan? PlanOf(ulong size)
    {
        ulong genesis = plans[0].GenesisRound.Second;
        if (size == 0 || size > Round.SecondMax - genesis) return null;
        Round last = new(genesis + size - 1);
        EpochPlan? inForce = null;
        foreach (EpochPlan plan in plans)
        {
            if (plan.FirstRound <= last) inForce = plan;
        }

        return inForce;
    }
}
