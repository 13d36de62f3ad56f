using System;
using System.CommandLine;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Client;
using NodeRuntime.Client.Transactions;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Cli.Capacity;

/// <summary><c>noderuntime capacity maintenance</c>: declares when a peer will prove nothing. Unpaid, and no fault.</summary>
internal static class MaintenanceVerb
{
    public static Command Build(CliWorld world, GlobalOptions options)
    {
        PlotOptions plot = new();
        Option<string> from = new("--from") { Description = "When it begins, in UTC, as 2026-12-01T02:00:00Z; later than now", HelpName = "TIME", Required = true };
        Option<string> until = new("--until") { Description = "When it is over, in UTC", HelpName = "TIME", Required = true };
        Option<string?> contact = new("--contact") { Description = "The gateway to use, in place of the context's", HelpName = "URL" };
        Command command = new("maintenance", "Declare when a peer will prove nothing: unpaid, and no fault") { from, until, contact };
        plot.AddKeyTo(command);
        return command.Runs(world, options, (session, parsed, cancellation) =>
        {
            Instant begin = Words.ParseTime("--from", parsed.GetRequiredValue(from)), end = Words.ParseTime("--until", parsed.GetRequiredValue(until));
            if (end <= begin) throw new CliException(ExitCode.Usage, "Usage", "--until: it would be over before it begins", "give a later time");
            return DeclareAsync(session, plot.NodeKey(parsed), parsed.GetValue(contact), begin, end, cancellation);
        });
    }

    private static async Task<ExitCode> DeclareAsync(Session session, KeyPair key, string? contact, Instant from, Instant until, CancellationToken cancellation)
    {
        ClusterClient client = session.OpenClient(key, contact);
        CapacityTerms terms = (await client.GenesisAsync(cancellation)).Parameters.Capacity
            ?? throw new CliException(ExitCode.Refused, "Capacity.NotOnThisChain", "this chain proves no capacity", "there is nothing to declare");
        (SubmittedTransaction sent, CapacityProviderRecord provider) = await client.DeclareMaintenanceAsync(from, until, cancellation);
        MaintenanceResult result = new(
            sent.Id.ToString(), client.Account.ToString(), provider.Peer.ToString(), Words.Time(from), Words.Time(until), provider.Maintenance.Used.Seconds,
            terms.MaintenanceMax.Seconds);
        session.Display.Answer(result, CapacityJson.Default.MaintenanceResult, static (console, it) => Display.Pairs(
            console,
            ("transaction", it.Transaction),
            ("peer", it.Peer),
            ("declared", $"{it.From} to {it.Until}"),
            ("used", string.Create(
                CultureInfo.InvariantCulture,
                $"{TimeSpan.FromSeconds(it.UsedSeconds).TotalHours:0.##} of {TimeSpan.FromSeconds(it.MaxSeconds).TotalHours:0.##} hours of these 30 days"))));
        return ExitCode.Ok;
    }
}
