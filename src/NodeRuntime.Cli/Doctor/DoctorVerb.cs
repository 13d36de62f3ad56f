using System.CommandLine;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Cli.Results;
using NodeRuntime.Cli.Verbs;
using NodeRuntime.Client;
using NodeRuntime.Client.Reads;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using Spectre.Console;

namespace NodeRuntime.Cli.Doctor;

/// <summary><c>noderuntime doctor</c>: looks for what will go wrong before it does.</summary>
internal static class DoctorVerb
{
    public static Command Build(CliWorld world, GlobalOptions options)
    {
        Option<string?> config = new("--config") { Description = "A peer's configuration; default: peer.yaml here, where there is one", HelpName = "FILE" };
        Command command = new("doctor", "Check this machine, a configuration and the way to a peer") { config };
        return command.Runs(world, options, async (session, parsed, cancellation) =>
        {
            string? path = parsed.GetValue(config) ?? (File.Exists(RunVerb.ConfigName) ? RunVerb.ConfigName : null);
            DoctorProbes probes = new() { Now = world.Time.GetUtcNow, Peer = stop => ProvenAsync(session, stop) };
            DoctorResult result = await DoctorChecks.RunAsync(probes, path, cancellation);
            session.Display.Answer(result, CliJson.Default.DoctorResult, Show);
            return result.IsHealthy ? ExitCode.Ok : ExitCode.Failed;
        });
    }

    private static async Task<(Instant Time, Height Height)?> ProvenAsync(Session session, CancellationToken cancellation)
    {
        if (session.TryLoadContext() is not { Contacts.Count: > 0 }) return null;
        ProvenRecord<SupplyRecord> supply = await session.OpenReader().Reads.SupplyAsync(cancellation);
        return (supply.Time, supply.Height);
    }

    private const int NameWidth = 12;
    private const int StateWidth = 8;

    private static void Show(IAnsiConsole console, DoctorResult result)
    {
        Table table = Display.NewTable("check", "state", "detail");
        // Hints are sentences: they give way, the names beside them do not.
        table.Columns[0].Width = NameWidth;
        table.Columns[1].Width = StateWidth;
        table.Columns[2].NoWrap = false;
        foreach (CheckResult check in result.Checks)
        {
            (string word, Color colour) = check.State switch
            {
                CheckState.Ok => ("ok", Color.Green),
                CheckState.Warning => ("warning", Color.Yellow),
                CheckState.Failed => ("FAILED", Color.Red),
                CheckState.Skipped => ("skipped", Color.Grey),
            };
            table.AddRow(new Text(check.Name), new Text(word, new Style(colour)), new Text(check.Detail));
            if (check.Hint.Length != 0) table.AddRow(new Text(string.Empty), new Text(string.Empty), new Text("-> " + check.Hint));
        }

        console.Write(table);
    }
}
