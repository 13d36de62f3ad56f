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
        Gauge(text, "noderuntime_peers_connected", node.Membership.PeersConnected);
        Gauge(text, "noderuntime_members_known", node.Membership.Members.Length);
        Gauge(text, "noderuntime_transactions_pending", node.Consensus.TransactionsPending);
        Gauge(text, "noderuntime_leases_held", node.Workload.LeasesHeld);
        Gauge(text, "noderuntime_leases_running", node.Workload.LeasesRunning);
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
