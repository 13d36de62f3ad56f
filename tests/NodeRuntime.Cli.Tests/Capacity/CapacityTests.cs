using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Cli.Tests.Support;
using NodeRuntime.Processes.Tests.Running;

namespace NodeRuntime.Cli.Tests.Capacity;

/// <summary>A provider's verbs on plots of a few units of 64 KiB, with AES-ROMix.</summary>
public sealed class CapacityTests : IDisposable
{
    private static readonly string Genesis = new('c', 64);

    private readonly CommandLine _line = new();

    private string PlotPath => _line.PathOf("plot");

    public void Dispose() => _line.Dispose();

    [Fact]
    public async Task A_plot_is_made_found_whole_and_would_pass()
    {
        string peer = await InitAsync("peer");
        (ExitCode code, JsonElement plotted) = await PlotAsync("4", "--threads", "2");
        Assert.Equal(ExitCode.Ok, code);
        Assert.Equal(peer, plotted.GetProperty("peer").GetString());
        Assert.Equal(Genesis, plotted.GetProperty("registration").GetString());
        Assert.Equal((256UL, 256UL), (plotted.GetProperty("rowsDone").GetUInt64(), plotted.GetProperty("rowsMade").GetUInt64()));
        Assert.False(plotted.GetProperty("interrupted").GetBoolean());

        (code, JsonElement found) = await _line.RunJsonAsync("capacity", "check", "--data", PlotPath);
        Assert.Equal(ExitCode.Ok, code);
        Assert.True(found.GetProperty("whole").GetBoolean());
        Assert.Equal((4, peer), (found.GetProperty("unitsRead").GetInt32(), found.GetProperty("peer").GetString()));

        (code, JsonElement proven) = await ProveAsync("--seconds", "1", "--threads", "2");
        Assert.Equal(ExitCode.Ok, code);
        Assert.True(proven.GetProperty("passed").GetBoolean());
        JsonElement space = proven.GetProperty("space"), cpu = proven.GetProperty("cpu");
        Assert.Equal((4, 4), (space.GetProperty("units").GetInt32(), space.GetProperty("unitsScanned").GetInt32()));
        Assert.True(space.GetProperty("proofBytes").GetInt32() > 400);
        Assert.Equal(("AesRoMix", "liveness", 2), (cpu.GetProperty("kind").GetString(), cpu.GetProperty("grade").GetString(), cpu.GetProperty("threads").GetInt32()));
        Assert.True(cpu.GetProperty("rate").GetDouble() > 0);
        Assert.True(cpu.GetProperty("rateError").GetDouble() > 0);
    }

    [Fact]
    public async Task A_plot_grows_and_keeps_what_it_has()
    {
        await InitAsync("peer");
        await PlotAsync("2");
        (ExitCode code, JsonElement again) = await PlotAsync("2");
        Assert.Equal((ExitCode.Ok, 0UL), (code, again.GetProperty("rowsMade").GetUInt64()));
        (code, JsonElement grown) = await PlotAsync("3");
        Assert.Equal((ExitCode.Ok, 64UL), (code, grown.GetProperty("rowsMade").GetUInt64()));
        (code, JsonElement refused) = await PlotAsync("1");
        Assert.Equal((ExitCode.Usage, "PlotHasMore"), (code, CodeOf(refused)));
        (_, JsonElement found) = await _line.RunJsonAsync("capacity", "check", "--data", PlotPath);
        Assert.Equal(3, found.GetProperty("units").GetInt32());
    }

    [Fact]
    public async Task Ctrl_C_keeps_what_is_made_and_the_same_command_goes_on()
    {
        await InitAsync("peer");
        using CancellationTokenSource interrupt = new();
        // One percent of a thread: between two units it rests long enough to be interrupted there.
        Task<(ExitCode Code, string Out, string Error)> run = _line.RunUntilAsync(interrupt.Token, [.. PlotWords("40"), "--share", "1", "--output", "json"]);
        await Deadline.UntilAsync("a first unit", 180, () => File.Exists(Path.Combine(PlotPath, "unit-00000000.sums")));
        await interrupt.CancelAsync();
        (ExitCode code, string output, _) = await run;

        Assert.Equal(ExitCode.Interrupted, code);
        using JsonDocument stopped = JsonDocument.Parse(output);
        Assert.True(stopped.RootElement.GetProperty("interrupted").GetBoolean());
        ulong done = stopped.RootElement.GetProperty("rowsDone").GetUInt64();
        Assert.InRange(done, 64UL, 39UL * 64);
        (code, JsonElement whole) = await PlotAsync("40");
        Assert.Equal((ExitCode.Ok, (40 * 64) - done), (code, whole.GetProperty("rowsMade").GetUInt64()));
        Assert.Equal(ExitCode.Ok, (await _line.RunAsync("capacity", "check", "--data", PlotPath)).Code);
    }

