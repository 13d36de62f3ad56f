using System;
using System.Globalization;
using System.Linq;
using System.Text;
using NodeRuntime.Wasm.Tests.Building;

namespace NodeRuntime.Wasm.Tests.Wasi;

/// <summary>The shipped sample, a real program of clang and wasi-libc, from end to end.</summary>
public sealed class CsvReportTests
{
    private const string Rows =
        "city,year,price\r\n"
        + "Bern,2024,10\r\n"
        + "\"New \"\"Old\"\"\r\nTown\",2024,1.5\r\n"
        + "Bern,2025,30.25\r\n"
        + "Bern,2025,abc\r\n"
        + "Bern,2025\r\n"
        + "Be\"rn,2025,1\r\n"
        + "\"Bern\"x,2025,1\r\n"
        + "Bern,2025,20\n"
        + "\"Bern";

    private static readonly Module Sample = Guest.Load(SampleProgram.Bytes());

    private static WasiJob Job(string[] arguments, MemoryOutput? output = null) =>
        SampleProgram.Job(output: output) with { Arguments = ["csv_report", .. arguments] };

    [Fact]
    public void It_groups_and_counts_what_is_malformed()
    {
        var printed = new MemoryOutput();
        WasiJob job = Job(["--group", "city", "--value", "price", "--bootstrap", "50"], printed) with
        {
            Inputs = [new GuestFile("rows.csv", SampleProgram.Text(Rows))],
        };
        WasiOutcome outcome = GuestThread.Run(Sample, job);
        Assert.Equal((WasiStatus.Exited, 0), (outcome.Status, outcome.ExitCode));
        string[] lines = SampleProgram.Text(outcome, "report.csv").Split('\n');
        Assert.Equal("group,count,sum,mean,mean_low_95,mean_high_95,stddev,min,p50,p95,p99,max", lines[0]);
        Assert.StartsWith("Bern,3,60.250000,20.083333,", lines[1], StringComparison.Ordinal);
        Assert.EndsWith(",10.125257,10.000000,20.000000,30.250000,30.250000,30.250000", lines[1], StringComparison.Ordinal);
        Assert.Equal("\"New \"\"Old\"\"\r", lines[2]);
        string report = SampleProgram.Text(outcome, "report.md");
        Assert.Contains("9 rows: 4 counted in 2 groups, 0 filtered out, 5 malformed.", report, StringComparison.Ordinal);
        foreach (string fault in new[] { "stray quote", "text after a closing quote", "quote not closed", "wrong number", "not a number" })
        {
            Assert.Contains(fault, report, StringComparison.Ordinal);
        }

        Assert.Contains("9 rows: 4 counted", SampleProgram.Text(printed), StringComparison.Ordinal);
    }

    [Fact]
    public void Standard_input_and_a_file_give_one_report_and_fuel_is_repeatable()
    {
        string[] arguments = ["--group", "city", "--where", "year>2024", "--correlate", "year"];
        WasiJob file = Job(arguments) with { Inputs = [new GuestFile("x", SampleProgram.Text(Rows))] };
        WasiJob stream = Job(arguments) with { StandardInput = SampleProgram.Text(Rows) };
        WasiOutcome first = GuestThread.Run(Sample, file);
        WasiOutcome again = GuestThread.Run(Guest.Load(SampleProgram.Bytes()), file);
        WasiOutcome streamed = GuestThread.Run(Sample, stream);
        Assert.Equal(0, streamed.ExitCode);
        Assert.Equal(SampleProgram.Text(first, "report.csv"), SampleProgram.Text(streamed, "report.csv"));
        Assert.Equal(first.FuelUsed, again.FuelUsed);
        Assert.Equal(SampleProgram.Text(first, "report.md"), SampleProgram.Text(again, "report.md"));
    }

    [Fact]
    public void Percentiles_are_exact_and_large_inputs_pass()
    {
        int[] values = [.. Enumerable.Range(1, 50_000).Select(static i => (i * 7919) % 50_021)];
        string text = "v\n" + string.Join('\n', values.Select(static v => v.ToString(CultureInfo.InvariantCulture)));
        WasiJob job = Job(["--bootstrap", "0"]) with { Inputs = [new GuestFile("v.csv", SampleProgram.Text(text))] };
        WasiOutcome outcome = GuestThread.Run(Sample, job);
        int[] sorted = [.. values.Order()];
        string expected = string.Create(
            CultureInfo.InvariantCulture,
            $",{sorted[0]}.000000,{sorted[24_999]}.000000,{sorted[47_499]}.000000,{sorted[49_499]}.000000,{sorted[49_999]}.000000\n");
        Assert.EndsWith(expected, SampleProgram.Text(outcome, "report.csv"), StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_arguments_and_missing_files_have_their_exit_codes()
    {
        Assert.Equal(2, GuestThread.Run(Sample, Job(["--what", "x"])).ExitCode);
        Assert.Equal(3, GuestThread.Run(Sample, Job(["--input", "missing.csv"])).ExitCode);
        Assert.Equal(3, GuestThread.Run(Sample, Job([])).ExitCode);
    }

    [Fact]
    public void It_stops_wherever_its_fuel_ends()
    {
        WasiJob job = Job(["--group", "city"]) with { Inputs = [new GuestFile("x", SampleProgram.Text(Rows))] };
        ulong whole = GuestThread.Run(Sample, job).FuelUsed;
        Assert.Equal(WasiStatus.Exited, GuestThread.Run(Sample, job with { FuelMax = whole }).Status);
        Assert.Equal(Trap.OutOfFuel, GuestThread.Run(Sample, job with { FuelMax = whole - 1 }).Trap);
        for (ulong part = 1; part < 16; part++)
        {
            WasiOutcome outcome = GuestThread.Run(Sample, job with { FuelMax = whole * part / 16 });
            Assert.Equal((Trap.OutOfFuel, whole * part / 16), (outcome.Trap, outcome.FuelUsed));
        }
    }
}
