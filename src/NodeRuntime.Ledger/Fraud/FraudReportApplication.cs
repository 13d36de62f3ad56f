using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.Slashing;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Provenance.Fraud;

namespace NodeRuntime.Ledger.Fraud;

/// <summary>
/// A proven lie costs a share of the bond behind the key that told it, what was asked back included. Who was left out has a part first, then tenants and the
/// finder as in every slashing (<see cref="PenaltyShares"/>), and the rest is burned.
/// </summary>
internal static class FraudReportApplication
{
    /// <summary>
    /// Of the bond, for a lie about a peer's own seconds and promises or its children's: less than for a vote against oneself, which may end a chain, and
    /// again for each lie after a conviction.
    /// </summary>
    private const ushort LieBasisPoints = 1_000;

    public static void Apply(LedgerDraft draft, AccountId sender, Message.ReportFraud report)
    {
        FraudProof proof = FraudReportRules.Read(report) ?? Invariant.Unreachable<FraudProof>("a report that was checked");
        AccountId culprit = FraudReportRules.FindLiable(draft.Records, proof) ?? Invariant.Unreachable<AccountId>("a report that was checked");
        BondRecord bond = draft.Records.Bond(culprit);
        // Two calendars are as good as two chains.
        ushort share = proof.Kind == FraudKind.CheckpointContradiction ? draft.Parameters.Slashing.EquivocationBasisPoints : LieBasisPoints;
        Amount taken = PenaltyShares.ShareOf(bond.Bonded + bond.Unbonding, share);
        AccountId? harmed = report.Harmed is { } key ? KeyPolicy.Single(key).ToAccountId() : null;
        PenaltyShares shares = PenaltyShares.Distribute(draft, culprit, sender, taken, harmed);
        Instant lie = proof.LatestRound is { } round ? Instant.FromMilliseconds((long)round.Second * 1000) : draft.Time;
        draft.Put(new FraudRecord(proof.Culprit, (byte)proof.Kind, culprit, lie > draft.Time ? lie : draft.Time, draft.Height, taken));
        draft.Tell(new LedgerEvent.FraudConvicted(
            proof.Culprit, culprit, proof.Kind, sender, taken, shares.Compensated, shares.Rewarded, shares.Burned));
    }
}
