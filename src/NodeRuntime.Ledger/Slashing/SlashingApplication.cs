using System.Collections.Generic;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Ledger.Slashing;

/// <summary>
/// A validator contradicted itself. A share of its bond, what it asked back included, is taken:
///
///     taken -> tenants of its open leases, in order of lease id, each up to its deposit   (at most a share)
///           -> whoever brought the evidence                                               (a smaller share)
///           -> burned                                                                     (all the rest)
///
/// Leases go on: their escrow was never the provider's, and a result is still worth its price. What tenants get is for the
/// bond behind their lease that is gone.
/// </summary>
internal static class SlashingApplication
{
    public static void Apply(LedgerDraft draft, Offence offence)
    {
        SlashingParameters parameters = draft.Parameters.Slashing;
        BondRecord bond = draft.Records.Bond(offence.Account);
        Amount taken = ShareOf(bond.Bonded + bond.Unbonding, parameters.EquivocationBasisPoints);
        Amount compensated = Compensate(draft, offence.Account, bond.OpenLeases, ShareOf(taken, parameters.HarmedBasisPoints));
        // Whoever convicts itself earns nothing by it.
        Amount rewarded = offence.Reporter == offence.Account ? Amount.Zero : ShareOf(taken, parameters.ReporterBasisPoints);
        Purse purse = new(draft);
        Invariant.Holds(purse.Penalise(offence.Account, offence.Reporter, rewarded) == rewarded);
        Amount burned = taken - compensated - rewarded;
        purse.BurnBond(offence.Account, burned);
        draft.Put(new JailRecord(offence.Key, offence.Account, offence.Epoch, offence.View, offence.Fault, draft.Height, taken));
        draft.Tell(new LedgerEvent.Slashed(
            offence.Account, offence.Key, offence.Fault, offence.View, offence.Reporter, taken, compensated, rewarded, burned));
    }

    // Scans all leases until the open ones are found: once in a key's life, and not at all where none is open.
    private static Amount Compensate(LedgerDraft draft, AccountId provider, uint openLeases, Amount budget)
    {
        Amount left = budget;
        if (openLeases == 0 || left == Amount.Zero) return Amount.Zero;
        Purse purse = new(draft);
        foreach ((LeaseId id, LeaseRecord lease) in draft.Records.OpenLeasesOf(provider, openLeases))
        {
            // A lease from oneself harms nobody.
            if (lease.Owner == provider) continue;
            OrderRecord? order = draft.Records.Order(lease.Order);
            Invariant.Holds(order is not null);
            Amount due = Amount.Min(left, order.Escrow);
            if (due == Amount.Zero) continue;
            Invariant.Holds(purse.Penalise(provider, lease.Owner, due) == due);
            left -= due;
            draft.Tell(new LedgerEvent.TenantCompensated(id, lease.Owner, provider, due));
        }

        return budget - left;
    }

    // Rounded down: a supply is below 2^100, so the product stays below 2^114.
    private static Amount ShareOf(Amount amount, ushort basisPoints) => new(amount.Units * basisPoints / 10_000);
}
