using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using NodeRuntime.Wasm.Tests.Building;

namespace NodeRuntime.Wasm.Tests.Programs;

/// <summary>
/// Programs that others wrote, as <c>tests/programs/build.sh</c> makes them: in NODERUNTIME_PROGRAMS, or in artifacts/programs of this
/// checkout. Where there are none their tests are skipped, unless NODERUNTIME_REQUIRE names "programs".
/// </summary>
internal static class BuiltPrograms
{
    private static readonly SortedDictionary<string, Module> Loaded = new(StringComparer.Ordinal);

    public static string? Folder { get; } = FindFolder();

    public static bool AreDemanded =>
        (Environment.GetEnvironmentVariable("NODERUNTIME_REQUIRE") ?? "").Split(',').Contains("programs", StringComparer.Ordinal);

    /// <summary>Runs one with standard input and files; arguments behind its name.</summary>
    public static ProgramResult Run(string program, byte[] input, GuestDirectory directory, params string[] arguments)
    {
        if (!Loaded.TryGetValue(program, out Module? module))
        {
            module = Guest.Load(File.ReadAllBytes(Path.Combine(Folder!, program + ".wasm")));
            Loaded.Add(program, module);
        }

        var output = new MemoryOutput();
        var error = new MemoryOutput();
        WasiOutcome outcome = GuestThread.Run(module, new WasiJob
        {
            Arguments = [program, .. arguments],
            Directories = [directory],
            StandardInput = new MemoryInput(input),
            StandardOutput = output,
            StandardError = error,
            FuelMax = 100_000_000_000,
            MemoryPagesMax = 4_096,
        });
        Assert.True(outcome.Status == WasiStatus.Exited, outcome.Status + " " + outcome.Detail + " " + string.Join(", ", outcome.Backtrace));
        return new ProgramResult(outcome, output.Written.ToArray(), Encoding.UTF8.GetString(error.Written.Span));
    }

    private static string? FindFolder()
    {
        if (Environment.GetEnvironmentVariable("NODERUNTIME_PROGRAMS") is { Length: > 0 } named) return named;
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            string path = Path.Combine(directory.FullName, "artifacts", "programs");
            if (File.Exists(Path.Combine(path, "stamp"))) return path;
        }

        return null;
    }
}

internal sealed record ProgramResult(WasiOutcome Outcome, byte[] Output, string Error)
{
    public string Text => Encoding.UTF8.GetString(Output);

    public byte[] File(string name)
    {
        GuestFile file = Outcome.Directories.Single().Files.Single(file => file.Name == name);
        byte[] bytes = new byte[file.Content.Length];
        file.Content.Read(0, bytes);
        return bytes;
    }
}

/// <summary>A test that needs the built programs.</summary>
internal sealed class ProgramFactAttribute : FactAttribute
{
    public ProgramFactAttribute()
    {
        if (BuiltPrograms.Folder is null && !BuiltPrograms.AreDemanded) Skip = "tests/programs/build.sh has built no programs here";
    }
}
