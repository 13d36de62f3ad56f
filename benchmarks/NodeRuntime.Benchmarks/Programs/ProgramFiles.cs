using System;
using System.Collections.Generic;
using System.IO;

namespace NodeRuntime.Benchmarks.Programs;

/// <summary>The programs of <c>benchmarks/programs</c>, found above the running assembly.</summary>
internal static class ProgramFiles
{
    public static string Folder { get; } = Find();

    /// <summary>Their names, in order.</summary>
    public static IReadOnlyList<string> Names()
    {
        string[] files = Directory.GetFiles(Folder, "*.wasm");
        Array.Sort(files, StringComparer.Ordinal);
        return Array.ConvertAll(files, static file => Path.GetFileNameWithoutExtension(file));
    }

    public static string Wasm(string name) => Path.Combine(Folder, name + ".wasm");

    private static string Find()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            string path = Path.Combine(directory.FullName, "benchmarks", "programs");
            if (File.Exists(Path.Combine(path, "program.h"))) return path;
        }

        throw new DirectoryNotFoundException("benchmarks/programs is not above " + AppContext.BaseDirectory);
    }
}
