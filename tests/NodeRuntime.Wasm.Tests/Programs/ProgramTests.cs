using System;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Text;

namespace NodeRuntime.Wasm.Tests.Programs;

/// <summary>
/// Six programs that we did not write, whole: sqlite 3.40.1, brotli 1.0.9, bzip2 1.0.8, zlib 1.2.13's minigzip, cmark 0.30.2 and expat
/// 2.5.0's xmlwf. What they print is compared with what they are documented to do, or with another implementation.
/// </summary>
public sealed class ProgramTests
{
    /// <summary>WASI has no file locks; this is SQLite's own way of doing without. The second keeps it from looking for a home.</summary>
    private static readonly string[] WithoutLocks = ["-vfs", "unix-none", "-init", ""];

    private static readonly GuestDirectory Nothing = new(".") { IsWritable = true };

    /// <summary>Two hundred kilobytes that compress, but not to nothing.</summary>
    private static readonly byte[] Prose = Encoding.UTF8.GetBytes(string.Concat(
        Enumerable.Range(0, 6_000).Select(static i => $"line {i * 7919 % 6_007}: the quick brown fox of number {i % 13}\n")));

    private static GuestDirectory With(params (string Name, byte[] Bytes)[] files) => Nothing with
    {
        Files = [.. files.Select(static file => new GuestFile(file.Name, new MemoryInput(file.Bytes)))],
    };

    [ProgramFact]
    public void Sqlite_makes_a_database_and_another_run_reads_it()
    {
        const string script = """
            create table city(name text primary key, people int);
            insert into city values ('Bern', 134), ('Oslo', 709), ('Größ', 1);
            begin; insert into city values ('Gone', 0); rollback;
            with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000)
              insert into city select 'n' || i, i from n;
            create index by_people on city(people);
            select count(*), sum(people) from city;
            """;
        ProgramResult first = BuiltPrograms.Run("sqlite3", Encoding.UTF8.GetBytes(script), Nothing, [.. WithoutLocks, "cities.db"]);
        Assert.Equal((0, "20003|200010844\n", ""), (first.Outcome.ExitCode, first.Text, first.Error));
        byte[] database = first.File("cities.db");
        Assert.StartsWith("SQLite format 3", Encoding.ASCII.GetString(database), StringComparison.Ordinal);
        Assert.Equal(["cities.db"], first.Outcome.Directories.Single().Files.Select(static file => file.Name));

        ProgramResult second = BuiltPrograms.Run(
            "sqlite3", [], With(("cities.db", database)), [.. WithoutLocks, "-json", "cities.db",
            "pragma integrity_check; select name, printf('%.3f', people / 7.0) as share from city where people between 134 and 135 order by name;"]);
        Assert.Equal((0, ""), (second.Outcome.ExitCode, second.Error));
        Assert.Equal(
            "[{\"integrity_check\":\"ok\"}]\n[{\"name\":\"Bern\",\"share\":\"19.143\"},\n{\"name\":\"n134\",\"share\":\"19.143\"},\n{\"name\":\"n135\",\"share\":\"19.286\"}]\n",
            second.Text);
    }

    [ProgramFact]
    public void Sqlite_names_what_is_wrong_and_fails()
    {
        ProgramResult result = BuiltPrograms.Run("sqlite3", [], Nothing, ":memory:", "select * from nowhere;");
        Assert.Equal(1, result.Outcome.ExitCode);
        Assert.Contains("no such table: nowhere", result.Error, StringComparison.Ordinal);
    }

    [ProgramFact]
    public void Brotli_and_this_runtime_read_each_other()
    {
        ProgramResult packed = BuiltPrograms.Run("brotli", [], With(("prose.txt", Prose)), "-q", "9", "prose.txt", "-o", "prose.br");
        Assert.Equal((0, ""), (packed.Outcome.ExitCode, packed.Error));
        byte[] small = packed.File("prose.br");
        Assert.InRange(small.Length, 1_000, Prose.Length / 5);
        using var reader = new BrotliStream(new MemoryStream(small), CompressionMode.Decompress);
        Assert.Equal(Prose, ReadAll(reader));

        using var theirs = new MemoryStream();
        using (var writer = new BrotliStream(theirs, CompressionLevel.Optimal, leaveOpen: true)) writer.Write(Prose);
        ProgramResult unpacked = BuiltPrograms.Run("brotli", theirs.ToArray(), Nothing, "-d", "-c");
        Assert.Equal(Prose, unpacked.Output);
    }

