using System.Linq;
using NodeRuntime.Wasm.Tests.Building;

namespace NodeRuntime.Wasm.Tests.Wasi;

/// <summary>Which answer each call gives, as tables.</summary>
public sealed class WasiErrnoTests
{
    [Theory]
    [InlineData("open 3 ../out/a creat => NotCapable")]
    [InlineData("open 3 .. dir => NotCapable")]
    [InlineData("open 3 sub/../../in/data.txt ro => NotCapable")]
    [InlineData("open 3 /in/data.txt ro => NotCapable")]
    [InlineData("open 3 data.txt%00 ro => Invalid")]
    [InlineData("open 3 %C3%28 ro => IllegalBytes")]
    [InlineData("open 4 %FF creat => IllegalBytes")]
    [InlineData("open 3 empty ro => NoEntry")]
    [InlineData("open 4 n*256 creat => NameTooLong")]
    [InlineData("open 4 n*255 creat => Success")]
    [InlineData("open 3 ./*2100 ro => NameTooLong")]
    [InlineData("open 3 data.txt/ ro => NotDirectory")]
    [InlineData("open 3 data.txt/. ro => NotDirectory")]
    [InlineData("open 3 data.txt/.. ro => NotDirectory")]
    [InlineData("open 3 none/. ro => NoEntry")]
    [InlineData("open 4 none/. creat => NoEntry")]
    [InlineData("open 4 none/ creat => Invalid")]
    [InlineData("open 4 none/x creat => NoEntry")]
    [InlineData("open 3 sub//deep.txt ro => Success")]
    [InlineData("open 3 ./sub/./../sub/deep.txt ro => Success")]
    [InlineData("open 3 sub ro => Success")]
    [InlineData("open 3 sub => IsDirectory")]
    [InlineData("open 3 sub/ dir => Success")]
    [InlineData("open 3 data.txt dir => NotDirectory")]
    [InlineData("open 5 outside ro => NotCapable")]
    [InlineData("open 5 root ro => NotCapable")]
    [InlineData("open 5 outside ro nofollow => Loop")]
    [InlineData("stat 5 outside nofollow => Success")]
    [InlineData("readlink 5 root => Success")]
    [InlineData("readlink 5 old.txt => Invalid")]
    [InlineData("readlink 5 none => NoEntry")]
    [InlineData("open 1 a ro => NotDirectory")]
    [InlineData("open 99 a ro => BadDescriptor")]
    public void A_path_has_one_meaning(string line) => FileTalk.Check(line);

    [Theory]
    [InlineData("open 3 data.txt => ReadOnly")]
    [InlineData("open 3 data.txt wo => ReadOnly")]
    [InlineData("open 3 data.txt ro trunc => ReadOnly")]
    [InlineData("open 3 data.txt ro creat => Success")]
    [InlineData("open 3 data.txt ro creat excl => Exists")]
    [InlineData("open 3 new creat => ReadOnly")]
    [InlineData("mkdir 3 new => ReadOnly")]
    [InlineData("mkdir 3 sub => Exists")]
    [InlineData("rmdir 3 sub => ReadOnly")]
    [InlineData("unlink 3 data.txt => ReadOnly")]
    [InlineData("rename 3 data.txt 4 stolen => ReadOnly")]
    [InlineData("rename 5 old.txt 3 brought => ReadOnly")]
    [InlineData("link 3 data.txt 4 shared => CrossDevice")]
    [InlineData("link 5 old.txt 3 shared => ReadOnly")]
    [InlineData("symlink data.txt 3 link => ReadOnly")]
    [InlineData("touch 3 data.txt 4 => ReadOnly")]
    public void What_is_given_to_read_cannot_be_changed(string line) => FileTalk.Check(line);

