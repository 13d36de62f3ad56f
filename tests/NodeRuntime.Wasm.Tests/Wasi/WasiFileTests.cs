using System;
using System.Collections.Generic;
using System.Linq;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm.Tests.Building;
using NodeRuntime.Wasm.Wasi;

namespace NodeRuntime.Wasm.Tests.Wasi;

public sealed class WasiFileTests
{
    private const int In = 3;
    private const int Out = 4;
    private const int Create = 1;
    private const int Directory = 2;
    private const int Exclusive = 4;
    private const int Truncate = 8;
    private const long Read = (long)(Rights.Read | Rights.Seek | Rights.Tell);

    private static WasiScript Script(string content = "0123456789") => new()
    {
        Job = SampleProgram.Job() with { Inputs = [new GuestFile("data.txt", SampleProgram.Text(content))] },
    };

    [Fact]
    public void An_input_file_is_read_sought_and_told()
    {
        WasiScript script = Script();
        int fd = script.Place(4), read = script.Place(4), bytes = script.Place(32), place = script.Place(8);
        int open = script.Open(In, "data.txt", rights: Read, result: fd);
        script.Call("fd_read", 5, script.Buffer(bytes, 4), 1, read);
        int seek = script.Call("fd_seek", 5, -3L, 2, place);
        int second = script.Place(4);
        script.Call("fd_read", 5, script.Buffer(bytes + 4, 8), 1, second);
        int tell = script.Place(8);
        script.Call("fd_tell", 5, tell);
        int before = script.Call("fd_seek", 5, -11L, 2, script.Place(8));
        int pread = script.Call("fd_pread", 5, script.Buffer(bytes + 16, 2), 1, 5L, script.Place(4));
        int close = script.Call("fd_close", 5);
        int closed = script.Call("fd_close", 5);
        script.Run();
        Assert.Equal(WasiStatus.Exited, script.Outcome.Status);
        Assert.Equal(0, script.Answer(open));
        Assert.Equal(5, script.Int32(fd));
        Assert.Equal("0123789", script.TextAt(bytes, 7));
        Assert.Equal((4, 3), (script.Int32(read), script.Int32(second)));
        Assert.Equal((0, 7L), (script.Answer(seek), script.Int64(place)));
        Assert.Equal(10, script.Int64(tell));
        Assert.Equal((int)Errno.Invalid, script.Answer(before));
        Assert.Equal((0, "56"), (script.Answer(pread), script.TextAt(bytes + 16, 2)));
        Assert.Equal((0, (int)Errno.BadDescriptor), (script.Answer(close), script.Answer(closed)));
    }

    [Fact]
    public void A_file_in_out_is_written_appended_truncated_and_collected()
    {
        WasiScript script = Script();
        int text = script.Text("hello world");
        script.Open(Out, "a.txt", Create);
        script.Call("fd_write", 5, script.Buffer(text, 5), 1, script.Place(4));
        script.Call("fd_pwrite", 5, script.Buffer(text + 6, 5), 1, 8L, script.Place(4));
        script.Call("path_create_directory", Out, script.Text("deep"), 4);
        script.Open(Out, "deep/b.txt", Create | Exclusive, flags: 1);
        script.Call("fd_write", 6, script.Buffer(text, 2), 1, script.Place(4));
        script.Call("fd_seek", 6, 0L, 0, script.Place(8));
        script.Call("fd_write", 6, script.Buffer(text + 2, 3), 1, script.Place(4));
        int again = script.Open(Out, "deep/b.txt", Create | Exclusive);
        script.Open(Out, "gone.txt", Create);
        script.Call("path_unlink_file", Out, script.Text("gone.txt"), 8);
        script.Open(Out, "cut.txt", Create);
        script.Call("fd_write", 8, script.Buffer(text, 11), 1, script.Place(4));
        script.Call("fd_filestat_set_size", 8, 4L);
        script.Call("path_rename", Out, script.Text("cut.txt"), 7, Out, script.Text("kept.txt"), 8);
        script.Run();
        Assert.Equal((int)Errno.Exists, script.Answer(again));
        IEnumerable<string> files = script.Outcome.OutputFiles.Select(
            file => file.Name + "=" + SampleProgram.Text(script.Outcome, file.Name).Replace('\0', '_'));
        Assert.Equal(["a.txt=hello___world", "deep/b.txt=hello", "kept.txt=hell"], files);
    }

