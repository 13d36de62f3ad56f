using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using NodeRuntime.Wasm.Tests.Building;

namespace NodeRuntime.Wasm.Tests.Programs;

/// <summary>What one unit of a program of <c>benchmarks/programs</c> printed and cost; <c>recorded.txt</c> there has the lines that hold.</summary>
internal sealed record ProgramRecord(string Name, string Checksum, ulong Fuel)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} {Checksum} {Fuel}");

    public static string[] Recorded() => File.ReadAllLines(Path.Combine(Folder(), "recorded.txt"));

    /// <summary>Runs them all, each by the command's way: arguments in, a line on standard output.</summary>
    public static IEnumerable<ProgramRecord> RunAll()
    {
        string[] files = Directory.GetFiles(Folder(), "*.wasm");
        Array.Sort(files, StringComparer.Ordinal);
        foreach (string file in files)
        {
            string name = Path.GetFileNameWithoutExtension(file);
            var output = new MemoryOutput();
            WasiOutcome outcome = GuestThread.Run(
                Guest.Load(File.ReadAllBytes(file)), SampleProgram.Job(output: output) with { Arguments = [name, "1"] });
            if (outcome.Status != WasiStatus.Exited || outcome.ExitCode != 0)
            {
                throw new InvalidOperationException(name + ": " + outcome.Status + " " + outcome.Detail);
            }

            yield return new ProgramRecord(name, SampleProgram.Text(output).TrimEnd('\n'), outcome.FuelUsed);
        }
    }

    private static string Folder()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            string path = Path.Combine(directory.FullName, "benchmarks", "programs");
            if (Directory.Exists(path)) return path;
        }

        throw new DirectoryNotFoundException("benchmarks/programs");
    }
}
