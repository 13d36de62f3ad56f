using System.CommandLine;
using System.Globalization;
using NodeRuntime.Cli.Results;
using NodeRuntime.Client.Reads;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Cli.Verbs;

/// <summary><c>noderuntime beacon</c>: the chain's randomness, by a certified header and not by a gateway's word.</summary>
internal static class BeaconVerb
{
    public static Command Build(CliWorld world, GlobalOptions options) => new Command("beacon", "The chain's newest randomness, proven").Runs(
        world, options, static async (session, _, cancellation) =>
        {
            ProvenRecord<BeaconRecord> proven = await session.OpenReader().Reads.BeaconAsync(cancellation);
            if (proven.Record is not { } beacon)
            {
                throw new CliException(ExitCode.VerificationFailed, "NoBeacon", "the proven state has no beacon", "report it: no chain of this program is so");
            }

            BeaconResult result = new(proven.Height.Number - 1, beacon.Value.ToString(), proven.Height.Number);
            session.Display.Answer(result, CliJson.Default.BeaconResult, static (console, shown) => Display.Pairs(
                console,
                ("beacon", shown.Beacon),
                ("of height", shown.Height.ToString(CultureInfo.InvariantCulture)),
                ("proven at", "height " + shown.ProvenHeight.ToString(CultureInfo.InvariantCulture))));
            return ExitCode.Ok;
        });
}