    [Theory]
    [InlineData(In, "../out/a", Errno.NotCapable)]
    [InlineData(In, "..", Errno.NotCapable)]
    [InlineData(In, "./.././data.txt", Errno.NotCapable)]
    [InlineData(In, "/etc/passwd", Errno.NotCapable)]
    [InlineData(In, "/in/data.txt", Errno.NotCapable)]
    [InlineData(In, "data.txt\0", Errno.Invalid)]
    [InlineData(In, "", Errno.NoEntry)]
    [InlineData(In, "nothing", Errno.NoEntry)]
    [InlineData(In, "data.txt/", Errno.NotDirectory)]
    [InlineData(In, "data.txt/x", Errno.NotDirectory)]
    [InlineData(In, "data.txt/../data.txt", Errno.NotDirectory)]
    [InlineData(In, "./data.txt", Errno.Success)]
    [InlineData(0, "data.txt", Errno.NotDirectory)]
    [InlineData(77, "data.txt", Errno.BadDescriptor)]
    [InlineData(-1, "data.txt", Errno.BadDescriptor)]
    public void A_path_stays_below_its_directory(int directory, string path, object expected)
    {
        WasiScript script = Script();
        int call = script.Open(directory, path, rights: Read);
        script.Run();
        Assert.Equal((Errno)expected, (Errno)script.Answer(call));
    }

    [Fact]
    public void A_long_name_and_a_long_path_are_refused()
    {
        WasiScript script = Script();
        int name = script.Open(In, new string('n', 256), rights: Read);
        int path = script.Open(In, string.Concat(Enumerable.Repeat("./", 2_100)), rights: Read);
        int deep = script.Open(Out, string.Concat(Enumerable.Repeat("a/../", 80)) + "x", Create);
        script.Run();
        Assert.Equal(Errno.NameTooLong, (Errno)script.Answer(name));
        Assert.Equal(Errno.NameTooLong, (Errno)script.Answer(path));
        Assert.Equal(Errno.NoEntry, (Errno)script.Answer(deep));
    }

    [Fact]
    public void The_input_directory_cannot_be_changed()
    {
        WasiScript script = Script();
        int[] calls =
        [
            script.Open(In, "data.txt"),
            script.Open(In, "data.txt", Truncate, Read),
            script.Open(In, "new.txt", Create),
            script.Call("path_unlink_file", In, script.Text("data.txt"), 8),
            script.Call("path_create_directory", In, script.Text("d"), 1),
            script.Call("path_rename", In, script.Text("data.txt"), 8, Out, script.Text("stolen"), 6),
        ];
        script.Run();
        Assert.All(calls, call => Assert.Equal(Errno.ReadOnly, (Errno)script.Answer(call)));
    }

    [Fact]
    public void A_directory_lists_its_entries_in_order_and_in_pieces()
    {
        WasiScript script = Script();
        script.Open(Out, "b", Create);
        script.Open(Out, "a", Create);
        script.Open(Out, "", 0);
        int all = script.Place(256), used = script.Place(4), rest = script.Place(64), usedRest = script.Place(4);
        script.Call("fd_readdir", Out, all, 256, 0L, used);
        script.Call("fd_readdir", Out, rest, 10, 3L, usedRest);
        script.Run();
        Assert.Equal((24 * 4) + 1 + 2 + 1 + 1, script.Int32(used));
        Assert.Equal(".", script.TextAt(all + 24, 1));
        Assert.Equal("..", script.TextAt(all + 25 + 24, 2));
        Assert.Equal("a", script.TextAt(all + 51 + 24, 1));
        Assert.Equal("b", script.TextAt(all + 76 + 24, 1));
        Assert.Equal((10, 4L), (script.Int32(usedRest), script.Int64(rest)));
    }

    [Fact]
    public void Stat_tells_type_and_size_and_the_start_time()
    {
        WasiScript script = Script();
        script.Job = script.Job with { StartTime = Instant.FromMilliseconds(5_000) };
        int file = script.Place(64), directory = script.Place(64), stream = script.Place(64);
        script.Call("path_filestat_get", In, 0, script.Text("data.txt"), 8, file);
        script.Call("fd_filestat_get", Out, directory);
        script.Call("fd_filestat_get", 0, stream);
        script.Run();
        Assert.Equal((4, 10L, 5_000_000_000L), (script.Memory[file + 16], script.Int64(file + 32), script.Int64(file + 48)));
        Assert.Equal(3, script.Memory[directory + 16]);
        Assert.Equal(0, script.Memory[stream + 16]);
    }

