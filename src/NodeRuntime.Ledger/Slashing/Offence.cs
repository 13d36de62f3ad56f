using NodeRuntime.Crypto;
using NodeRuntime.Ledger.State;
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
    public static Offence Of(LedgerRecords records, Evidence evidence, ValidatorSet set, ValidatorIndex proposer)
    {
        Invariant.Holds(evidence.First.Slot.Epoch == set.Epoch);
        Invariant.Holds(set.Contains(evidence.Voter));
        Invariant.Holds(set.Contains(proposer));
        PublicKey key = set[evidence.Voter].Key;
        return new Offence(key, AccountOf(records, key), AccountOf(records, set[proposer].Key), set.Epoch, evidence.View, evidence.Fault);
    }

    // Whose key it is the ledger remembers for as long as it votes.
    private static AccountId AccountOf(LedgerRecords records, in PublicKey validator) =>
        records.ValidatorOf(validator) ?? Invariant.Unreachable<AccountId>("a validator that is nobody's");
}
