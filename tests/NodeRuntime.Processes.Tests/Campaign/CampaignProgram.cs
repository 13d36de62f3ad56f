using System;
using System.Threading.Tasks;

namespace NodeRuntime.Processes.Tests.Campaign;

/// <summary>
/// <c>dotnet run -c Release --project tests/NodeRuntime.Processes.Tests -- --kills 10 --partitions 3</c>: real peers under faults, clients
/// that write down what they are told, and judges behind it. One JSON object at the end; exit code 1 where anything is wrong.
/// </summary>
internal static class CampaignProgram
{
    public static async Task<int> Main(string[] arguments)
    {
        CampaignOptions options;
        try
        {
            options = CampaignOptions.Parse(arguments);
        }
        catch (FormatException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 2;
        }

        CampaignReport report = await CampaignRun.RunAsync(options);
        Console.WriteLine(report.ToJson());
        return report.Complaints.Count == 0 ? 0 : 1;
    }
}