    [Fact]
    public void The_preopened_directories_are_named_and_end()
    {
        WasiScript script = Script();
        int stat = script.Place(8), name = script.Place(8);
        int first = script.Call("fd_prestat_get", 3, stat);
        int named = script.Call("fd_prestat_dir_name", 4, name, 4);
        int shorter = script.Call("fd_prestat_dir_name", 4, name, 3);
        int none = script.Call("fd_prestat_get", 5, stat);
        script.Run();
        Assert.Equal((0, 3), (script.Answer(first), script.Int32(stat + 4)));
        Assert.Equal((0, "/out"), (script.Answer(named), script.TextAt(name, 4)));
        Assert.Equal(Errno.NameTooLong, (Errno)script.Answer(shorter));
        Assert.Equal(Errno.BadDescriptor, (Errno)script.Answer(none));
    }

    [Fact]
    public void Output_beyond_the_limit_traps_and_what_was_written_stays()
    {
        WasiScript script = Script();
        script.Job = script.Job with { OutputBytesMax = 100 };
        script.Open(Out, "a", Create);
        for (int i = 0; i < 12; i++) script.Call("fd_write", 5, script.Buffer(0, 9), 1, script.Place(4));
        script.Run();
        Assert.Equal((WasiStatus.Trapped, Trap.OutputLimitExceeded), (script.Outcome.Status, script.Outcome.Trap));
        Assert.Equal(99, script.Outcome.OutputFiles.Single().Bytes.Length);
    }

    [Fact]
    public void A_file_made_large_by_a_seek_counts_whole()
    {
        WasiScript script = Script();
        script.Job = script.Job with { OutputBytesMax = 1_000_000 };
        script.Open(Out, "a", Create);
        script.Call("fd_seek", 5, 1_000_000_000L, 0, script.Place(8));
        script.Call("fd_write", 5, script.Buffer(0, 1), 1, script.Place(4));
        Assert.Equal(Trap.OutputLimitExceeded, script.Run().Outcome.Trap);
    }

    [Fact]
    public void Descriptors_end_at_their_limit_and_the_lowest_free_one_is_taken()
    {
        WasiScript script = Script();
        int path = script.Text("data.txt"), fd = script.Place(4);
        int free = WasiHost.DescriptorsMax - 5;
        int last = 0;
        for (int i = 0; i <= free; i++) last = script.Call("path_open", In, 0, path, 8, 0, Read, 0L, 0, fd);
        script.Call("fd_close", 9);
        int again = script.Call("path_open", In, 0, path, 8, 0, Read, 0L, 0, fd);
        script.Run();
        Assert.Equal(Errno.TooManyDescriptors, (Errno)script.Answer(last));
        Assert.Equal((0, 9), (script.Answer(again), script.Int32(fd)));
    }

    [Fact]
    public void A_directory_is_removed_when_empty_and_never_moved_into_itself()
    {
        WasiScript script = Script();
        int a = script.Text("a"), ab = script.Text("a/b");
        script.Call("path_create_directory", Out, a, 1);
        script.Call("path_create_directory", Out, ab, 3);
        int full = script.Call("path_remove_directory", Out, a, 1);
        int inside = script.Call("path_rename", Out, a, 1, Out, script.Text("a/b/c"), 5);
        int file = script.Call("path_unlink_file", Out, ab, 3);
        int removed = script.Call("path_remove_directory", Out, ab, 3);
        int root = script.Call("path_remove_directory", Out, script.Text("."), 1);
        script.Run();
        Assert.Equal(Errno.NotEmpty, (Errno)script.Answer(full));
        Assert.Equal(Errno.Invalid, (Errno)script.Answer(inside));
        Assert.Equal(Errno.IsDirectory, (Errno)script.Answer(file));
        Assert.Equal(Errno.Success, (Errno)script.Answer(removed));
        Assert.Equal(Errno.Invalid, (Errno)script.Answer(root));
    }
}
