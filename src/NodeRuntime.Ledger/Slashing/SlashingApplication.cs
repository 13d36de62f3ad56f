using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Ledger.Slashing;

/// <summary>A validator contradicted itself: a share of its bond, what it asked back included, is taken (<see cref="PenaltyShares"/>).</summary>
internal static class SlashingApplication
{
    public static void Apply(LedgerDraft draft, Offence offence)
    {
        BondRecord bond = draft.Records.Bond(offence.Account);
        Amount taken = PenaltyShares.ShareOf(bond.Bonded + bond.Unbonding, draft.Parameters.Slashing.EquivocationBasisPoints);
        PenaltyShares shares = PenaltyShares.Distribute(draft, offence.Account, offence.Reporter, taken);
        draft.Put(new JailRecord(offence.Key, offence.Account, offence.Epoch, offence.View, offence.Fault, draft.Height, taken));
        draft.Tell(new LedgerEvent.Slashed(
            offence.Account, offence.Key, offence.Fault, offence.View, offence.Reporter, taken, shares.Compensated, shares.Rewarded, shares.Burned));
    }
}
