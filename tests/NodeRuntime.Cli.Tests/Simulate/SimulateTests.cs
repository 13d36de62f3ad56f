using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using System.Xml.Linq;
using NodeRuntime.Cli.Tests.Support;

namespace NodeRuntime.Cli.Tests.Simulate;

/// <summary>The simulator as people and programs meet it; what it finds is tested where it is made.</summary>
public sealed class SimulateTests : IDisposable
{
    private readonly CommandLine _line = new();

    public void Dispose() => _line.Dispose();

    [Fact]
    public async Task Many_seeds_answer_with_the_fields_that_programs_were_promised()
    {
        (ExitCode code, JsonElement answer) = await _line.RunJsonAsync("simulate", "--layer", "consensus", "--seeds", "5..8", "--seconds", "5", "--jobs", "2");

        Assert.Equal(ExitCode.Ok, code);
        Assert.Equal(4, answer.GetProperty("seeds").GetInt32());
        Assert.Equal(0, answer.GetProperty("violations").GetInt32());
        Assert.Equal(JsonValueKind.Array, answer.GetProperty("failures").ValueKind);
        Assert.True(answer.GetProperty("simulatedSeconds").GetInt64() >= 4 * 5);
        Assert.True(answer.GetProperty("wallSeconds").GetDouble() > 0);
        Assert.False(answer.GetProperty("interrupted").GetBoolean());
        Assert.Contains("R2", answer.GetProperty("rules").EnumerateObject().Select(static rule => rule.Name));
    }

    [Fact]
    public async Task The_digest_does_not_depend_on_how_many_run_at_once()
    {
        string[] seeds = ["simulate", "--layer", "consensus", "--seeds", "1..4", "--seconds", "5"];
        (_, JsonElement one) = await _line.RunJsonAsync([.. seeds, "--jobs", "1"]);
        (_, JsonElement four) = await _line.RunJsonAsync([.. seeds, "--jobs", "4"]);

        Assert.Equal(one.GetProperty("digest").GetString(), four.GetProperty("digest").GetString());
    }

    [Fact]
    public async Task A_seed_that_fails_is_named_with_the_line_that_replays_it()
    {
        string[] canary = ["simulate", "--mutant", "Canary", "--seeds", "0..20", "--seconds", "10"];
        (ExitCode code, string output, string error) = await _line.RunAsync(canary);
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("violations", output, StringComparison.Ordinal);
        string replay = error.Split('\n').First(static line => line.Contains("replay: ", StringComparison.Ordinal)).Split("replay: noderuntime ")[1];

        (ExitCode again, JsonElement answer) = await _line.RunJsonAsync(replay.Split(' '));

        Assert.Equal(ExitCode.Failed, again);
        Assert.Equal(1, answer.GetProperty("violations").GetInt32());
    }

    [Fact]
    public async Task Interrupted_it_answers_with_what_was_done()
    {
        using CancellationTokenSource stop = new(TimeSpan.FromSeconds(2));
        (ExitCode code, string output, _) = await _line.RunUntilAsync(
            stop.Token, "simulate", "--layer", "consensus", "--hours", "1", "--seconds", "4", "--output", "json");

        Assert.Equal(ExitCode.Interrupted, code);
        using JsonDocument answer = JsonDocument.Parse(output);
        Assert.True(answer.RootElement.GetProperty("interrupted").GetBoolean());
        Assert.True(answer.RootElement.GetProperty("seeds").GetInt64() > 0);
        Assert.Equal(0, answer.RootElement.GetProperty("violations").GetInt64());
    }