    [Fact]
    public void Directories_are_made_filled_moved_and_removed() => FileTalk.Check("""
        mkdir 4 a
        mkdir 4 a => Exists
        mkdir 4 a/ => Exists
        mkdir 4 b/
        mkdir 4 none/c => NoEntry
        mkdir 4 a/c
        open 4 a/c/file creat
        mkdir 4 a/c/file/d => NotDirectory
        rmdir 4 a => NotEmpty
        rmdir 4 a/c/file => NotDirectory
        rmdir 4 none => NoEntry
        rmdir 4 . => Invalid
        rmdir 4 a/.. => Invalid
        rmdir 4 a/c/. => Invalid
        unlink 4 a => IsDirectory
        unlink 4 a/ => IsDirectory
        unlink 4 a/c/file/ => NotDirectory
        unlink 4 none => NoEntry
        rename 4 a 4 a/c/inside => Invalid
        rename 4 a 4 b
        rename 4 a 4 b => NoEntry
        mkdir 4 full
        mkdir 4 full/one
        rename 4 b 4 full => NotEmpty
        rename 4 b/c/file 4 full => IsDirectory
        rename 4 full 4 b/c/file => NotDirectory
        rename 4 b/c/file 4 moved/ => NotDirectory
        rename 4 b/c/file/ 4 moved => NotDirectory
        rename 4 b/c/file 5 moved
        rename 5 moved 5 old.txt
        stat 5 old.txt
        unlink 5 old.txt
        rmdir 4 b/c/
        rmdir 4 b
        readdir 6 => NotDirectory
        """);

    [Fact]
    public void Symbolic_links_lead_on_but_never_out()
    {
        WasiOutcome outcome = FileTalk.Check("""
            mkdir 4 d
            open 4 d/file creat
            write 6 abc
            symlink file 4 d/same
            symlink d/same 4 twice
            symlink d 4 dir
            symlink ../d 4 d/round
            symlink loop 4 loop
            symlink none 4 dangling
            symlink ../x 4 out
            symlink /abs 4 root => NotCapable
            symlink empty 4 nothing => NoEntry
            symlink x 4 dir => Exists
            symlink x 4 slash/ => NoEntry
            open 4 twice ro
            open 4 dir/file ro
            open 4 dir/round/round/file ro
            open 4 dir dir
            open 4 dir dir nofollow => Loop
            open 4 dir/ dir nofollow
            open 4 loop ro => Loop
            open 4 loop/x ro => Loop
            open 4 dangling ro => NoEntry
            open 4 out ro => NotCapable
            open 4 out/deeper ro => NotCapable
            open 4 dangling creat excl => Exists
            open 4 dangling creat
            stat 4 none
            mkdir 4 dir => Exists
            rmdir 4 dir => NotDirectory
            unlink 4 dir
            stat 4 d
            rename 4 twice 4 again
            readlink 4 again
            link 4 again 4 hard
            link 4 again 4 soft nofollow
            readlink 4 hard => Invalid
            readlink 4 soft
            """);
        GuestDirectory left = outcome.Directories.Single(static directory => directory.Path == "/out");
        Assert.Equal(["d/file", "hard", "none"], left.Files.Select(static file => file.Name));
        Assert.Contains(new GuestLink("soft", "d/same"), left.Links);
        Assert.Equal(["d/file", "hard", "none"], outcome.OutputFiles.Select(static file => file.Name));
    }

    [Fact]
    public void A_chain_of_links_ends()
    {
        string chain = string.Join('\n', Enumerable.Range(0, 50).Select(static i => $"symlink l{i + 1} 4 l{i}"));
        FileTalk.Check(chain + "\nopen 4 l50 creat\nopen 4 l20 ro\nopen 4 l0 ro => Loop");
    }

    [Fact]
    public void Hard_links_are_one_file_and_count_for_each_name()
    {
        WasiOutcome outcome = FileTalk.Check("""
            open 4 a creat
            link 4 a 4 b
            link 4 a 4 b => Exists
            link 4 none 4 c => NoEntry
            link 4 a 4 c/ => NoEntry
            link 4 . 4 c => NotPermitted
            link 4 a 5 c
            write 6 text
            unlink 4 a
            rename 4 b 5 c
            stat 4 b
            """);
        Assert.Equal("text", SampleProgram.Text(outcome, "b"));
    }

