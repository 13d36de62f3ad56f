using System.IO;
using System.Text.Json;
using System.Threading.Tasks;
using NodeRuntime.Processes.Tests.Running;

namespace NodeRuntime.Processes.Tests;

/// <summary>SIGKILL in the middle of a unit costs the chunk that was under way, and nothing else.</summary>
public sealed class KilledPlotTests
{
    private const int ChunkRows = 1024;
    private const int SumByteCount = 32;

    [Fact]
    public async Task A_plot_that_was_killed_goes_on_behind_its_last_chunk()
    {
        using Workplace place = new();
        Assert.Equal(0, (await CliRun.RunAsync(place, 60, "init", place.PathOf("peer"), "--genesis", new string('a', 64))).ExitCode);
        string[] words =
        [
            "capacity", "plot", "--config", place.PathOf("peer/peer.yaml"), "--data", place.PathOf("plot"), "--units", "1", "--unit-size", "4MiB",
            "--parameters", "development", "--keep-free", "0", "--output", "json",
        ];
        FileInfo sums = new(Path.Combine(place.PathOf("plot"), "unit-00000000.sums.partial"));
        // A fiftieth of a thread: behind each of the four chunks it rests long enough to be killed there.
        await using (CliRun killed = CliRun.Start(place, [.. words, "--share", "2"]))
        {
            await Deadline.UntilAsync("a first chunk", 60, () =>
            {
                sums.Refresh();
                return sums.Exists && sums.Length >= SumByteCount;
            });
            killed.Kill();
            await killed.EndAsync(30);
        }

        sums.Refresh();
        Assert.True(sums.Exists, "the unit was whole before it was killed");
        long chunks = sums.Length / SumByteCount;
        Finished whole = await CliRun.RunAsync(place, 60, words);
        Assert.True(whole.ExitCode == 0, whole.Output + whole.Error);
        JsonElement answer = whole.Json();
        Assert.Equal((4 * ChunkRows, (4 - chunks) * ChunkRows), (answer.GetProperty("rowsDone").GetInt64(), answer.GetProperty("rowsMade").GetInt64()));
        Finished check = await CliRun.RunAsync(place, 60, "capacity", "check", "--data", place.PathOf("plot"), "--output", "json");
        Assert.True(check.ExitCode == 0 && check.Json().GetProperty("whole").GetBoolean(), check.Output + check.Error);
    }
}
