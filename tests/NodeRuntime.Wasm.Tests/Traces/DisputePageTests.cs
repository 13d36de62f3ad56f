using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using NodeRuntime.Wasm.Traces;

namespace NodeRuntime.Wasm.Tests.Traces;

public sealed class DisputePageTests
{
    [Fact]
    public void The_page_s_example_is_what_happens()
    {
        string transcript = string.Join('\n', Transcript());
        string page = File.ReadAllText(Find("docs/wasm-disputes.md"));
        Assert.True(page.Contains(transcript, StringComparison.Ordinal), "the page should say:\n" + transcript);
    }

    private static List<string> Transcript()
    {
        Trace honest = TracedProgram.Trace(TracedProgram.Module);
        Trace forged = TracedProgram.Trace(TracedProgram.Forged);
        var lines = new List<string>
        {
            Line($"first  commits to {honest.Commitment.Count} checkpoints, {honest.Commitment.End.FuelUsed} units"),
            Line($"second commits to {forged.Commitment.Count} checkpoints, {forged.Commitment.End.FuelUsed} units"),
        };
        var game = new Bisection(
            TracedProgram.Terms, TracedProgram.Start(), honest.Commitment, forged.Commitment, TracedProgram.Hasher);
        while (game.Effect is DisputeEffect.Ask ask)
        {
            TraceAnswer first = honest.Answer(ask.First);
            TraceAnswer second = forged.Answer(ask.Second);
            lines.Add(Line($"asked for {ask.First}: {(first.Checkpoint == second.Checkpoint ? "equal" : "not equal")}"));
            game.Step(new DisputeInput.Answered(Party.First, first));
            game.Step(new DisputeInput.Answered(Party.Second, second));
        }

        DisputedSegment segment = ((DisputeEffect.Narrowed)game.Effect).Segment;
        lines.Add(Line($"the segment behind checkpoint {segment.Index}, which is at {segment.Agreed.FuelUsed} units"));
        SegmentFinding finding = TracedProgram.Run(() => SegmentCheck.Judge(
            TracedProgram.Module,
            TracedProgram.Job(),
            TracedProgram.Terms,
            TracedProgram.Hasher,
            segment,
            TracedRun.Snapshot(TracedProgram.Module, TracedProgram.Job(), TracedProgram.Terms, TracedProgram.Hasher, segment.Index)));
        lines.Add(Line($"the referee runs it: {finding.Verdict}, {string.Join(" and ", finding.Liars)}"));
        return lines;
    }

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Find(string path)
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            string full = Path.Combine(directory.FullName, path);
            if (File.Exists(full)) return full;
        }

        throw new FileNotFoundException(path);
    }
}
