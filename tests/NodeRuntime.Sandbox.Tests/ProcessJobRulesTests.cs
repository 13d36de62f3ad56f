using System;
using System.Linq;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm;

namespace NodeRuntime.Sandbox.Tests;

/// <summary>One valid job, and rows that each corrupt one thing.</summary>
public sealed class ProcessJobRulesTests : IDisposable
{
    private readonly Workshop _workshop = new();

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public void Job_in_range_is_not_refused() => Assert.Null(ProcessJobRules.WhyRefused(Valid()));

    [Fact]
    public void Whatever_is_out_of_range_is_named()
    {
        ProcessJob job = Valid();
        string longText = new('a', Limits.JobArgumentCharactersMax + 1);
        AssertRefused("memory pages", job with { MemoryPagesMax = Limits.GuestMemoryPagesMax + 1 });
        AssertRefused("memory pages", job with { MemoryPagesMax = -1 });
        AssertRefused("call depth", job with { CallDepthMax = 0 });
        AssertRefused("call depth", job with { CallDepthMax = int.MaxValue });
        AssertRefused("output bytes", job with { OutputBytesMax = -1 });
        AssertRefused("output bytes", job with { OutputBytesMax = long.MaxValue });
        AssertRefused("wall clock", job with { WallClockMax = new Duration(0) });
        AssertRefused("wall clock", job with { WallClockMax = new Duration(long.MaxValue) });
        AssertRefused("arguments", job with { Arguments = [.. Enumerable.Repeat("a", Limits.JobArgumentsMax + 1)] });
        AssertRefused("argument", job with { Arguments = [longText] });
        AssertRefused("argument", job with { Arguments = ["a\0b"] });
        AssertRefused("argument", job with { Arguments = ["\uD83D"] });
        AssertRefused("variable", job with { Variables = [new GuestVariable("A=B", "c")] });
        AssertRefused("variable", job with { Variables = [new GuestVariable("", "c")] });
        GuestVariable variable = new("A", "b");
        AssertRefused("variables", job with { Variables = [.. Enumerable.Repeat(variable, Limits.JobArgumentsMax + 1)] });
    }

    [Fact]
    public void Refused_job_starts_nothing()
    {
        ProcessJob job = Valid() with { CallDepthMax = 0 };
        Told told = _workshop.Run(job);
        Assert.Equal(ProcessVerdict.JobRefused, told.Report.Verdict);
        Assert.Single(told.Events);
        Assert.False(System.IO.File.Exists(System.IO.Path.Combine(job.Folder.Path, "request")));
    }

    private ProcessJob Valid() => _workshop.Job("tell", "nothing") with { Variables = [new GuestVariable("NAME", "value")] };

    private static void AssertRefused(string reason, ProcessJob job) =>
        Assert.Contains(reason, ProcessJobRules.WhyRefused(job) ?? "accepted", StringComparison.Ordinal);
}
