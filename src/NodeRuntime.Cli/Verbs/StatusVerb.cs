using System.CommandLine;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Api;
using NodeRuntime.Cli.Capacity;
using NodeRuntime.Cli.Results;
using NodeRuntime.Client;
using NodeRuntime.Client.Reads;
using NodeRuntime.Proofs.Records;
using Spectre.Console;

namespace NodeRuntime.Cli.Verbs;

/// <summary><c>noderuntime status</c>: what a peer says of itself, beside what is proven of its chain.</summary>
internal static class StatusVerb
{
    public static Command Build(CliWorld world, GlobalOptions options) =>
        new Command("status", "A peer's state, and the proven height of its chain").Runs(
            world, options, static (session, _, cancellation) => ShowAsync(session, cancellation));

    private static async Task<ExitCode> ShowAsync(Session session, CancellationToken cancellation)
    {
        ClusterClient client = session.OpenReader();
        ProvenRecord<SupplyRecord> supply = await client.Reads.SupplyAsync(cancellation);
        StatusAnswer status = await client.StatusAsync(cancellation);
        StatusResult result = new(supply.Height.Number, Words.Time(supply.Time), status);
        session.Display.Answer(result, CliJson.Default.StatusResult, Show);
        return ExitCode.Ok;
    }

    private static void Show(IAnsiConsole console, StatusResult result)
    {
        StatusAnswer peer = result.Gateway;
        Display.Pairs(
            console,
            ("chain", $"{peer.ChainName} {peer.Chain}"),
            ("proven height", $"{result.ProvenHeight} at {result.ProvenTime}"),
            ("peer", peer.Peer),
            ("account", peer.Account),
            ("roles", string.Join(", ", peer.Roles)),
            ("consensus", $"{peer.Consensus}, epoch {peer.Epoch}, view {peer.View}, {peer.Validators} validators"),
            ("outlook", peer.Outlook),
            ("sync", peer.Sync),
            ("history", string.Create(CultureInfo.InvariantCulture, $"blocks from {peer.FirstBlock} on, snapshot at {peer.SnapshotHeight}")),
            ("peers", $"{peer.PeersConnected} connected, {peer.MembersKnown} known"),
            ("waiting", $"{peer.TransactionsPending} transactions"),
            ("capacity", peer.Capacity is { } capacity ? CapacityWords.Line(capacity) : "none registered"),
            ("leases", peer.LeasesHeld.ToString(CultureInfo.InvariantCulture)),
            ("sandbox", peer.SandboxReady ? "ready" : "not ready: " + peer.SandboxDetail),
            ("supply", peer.Supply.Conserved ? "conserved" : "NOT CONSERVED"));
        console.WriteLine();
        Table table = Display.NewTable("supervisor", "state", "mailbox", "processed", "shed", "restarts", "last failure");
        foreach (SupervisorAnswer actor in peer.Supervisors)
        {
            table.AddRow(
                new Text(actor.Path), new Text(actor.State), Number(actor.Mailbox), Number(actor.Processed), Number(actor.Shed),
                Number(actor.Restarts), new Text(actor.LastFailure));
        }

        console.Write(table);
    }

    private static Text Number(long value) => new(value.ToString(CultureInfo.InvariantCulture));
}
