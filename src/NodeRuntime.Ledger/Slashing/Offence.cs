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
    /// <summary>The sets must hold the indices: <see cref="EvidenceRules"/> and the leader schedule say so.</summary>
    /// <param name="voters">Of the evidence's epoch.</param>
    /// <param name="reporter">The key of the block's proposer.</param>
    public static Offence Of(LedgerRecords records, Evidence evidence, ValidatorSet voters, in PublicKey reporter)
    {
        Invariant.Holds(evidence.First.Slot.Epoch == voters.Epoch);
        Invariant.Holds(voters.Contains(evidence.Voter));
        PublicKey key = voters[evidence.Voter].Key;
        return new Offence(key, AccountOf(records, key), AccountOf(records, reporter), voters.Epoch, evidence.View, evidence.Fault);
    }

    // Whose key it is the ledger remembers for as long as it votes, and then for as long as evidence is young.
    private static AccountId AccountOf(LedgerRecords records, in PublicKey validator) =>
        records.ValidatorOf(validator) ?? Invariant.Unreachable<AccountId>("a validator that is nobody's");
}
