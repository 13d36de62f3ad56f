using System;
using System.Diagnostics;
using System.IO;
using NodeRuntime.Persistence.Folder;
using NodeRuntime.Persistence.Tests.Support;
using static NodeRuntime.Persistence.Tests.Support.TestData;

namespace NodeRuntime.Persistence.Tests.Folder;

public sealed class DataFolderTests
{
    [Fact]
    public void A_new_folder_is_for_its_owner_alone()
    {
        using TestFolder root = new();
        using DataFolder folder = DataFolder.Open(root.In("data"), Chain);

        const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Assert.Equal(Private, new DirectoryInfo(folder.Path).UnixFileMode);
        Assert.Equal(Private, new DirectoryInfo(folder.KeysPath).UnixFileMode);
        Assert.Equal(Private, new DirectoryInfo(folder.JournalPath).UnixFileMode);
        Assert.Equal(Private, new DirectoryInfo(folder.LeasesPath).UnixFileMode);
        Assert.Equal($"noderuntime-data 1\nchain {Chain}\n", File.ReadAllText(root.In("data/format")));
    }

    [Fact]
    public void It_opens_again()
    {
        using TestFolder root = new();
        DataFolder.Open(root.Path, Chain).Dispose();
        DataFolder.Open(root.Path, Chain).Dispose();
    }

    [Fact]
    public void Another_chain_is_refused() => AssertRefused(DataFolderVerdict.WrongChain, path =>
    {
        DataFolder.Open(path, OtherChain).Dispose();
    });

    [Theory]
    [InlineData(DataFolderVerdict.SchemaNewer, "noderuntime-data 2\nchain unknown to us\nand more\n")]
    [InlineData(DataFolderVerdict.FormatMalformed, "")]
    [InlineData(DataFolderVerdict.FormatMalformed, "noderuntime-data one\n")]
    [InlineData(DataFolderVerdict.FormatMalformed, "noderuntime-data 0\n")]
    [InlineData(DataFolderVerdict.FormatMalformed, "noderuntime-data 1\n")]
    [InlineData(DataFolderVerdict.FormatMalformed, "noderuntime-data 1\nchain 12\n")]
    [InlineData(DataFolderVerdict.FormatMalformed, "something else\n")]
    public void A_format_file_that_we_did_not_write_is_refused(DataFolderVerdict verdict, string format) => AssertRefused(verdict, path =>
    {
        DataFolder.Open(path, Chain).Dispose();
        File.WriteAllText(Path.Combine(path, "format"), format);
    });

    [Fact]
    public void A_folder_of_somebody_else_is_refused_and_stays_as_it_was()
    {
        using TestFolder root = new();
        File.WriteAllText(root.In("thesis.txt"), "years of work");

        Assert.Equal(DataFolderVerdict.NotADataFolder, Assert.Throws<DataFolderException>(() => DataFolder.Open(root.Path, Chain)).Verdict);

        Assert.Equal([root.In("thesis.txt")], Directory.GetFileSystemEntries(root.Path));
    }

    [Fact]
    public void A_file_in_its_place_is_refused() =>
        AssertRefused(DataFolderVerdict.Unreadable, static path => File.WriteAllText(path, "x"));

    [Fact]
    public void What_an_interrupted_first_start_left_is_taken_up()
    {
        using TestFolder root = new();
        Directory.CreateDirectory(root.In("keys"));
        Directory.CreateDirectory(root.In("leases"));
        File.WriteAllText(root.In("keys/node.key"), "made before");
        File.WriteAllText(root.In("lock"), "");
        File.WriteAllText(root.In("format.123.tmp"), "noderu");

        DataFolder.Open(root.Path, Chain).Dispose();
    }

    [Fact]
    public void A_folder_that_another_process_holds_is_refused_until_that_one_is_gone()
    {
        using TestFolder root = new();
        string path = root.In("data");
        using Process holder = ChildProcess.StartSelf("hold", path);
        Assert.Equal("held", ChildProcess.ReadLine(holder));

        DataFolderException exception = Assert.Throws<DataFolderException>(() => DataFolder.Open(path, Chain));
        Assert.Equal(DataFolderVerdict.Locked, exception.Verdict);
        Assert.Contains(holder.Id.ToString(), exception.Message, StringComparison.Ordinal);

        // However it goes: the lock dies with it.
        holder.Kill();
        holder.WaitForExit();
        DataFolder.Open(path, Chain).Dispose();
    }

    [Fact]
    public void A_folder_that_this_process_holds_is_refused()
    {
        using TestFolder root = new();
        using DataFolder held = DataFolder.Open(root.Path, Chain);

        Assert.Equal(DataFolderVerdict.Locked, Assert.Throws<DataFolderException>(() => DataFolder.Open(root.Path, Chain)).Verdict);
    }

    private static void AssertRefused(DataFolderVerdict verdict, Action<string> prepare)
    {
        using TestFolder root = new();
        string path = root.In("data");
        prepare(path);

        DataFolderException exception = Assert.Throws<DataFolderException>(() => DataFolder.Open(path, Chain));

        Assert.Equal(verdict, exception.Verdict);
        Assert.Contains(path, exception.Message, StringComparison.Ordinal);
    }
}