    [ProgramFact]
    public void Minigzip_and_this_runtime_read_each_other()
    {
        ProgramResult packed = BuiltPrograms.Run("minigzip", Prose, Nothing);
        using var reader = new GZipStream(new MemoryStream(packed.Output), CompressionMode.Decompress);
        Assert.Equal(Prose, ReadAll(reader));

        using var theirs = new MemoryStream();
        using (var writer = new GZipStream(theirs, CompressionLevel.SmallestSize, leaveOpen: true)) writer.Write(Prose);
        // Beside the file it makes another and takes the first away.
        ProgramResult unpacked = BuiltPrograms.Run("minigzip", [], With(("prose.gz", theirs.ToArray())), "-d", "prose.gz");
        Assert.Equal(["prose"], unpacked.Outcome.Directories.Single().Files.Select(static file => file.Name));
        Assert.Equal(Prose, unpacked.File("prose"));
    }

    [ProgramFact]
    public void Bzip2_packs_and_unpacks_and_sees_damage()
    {
        ProgramResult packed = BuiltPrograms.Run("bzip2", Prose, Nothing, "-z", "-c");
        Assert.StartsWith("BZh9", Encoding.Latin1.GetString(packed.Output), StringComparison.Ordinal);
        Assert.InRange(packed.Output.Length, 1_000, Prose.Length / 5);
        Assert.Equal(Prose, BuiltPrograms.Run("bzip2", packed.Output, Nothing, "-d", "-c").Output);

        // Made by another machine's bzip2: it unpacks what it did not pack itself.
        byte[] hello = Convert.FromHexString(
            "425A68393141592653594EECE83600000251800010400006449080200031064C4101A7A9A580BB9431F8BB9229C28482776741B0");
        Assert.Equal("hello world\n", BuiltPrograms.Run("bzip2", hello, Nothing, "-d", "-c").Text);

        packed.Output[packed.Output.Length / 2] ^= 1;
        ProgramResult damaged = BuiltPrograms.Run("bzip2", packed.Output, Nothing, "-t");
        Assert.Equal(2, damaged.Outcome.ExitCode);
        Assert.Contains("data integrity", damaged.Error, StringComparison.Ordinal);
    }

    [ProgramFact]
    public void Cmark_renders_as_the_specification_says()
    {
        const string markdown = "# Title *here*\n\n- a\n- b\n  1. c\n\n> `x<y` & [link](/u \"t\")\n\n    code\n\n&copy; \\*no\\*  \nend\n";
        ProgramResult result = BuiltPrograms.Run("cmark", Encoding.UTF8.GetBytes(markdown), Nothing);
        Assert.Equal(
            "<h1>Title <em>here</em></h1>\n<ul>\n<li>a</li>\n<li>b\n<ol>\n<li>c</li>\n</ol>\n</li>\n</ul>\n<blockquote>\n"
            + "<p><code>x&lt;y</code> &amp; <a href=\"/u\" title=\"t\">link</a></p>\n</blockquote>\n<pre><code>code\n</code></pre>\n"
            + "<p>© *no*<br />\nend</p>\n",
            result.Text);
        Assert.Contains("<heading level=\"1\">", BuiltPrograms.Run("cmark", "# A\n"u8.ToArray(), Nothing, "-t", "xml").Text, StringComparison.Ordinal);
    }

    [ProgramFact]
    public void Xmlwf_tells_what_is_well_formed_and_where_it_is_not()
    {
        GuestDirectory files = With(
            ("good.xml", "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY e \"v\">]><a b='&e;'>ü<c/></a>"u8.ToArray()), ("bad.xml", "<a>\n  <b></a>"u8.ToArray()));
        ProgramResult good = BuiltPrograms.Run("xmlwf", [], files, "good.xml");
        Assert.Equal((0, ""), (good.Outcome.ExitCode, good.Text));
        ProgramResult bad = BuiltPrograms.Run("xmlwf", [], files, "bad.xml");
        Assert.Equal("bad.xml:2:7: mismatched tag\n", bad.Text);
        ProgramResult canonical = BuiltPrograms.Run("xmlwf", [], files with { Folders = ["made"] }, "-d", "made", "good.xml");
        Assert.Equal("<a b=\"v\">ü<c></c></a>", Encoding.UTF8.GetString(canonical.File("made/good.xml")));
    }

    private static byte[] ReadAll(Stream stream)
    {
        using var all = new MemoryStream();
        stream.CopyTo(all);
        return all.ToArray();
    }
}
