using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using NodeRuntime.Posture.State;

namespace NodeRuntime.Watch.Sources;

/// <summary>What this process itself consists of: assemblies, native libraries, and the switches of its runtime.</summary>
internal static class OwnProcess
{
    // What changes how code is compiled, collected or looked into.
    private static readonly string[] Switches =
    [
        "DOTNET_gcServer", "DOTNET_GCHeapHardLimit", "DOTNET_TieredCompilation", "DOTNET_ReadyToRun", "DOTNET_TieredPGO", "DOTNET_EnableDiagnostics", "DOTNET_STARTUP_HOOKS",
        "DOTNET_ADDITIONAL_DEPS", "CORECLR_ENABLE_PROFILING", "CORECLR_PROFILER_PATH", "LD_PRELOAD", "LD_LIBRARY_PATH",
    ];

    private const string Deleted = " (deleted)";

    public static SortedDictionary<string, string>? Read(ThingClass thingClass, Func<string, string?> digestOf) => thingClass switch
    {
        ThingClass.Assembly => Assemblies(digestOf),
        ThingClass.Library => Libraries(digestOf),
        ThingClass.Environment => Flags(),
        _ => null,
    };

    private static SortedDictionary<string, string> Assemblies(Func<string, string?> digestOf)
    {
        SortedDictionary<string, string> found = new(StringComparer.Ordinal);
        foreach (Assembly assembly in AppDomain.CurrentDomain.GetAssemblies())
        {
            string name = assembly.GetName().Name ?? "unnamed";
            // What was made in memory (compiled guests) has no file: it is bound by what it was made of.
            if (assembly.IsDynamic || assembly.Location.Length == 0) continue;
            found[name] = $"{assembly.ManifestModule.ModuleVersionId:N} {digestOf(assembly.Location) ?? Thing.Unreadable}";
        }

        return found;
    }

    private static SortedDictionary<string, string>? Libraries(Func<string, string?> digestOf)
    {
        SortedDictionary<string, string> found = new(StringComparer.Ordinal);
        try
        {
            foreach (string line in File.ReadLines("/proc/self/maps"))
            {
                // address perms offset device inode path; what is executable and of a file
                string[] parts = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
                if (parts.Length < 6 || !parts[1].Contains('x', StringComparison.Ordinal) || parts[5][0] != '/') continue;
                if (parts[5].EndsWith(".dll", StringComparison.Ordinal) || parts[5].StartsWith("/memfd:", StringComparison.Ordinal)) continue;
                // What is mapped is not what the path holds now.
                bool isDeleted = parts[5].EndsWith(Deleted, StringComparison.Ordinal);
                string path = isDeleted ? parts[5][..^Deleted.Length] : parts[5];
                if (!found.ContainsKey(path)) found[path] = isDeleted ? "deleted" : digestOf(path) ?? "deleted";
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        return found;
    }

    private static SortedDictionary<string, string> Flags()
    {
        SortedDictionary<string, string> found = new(StringComparer.Ordinal)
        {
            ["gc.server"] = System.Runtime.GCSettings.IsServerGC ? "1" : "0",
            ["gc.latency"] = System.Runtime.GCSettings.LatencyMode.ToString(),
            ["aot"] = System.Runtime.CompilerServices.RuntimeFeature.IsDynamicCodeCompiled ? "0" : "1",
            ["debugger"] = System.Diagnostics.Debugger.IsAttached ? "1" : "0",
            ["runtime"] = System.Environment.Version.ToString(),
        };
        foreach (string name in Switches) found["env." + name] = ProcTables.Bounded(System.Environment.GetEnvironmentVariable(name) ?? "unset");
        return found;
    }
}
