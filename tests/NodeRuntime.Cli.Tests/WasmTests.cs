using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;
using NodeRuntime.Cli.Tests.Support;

namespace NodeRuntime.Cli.Tests;

/// <summary><c>wasm run</c> on the shipped sample and on a program of a few bytes, <c>wasm spec</c> on a script of two lines.</summary>
public sealed class WasmTests
{
    private const string Rows = "city,price\nBern,10\nBern,20\nOslo,5\n";

    private static readonly string Sample = Path.Combine(AppContext.BaseDirectory, "csv_report.wasm");

    // (module (func $inner unreachable) (func (export "_start") call $inner) (memory (export "memory") 1)), the names in no section.
    private static readonly byte[] Trapping = Convert.FromHexString(
        "0061736D0100000001040160000003030200000503010001071302065F73746172740001066D656D6F727902000A0A020300000B040010000B");

    // (module (func (export "f") (result i32) i32.const 2))
    private static readonly byte[] Two = Convert.FromHexString("0061736D010000000105016000017F03020100070501016600000A0601040041020B");

    [Fact]
    public async Task A_program_reads_one_folder_and_writes_another()
    {
        using CommandLine line = new();
        line.Write("data/rows.csv", Rows);
        line.Write("out/kept.txt", "as it was");
        DateTime before = File.GetLastWriteTimeUtc(line.PathOf("out/kept.txt"));

        (ExitCode code, string output, string error) = await line.RunAsync(
            "wasm", "run", Sample, "--dir", line.PathOf("data") + ":/in:ro", "--dir", line.PathOf("out") + ":/out:rw", "--", "--group", "city", "--value", "price");

        Assert.Equal((ExitCode.Ok, string.Empty), (code, error));
        Assert.Contains("3 rows: 3 counted", output, StringComparison.Ordinal);
        Assert.StartsWith("group,count,sum", await File.ReadAllTextAsync(line.PathOf("out/report.csv")), StringComparison.Ordinal);
        Assert.Equal("as it was", await File.ReadAllTextAsync(line.PathOf("out/kept.txt")));
        Assert.Equal(before, File.GetLastWriteTimeUtc(line.PathOf("out/kept.txt")));
        Assert.Equal(["kept.txt", "report.csv", "report.md"], Directory.EnumerateFileSystemEntries(line.PathOf("out")).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Either_executor_ends_alike_at_the_same_fuel()
    {
        using CommandLine line = new() { Input = Encoding.UTF8.GetBytes(Rows) };
        Directory.CreateDirectory(line.PathOf("out"));
        string[] args = ["wasm", "run", Sample, "--dir", line.PathOf("out") + ":/out:rw", "--start-time", "2026-01-31T12:00:00Z", "--capture"];
        string[] program = ["--", "--group", "city"];

        (ExitCode code, JsonElement compiled) = await line.RunJsonAsync([.. args, "--executor", "compiled"], program);
        (ExitCode other, JsonElement stepping) = await line.RunJsonAsync([.. args, "--executor", "stepping"], program);
        (ExitCode refused, _, _) = await line.RunAsync([.. args, "--executor", "guessing", .. program]);

        Assert.Equal((ExitCode.Ok, ExitCode.Ok, ExitCode.Usage), (code, other, refused));
        Assert.Equal(compiled.GetProperty("fuel").GetUInt64(), stepping.GetProperty("fuel").GetUInt64());
        Assert.Equal(compiled.GetProperty("stdout").GetString(), stepping.GetProperty("stdout").GetString());
    }

    [Fact]
    public async Task Standard_input_arrives_and_the_object_tells_fuel_and_status()
    {
        using CommandLine line = new() { Input = Encoding.UTF8.GetBytes(Rows) };
        Directory.CreateDirectory(line.PathOf("out"));
        string[] args = ["wasm", "run", Sample, "--dir", line.PathOf("out") + ":/out:rw", "--start-time", "2026-01-31T12:00:00Z", "--capture", "--", "--group", "city"];

        (ExitCode code, JsonElement first) = await line.RunJsonAsync(args[..^3], args[^3..]);
        (_, JsonElement second) = await line.RunJsonAsync(args[..^3], args[^3..]);

        Assert.Equal(ExitCode.Ok, code);
        Assert.Equal("Exited", first.GetProperty("status").GetString());
        Assert.Equal(0, first.GetProperty("exitCode").GetInt32());
        Assert.Contains("3 rows", first.GetProperty("stdout").GetString(), StringComparison.Ordinal);
        Assert.True(first.GetProperty("fuel").GetUInt64() > 10_000);
        Assert.Equal(first.GetProperty("fuel").GetUInt64(), second.GetProperty("fuel").GetUInt64());
    }

    [Fact]
    public async Task The_guests_exit_code_is_the_verbs()
    {
        using CommandLine line = new();
        (ExitCode code, _, string error) = await line.RunAsync("wasm", "run", Sample, "--", "--what");
        Assert.Equal(2, (int)code);
        Assert.NotEmpty(error);
    }

    [Fact]
    public async Task A_trap_prints_where_and_fails()
    {
        using CommandLine line = new();
        string path = line.Write("trap.wasm", Trapping);
        (ExitCode code, _, string error) = await line.RunAsync("wasm", "run", path);
        (ExitCode jsonCode, JsonElement answer) = await line.RunJsonAsync("wasm", "run", path);
        Assert.Equal((ExitCode.Failed, ExitCode.Failed), (code, jsonCode));
        Assert.Contains("trap: an unreachable instruction was executed\n  at function 0\n  at _start (function 1)\nfuel used: 9\n", error, StringComparison.Ordinal);
        Assert.Equal("Unreachable", answer.GetProperty("trap").GetString());
        Assert.Equal(2, answer.GetProperty("backtrace").GetArrayLength());
    }

    [Theory]
    [InlineData(3, "there is no file", "run", "HOME/none.wasm")]
    [InlineData(2, "Malformed", "run", "HOME/text.wasm")]
    [InlineData(3, "there is no folder", "run", "SAMPLE", "--dir", "HOME/none")]
    [InlineData(2, "names no folder", "run", "SAMPLE", "--dir", "a:b:c:rw")]
    [InlineData(2, "is no variable", "run", "SAMPLE", "--env", "A")]
    [InlineData(2, "is no time", "run", "SAMPLE", "--start-time", "noon")]
    [InlineData(2, "MemoryPagesMax", "run", "SAMPLE", "--memory-pages", "65537")]
    [InlineData(2, "CallDepthMax", "run", "SAMPLE", "--call-depth", "0")]
    [InlineData(3, "there is no file or folder", "spec", "HOME/none")]
    [InlineData(3, "no script of wast2json", "spec", "HOME")]
    [InlineData(2, "no feature 'x'", "spec", "HOME", "--without", "simd,x")]
    [InlineData(2, "no tar archive", "spec", "HOME/text.wasm")]
    public async Task What_cannot_stand_is_named(int expected, string word, params string[] args)
    {
        using CommandLine line = new();
        line.Write("text.wasm", new string('x', 2_000));
        string[] real = Array.ConvertAll(args, arg => arg == "SAMPLE" ? Sample : arg.Replace("HOME", line.PathOf(string.Empty), StringComparison.Ordinal));

        (ExitCode code, _, string error) = await line.RunAsync(["wasm", .. real]);

        Assert.Equal((ExitCode)expected, code);
        Assert.Contains(word, error, StringComparison.Ordinal);
        Assert.Contains("\n  hint: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_is_counted_and_each_failure_has_its_line()
    {
        using CommandLine line = new();
        Directory.CreateDirectory(line.PathOf("suite"));
        line.Write("suite/two.0.wasm", Two);
        line.Write("suite/two.json", """
            {"source_filename": "two.wast", "commands": [
              {"type": "module", "line": 1, "filename": "two.0.wasm"},
              {"type": "assert_return", "line": 2, "action": {"type": "invoke", "field": "f", "args": []}, "expected": [{"type": "i32", "value": "2"}]},
              {"type": "assert_return", "line": 3, "action": {"type": "invoke", "field": "f", "args": []}, "expected": [{"type": "i32", "value": "3"}]},
              {"type": "assert_malformed", "line": 4, "filename": "two.1.wat", "text": "unexpected token", "module_type": "text"}]}
            """);

        (ExitCode code, string output, _) = await line.RunAsync("wasm", "spec", line.PathOf("suite"));
        (ExitCode jsonCode, JsonElement answer) = await line.RunJsonAsync("wasm", "spec", line.PathOf("suite"));

        Assert.Equal((ExitCode.Failed, ExitCode.Failed), (code, jsonCode));
        Assert.Contains("two.json:3 assert_return: expected {\"type\": \"i32\", \"value\": \"3\"}, got 2", output, StringComparison.Ordinal);
        Assert.Equal(
            (1, 3, 1, 1, 1),
            (Count("scripts"), Count("assertions"), Count("passed"), Count("failed"), Count("skipped")));
        JsonElement failure = answer.GetProperty("failures")[0];
        Assert.Equal(("two.json", 3), (failure.GetProperty("script").GetString(), failure.GetProperty("line").GetInt32()));

        int Count(string name) => answer.GetProperty(name).GetInt32();
    }
}
