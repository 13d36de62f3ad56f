using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace NodeRuntime.Architecture.Tests;

/// <summary>Finds the checkout that the tests run in, and its sources.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static IEnumerable<string> SourcesOf(string assembly) =>
        Directory.EnumerateFiles(Path.Combine(Root, "src", "NodeRuntime." + assembly), "*.cs", SearchOption.AllDirectories)
            .Where(static path => !IsBuildOutput(path))
            .Order(StringComparer.Ordinal);

    public static IEnumerable<string> Projects() =>
        Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories).Order(StringComparer.Ordinal);

    public static string AssemblyOf(string projectPath) =>
        Path.GetFileNameWithoutExtension(projectPath)["NodeRuntime.".Length..];

    private static bool IsBuildOutput(string path) =>
        path.Contains(Path.DirectorySeparatorChar + "obj" + Path.DirectorySeparatorChar, StringComparison.Ordinal)
        || path.Contains(Path.DirectorySeparatorChar + "bin" + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "NodeRuntime.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("these tests run inside a checkout");
    }
}