    [Fact]
    public void Rights_can_be_given_up_and_are_asked_for() => FileTalk.Check("""
        open 4 a creat wo
        write 6 x
        read 6 => NotCapable
        seek 6 0 0 => NotCapable
        pwrite 6 x 0 => NotCapable
        size 6 1 => NotCapable
        filestat 6 => NotCapable
        fdstat 6
        rights 6 66 => NotCapable
        rights 6 0
        write 6 x => NotCapable
        sync 6 => NotCapable
        close 6
        mkdir 4 d
        open 4 d dir
        open 6 f creat => NotCapable
        open 6 f creat ro
        open 6 f wo => NotCapable
        open 6 f ro
        rights 4 8192
        mkdir 4 e => NotCapable
        open 4 a ro => NotCapable
        readdir 4 => NotCapable
        write 0 x => NotCapable
        read 1 => NotCapable
        """);

    [Fact]
    public void A_descriptor_answers_by_what_it_is() => FileTalk.Check("""
        seek 1 0 0 => NotSeekable
        tell 0 => NotSeekable
        pread 0 0 => NotSeekable
        pwrite 1 x 0 => NotSeekable
        advise 1 0 0 0 => NotSeekable
        allocate 1 0 1 => NotSeekable
        size 1 0 => NotSeekable
        seek 4 0 0 => BadDescriptor
        read 4 => IsDirectory
        write 4 x => IsDirectory
        size 4 0 => BadDescriptor
        readdir 1 => NotDirectory
        fdstat 77 => BadDescriptor
        close 77 => BadDescriptor
        sync 77 => BadDescriptor
        datasync 77 => BadDescriptor
        sync 4
        open 4 a creat
        advise 6 0 10 5
        advise 6 0 10 6 => Invalid
        advise 6 -1 10 0 => Invalid
        allocate 6 0 0 => Invalid
        allocate 6 -1 1 => Invalid
        allocate 6 4 4
        allocate 6 2147483647 2147483647 => FileTooBig
        size 6 -1 => Invalid
        seek 6 -1 0 => Invalid
        seek 6 0 3 => Invalid
        seek 6 100 0
        tell 6
        pread 6 -1 => Invalid
        flags 6 31
        flags 6 32 => Invalid
        fdtouch 6 5
        fdtouch 6 3 => Invalid
        fdtouch 6 12 => Invalid
        fdtouch 6 16 => Invalid
        touch 4 a 10
        touch 4 none 10 => NoEntry
        renumber 6 77 => BadDescriptor
        renumber 77 6 => BadDescriptor
        renumber 6 6
        open 4 b creat
        renumber 7 6
        write 7 x => BadDescriptor
        write 6 x
        close 5
        open 5 old.txt ro => BadDescriptor
        """);

    [Fact]
    public void A_file_that_was_given_is_the_guests_own_once_it_writes()
    {
        WasiOutcome outcome = FileTalk.Check("""
            open 5 old.txt
            seek 6 4 0
            write 6 TEXT
            open 5 old.txt append
            write 7 !
            """);
        GuestFile file = outcome.Directories.Single(static directory => directory.Path == "/work").Files.Single();
        byte[] bytes = new byte[file.Content.Length];
        file.Content.Read(0, bytes);
        Assert.Equal("old TEXT!"u8.ToArray(), bytes);
        Assert.Empty(outcome.OutputFiles);
    }

    [Fact]
    public void A_file_that_the_guest_left_alone_is_the_same_object()
    {
        WasiOutcome outcome = FileTalk.Check("rename 5 old.txt 5 new.txt");
        GuestFile file = outcome.Directories.Single(static directory => directory.Path == "/work").Files.Single();
        Assert.Equal("new.txt", file.Name);
        Assert.Equal(8, file.Content.Length);
        Assert.Empty(outcome.Directories.Single(static directory => directory.Path == "/out").Files);
    }

    [Fact]
    public void A_tree_has_a_greatest_depth_however_it_grows()
    {
        string deep = string.Join('/', Enumerable.Repeat("d", 60));
        string lines = string.Join('\n', Enumerable.Range(1, 60).Select(i => "mkdir 4 " + string.Join('/', Enumerable.Repeat("d", i))));
        FileTalk.Check(lines + $"""

            open 4 {deep} dir
            mkdir 6 a
            mkdir 6 a/b
            mkdir 6 a/b/c
            mkdir 6 a/b/c/d
            mkdir 6 a/b/c/d/e => NameTooLong
            mkdir 4 x
            mkdir 4 x/y
            rename 4 x 6 a/b/c/x => NameTooLong
            rename 4 x/y 6 a/b/c/y
            """);
    }
}
