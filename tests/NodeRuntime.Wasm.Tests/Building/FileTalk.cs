using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using NodeRuntime.Wasm.Wasi;

namespace NodeRuntime.Wasm.Tests.Building;

/// <summary>
/// A talk between a guest and its file system in lines such as <c>rename 4 a 4 b => NotEmpty</c>: each call and the answer it must get. The
/// guest has <c>/in</c> with <c>data.txt</c> and <c>sub/deep.txt</c> at 3, <c>/out</c> at 4, and <c>/work</c>, writable with <c>old.txt</c> and
/// the link <c>outside</c>, at 5. The first descriptor that it opens is 6.
/// </summary>
internal static class FileTalk
{
    public static WasiJob Job => SampleProgram.Job() with
    {
        Directories =
        [
            new GuestDirectory("/in") { Files = [new GuestFile("data.txt", Text("0123456789")), new GuestFile("sub/deep.txt", Text("deep"))] },
            new GuestDirectory("/out") { IsWritable = true },
            new GuestDirectory("/work")
            {
                IsWritable = true,
                Files = [new GuestFile("old.txt", Text("old text"))],
                Links = [new GuestLink("outside", "../in/data.txt"), new GuestLink("root", "/in/data.txt")],
            },
        ],
    };

    public static WasiOutcome Check(string lines)
    {
        var script = new WasiScript { Job = Job };
        var expected = new List<(string Line, int Call, Errno Answer)>();
        foreach (string line in lines.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string[] sides = line.Split("=>", StringSplitOptions.TrimEntries);
            int call = Say(script, sides[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
            expected.Add((line, call, Enum.Parse<Errno>(sides.Length > 1 ? sides[1] : nameof(Errno.Success))));
        }

        script.Run();
        Assert.Equal(WasiStatus.Exited, script.Outcome.Status);
        Assert.Equal(
            expected.Select(static one => one.Line + " : " + one.Answer),
            expected.Select(one => one.Line + " : " + (Errno)script.Answer(one.Call)));
        return script.Outcome;
    }

    private static int Say(WasiScript script, string[] words)
    {
        int Number(int index) => int.Parse(words[index], CultureInfo.InvariantCulture);
        bool Has(string word) => words.Contains(word);
        (int Place, int Length) Path(int index)
        {
            byte[] bytes = Unescape(words[index]);
            return (script.Bytes(bytes), bytes.Length);
        }

        int follow = Has("nofollow") ? 0 : 1;
        switch (words[0])
        {
            case "open":
                int how = (Has("creat") ? 1 : 0) | (Has("dir") ? 2 : 0) | (Has("excl") ? 4 : 0) | (Has("trunc") ? 8 : 0);
                Rights rights = Has("dir") ? Rights.OfDirectory
                    : Has("ro") ? Rights.OfFile & ~Rights.Changing
                    : Has("wo") ? Rights.Write : Has("rights") ? Rights.All : Rights.OfFile;
                Rights inheriting = Has("dir") ? Rights.OfDirectory | (Rights.OfFile & ~Rights.Changing) : Rights.None;
                return script.Call(
                    "path_open", Number(1), follow, Path(2).Place, Path(2).Length, how, (long)rights, (long)inheriting, Has("append") ? 1 : 0, script.Place(4));
            case "mkdir":
                return script.Call("path_create_directory", Number(1), Path(2).Place, Path(2).Length);
            case "rmdir":
                return script.Call("path_remove_directory", Number(1), Path(2).Place, Path(2).Length);
            case "unlink":
                return script.Call("path_unlink_file", Number(1), Path(2).Place, Path(2).Length);
            case "rename":
                return script.Call("path_rename", Number(1), Path(2).Place, Path(2).Length, Number(3), Path(4).Place, Path(4).Length);
            case "link":
                return script.Call("path_link", Number(1), follow, Path(2).Place, Path(2).Length, Number(3), Path(4).Place, Path(4).Length);
            case "symlink":
                return script.Call("path_symlink", Path(1).Place, Path(1).Length, Number(2), Path(3).Place, Path(3).Length);
            case "readlink":
                return script.Call("path_readlink", Number(1), Path(2).Place, Path(2).Length, script.Place(64), 64, script.Place(4));
            case "stat":
                return script.Call("path_filestat_get", Number(1), follow, Path(2).Place, Path(2).Length, script.Place(64));
            case "touch":
                return script.Call("path_filestat_set_times", Number(1), follow, Path(2).Place, Path(2).Length, 5L, 7L, Number(3));
            case "fdtouch":
                return script.Call("fd_filestat_set_times", Number(1), 5L, 7L, Number(2));
            case "write":
                byte[] text = Unescape(words[2]);
                return script.Call("fd_write", Number(1), script.Buffer(script.Bytes(text), text.Length), 1, script.Place(4));
            case "pwrite":
                byte[] placed = Unescape(words[2]);
                return script.Call("fd_pwrite", Number(1), script.Buffer(script.Bytes(placed), placed.Length), 1, (long)Number(3), script.Place(4));
            case "read":
                return script.Call("fd_read", Number(1), script.Buffer(script.Place(16), 16), 1, script.Place(4));
            case "pread":
                return script.Call("fd_pread", Number(1), script.Buffer(script.Place(16), 16), 1, (long)Number(2), script.Place(4));
            case "seek":
                return script.Call("fd_seek", Number(1), (long)Number(2), Number(3), script.Place(8));
            case "tell":
                return script.Call("fd_tell", Number(1), script.Place(8));
            case "size":
                return script.Call("fd_filestat_set_size", Number(1), (long)Number(2));
            case "allocate":
                return script.Call("fd_allocate", Number(1), (long)Number(2), (long)Number(3));
            case "advise":
                return script.Call("fd_advise", Number(1), (long)Number(2), (long)Number(3), Number(4));
            case "readdir":
                return script.Call("fd_readdir", Number(1), script.Place(256), 256, 0L, script.Place(4));
            case "rights":
                return script.Call("fd_fdstat_set_rights", Number(1), long.Parse(words[2], CultureInfo.InvariantCulture), 0L);
            case "flags":
                return script.Call("fd_fdstat_set_flags", Number(1), Number(2));
            case "fdstat":
                return script.Call("fd_fdstat_get", Number(1), script.Place(24));
            case "filestat":
                return script.Call("fd_filestat_get", Number(1), script.Place(64));
            case "close" or "sync" or "datasync":
                return script.Call("fd_" + words[0], Number(1));
            case "renumber":
                return script.Call("fd_renumber", Number(1), Number(2));
            default:
                throw new InvalidOperationException("no such word: " + words[0]);
        }
    }

    /// <summary>"%hh" is a byte, "empty" nothing, "NAME*n" the name n times.</summary>
    private static byte[] Unescape(string word)
    {
        if (word == "empty") return [];
        int star = word.IndexOf('*', StringComparison.Ordinal);
        if (star > 0) word = string.Concat(Enumerable.Repeat(word[..star], int.Parse(word[(star + 1)..], CultureInfo.InvariantCulture)));
        var bytes = new List<byte>();
        for (int i = 0; i < word.Length; i++)
        {
            if (word[i] != '%') bytes.AddRange(Encoding.UTF8.GetBytes([word[i]]));
            else bytes.Add(byte.Parse(word.AsSpan(i + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            if (word[i] == '%') i += 2;
        }

        return [.. bytes];
    }

    private static IGuestInput Text(string text) => SampleProgram.Text(text);
}
