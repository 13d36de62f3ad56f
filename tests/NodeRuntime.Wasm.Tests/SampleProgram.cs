using System;
using System.Collections.Immutable;
using System.IO;
using System.Text;

namespace NodeRuntime.Wasm.Tests;

/// <summary>The program that ships with the product, found above the test's directory.</summary>
internal static class SampleProgram
{
    public static byte[] Bytes()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            string path = Path.Combine(directory.FullName, "config/samples/csv-report/csv_report.wasm");
            if (File.Exists(path)) return File.ReadAllBytes(path);
        }

        throw new FileNotFoundException("config/samples/csv-report/csv_report.wasm");
    }

    public static WasiJob Job(ulong fuel = 10_000_000_000, MemoryOutput? output = null) => new()
    {
        StandardOutput = output ?? new MemoryOutput(),
        StandardError = new MemoryOutput(),
        FuelMax = fuel,
        MemoryPagesMax = 1_024,
    };

    public static IGuestInput Text(string text) => new MemoryInput(Encoding.UTF8.GetBytes(text));

    public static string Text(MemoryOutput output) => Encoding.UTF8.GetString(output.Written.Span);

    public static string Text(WasiOutcome outcome, string file)
    {
        foreach (GuestOutputFile candidate in outcome.OutputFiles)
        {
            if (candidate.Name == file) return Encoding.UTF8.GetString(candidate.Bytes.Span);
        }

        throw new FileNotFoundException(file);
    }
}
