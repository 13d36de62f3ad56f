using System.Collections.Generic;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Ledger.Slashing;

/// <summary>
/// Where a penalty for a proven fault goes:
///
///     taken -> whom the proof names as harmed, if it does                                 (a small share)
///           -> tenants of its open leases, in order of lease id, each up to its deposit   (at most a share)
///           -> whoever brought the evidence                                               (a smaller share)
///           -> burned                                                                     (all the rest)
///
/// What one that is named gets and the finder's share together are far below what is taken: a culprit may name another pocket of its own, and report itself
/// with a third, and still loses most of it. Leases go on: their escrow was never the provider's, and a result is still worth its price. What tenants get is for the
/// bond behind their lease that is gone.
/// </summary>
internal readonly record struct PenaltyShares(Amount Compensated, Amount Rewarded, Amount Burned)
{
    /// <summary>Of what is taken, for one that is named as harmed: nobody can say how much harm that was, and the culprit may have chosen the name.</summary>
    private const ushort NamedBasisPoints = 1_000;

    /// <param name="taken">At most what is bonded and asked back.</param>
    /// <param name="harmed">Whom the proof names; null where it names nobody.</param>
    public static PenaltyShares Distribute(LedgerDraft draft, AccountId culprit, AccountId reporter, Amount taken, AccountId? harmed = null)
    {
        SlashingParameters parameters = draft.Parameters.Slashing;
        Purse purse = new(draft);
        Amount named = harmed is null || harmed == culprit ? Amount.Zero : ShareOf(taken, NamedBasisPoints);
        if (harmed is { } account) Invariant.Holds(purse.Penalise(culprit, account, named) == named);
        uint openLeases = draft.Records.Bond(culprit).OpenLeases;
        Amount budget = ShareOf(taken, parameters.HarmedBasisPoints);
        Amount compensated = named + Compensate(draft, culprit, openLeases, budget > named ? budget - named : Amount.Zero);
        // Whoever convicts itself earns nothing by it.
        Amount rewarded = reporter == culprit ? Amount.Zero : ShareOf(taken, parameters.ReporterBasisPoints);
        Invariant.Holds(purse.Penalise(culprit, reporter, rewarded) == rewarded);
        Amount burned = taken - compensated - rewarded;
        purse.BurnBond(culprit, burned);
        return new PenaltyShares(compensated, rewarded, burned);
    }

    // Rounded down: a supply is below 2^100, so the product stays below 2^114.
    public static Amount ShareOf(Amount amount, ushort basisPoints) => new(amount.Units * basisPoints / 10_000);

    // Scans all leases until the open ones are found, and not at all where none is open.
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
}
