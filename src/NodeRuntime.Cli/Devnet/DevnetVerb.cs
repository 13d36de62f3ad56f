using System;
using System.CommandLine;
using System.Threading.Tasks;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Host.Capacity;

namespace NodeRuntime.Cli.Devnet;

/// <summary><c>noderuntime devnet</c>: a whole cloud on this machine, doing its main job.</summary>
internal static class DevnetVerb
{
    private const int PeersMax = 16;

    public static Command Build(CliWorld world, GlobalOptions options)
    {
        Option<int> peers = new("--peers") { Description = "How many peers, 1 to 16, all of them validators and providers", DefaultValueFactory = static _ => 4 };
        Option<string?> data = new("--data") { Description = "Where everything lies; a new folder among the temporary ones unless given", HelpName = "DIR" };
        Option<bool> keep = new("--keep") { Description = "Keep the peers' folders when it ends" };
        Option<string?> input = new("--input") { Description = "A CSV file for the sample job; one is made up unless given", HelpName = "FILE" };
        Option<bool> withoutCapacity = new("--no-capacity") { Description = "Providers bid without proving processors and space first" };
        Option<DevnetGrade> grade = new("--grade")
        {
            Description = "What processors are proven with: liveness needs nothing, full needs librandomx and 256 MiB of memory a peer",
            DefaultValueFactory = static _ => DevnetGrade.Liveness,
        };
        Option<bool> once = new("--once") { Description = "End after the sample job" };
        Command command = new("devnet", "Start peers here, run a sample job and stay until Ctrl-C") { peers, data, keep, input, withoutCapacity, grade, once };
        return command.Runs(world, options, async (session, parsed, cancellation) =>
        {
            int count = parsed.GetValue(peers);
            if (count is < 1 or > PeersMax) throw new CliException(ExitCode.Usage, "Usage", $"--peers {count}: a devnet has 1 to {PeersMax} peers", "give another number");
            DevnetGrade? proven = parsed.GetValue(withoutCapacity) ? null : parsed.GetValue(grade);
            if (proven is null && parsed.GetResult(grade) is { Implicit: false })
            {
                throw new CliException(ExitCode.Usage, "Usage", "--no-capacity and --grade exclude each other", "give one of them");
            }

            SystemWorkHashes hashes = SystemWorkHashes.Open();
            if (proven is { } demanded) DevnetTerms.Demand(demanded, count, hashes.Best, hashes.Hint, WorkMemories.AvailableByteCount());
            DevnetOptions wanted = new()
            {
                Peers = count,
                Data = parsed.GetValue(data),
                Keep = parsed.GetValue(keep),
                Input = parsed.GetValue(input),
                Grade = proven,
                Once = parsed.GetValue(once),
            };
            await using DevnetRunner runner = new(wanted, session.Display, world);
            return await runner.RunAsync(cancellation);
        });
    }
}
