using System;
using System.IO;
using System.Threading.Tasks;
using NodeRuntime.Simulation.Nemesis;

namespace NodeRuntime.Processes.Tests.Campaign;

/// <summary>
/// <c>dotnet run -c Release --project tests/NodeRuntime.Processes.Tests -- --kills 10 --partitions 3</c>: real peers under faults, clients
/// that write down what they are told, and judges behind it. One JSON object at the end; exit code 1 where anything is wrong.
/// </summary>
internal static class CampaignProgram
{
    public static async Task<int> Main(string[] arguments)
    {
        if (arguments is [ThroughputRun.Word, ..]) return await ThroughputRun.MainAsync(arguments[1..]);
        if (arguments is [EventsRun.Word, ..]) return await EventsRun.MainAsync(arguments[1..]);
        CampaignOptions options;
        NemesisPlan? plan = null;
        try
        {
            options = CampaignOptions.Parse(arguments);
            if (options.Plan.Length > 0 && NemesisPlanReader.Read(await File.ReadAllTextAsync(options.Plan), out plan) is { } error)
            {
                throw new FormatException($"{options.Plan}:{error.Line}: {error.Message}");
            }
        }
        catch (Exception exception) when (exception is FormatException or IOException)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 2;
        }

        CampaignReport report = await CampaignRun.RunAsync(options, plan);
        Console.WriteLine(report.ToJson());
        return report.Complaints.Count == 0 ? 0 : 1;
    }
}