    [Theory]
    [InlineData("UnitTruncated")]
    [InlineData("WrongUnit")]
    [InlineData("ChunkRotten")]
    [InlineData("UnitMissing")]
    [InlineData("SumsUnreadable")]
    public async Task What_is_wrong_with_a_unit_is_named_and_mended_alone(string verdict)
    {
        await InitAsync("peer");
        await PlotAsync("3");
        byte[] rows = await File.ReadAllBytesAsync(FileOf(1, "rows"));
        DateTime untouched = File.GetLastWriteTimeUtc(FileOf(0, "rows"));
        switch (verdict)
        {
            case "UnitTruncated":
                File.WriteAllBytes(FileOf(1, "rows"), rows[..1000]);
                break;
            case "WrongUnit":
                foreach (string ending in (string[])["rows", "sums"])
                {
                    File.Move(FileOf(1, ending), FileOf(9, ending));
                    File.Move(FileOf(2, ending), FileOf(1, ending));
                    File.Move(FileOf(9, ending), FileOf(2, ending));
                }

                break;
            case "ChunkRotten":
                File.WriteAllBytes(FileOf(1, "rows"), [.. rows[..^1], (byte)(rows[^1] ^ 1)]);
                break;
            case "UnitMissing":
                File.Delete(FileOf(1, "sums"));
                break;
            default:
                File.WriteAllBytes(FileOf(1, "sums"), [0x80]);
                break;
        }

        (ExitCode code, JsonElement found) = await _line.RunJsonAsync("capacity", "check", "--data", PlotPath);
        Assert.Equal(ExitCode.Failed, code);
        JsonElement wrong = found.GetProperty("wrong")[0];
        Assert.Equal((1, verdict, false), (wrong.GetProperty("unit").GetInt32(), wrong.GetProperty("verdict").GetString(), wrong.GetProperty("mended").GetBoolean()));
        Assert.NotEmpty(wrong.GetProperty("remedy").GetString()!);
        Assert.Equal(verdict == "WrongUnit" ? 2 : 1, found.GetProperty("wrong").GetArrayLength());

        (code, JsonElement mended) = await _line.RunJsonAsync("capacity", "check", "--data", PlotPath, "--mend");
        Assert.Equal(ExitCode.Ok, code);
        Assert.All(mended.GetProperty("wrong").EnumerateArray(), static unit => Assert.True(unit.GetProperty("mended").GetBoolean()));
        Assert.Equal(rows, await File.ReadAllBytesAsync(FileOf(1, "rows")));
        Assert.Equal(untouched, File.GetLastWriteTimeUtc(FileOf(0, "rows")));
    }

