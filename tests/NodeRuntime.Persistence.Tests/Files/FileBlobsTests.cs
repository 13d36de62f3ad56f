using System;
using System.IO;
using System.Text;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Crypto;
using NodeRuntime.Persistence.Files;
using NodeRuntime.Persistence.Tests.Support;
using NodeRuntime.Primitives;
using static NodeRuntime.Persistence.Tests.Support.TestData;

namespace NodeRuntime.Persistence.Tests.Files;

public sealed class FileBlobsTests
{
    private static readonly byte[] Content = Encoding.UTF8.GetBytes("twelve bytes");

    private static readonly Hash256 ContentHash = Hasher.Sha256(Content);

    [Theory]
    [InlineData(BlobArea.Module, "any", "module.wasm")]
    [InlineData(BlobArea.Input, "table.csv", "in/table.csv")]
    [InlineData(BlobArea.StandardInput, "", "stdin")]
    [InlineData(BlobArea.Output, "result", "out/result")]
    [InlineData(BlobArea.StandardOutput, "", "stdout")]
    [InlineData(BlobArea.StandardError, "", "stderr")]
    public void A_sealed_file_stands_where_the_sandbox_finds_it(BlobArea area, string name, string place)
    {
        using TestFolder folder = new();
        FileBlobs blobs = new(folder.Path);

        Assert.Equal(BlobVerdict.Accepted, blobs.Append(Lease, area, name, 0, Content.AsSpan(0, 5)));
        Assert.False(File.Exists(PathOf(folder, place)));
        Assert.Equal(0, blobs.Read(Lease, area, name, 0, 100).Length);
        Assert.Equal(BlobVerdict.Accepted, blobs.Append(Lease, area, name, 5, Content.AsSpan(5)));
        Assert.Equal(BlobVerdict.Accepted, blobs.Seal(Lease, area, name, 12, ContentHash));

        Assert.Equal(Content, File.ReadAllBytes(PathOf(folder, place)));
        Assert.Equal(Content, blobs.Read(Lease, area, name, 0, 100).ToArray());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(PathOf(folder, place)));
    }

    [Fact]
    public void Reading_gives_a_window_and_nothing_beyond_the_end()
    {
        using TestFolder folder = new();
        FileBlobs blobs = Sealed(folder);

        Assert.Equal("lve ", Encoding.UTF8.GetString(blobs.Read(Lease, BlobArea.Input, "a", 3, 4).Span));
        Assert.Equal("es", Encoding.UTF8.GetString(blobs.Read(Lease, BlobArea.Input, "a", 10, 4).Span));
        Assert.Equal(0, blobs.Read(Lease, BlobArea.Input, "a", 12, 4).Length);
        Assert.Equal(0, blobs.Read(Lease, BlobArea.Input, "a", ulong.MaxValue, 4).Length);
        Assert.Equal(0, blobs.Read(Lease, BlobArea.Input, "a", 0, 0).Length);
        Assert.Equal(0, blobs.Read(Lease, BlobArea.Input, "b", 0, 4).Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../x")]
    [InlineData("/etc/passwd")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a:b")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    public void A_name_that_is_no_file_name_is_refused(string name)
    {
        using TestFolder folder = new();
        FileBlobs blobs = new(folder.In("leases"));

        Assert.Equal(BlobVerdict.NameRefused, blobs.Append(Lease, BlobArea.Input, name, 0, Content));
        Assert.Equal(BlobVerdict.NameRefused, blobs.Seal(Lease, BlobArea.Output, name, 12, ContentHash));
        Assert.Equal(0, blobs.Read(Lease, BlobArea.Output, name, 0, 10).Length);

        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_name_that_no_disk_can_hold_is_refused()
    {
        using TestFolder folder = new();
        FileBlobs blobs = new(folder.Path);

        Assert.Equal(BlobVerdict.NameRefused, blobs.Append(Lease, BlobArea.Input, new string('a', 129), 0, Content));
        Assert.Equal(BlobVerdict.NameRefused, blobs.Append(Lease, BlobArea.Input, new string('\u6587', 86), 0, Content));
        Assert.Equal(BlobVerdict.NameRefused, blobs.Append(Lease, BlobArea.Input, "a\uD800", 0, Content));
        Assert.Equal(BlobVerdict.NameRefused, blobs.Append(Lease, BlobArea.Input, "\uDC00\uD800", 0, Content));
        Assert.Equal(BlobVerdict.Accepted, blobs.Append(Lease, BlobArea.Input, new string('\u6587', 85), 0, Content));
        Assert.Equal(BlobVerdict.Accepted, blobs.Append(Lease, BlobArea.Input, "\U0001F600", 0, Content));
        Assert.Equal(BlobVerdict.Accepted, blobs.Append(Lease, BlobArea.Input, new string('a', 128), 0, Content));
    }

    [Fact]
    public void Writes_go_in_order_from_the_start()
    {
        using TestFolder folder = new();
        FileBlobs blobs = new(folder.Path);

        Assert.Equal(BlobVerdict.OffsetWrong, blobs.Append(Lease, BlobArea.Input, "a", 5, Content));
        Assert.Equal(BlobVerdict.Accepted, blobs.Append(Lease, BlobArea.Input, "a", 0, Content));
        Assert.Equal(BlobVerdict.OffsetWrong, blobs.Append(Lease, BlobArea.Input, "a", 0, Content));
        Assert.Equal(BlobVerdict.OffsetWrong, blobs.Append(Lease, BlobArea.Input, "a", 13, Content));
        Assert.Equal(BlobVerdict.Accepted, blobs.Seal(Lease, BlobArea.Input, "a", 12, ContentHash));
        Assert.Equal(BlobVerdict.OffsetWrong, blobs.Append(Lease, BlobArea.Input, "a", 12, Content));
        Assert.Equal(Content, blobs.Read(Lease, BlobArea.Input, "a", 0, 100).ToArray());
    }

    [Fact]
    public void What_is_sealed_must_have_the_length_and_hash_that_were_told()
    {
        using TestFolder folder = new();
        FileBlobs blobs = new(folder.Path);
        blobs.Append(Lease, BlobArea.Input, "a", 0, Content.AsSpan(0, 11));

        Assert.Equal(BlobVerdict.LengthWrong, blobs.Seal(Lease, BlobArea.Input, "a", 12, ContentHash));
        blobs.Append(Lease, BlobArea.Input, "a", 11, "X"u8);
        Assert.Equal(BlobVerdict.HashWrong, blobs.Seal(Lease, BlobArea.Input, "a", 12, ContentHash));
        Assert.Equal(BlobVerdict.NotFound, blobs.Seal(Lease, BlobArea.Input, "a", 12, ContentHash));

        // Wrong bytes are gone: it begins anew.
        Assert.Equal(BlobVerdict.Accepted, blobs.Append(Lease, BlobArea.Input, "a", 0, Content));
        Assert.Equal(BlobVerdict.Accepted, blobs.Seal(Lease, BlobArea.Input, "a", 12, ContentHash));
        Assert.Equal(BlobVerdict.Accepted, blobs.Seal(Lease, BlobArea.Input, "a", 12, ContentHash));
        Assert.Equal(BlobVerdict.HashWrong, blobs.Seal(Lease, BlobArea.Input, "a", 12, Hasher.Sha256("other"u8)));
        Assert.Equal(BlobVerdict.LengthWrong, blobs.Seal(Lease, BlobArea.Input, "a", 11, ContentHash));
    }

    [Fact]
    public void An_empty_file_needs_no_bytes()
    {
        using TestFolder folder = new();
        FileBlobs blobs = new(folder.Path);

        Assert.Equal(BlobVerdict.Accepted, blobs.Seal(Lease, BlobArea.Input, "empty", 0, Hasher.Sha256([])));

        Assert.True(File.Exists(PathOf(folder, "in/empty")));
    }

    [Fact]
    public void More_bytes_than_the_area_holds_are_refused()
    {
        using TestFolder folder = new();
        FileBlobs blobs = new(folder.Path);
        byte[] half = new byte[Limits.ModuleBytesMax / 2];

        Assert.Equal(BlobVerdict.Accepted, blobs.Append(Lease, BlobArea.Module, "", 0, half));
        Assert.Equal(BlobVerdict.Accepted, blobs.Append(Lease, BlobArea.Module, "", (ulong)half.Length, half));
        Assert.Equal(BlobVerdict.TooLarge, blobs.Append(Lease, BlobArea.Module, "", Limits.ModuleBytesMax, [1]));
        Assert.Equal(BlobVerdict.TooLarge, blobs.Seal(Lease, BlobArea.Module, "", Limits.ModuleBytesMax + 1UL, ContentHash));
    }

    [Fact]
    public void After_a_restart_a_file_goes_on_where_it_stood_or_begins_anew()
    {
        using TestFolder folder = new();
        new FileBlobs(folder.Path).Append(Lease, BlobArea.Input, "a", 0, Content.AsSpan(0, 5));
        new FileBlobs(folder.Path).Append(Lease, BlobArea.Input, "b", 0, Content.AsSpan(0, 5));
        FileBlobs restarted = new(folder.Path);

        Assert.Equal(BlobVerdict.OffsetWrong, restarted.Append(Lease, BlobArea.Input, "a", 6, Content.AsSpan(6)));
        Assert.Equal(BlobVerdict.Accepted, restarted.Append(Lease, BlobArea.Input, "a", 5, Content.AsSpan(5)));
        Assert.Equal(BlobVerdict.Accepted, restarted.Seal(Lease, BlobArea.Input, "a", 12, ContentHash));
        Assert.Equal(BlobVerdict.Accepted, restarted.Append(Lease, BlobArea.Input, "b", 0, Content));
        Assert.Equal(BlobVerdict.Accepted, restarted.Seal(Lease, BlobArea.Input, "b", 12, ContentHash));
    }

    [Fact]
    public void A_link_is_neither_read_nor_written_through()
    {
        using TestFolder folder = new();
        FileBlobs blobs = Sealed(folder);
        string secret = folder.In("secret");
        File.WriteAllText(secret, "secret");
        Directory.CreateDirectory(PathOf(folder, "out"));
        File.CreateSymbolicLink(PathOf(folder, "out/leak"), secret);
        File.CreateSymbolicLink(PathOf(folder, "in/hole"), folder.In("made"));
        Directory.CreateDirectory(PathOf(folder, "out/folder"));

        Assert.Equal(0, blobs.Read(Lease, BlobArea.Output, "leak", 0, 100).Length);
        Assert.Equal(0, blobs.Read(Lease, BlobArea.Output, "folder", 0, 100).Length);
        Assert.NotEqual(BlobVerdict.Accepted, blobs.Append(Lease, BlobArea.Output, "leak", 0, Content));
        Assert.NotEqual(BlobVerdict.Accepted, blobs.Append(Lease, BlobArea.Input, "hole", 0, Content));
        Assert.NotEqual(BlobVerdict.Accepted, blobs.Seal(Lease, BlobArea.Output, "leak", 6, Hasher.Sha256("secret"u8)));
        blobs.Remove(Lease);

        Assert.Equal("secret", File.ReadAllText(secret));
        Assert.False(File.Exists(folder.In("made")));
    }

    [Fact]
    public void A_pipe_is_not_waited_for()
    {
        using TestFolder folder = new();
        FileBlobs blobs = Sealed(folder);
        Directory.CreateDirectory(PathOf(folder, "out"));
        Assert.Equal(0, ChildProcess.Run("mkfifo", PathOf(folder, "out/pipe")).ExitCode);

        Assert.Equal(0, blobs.Read(Lease, BlobArea.Output, "pipe", 0, 100).Length);
    }

    [Fact]
    public void Removing_a_lease_takes_all_of_it_and_nothing_else()
    {
        using TestFolder folder = new();
        FileBlobs blobs = Sealed(folder);
        LeaseId other = new(Hasher.Sha256("other lease"u8));
        blobs.Append(other, BlobArea.Input, "a", 0, Content);
        blobs.Append(Lease, BlobArea.Input, "partial", 0, Content);

        blobs.Remove(Lease);
        blobs.Remove(Lease);

        Assert.Equal([folder.In(other.ToString())], Directory.GetFileSystemEntries(folder.Path));
        Assert.Equal(BlobVerdict.Accepted, blobs.Append(Lease, BlobArea.Input, "partial", 0, Content));
        Assert.Equal(BlobVerdict.Accepted, blobs.Append(other, BlobArea.Input, "a", 12, Content));
    }

    [FactRequiring(Requirement.Mount)]
    public void A_full_disk_has_a_name()
    {
        using SmallDisk disk = new("1m");
        FileBlobs blobs = new(disk.Path);
        byte[] chunk = new byte[256 * 1024];
        BlobVerdict verdict = BlobVerdict.Accepted;
        for (ulong offset = 0; verdict == BlobVerdict.Accepted && offset < 8 << 20; offset += (ulong)chunk.Length)
        {
            verdict = blobs.Append(Lease, BlobArea.Input, "a", offset, chunk);
        }

        Assert.Equal(BlobVerdict.DiskFull, verdict);
        blobs.Remove(Lease);
        Assert.Equal(BlobVerdict.Accepted, blobs.Append(Lease, BlobArea.Input, "a", 0, chunk));
    }

    private static FileBlobs Sealed(TestFolder folder)
    {
        FileBlobs blobs = new(folder.Path);
        blobs.Append(Lease, BlobArea.Input, "a", 0, Content);
        Assert.Equal(BlobVerdict.Accepted, blobs.Seal(Lease, BlobArea.Input, "a", 12, ContentHash));
        return blobs;
    }

    private static string PathOf(TestFolder folder, string place) => Path.Combine(folder.Path, Lease.ToString(), place);
}
