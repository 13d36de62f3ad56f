using System;
using System.IO;
using NodeRuntime.Persistence.Files;
using NodeRuntime.Persistence.Tests.Support;
using NodeRuntime.Primitives;

namespace NodeRuntime.Persistence.Tests.Files;

public sealed class KeyFilesTests
{
    [Fact]
    public void A_key_that_was_written_is_read_and_is_for_its_owner_alone()
    {
        using TestFolder folder = new();
        KeyFiles.Write(folder.In("node.key"), [1, 2, 3]);

        Assert.Equal([1, 2, 3], KeyFiles.Read(folder.In("node.key")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.In("node.key")));
        Assert.Equal([folder.In("node.key")], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_key_is_never_written_over()
    {
        using TestFolder folder = new();
        KeyFiles.Write(folder.In("node.key"), [1]);

        Assert.Equal(KeyFileVerdict.AlreadyExists, Refusal(() => KeyFiles.Write(folder.In("node.key"), [2])));

        Assert.Equal([1], KeyFiles.Read(folder.In("node.key")));
        Assert.Single(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_link_is_not_written_through()
    {
        using TestFolder folder = new();
        File.CreateSymbolicLink(folder.In("node.key"), folder.In("elsewhere"));

        Assert.Equal(KeyFileVerdict.AlreadyExists, Refusal(() => KeyFiles.Write(folder.In("node.key"), [2])));

        Assert.False(File.Exists(folder.In("elsewhere")));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void A_key_that_others_may_touch_is_refused(UnixFileMode others)
    {
        using TestFolder folder = new();
        string path = folder.In("node.key");
        KeyFiles.Write(path, [1]);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | others);

        KeyFileException exception = Assert.Throws<KeyFileException>(() => KeyFiles.Read(path));

        Assert.Equal(KeyFileVerdict.OpenToOthers, exception.Verdict);
        Assert.Contains("chmod 600", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Absent_empty_and_huge_files_are_named()
    {
        using TestFolder folder = new();
        Assert.Equal(KeyFileVerdict.NotFound, Refusal(() => KeyFiles.Read(folder.In("none.key"))));
        Assert.Equal(KeyFileVerdict.NotFound, Refusal(() => KeyFiles.Read(folder.In("no/such/folder"))));
        Assert.Equal(KeyFileVerdict.Empty, Refusal(() => KeyFiles.Read(Private(folder.In("empty"), 0))));
        Assert.Equal(KeyFileVerdict.TooLarge, Refusal(() => KeyFiles.Read(Private(folder.In("huge"), Limits.KeyFileBytesMax + 1))));
        Assert.Equal(KeyFileVerdict.Failed, Refusal(() => KeyFiles.Write(folder.In("no/such/folder"), [1])));
    }

    private static string Private(string path, int length)
    {
        File.WriteAllBytes(path, new byte[length]);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    private static KeyFileVerdict Refusal(Action act) => Assert.Throws<KeyFileException>(act).Verdict;
}
