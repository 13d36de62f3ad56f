using System;
using System.IO;
using FsCheck;
using FsCheck.Fluent;
using NodeRuntime.Sandbox.Protocol;

namespace NodeRuntime.Sandbox.Tests.Protocol;

public sealed class OutputNameTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("report.csv")]
    [InlineData("tables/a.csv")]
    [InlineData("...")]
    [InlineData("\U0001F600.txt")]
    public void Plain_path_is_a_name(string name) => Assert.True(OutputName.IsPath(name));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../a")]
    [InlineData("a/../b")]
    [InlineData("a/./b")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("a\\b")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("\uD83D")]
    public void Path_that_may_leave_or_confuse_is_none(string name) => Assert.False(OutputName.IsPath(name));

    [Fact]
    public void Component_longer_than_a_file_system_takes_is_none()
    {
        Assert.True(OutputName.IsPath(new string('a', 255)));
        Assert.False(OutputName.IsPath(new string('a', 256)));
    }

    [Fact]
    public void Whatever_is_a_name_stays_below_its_folder() =>
        Prop.ForAll<string>(static name =>
            name is null || !OutputName.IsPath(name)
            || Path.GetFullPath(Path.Combine("/jobs/out", name)).StartsWith("/jobs/out/", StringComparison.Ordinal)).QuickCheckThrowOnFailure();
}
