using System;
using System.Globalization;
using System.Text;
using NodeRuntime.Actors;
using NodeRuntime.Runtime;

namespace NodeRuntime.Host.Api;

/// <summary>The peer's figures in the Prometheus text format.</summary>
internal static class MetricsText
{
    public static string Of(PeerNode node)
    {
        StringBuilder text = new();
        SystemStatus system = node.System.Status();
        Gauge(text, "noderuntime_finalized_height", (long)(node.Tip?.Height.Number ?? 0));
        Gauge(text, "noderuntime_view", (long)node.Consensus.View.Number);
        Gauge(text, "noderuntime_epoch", node.Consensus.Epoch.Number);
        Gauge(text, "noderuntime_validators", node.Consensus.Validators);
        Gauge(text, "noderuntime_validators_due", node.Tip?.State.ValidatorsDue?.Count ?? 0);
        Gauge(text, "noderuntime_chain_fresh", node.Consensus.Outlook == ChainOutlook.Fresh ? 1 : 0);
        Gauge(text, "noderuntime_sync_target_height", (long)node.Consensus.SyncTarget);
        Gauge(text, "noderuntime_stranded", node.Consensus.Stranded is null ? 0 : 1);
        Gauge(text, "noderuntime_first_block_height", (long)node.Consensus.FirstBlock.Number);
        Gauge(text, "noderuntime_snapshots", node.Snapshots.Count);
        Gauge(text, "noderuntime_snapshot_height", (long)node.Snapshots.Newest.Number);
        Gauge(text, "noderuntime_snapshot_age_blocks", (long)((node.Tip?.Height.Number ?? 0) - Math.Min(node.Tip?.Height.Number ?? 0, node.Snapshots.Newest.Number)));
        Gauge(text, "noderuntime_snapshot_chunks_fetched", node.Snapshots.Restoring?.ChunksKept ?? 0);
        Gauge(text, "noderuntime_snapshot_chunks_total", node.Snapshots.Restoring?.ChunksTotal ?? 0);
        Gauge(text, "noderuntime_peers_connected", node.Membership.PeersConnected);
        Gauge(text, "noderuntime_members_known", node.Membership.Members.Length);
        Gauge(text, "noderuntime_transactions_pending", node.Consensus.TransactionsPending);
        Counter(text, "noderuntime_evidence_seen_total", node.Consensus.EvidenceSeen);
        Gauge(text, "noderuntime_evidence_held", node.Consensus.EvidenceHeld);
        Counter(text, "noderuntime_evidence_included_total", node.Consensus.EvidenceIncluded);
        Counter(text, "noderuntime_slashed_units_total", node.Consensus.Slashed.Units > long.MaxValue ? long.MaxValue : (long)node.Consensus.Slashed.Units);
        Gauge(text, "noderuntime_leases_held", node.Workload.LeasesHeld);
        Gauge(text, "noderuntime_leases_running", node.Workload.LeasesRunning);
        TransactionStatus transactions = node.Transactions;
        Gauge(text, "noderuntime_transaction_wants_open", transactions.WantsOpen);
        Gauge(text, "noderuntime_proposals_open", transactions.ProposalsOpen);
        Counter(text, "noderuntime_transaction_bodies_received_total", transactions.BodiesReceived);
        Counter(text, "noderuntime_transaction_bodies_duplicate_total", transactions.BodiesDuplicate);
        Counter(text, "noderuntime_transaction_bodies_over_budget_total", transactions.BodiesOverBudget);
        Counter(text, "noderuntime_transaction_bodies_pushed_total", transactions.BodiesPushed);
        Counter(text, "noderuntime_transaction_ids_announced_total", transactions.IdsAnnounced);
        Counter(text, "noderuntime_transaction_ids_heard_total", transactions.IdsHeard);
        Counter(text, "noderuntime_transaction_wants_overdue_total", transactions.WantsOverdue);
        Counter(text, "noderuntime_transaction_wants_refused_total", transactions.WantsRefused);
        Counter(text, "noderuntime_proposals_shortened_total", transactions.ProposalsShortened);
        Counter(text, "noderuntime_proposal_bytes_whole_total", transactions.ProposalBytesWhole);
        Counter(text, "noderuntime_proposal_bytes_short_total", transactions.ProposalBytesShort);
        Counter(text, "noderuntime_proposal_bytes_served_total", transactions.ProposalBytesServed);
        Counter(text, "noderuntime_proposals_rebuilt_total", transactions.ProposalsRebuilt);
        Counter(text, "noderuntime_proposals_refetched_total", transactions.ProposalsRefetched);
        Counter(text, "noderuntime_proposal_transactions_held_total", transactions.ProposalTransactionsHeld);
        Counter(text, "noderuntime_proposal_transactions_fetched_total", transactions.ProposalTransactionsFetched);
        Counter(text, "noderuntime_proposal_transactions_late_total", transactions.ProposalTransactionsLate);
        Counter(text, "noderuntime_messages_processed_total", system.Processed);
        Counter(text, "noderuntime_messages_shed_total", system.Shed);
        Counter(text, "noderuntime_actor_restarts_total", system.Restarts);
        Counter(text, "noderuntime_dead_letters_total", system.DeadLetters);
        return text.ToString();
    }

    private static void Gauge(StringBuilder text, string name, long value) => Line(text, name, "gauge", value);

    private static void Counter(StringBuilder text, string name, long value) => Line(text, name, "counter", value);

    private static void Line(StringBuilder text, string name, string type, long value) => text
        .Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n')
        .Append(name).Append(' ').Append(value.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
