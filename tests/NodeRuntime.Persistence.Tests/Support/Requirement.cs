using System;
using System.IO;

namespace NodeRuntime.Persistence.Tests.Support;

// Some tests need what a machine may not have: a database server, strace, the right to mount. Where it is missing they are
// skipped and say why; where NODERUNTIME_REQUIRE (names with commas between) holds its name, missing is failing.

internal static class Requirement
{
    public const string Postgres = "postgres";

    /// <summary>The server's programs, to start and kill one.</summary>
    public const string PostgresPrograms = "postgres-programs";

    public const string Strace = "strace";

    public const string Mount = "mount";

    /// <summary>Whether its absence must fail.</summary>
    public static bool IsDemanded(string name)
    {
        string demanded = Environment.GetEnvironmentVariable("NODERUNTIME_REQUIRE") ?? "";
        return Array.IndexOf(demanded.Split(',', StringSplitOptions.TrimEntries), name) >= 0;
    }

    /// <summary>Why it is missing, or null where it is there.</summary>
    public static string? Missing(string name) => name switch
    {
        Postgres => PostgresServer.Missing,
        PostgresPrograms => PostgresServer.MissingPrograms,
        Strace => FindProgram("strace") is null ? "strace is not installed" : null,
        Mount => Environment.IsPrivilegedProcess && FindProgram("mount") is not null ? TryMount() : "only root may mount a small disk",
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such requirement"),
    };

    public static string? FindProgram(string name)
    {
        foreach (string folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'))
        {
            string path = Path.Combine(folder, name);
            if (File.Exists(path)) return path;
        }

        return null;
    }

    private static string? TryMount()
    {
        using TestFolder folder = new();
        string? refused = SmallDisk.TryMount(folder.Path, "64k");
        if (refused is null) SmallDisk.Unmount(folder.Path);
        return refused;
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