    [Fact]
    public async Task On_a_terminal_its_progress_stands_on_one_line_that_is_wiped_at_the_end()
    {
        _line.IsTerminal = true;
        (ExitCode code, _, string error) = await _line.RunAsync("simulate", "--layer", "consensus", "--hours", "0.0007", "--seconds", "4", "--jobs", "1");

        Assert.Equal(ExitCode.Ok, code);
        Assert.Matches(@"\r\u001b\[K\d+ seeds 0 of 0 min, \d+ s simulated, 0 failed", error);
        Assert.EndsWith("\r\u001b[K", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nobody_watches_there_is_no_progress()
    {
        (ExitCode code, _, string error) = await _line.RunAsync("simulate", "--layer", "consensus", "--hours", "0.0005", "--seconds", "4", "--jobs", "1");

        Assert.Equal(ExitCode.Ok, code);
        Assert.Empty(error);
    }

    [Fact]
    public async Task A_timeline_is_a_picture_with_a_row_for_each_peer_and_nothing_from_elsewhere()
    {
        string path = _line.PathOf("run.svg");
        (ExitCode code, _, string error) = await _line.RunAsync("simulate", "--layer", "consensus", "--seed", "46", "--timeline", path);

        Assert.Equal(ExitCode.Ok, code);
        Assert.Contains("drawn: " + path, error, StringComparison.Ordinal);
        XElement picture = XDocument.Parse(await File.ReadAllTextAsync(path)).Root!;
        XName text = picture.Name.Namespace + "text";
        string[] words = [.. picture.Elements(text).Select(static element => element.Value)];
        foreach (string word in (string[])["noderuntime simulate --layer consensus --seed 46 --validators 4 --seconds 30", "peer 0", "peer 4", "healed", "final (below, with height)"])
        {
            Assert.Contains(word, words);
        }

        Assert.DoesNotContain(picture.DescendantsAndSelf().Attributes(), static attribute => attribute.Name.LocalName is "href" or "onload");
        Assert.DoesNotContain(picture.Descendants(), static element => element.Name.LocalName is "script" or "image" or "foreignObject");
    }

    [Fact]
    public async Task Cheats_are_told_strategy_by_strategy_and_none_pays()
    {
        (ExitCode code, JsonElement answer) = await _line.RunJsonAsync("simulate", "cheats", "--trials", "1000");

        Assert.Equal((ExitCode.Ok, 0), (code, answer.GetProperty("paying").GetInt32()));
        JsonElement[] lines = [.. answer.GetProperty("lines").EnumerateArray()];
        Assert.Contains(lines, static line => line.GetProperty("engine").GetString() == "shares" && line.GetProperty("strategy").GetString() == "replays an earlier slice" && line.GetProperty("detected").GetInt32() == 1000);
        Assert.Contains(lines, static line => line.GetProperty("engine").GetString() == "space" && line.GetProperty("profitPerMille").GetInt64() < -100);
        (code, _, string error) = await _line.RunAsync("simulate", "cheats", "--trials", "0");
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("--trials", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--seeds: '9..3'", "--seeds", "9..3")]
    [InlineData("--seeds: '1..x'", "--seeds", "1..x")]
    [InlineData("--seeds: '-1..4'", "--seeds", "-1..4")]
    [InlineData("--validators: '0'", "--validators", "0")]
    [InlineData("--validators: '4..101'", "--validators", "4..101")]
    [InlineData("--seconds", "--seconds", "1")]
    [InlineData("--hours", "--hours", "0")]
    [InlineData("--jobs", "--jobs", "0")]
    [InlineData("peers 1 to 1000", "--peers", "1001")]
    [InlineData("--timeline", "--layer", "consensus", "--seeds", "1..2", "--timeline", "x.svg")]
    [InlineData("nowhere/x.svg", "--layer", "consensus", "--seconds", "4", "--timeline", "nowhere/x.svg")]
    [InlineData("no-such-plan", "--plan", "no-such-plan")]
    [InlineData("key-clone", "--plan", "key-clone")]
    public async Task What_cannot_be_is_refused_before_anything_runs(string word, params string[] args)
    {
        (ExitCode code, string output, string error) = await _line.RunAsync(["simulate", .. args]);

        Assert.Equal(args.Contains("no-such-plan") ? ExitCode.NotFound : ExitCode.Usage, code);
        Assert.Empty(output);
        Assert.StartsWith("error: ", error, StringComparison.Ordinal);
        Assert.Contains(word, error, StringComparison.Ordinal);
        Assert.Contains("\n  hint: ", error, StringComparison.Ordinal);
    }
}
