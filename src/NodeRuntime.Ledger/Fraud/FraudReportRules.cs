using System.Collections.Generic;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Provenance.Fraud;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Ledger.Fraud;

/// <summary>
/// Whether a report convicts somebody. In two parts, like every transaction: the signatures once, with those of the sender; all else (a few hashes of bytes
/// that a transaction has room for) as often as it is tried. Both read the same bytes by the same pure rules, so that what passes both is proven.
/// </summary>
public static class FraudReportRules
{
    /// <summary>What a peer asks before it sends a report, and to know that it need not send it any more.</summary>
    public static FraudReportVerdict Check(LedgerState state, Message.ReportFraud report) =>
        Check(new LedgerView(state.Records, state.Chain, state.Parameters, state.Records.Supply, state.Clock), report);

    internal static FraudReportVerdict Check(LedgerView ledger, Message.ReportFraud report)
    {
        if (ledger.Parameters.Slashing == SlashingParameters.None) return FraudReportVerdict.NobodyPunished;
        if (Read(report) is not { } proof) return FraudReportVerdict.Malformed;
        FraudVerdict judged = new FraudRules(ledger.Chain, SignaturesWereChecked.Instance).Judge(proof);
        if (judged != FraudVerdict.Proven) return Of(judged);
        FraudReportVerdict timely = CheckTime(ledger, proof);
        if (timely != FraudReportVerdict.Accepted) return timely;
        if (report.Harmed is { } harmed && proof.Harmed != harmed.ToPeerId()) return FraudReportVerdict.HarmedWrong;
        return FindLiable(ledger.Records, proof) is null ? FraudReportVerdict.NothingAtStake : FraudReportVerdict.Accepted;
    }

    /// <summary>Whether what the culprit is said to have signed it signed. A claim that is none for other reasons is told by name later.</summary>
    internal static bool IsSigned(ChainId chain, Message.ReportFraud report, ISignatureVerifier signatures) =>
        Read(report) is not { } proof || new FraudRules(chain, signatures).Judge(proof) != FraudVerdict.SignatureWrong;

    internal static FraudProof? Read(Message.ReportFraud report) => FraudProof.TryDecode(report.Proof.AsMemory());

    /// <summary>
    /// Whose bond pays, of all that stand behind the key the greatest, among equals that of the lesser account: the account of the node's own key, and
    /// those whose validators this peer speaks for, by the set in force or by their declaration. Null where nothing is bonded. Scans the validators.
    /// </summary>
    internal static AccountId? FindLiable(LedgerRecords records, FraudProof proof)
    {
        SortedSet<AccountId> behind = [];
        if (proof.Kind == FraudKind.CheckpointContradiction)
        {
            if (records.ValidatorOf(proof.Culprit) is { } validator) behind.Add(validator);
        }
        else
        {
            PeerId peer = proof.Culprit.ToPeerId();
            behind.Add(KeyPolicy.Single(proof.Culprit).ToAccountId());
            foreach (ValidatorMember member in records.Epoch.Validators.Members)
            {
                if (member.Peer == peer && records.ValidatorOf(member.Key) is { } voter) behind.Add(voter);
            }

            foreach ((AccountId account, ValidatorRecord declared) in records.Validators())
            {
                if (declared.Peer == peer) behind.Add(account);
            }
        }

        AccountId? liable = null;
        Amount most = Amount.Zero;
        foreach (AccountId account in behind)
        {
            BondRecord bond = records.Bond(account);
            if (bond.Bonded + bond.Unbonding <= most) continue;
            (liable, most) = (account, bond.Bonded + bond.Unbonding);
        }

        return liable;
    }

    private static FraudReportVerdict CheckTime(LedgerView ledger, FraudProof proof)
    {
        FraudRecord? before = ledger.Records.Fraud(proof.Culprit);
        // A checkpoint has a size and no time: whose key may still be held to it the ledger remembers.
        if (proof.LatestRound is not { } round) return before is null ? FraudReportVerdict.Accepted : FraudReportVerdict.AlreadyPunished;
        ulong now = EpochPlans.RoundOf(ledger.Now).Second;
        if (round.Second > now + Limits.FraudSecondsAheadMax) return FraudReportVerdict.NotYet;
        if (round.Second + (Limits.FraudDaysMax * 86_400UL) < now) return FraudReportVerdict.Stale;
        return before is not null && EpochPlans.RoundOf(before.Covers) >= round ? FraudReportVerdict.AlreadyPunished : FraudReportVerdict.Accepted;
    }

    private static FraudReportVerdict Of(FraudVerdict verdict) => verdict switch
    {
        FraudVerdict.PartsWrong => FraudReportVerdict.PartsWrong,
        FraudVerdict.StatementMalformed => FraudReportVerdict.StatementMalformed,
        FraudVerdict.CulpritForeign => FraudReportVerdict.CulpritForeign,
        FraudVerdict.ChainWrong => FraudReportVerdict.ChainWrong,
        FraudVerdict.PlacesDiffer => FraudReportVerdict.PlacesDiffer,
        FraudVerdict.RecordWrong => FraudReportVerdict.RecordWrong,
        FraudVerdict.WayWrong => FraudReportVerdict.WayWrong,
        FraudVerdict.NoContradiction => FraudReportVerdict.NoContradiction,
        FraudVerdict.Proven or FraudVerdict.SignatureWrong => Invariant.Unreachable<FraudReportVerdict>("a signature that was checked before"),
    };

    // A transaction that is applied has been verified, with its messages' signatures: it exists in no other form.
    private sealed class SignaturesWereChecked : ISignatureVerifier
    {
        public static SignaturesWereChecked Instance { get; } = new();

        public SignatureVerdict Verify(in PublicKey key, Hash256 digest, in Signature signature) => SignatureVerdict.Accepted;
    }
}
