using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Cli.Receipts;
using NodeRuntime.Cli.Results;
using NodeRuntime.Cli.Tests.Support;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Jobs;
using NodeRuntime.Wasm;

namespace NodeRuntime.Cli.Tests.Receipts;

/// <summary>The sample program over a small table, against what the engine makes of it when it is driven by hand.</summary>
public sealed class JobRerunTests
{
    private static readonly byte[] Program = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "csv_report.wasm"));
    private static readonly byte[] Table = "city,value\nA,1\nA,3\nB,10\n"u8.ToArray();

    private static readonly JobSpec Spec = new()
    {
        Salt = new Salt(new byte[Salt.ByteCount]),
        Name = "report",
        Module = ContentOf(Program),
        Arguments = ["csv_report", "--group", "city"],
        Environment = ["LANG=C"],
        Inputs = [new JobInput("data.csv", ContentOf(Table))],
        StandardInput = null,
        FuelMax = 10_000_000_000,
        MemoryPagesMax = 1024,
        CallDepthMax = 1000,
        OutputBytesMax = 1 << 20,
        StartTime = Instant.FromMilliseconds(1_700_000_000_000),
        Seed = 42,
    };

    private static readonly JobResult Honest = RunByHand();

    [Fact]
    public async Task The_same_files_give_the_same_result_in_whatever_order_they_come()
    {
        using CommandLine line = new();
        RerunResult again = await RerunAsync(line, Honest);

        Assert.Empty(again.Differences);
        Assert.True(again.Matches);
        Assert.Equal(Honest.ResultHash.ToString(), again.ResultHash);
        Assert.Equal(["report.csv", "report.md"], Honest.Outputs.Select(static output => output.Name));
    }

    [Fact]
    public async Task A_providers_lie_is_named()
    {
        using CommandLine line = new();
        JobResult lie = Honest with
        {
            ExitCode = 7,
            FuelUsed = Honest.FuelUsed + 1,
            StandardOutput = ContentOf("something else"u8),
            Outputs = [Honest.Outputs[0] with { Content = ContentOf("forged"u8) }, new JobInput("zz", ContentOf("more"u8))],
        };

        RerunResult again = await RerunAsync(line, lie);

        Assert.False(again.Matches);
        Assert.Equal(
            [$"exit code (7 there, 0 here)", $"fuel ({lie.FuelUsed} there, {Honest.FuelUsed} here)", "standard output", "output report.csv", "output report.md", "output zz"],
            again.Differences.ToArray());
    }

    private static Task<RerunResult> RerunAsync(CommandLine line, JobResult expected) => JobRerun.RunAsync(
        Spec, expected, [line.Write("data.csv", Table), line.Write("p.wasm", Program)], TimeProvider.System, CancellationToken.None);

    private static JobResult RunByHand()
    {
        MemoryOutput output = new();
        MemoryOutput error = new();
        WasiOutcome outcome = WasiRunner.Run(Module.Load(Program, ModuleLimits.Default).Module!, new WasiJob
        {
            Arguments = Spec.Arguments,
            Environment = [new GuestVariable("LANG", "C")],
            Inputs = [new GuestFile("data.csv", new MemoryInput(Table))],
            StandardOutput = output,
            StandardError = error,
            FuelMax = Spec.FuelMax,
            MemoryPagesMax = (int)Spec.MemoryPagesMax,
            CallDepthMax = (int)Spec.CallDepthMax,
            OutputBytesMax = (long)Spec.OutputBytesMax,
            Seed = Spec.Seed,
            StartTime = Spec.StartTime,
        });
        return new JobResult
        {
            Salt = Spec.Salt,
            Outcome = JobOutcome.Exited,
            ExitCode = outcome.ExitCode,
            FuelUsed = outcome.FuelUsed,
            FuelSchedule = FuelSchedule.Version,
            StandardOutput = ContentOf(output.Written.Span),
            StandardError = ContentOf(error.Written.Span),
            Outputs = [.. outcome.OutputFiles.OrderBy(static file => file.Name, StringComparer.Ordinal)
                .Select(static file => new JobInput(file.Name, ContentOf(file.Bytes.Span)))],
        };
    }

    private static ContentRef ContentOf(ReadOnlySpan<byte> bytes) => new(Hasher.Sha256(bytes), (ulong)bytes.Length);
}
