using System;
using System.IO;
using FsCheck;
using FsCheck.Fluent;
using NodeRuntime.Sandbox.Protocol;

namespace NodeRuntime.Sandbox.Tests.Protocol;

public sealed class JobFileNameTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("report.csv")]
    [InlineData("...")]
    [InlineData("\U0001F600.txt")]
    public void Plain_component_is_a_name(string name) => Assert.True(JobFileName.IsValid(name));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../a")]
    [InlineData("a/../b")]
    [InlineData("a/./b")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("tables/a.csv")]
    [InlineData("C:a")]
    [InlineData("a//b")]
    [InlineData("a\\b")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("\uD83D")]
    public void Path_that_may_leave_or_confuse_is_none(string name) => Assert.False(JobFileName.IsValid(name));

    [Fact]
    public void Longer_name_than_a_result_may_hold_is_none()
    {
        Assert.True(JobFileName.IsValid(new string('a', 128)));
        Assert.False(JobFileName.IsValid(new string('a', 129)));
        // 128 characters of three bytes: more than a file system takes.
        Assert.False(JobFileName.IsValid(new string('\u20ac', 128)));
    }

    [Fact]
    public void Whatever_is_a_name_stays_below_its_folder() =>
        Prop.ForAll<string>(static name =>
            name is null || !JobFileName.IsValid(name)
            || Path.GetFullPath(Path.Combine("/jobs/out", name)).StartsWith("/jobs/out/", StringComparison.Ordinal))
            .QuickCheckThrowOnFailure();
}
