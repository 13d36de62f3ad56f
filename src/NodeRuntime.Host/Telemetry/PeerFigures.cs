using System;
using System.Collections.Immutable;
using NodeRuntime.Actors;
using NodeRuntime.Posture.Controls;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Runtime;

namespace NodeRuntime.Host.Telemetry;

internal enum FigureKind
{
    /// <summary>What is, and may be less tomorrow.</summary>
    Gauge,

    /// <summary>What was counted since the peer started.</summary>
    Counter,
}

/// <param name="Name">In the Prometheus manner: a counter ends in <c>_total</c>.</param>
internal readonly record struct Figure(FigureKind Kind, string Name, long Value);

/// <summary>The peer's figures, one table for everybody who asks: the page for Prometheus and the export to a collector.</summary>
internal static class PeerFigures
{
    public static ImmutableArray<Figure> Of(PeerNode node)
    {
        SystemStatus system = node.System.Status();
        TransactionStatus transactions = node.Transactions;
        ulong tip = node.Tip?.Height.Number ?? 0;
        return
        [
            new(FigureKind.Gauge, "noderuntime_finalized_height", (long)tip),
            new(FigureKind.Gauge, "noderuntime_view", (long)node.Consensus.View.Number),
            new(FigureKind.Gauge, "noderuntime_epoch", node.Consensus.Epoch.Number),
            new(FigureKind.Gauge, "noderuntime_validators", node.Consensus.Validators),
            new(FigureKind.Gauge, "noderuntime_validators_due", node.Tip?.State.ValidatorsDue?.Count ?? 0),
            new(FigureKind.Gauge, "noderuntime_chain_fresh", node.Consensus.Outlook == ChainOutlook.Fresh ? 1 : 0),
            new(FigureKind.Gauge, "noderuntime_sync_target_height", (long)node.Consensus.SyncTarget),
            new(FigureKind.Gauge, "noderuntime_stranded", node.Consensus.Stranded is null ? 0 : 1),
            new(FigureKind.Gauge, "noderuntime_first_block_height", (long)node.Consensus.FirstBlock.Number),
            new(FigureKind.Gauge, "noderuntime_snapshots", node.Snapshots.Count),
            new(FigureKind.Gauge, "noderuntime_snapshot_height", (long)node.Snapshots.Newest.Number),
            new(FigureKind.Gauge, "noderuntime_snapshot_age_blocks", (long)(tip - Math.Min(tip, node.Snapshots.Newest.Number))),
            new(FigureKind.Gauge, "noderuntime_snapshot_chunks_fetched", node.Snapshots.Restoring?.ChunksKept ?? 0),
            new(FigureKind.Gauge, "noderuntime_snapshot_chunks_total", node.Snapshots.Restoring?.ChunksTotal ?? 0),
            new(FigureKind.Gauge, "noderuntime_peers_connected", node.Membership.PeersConnected),
            new(FigureKind.Gauge, "noderuntime_members_known", node.Membership.Members.Length),
            new(FigureKind.Gauge, "noderuntime_transactions_pending", node.Consensus.TransactionsPending),
            new(FigureKind.Counter, "noderuntime_evidence_seen_total", node.Consensus.EvidenceSeen),
            new(FigureKind.Gauge, "noderuntime_evidence_held", node.Consensus.EvidenceHeld),
            new(FigureKind.Counter, "noderuntime_evidence_included_total", node.Consensus.EvidenceIncluded),
            new(FigureKind.Counter, "noderuntime_slashed_units_total", node.Consensus.Slashed.Units > long.MaxValue ? long.MaxValue : (long)node.Consensus.Slashed.Units),
            new(FigureKind.Gauge, "noderuntime_leases_held", node.Workload.LeasesHeld),
            new(FigureKind.Gauge, "noderuntime_leases_running", node.Workload.LeasesRunning),
            new(FigureKind.Counter, "noderuntime_events_taken_total", (long)(node.Provenance?.Taken ?? 0)),
            new(FigureKind.Counter, "noderuntime_events_settled_total", (long)(node.Provenance?.Settled ?? 0)),
            new(FigureKind.Counter, "noderuntime_events_promised_total", (long)(node.Provenance?.Promises ?? 0)),
            new(FigureKind.Counter, "noderuntime_events_refused_total", (long)(node.Provenance?.Refused ?? 0)),
            new(FigureKind.Counter, "noderuntime_rounds_repeated_total", (long)(node.Provenance?.Repeated ?? 0)),
            new(FigureKind.Gauge, "noderuntime_round_closed", (long)(node.Provenance?.LastClosed?.Second ?? 0)),
            new(FigureKind.Gauge, "noderuntime_round_settled", (long)(node.Provenance?.LastSettled?.Second ?? 0)),
            new(FigureKind.Gauge, "noderuntime_round_children", node.Provenance?.Children ?? 0),
            new(FigureKind.Gauge, "noderuntime_calendar_seconds", (long)(node.Provenance?.CalendarSize ?? 0)),
            new(FigureKind.Gauge, "noderuntime_calendar_certified", (long)(node.Provenance?.CalendarCertified ?? 0)),
            new(FigureKind.Counter, "noderuntime_calendar_backfilled_total", (long)(node.Provenance?.Backfilled ?? 0)),
            new(FigureKind.Counter, "noderuntime_frauds_found_total", (long)(node.Provenance?.Frauds.Found ?? 0)),
            new(FigureKind.Counter, "noderuntime_frauds_punished_total", (long)(node.Provenance?.Frauds.Punished ?? 0)),
            new(FigureKind.Counter, "noderuntime_frauds_refused_total", (long)(node.Provenance?.Frauds.Refused ?? 0)),
            new(FigureKind.Gauge, "noderuntime_posture_level", (long)(node.Posture?.Sight.Level ?? AgentLevel.None)),
            new(FigureKind.Gauge, "noderuntime_posture_things", node.Posture?.Things ?? 0),
            new(FigureKind.Gauge, "noderuntime_posture_controls_good", node.Posture?.CountOf(ControlState.Good) ?? 0),
            new(FigureKind.Gauge, "noderuntime_posture_controls_bad", node.Posture?.CountOf(ControlState.Bad) ?? 0),
            new(FigureKind.Gauge, "noderuntime_posture_controls_unknown", node.Posture?.CountOf(ControlState.Unknown) ?? 0),
            new(FigureKind.Counter, "noderuntime_posture_edges_total", (long)(node.Posture?.Edges ?? 0)),
            new(FigureKind.Counter, "noderuntime_posture_alerts_total", (long)(node.Posture?.Alerts ?? 0)),
            new(FigureKind.Counter, "noderuntime_posture_losses_total", (long)(node.Posture?.Losses ?? 0)),
            new(FigureKind.Counter, "noderuntime_posture_challenges_asked_total", (long)(node.Challenges?.Asked ?? 0)),
            new(FigureKind.Counter, "noderuntime_posture_challenges_proven_total", (long)(node.Challenges?.Proven ?? 0)),
            new(FigureKind.Counter, "noderuntime_posture_challenges_unanswered_total", (long)(node.Challenges?.Unanswered ?? 0)),
            new(FigureKind.Counter, "noderuntime_posture_challenges_declined_total", (long)(node.Challenges?.Declined ?? 0)),
            new(FigureKind.Counter, "noderuntime_posture_challenges_failed_total", (long)(node.Challenges?.Failed ?? 0)),
            new(FigureKind.Counter, "noderuntime_posture_challenges_answered_total", (long)(node.Challenges?.Answered ?? 0)),
            new(FigureKind.Counter, "noderuntime_posture_challenges_refused_total", (long)(node.Challenges?.Refused ?? 0)),
            new(FigureKind.Gauge, "noderuntime_posture_contradictions", (long)(node.Challenges?.Contradictions ?? 0)),
            new(FigureKind.Gauge, "noderuntime_transaction_wants_open", transactions.WantsOpen),
            new(FigureKind.Gauge, "noderuntime_proposals_open", transactions.ProposalsOpen),
            new(FigureKind.Counter, "noderuntime_transaction_bodies_received_total", transactions.BodiesReceived),
            new(FigureKind.Counter, "noderuntime_transaction_bodies_duplicate_total", transactions.BodiesDuplicate),
            new(FigureKind.Counter, "noderuntime_transaction_bodies_over_budget_total", transactions.BodiesOverBudget),
            new(FigureKind.Counter, "noderuntime_transaction_bodies_pushed_total", transactions.BodiesPushed),
            new(FigureKind.Counter, "noderuntime_transaction_ids_announced_total", transactions.IdsAnnounced),
            new(FigureKind.Counter, "noderuntime_transaction_ids_heard_total", transactions.IdsHeard),
            new(FigureKind.Counter, "noderuntime_transaction_wants_overdue_total", transactions.WantsOverdue),
            new(FigureKind.Counter, "noderuntime_transaction_wants_refused_total", transactions.WantsRefused),
            new(FigureKind.Counter, "noderuntime_proposals_shortened_total", transactions.ProposalsShortened),
            new(FigureKind.Counter, "noderuntime_proposal_bytes_whole_total", transactions.ProposalBytesWhole),
            new(FigureKind.Counter, "noderuntime_proposal_bytes_short_total", transactions.ProposalBytesShort),
            new(FigureKind.Counter, "noderuntime_proposal_bytes_served_total", transactions.ProposalBytesServed),
            new(FigureKind.Counter, "noderuntime_proposals_rebuilt_total", transactions.ProposalsRebuilt),
            new(FigureKind.Counter, "noderuntime_proposals_refetched_total", transactions.ProposalsRefetched),
            new(FigureKind.Counter, "noderuntime_proposal_transactions_held_total", transactions.ProposalTransactionsHeld),
            new(FigureKind.Counter, "noderuntime_proposal_transactions_fetched_total", transactions.ProposalTransactionsFetched),
            new(FigureKind.Counter, "noderuntime_proposal_transactions_late_total", transactions.ProposalTransactionsLate),
            new(FigureKind.Counter, "noderuntime_messages_processed_total", system.Processed),
            new(FigureKind.Counter, "noderuntime_messages_shed_total", system.Shed),
            new(FigureKind.Counter, "noderuntime_actor_restarts_total", system.Restarts),
            new(FigureKind.Counter, "noderuntime_dead_letters_total", system.DeadLetters),
        ];
    }
}
