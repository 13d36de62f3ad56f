using System;
using System.Linq;
using NodeRuntime.Primitives;

namespace NodeRuntime.Sandbox.Tests;

/// <summary>One valid job, and rows that each corrupt one thing.</summary>
public sealed class SandboxJobRulesTests : IDisposable
{
    private readonly Workshop _workshop = new();

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public void Job_in_range_is_not_refused() => Assert.Null(SandboxJobRules.WhyRefused(Valid()));

    [Fact]
    public void Whatever_is_out_of_range_is_named()
    {
        SandboxJob job = Valid();
        string longText = new('a', Limits.JobTextCharactersMax + 1);
        AssertRefused("memory pages", job with { MemoryPagesMax = Limits.GuestMemoryPagesMax + 1 });
        AssertRefused("memory pages", job with { MemoryPagesMax = -1 });
        AssertRefused("call depth", job with { CallDepthMax = 0 });
        AssertRefused("call depth", job with { CallDepthMax = int.MaxValue });
        AssertRefused("output bytes", job with { OutputBytesMax = -1 });
        AssertRefused("output bytes", job with { OutputBytesMax = long.MaxValue });
        AssertRefused("wall clock", job with { WallClockMax = new Duration(0) });
        AssertRefused("wall clock", job with { WallClockMax = new Duration(long.MaxValue) });
        AssertRefused("arguments", job with { Arguments = [.. Enumerable.Repeat("a", Limits.JobFilesMax + 1)] });
        AssertRefused("argument", job with { Arguments = [longText] });
        AssertRefused("argument", job with { Arguments = ["a\0b"] });
        AssertRefused("argument", job with { Arguments = ["\uD83D"] });
        AssertRefused("together", job with { Arguments = [.. Enumerable.Repeat(longText[1..], 9)] });
        AssertRefused("variable", job with { Variables = [new SandboxVariable("A=B", "c")] });
        AssertRefused("variable", job with { Variables = [new SandboxVariable("", "c")] });
        AssertRefused("variables", job with { Variables = [.. Enumerable.Repeat(new SandboxVariable("A", "b"), Limits.JobFilesMax + 1)] });
    }

    [Fact]
    public void Refused_job_starts_nothing()
    {
        SandboxJob job = Valid() with { CallDepthMax = 0 };
        Told told = _workshop.Run(job);
        Assert.Equal(SandboxVerdict.JobRefused, told.Report.Verdict);
        Assert.Single(told.Events);
        Assert.False(System.IO.File.Exists(System.IO.Path.Combine(job.Folder.Path, "request")));
    }

    private SandboxJob Valid() => _workshop.Job("tell", "nothing") with { Variables = [new SandboxVariable("NAME", "value")] };

    private static void AssertRefused(string reason, SandboxJob job) =>
        Assert.Contains(reason, SandboxJobRules.WhyRefused(job) ?? "accepted", StringComparison.Ordinal);
}
