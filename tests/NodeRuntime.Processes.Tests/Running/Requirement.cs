using System;
using System.Diagnostics;
using System.IO;

namespace NodeRuntime.Processes.Tests.Running;

/// <summary>
/// What a test needs of the machine and a machine may lack. Without it the test is skipped and says why; where
/// NODERUNTIME_REQUIRE (names with commas between) holds its name, missing is failing.
/// </summary>
internal static class Requirement
{
    public const string Strace = "strace";

    public const string Mount = "mount";

    public static bool IsDemanded(string name) =>
        Array.IndexOf((Environment.GetEnvironmentVariable("NODERUNTIME_REQUIRE") ?? string.Empty).Split(',', StringSplitOptions.TrimEntries), name) >= 0;

    /// <summary>Why it is missing, or null where it is there.</summary>
    public static string? Missing(string name) => name switch
    {
        Strace => IsInstalled("strace") ? null : "strace is not installed",
        Mount => Environment.IsPrivilegedProcess && IsInstalled("mount") ? TryMount() : "only root may mount a small disk",
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such requirement"),
    };

    /// <summary>Somewhere in PATH.</summary>
    public static bool IsInstalled(string name)
    {
        foreach (string folder in (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':'))
        {
            if (File.Exists(Path.Combine(folder, name))) return true;
        }

        return false;
    }

    // Root of a container may be refused it all the same.
    private static string? TryMount()
    {
        string folder = Directory.CreateTempSubdirectory("noderuntime-mount-").FullName;
        try
        {
            using SmallDisk disk = new(folder, "64k");
            return null;
        }
        catch (IOException exception)
        {
            return exception.Message;
        }
        finally
        {
            Directory.Delete(folder);
        }
    }
}

/// <summary>A test that is skipped, with the reason, where the machine lacks what it needs.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactRequiringAttribute : FactAttribute
{
    public FactRequiringAttribute(string name)
    {
        if (!Requirement.IsDemanded(name) && Requirement.Missing(name) is { } reason) Skip = reason;
    }
}