    [Fact]
    public async Task A_rotten_plot_would_fail_and_is_told_why_and_what_to_do()
    {
        await InitAsync("peer");
        await PlotAsync("1");
        byte[] rows = await File.ReadAllBytesAsync(FileOf(0, "rows"));
        await File.WriteAllBytesAsync(FileOf(0, "rows"), [.. rows.Select(static value => (byte)(value ^ 0x5a))]);

        (ExitCode code, JsonElement answer) = await ProveAsync("--seconds", "0");

        Assert.Equal(ExitCode.Failed, code);
        JsonElement space = answer.GetProperty("space");
        Assert.Equal("ChunkRotten", space.GetProperty("verdict").GetString());
        Assert.Contains("capacity check --mend", space.GetProperty("remedy").GetString(), StringComparison.Ordinal);
        (_, string output, _) = await _line.RunAsync("capacity", "prove", "--data", PlotPath, "--parameters", "development", "--seconds", "0");
        Assert.Contains("WOULD FAIL", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_peers_plot_is_refused_with_both_names()
    {
        string first = await InitAsync("peer"), second = await InitAsync("other");
        await PlotAsync("1");
        (ExitCode code, JsonElement answer) = await _line.RunJsonAsync(PlotWords("1", "other"));

        Assert.Equal((ExitCode.Usage, "PlotWrongOwner"), (code, CodeOf(answer)));
        string message = answer.GetProperty("error").GetProperty("message").GetString()!;
        Assert.All((string[])[PlotPath, first, second], name => Assert.Contains(name, message, StringComparison.Ordinal));
        (code, answer) = await _line.RunJsonAsync([.. PlotWords("1"), "--registration", new string('d', 64)]);
        Assert.Equal((ExitCode.Usage, "PlotWrongOwner"), (code, CodeOf(answer)));
        (code, answer) = await _line.RunJsonAsync([.. PlotWords("1"), "--unit-size", "128KiB"]);
        Assert.Equal((ExitCode.Usage, "PlotWrongLayout"), (code, CodeOf(answer)));
    }

    [FactRequiring(Requirement.Mount)]
    public async Task A_disk_that_is_too_small_is_refused_before_anything_is_written()
    {
        await InitAsync("peer");
        string small = Directory.CreateDirectory(_line.PathOf("small")).FullName;
        using SmallDisk disk = new(small, "512k");
        string[] words = ["capacity", "plot", "--config", _line.PathOf("peer/peer.yaml"), "--data", Path.Combine(small, "plot"), "--parameters", "development", "--keep-free", "128KiB"];

        (ExitCode code, JsonElement answer) = await _line.RunJsonAsync([.. words, "--units", "100"]);
        Assert.Equal((ExitCode.Failed, "DiskTooSmall"), (code, CodeOf(answer)));
        Assert.StartsWith("5 units fit", answer.GetProperty("error").GetProperty("hint").GetString(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(small));

        // Somebody else's file takes the room while it works: what was made stays, and with room it goes on.
        using CancellationTokenSource never = new();
        Task<(ExitCode Code, string Out, string Error)> run = _line.RunUntilAsync(never.Token, [.. words, "--units", "5", "--share", "1"]);
        await Deadline.UntilAsync("a first unit", 180, () => File.Exists(Path.Combine(small, "plot", "unit-00000000.sums")));
        disk.Fill();
        (code, _, string error) = await run;
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("the disk is full", error, StringComparison.Ordinal);
        Assert.Contains("goes on where it stopped", error, StringComparison.Ordinal);
        disk.MakeRoom();
        (code, answer) = await _line.RunJsonAsync([.. words, "--units", "5"]);
        Assert.Equal(ExitCode.Ok, code);
        Assert.True(answer.GetProperty("rowsMade").GetUInt64() < 5 * 64);
    }

    [Fact]
    public async Task The_configured_section_is_enough()
    {
        await InitAsync("peer");
        string config = _line.PathOf("peer/peer.yaml");
        await File.AppendAllTextAsync(config, "capacity:\n  units: 2\n  folder: rows\n  cores: 2\n  throttlePercent: 100\n");

        (ExitCode code, JsonElement answer) = await _line.RunJsonAsync("capacity", "plot", "--config", config, "--parameters", "development", "--keep-free", "0");

        Assert.Equal(ExitCode.Ok, code);
        Assert.Equal((_line.PathOf("peer/rows"), 2), (answer.GetProperty("folder").GetString(), answer.GetProperty("units").GetInt32()));
        Assert.Equal(ExitCode.Ok, (await _line.RunAsync("capacity", "check", "--config", config)).Code);
    }

    [Fact]
    public async Task Progress_is_a_line_for_each_tenth_and_on_a_terminal_one_that_is_wiped()
    {
        await InitAsync("peer");
        (_, string output, string error) = await _line.RunAsync(PlotWords("4"));
        Assert.Contains("whole; next: noderuntime capacity prove", output, StringComparison.Ordinal);
        string[] lines = error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["25.0", "50.0", "75.0", "100.0"], lines.Select(static line => line.Split(' ')[0]));
        Assert.All(lines, static line => Assert.Matches(@"% of 4 units, \d+ rows a second, \d\d:\d\d:\d\d left$", line));

        Directory.Delete(PlotPath, recursive: true);
        _line.IsTerminal = true;
        (_, _, error) = await _line.RunAsync(PlotWords("4"));
        Assert.StartsWith("\r\u001b[K25.0 % of 4 units", error, StringComparison.Ordinal);
        Assert.EndsWith("\r\u001b[K", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_benchmark_says_what_can_be_sold_and_what_a_day_costs()
    {
        (ExitCode code, JsonElement answer) = await _line.RunJsonAsync(
            "capacity", "benchmark", "--seconds", "1", "--threads", "1", "--units", "10", "--work", "aesromix", "--probe", "1MiB", "--data", _line.PathOf(string.Empty),
            "--parameters", "development");

        Assert.Equal(ExitCode.Ok, code);
        JsonElement cpu = answer.GetProperty("cpu"), space = answer.GetProperty("space"), storage = answer.GetProperty("storage"), day = answer.GetProperty("perDay");
        Assert.Equal("liveness", cpu.GetProperty("grade").GetString());
        Assert.All(
            (double[])
            [
                cpu.GetProperty("rateOfOneCore").GetDouble(), space.GetProperty("rowsPerSecondOfOneCore").GetDouble(), space.GetProperty("scanMegabytesPerSecond").GetDouble(),
                storage.GetProperty("readMegabytesPerSecond").GetDouble(), storage.GetProperty("freeBytes").GetDouble(), day.GetProperty("cpuDutyCoreSeconds").GetDouble(),
                day.GetProperty("scanCoreSeconds").GetDouble(), day.GetProperty("verifyCoreSeconds").GetDouble(),
            ],
            static value => Assert.True(value > 0));
        // Ten units of 64 KiB, all of them each minute.
        Assert.Equal(10L * 65_536 * 1440, day.GetProperty("bytesRead").GetInt64());
        Assert.DoesNotContain(Directory.GetFiles(_line.PathOf(string.Empty)), static file => file.Contains("probe", StringComparison.Ordinal));

        JsonElement earnings = answer.GetProperty("earnings");
        Assert.Equal(("Development", string.Empty), (earnings.GetProperty("terms").GetString(), earnings.GetProperty("chain").GetString()));
        JsonElement[] cases = [.. earnings.GetProperty("cases").EnumerateArray()];
        Assert.Equal(["Alone", "Among"], cases.Select(static it => it.GetProperty("assumption").GetString()));
        // Ten units share a pool of 0.6 tokens an epoch; ten times as many have a tenth of it.
        Assert.Equal(["60000", "6000"], cases.Select(static it => it.GetProperty("space").GetProperty("perUnit").GetString()));
        Assert.Equal(["864000000", "86400000"], cases.Select(static it => it.GetProperty("space").GetProperty("perDay").GetString()));
        Assert.Equal(90U, cases[1].GetProperty("space").GetProperty("othersUnits").GetUInt32());
    }

    [Fact]
    public async Task A_benchmark_that_got_nothing_of_the_processors_says_so()
    {
        // Every look at the clock finds an hour gone: so it is for a thread that gets no turn.
        _line.Time = new HurryingClock();
        (ExitCode code, JsonElement answer) = await _line.RunJsonAsync(
            "capacity", "benchmark", "--seconds", "1", "--threads", "1", "--units", "10", "--work", "aesromix", "--parameters", "development");
        JsonElement error = answer.GetProperty("error");
        Assert.Equal((ExitCode.Failed, "MachineBusy"), (code, error.GetProperty("code").GetString()));
        Assert.Contains("not one hash in 10 times 1 s", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "Usage", "--units", "plot", "--units", "0")]
    [InlineData(2, "Usage", "--units", "plot", "--units", "65537")]
    [InlineData(2, "Usage", "--threads", "plot", "--units", "1", "--threads", "0")]
    [InlineData(2, "Usage", "--share", "plot", "--units", "1", "--share", "101")]
    [InlineData(2, "Usage", "'64 KB'", "plot", "--units", "1", "--unit-size", "64 KB")]
    [InlineData(2, "Usage", "'1000'", "plot", "--units", "1", "--unit-size", "1000")]
    [InlineData(2, "Usage", "--keep-free", "plot", "--units", "1", "--keep-free", "9999999TiB")]
    [InlineData(2, "HashMalformed", "--registration", "plot", "--units", "1", "--registration", "abc")]
    [InlineData(1, "DiskTooSmall", "shall stay free", "plot", "--units", "1", "--keep-free", "1000000TiB")]
    [InlineData(3, "PlotFolderMissing", "there is no plot", "check")]
    [InlineData(3, "PlotFolderMissing", "there is no plot", "prove", "--seconds", "1")]
    [InlineData(2, "Usage", "--share", "check", "--share", "0")]
    [InlineData(2, "Usage", "--seconds", "prove", "--seconds", "601")]
    [InlineData(2, "Usage", "--threads", "prove", "--threads", "257")]
    [InlineData(2, "HashMalformed", "--beacon", "prove", "--beacon", "abc")]
    [InlineData(2, "Usage", "--seconds", "benchmark", "--seconds", "0")]
    [InlineData(2, "Usage", "--probe", "benchmark", "--probe", "1")]
    [InlineData(2, "Usage", "--among", "benchmark", "--among", "1")]
    [InlineData(2, "Usage", "--contact and --parameters", "benchmark", "--contact", "http://127.0.0.1:1", "--parameters", "standard")]
    public async Task What_cannot_be_is_refused_by_name(int code, string name, string word, string verb, params string[] rest)
    {
        await InitAsync("peer");
        (ExitCode ended, JsonElement answer) = await _line.RunJsonAsync(["capacity", verb, "--config", _line.PathOf("peer/peer.yaml"), "--data", PlotPath, .. rest]);

        Assert.Equal(((ExitCode)code, name), (ended, CodeOf(answer)));
        Assert.Contains(word, answer.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.NotEmpty(answer.GetProperty("error").GetProperty("hint").GetString()!);
        Assert.False(Directory.Exists(PlotPath));
    }

    [Fact]
    public async Task A_manifest_that_says_nothing_and_a_plot_in_use_are_refused()
    {
        await InitAsync("peer");
        await PlotAsync("1");
        using (FileStream held = new(Path.Combine(PlotPath, "plot.lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            (ExitCode code, JsonElement answer) = await _line.RunJsonAsync("capacity", "check", "--data", PlotPath);
            Assert.Equal((ExitCode.Failed, "PlotInUse"), (code, CodeOf(answer)));
        }

        File.WriteAllBytes(Path.Combine(PlotPath, "manifest.plot"), [1, 2, 3]);
        (ExitCode unreadable, JsonElement said) = await _line.RunJsonAsync("capacity", "check", "--data", PlotPath);
        Assert.Equal((ExitCode.Usage, "PlotManifestUnreadable"), (unreadable, CodeOf(said)));
        (unreadable, said) = await PlotAsync("1");
        Assert.Equal((ExitCode.Usage, "PlotManifestUnreadable"), (unreadable, CodeOf(said)));
    }

    [Fact]
    public async Task The_pages_commands_do_what_it_says()
    {
        string page = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "capacity.md"));
        string[] commands = page.Split("```sh\n")[1].Split("```")[0].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["init", "benchmark", "plot", "check", "prove"], commands.Select(static line => line.Split(' ').First(static word => word is "init" or "benchmark" or "plot" or "check" or "prove")));
        foreach (string command in commands)
        {
            string[] words = [.. command.Split(" #")[0].Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1)];
            string[] here = Array.ConvertAll(words, word => word == "HASH" ? Genesis : word.StartsWith("peer", StringComparison.Ordinal) ? _line.PathOf(word) : word);
            (ExitCode code, _, string error) = await _line.RunAsync(here);
            Assert.True(code == ExitCode.Ok, command + ": " + error);
        }
    }

    private string FileOf(uint unit, string ending) => Path.Combine(PlotPath, $"unit-{unit:D8}.{ending}");

    private static string CodeOf(JsonElement answer) => answer.GetProperty("error").GetProperty("code").GetString()!;

    private async Task<string> InitAsync(string name)
    {
        (_, JsonElement made) = await _line.RunJsonAsync("init", _line.PathOf(name), "--genesis", Genesis);
        return made.GetProperty("peer").GetString()!;
    }

    private string[] PlotWords(string units, string peer = "peer") =>
    [
        "capacity", "plot", "--config", _line.PathOf(peer + "/peer.yaml"), "--data", PlotPath, "--units", units, "--parameters", "development", "--keep-free", "0",
    ];

    private Task<(ExitCode Code, JsonElement Answer)> PlotAsync(string units, params string[] rest) => _line.RunJsonAsync([.. PlotWords(units), .. rest]);

    private Task<(ExitCode Code, JsonElement Answer)> ProveAsync(params string[] rest) =>
        _line.RunJsonAsync(["capacity", "prove", "--data", PlotPath, "--parameters", "development", "--work", "aesromix", .. rest]);

    private sealed class HurryingClock : TimeProvider
    {
        private long _hours;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Interlocked.Increment(ref _hours) * 3600;
    }
}
