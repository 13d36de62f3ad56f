using NodeRuntime.Crypto;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Jobs;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Ledger.Settlement;

internal static class SettlementRules
{
    /// <summary>
    /// From the last second that is paid to the result's deadline: a provider that computed to the end must still upload
    /// its outputs, sign, and find a block. Some blocks of an idle chain, and a slow network.
    /// </summary>
    public static readonly Duration ResultGrace = Duration.FromSeconds(15);

    /// <summary>
    /// Until when a running lease may report. An outage of the chain is nobody's fault: who could not report while it stood
    /// still may do so for the same grace after it resumed.
    /// </summary>
    public static Instant ResultDeadline(ClockRecord clock, LeaseRecord lease)
    {
        Instant afterOutage = clock.ResumedAt + ResultGrace;
        return lease.ResultBy > afterOutage ? lease.ResultBy : afterOutage;
    }

    /// <summary>
    /// Ready counts only with the owner's signature under the hand-over (verified with the transaction): a provider cannot
    /// start the meter without having been given the job.
    /// </summary>
    public static SettlementVerdict Check(in LedgerView ledger, AccountId sender, Message.ReportReady ready)
    {
        if (ledger.Records.Lease(ready.Lease) is not { } lease) return SettlementVerdict.LeaseUnknown;
        if (lease.Provider != sender) return SettlementVerdict.NotProvider;
        if (lease.State != LeaseState.Opened) return SettlementVerdict.WrongState;
        if (ledger.Now >= lease.ReadyBy) return SettlementVerdict.TooLate;
        if (KeyPolicy.Single(ready.OwnerKey).ToAccountId() != lease.Owner) return SettlementVerdict.OwnerKeyMismatch;
        OrderRecord? order = ledger.Records.Order(lease.Order);
        Invariant.Holds(order is not null);
        HandOver handOver = new(ready.Lease, order.Terms.SpecCommitment, lease.Owner, lease.Provider);
        if (handOver.Digest(ledger.Chain) != ready.HandOver) return SettlementVerdict.HandOverMismatch;
        return SettlementVerdict.Accepted;
    }

    public static SettlementVerdict Check(in LedgerView ledger, AccountId sender, Message.ReportResult result)
    {
        if (ledger.Records.Lease(result.Lease) is not { } lease) return SettlementVerdict.LeaseUnknown;
        if (lease.Provider != sender) return SettlementVerdict.NotProvider;
        if (lease.State != LeaseState.Ready) return SettlementVerdict.WrongState;
        if (ledger.Now >= ResultDeadline(ledger.Clock, lease)) return SettlementVerdict.TooLate;
        if (result.ResultCommitment.IsZero) return SettlementVerdict.ResultCommitmentMissing;
        return SettlementVerdict.Accepted;
    }

    public static SettlementVerdict Check(in LedgerView ledger, AccountId sender, Message.AcknowledgeResult acknowledge)
    {
        if (ledger.Records.Lease(acknowledge.Lease) is not { } lease) return SettlementVerdict.LeaseUnknown;
        if (lease.Owner != sender) return SettlementVerdict.NotOwner;
        if (lease.State != LeaseState.ResultReported) return SettlementVerdict.WrongState;
        return SettlementVerdict.Accepted;
    }

    /// <summary>Not after the result's deadline: then nothing is owed, and an owner does not pay by mistake.</summary>
    public static SettlementVerdict Check(in LedgerView ledger, AccountId sender, Message.CloseLease close)
    {
        if (ledger.Records.Lease(close.Lease) is not { } lease) return SettlementVerdict.LeaseUnknown;
        if (lease.Owner != sender) return SettlementVerdict.NotOwner;
        if (lease.State is not (LeaseState.Opened or LeaseState.Ready)) return SettlementVerdict.WrongState;
        if (lease.State == LeaseState.Opened) return SettlementVerdict.Accepted;
        if (ledger.Now >= ResultDeadline(ledger.Clock, lease)) return SettlementVerdict.TooLate;
        return SettlementVerdict.Accepted;
    }
}
