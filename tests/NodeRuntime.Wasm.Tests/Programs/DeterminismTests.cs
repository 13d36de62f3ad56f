using System;
using System.Diagnostics;
using System.Linq;
using System.Runtime.Intrinsics.X86;

namespace NodeRuntime.Wasm.Tests.Programs;

/// <summary>Real programs print the same and cost the same: in every process, build and on every processor.</summary>
public sealed class DeterminismTests
{
    [Fact]
    public void Programs_print_and_cost_what_is_recorded() =>
        Assert.Equal(ProgramRecord.Recorded(), ProgramRecord.RunAll().Select(static record => record.ToString()));

    [Theory]
    [InlineData("")]
    [InlineData("DOTNET_EnableAVX512")]
    [InlineData("DOTNET_EnableAVX2")]
    public void Other_processes_with_other_vector_units_agree(string off)
    {
        // Switched off only where the machine has it: the first line says what the process really had.
        bool avx2 = Avx2.IsSupported && off != "DOTNET_EnableAVX2";
        bool avx512 = Avx512F.IsSupported && off.Length == 0;
        string[] expected = [Program.FeatureLine(avx512, avx2), .. ProgramRecord.Recorded()];
        Assert.Equal(expected, RunElsewhere(off));
        Assert.Equal(expected, RunElsewhere(off));
    }

    private static string[] RunElsewhere(string off)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(DeterminismTests).Assembly.Location]) { RedirectStandardOutput = true };
        if (off.Length > 0) start.Environment[off] = "0";
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
