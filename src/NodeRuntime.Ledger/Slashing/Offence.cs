using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Ledger.Slashing;

/// <summary>
/// What evidence means to the ledger: whose key, whose bond, and who brought it. That the signatures hold was decided before
/// (consensus checks them, and a quorum stands behind a finalized block).
/// </summary>
/// <param name="Account">Whose bond stands behind the key.</param>
/// <param name="Reporter">Of the proposer that put it into the block.</param>
public sealed record Offence(PublicKey Key, AccountId Account, AccountId Reporter, Epoch Epoch, View View, EvidenceFault Fault)
{
    /// <summary>The set must hold both indices: <see cref="EvidenceRules"/> and the leader schedule say so.</summary>
    public static Offence Of(Evidence evidence, ValidatorSet set, ValidatorIndex proposer)
    {
        Invariant.Holds(evidence.First.Slot.Epoch == set.Epoch);
        Invariant.Holds(set.Contains(evidence.Voter));
        Invariant.Holds(set.Contains(proposer));
        PublicKey key = set[evidence.Voter].Key;
        return new Offence(key, AccountOf(key), AccountOf(set[proposer].Key), set.Epoch, evidence.View, evidence.Fault);
    }

    // A validator's bond is that of the account its key alone controls.
    private static AccountId AccountOf(in PublicKey validator) => KeyPolicy.Single(validator).ToAccountId();
}
