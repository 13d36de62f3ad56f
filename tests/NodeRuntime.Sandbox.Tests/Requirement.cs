using System;

namespace NodeRuntime.Sandbox.Tests;

/// <summary>
/// What a test needs of the machine. Where the machine lacks it the test is skipped with the reason, unless the variable
/// NODERUNTIME_REQUIRE names it (a comma list): then the test runs, and fails, so that no run is green that meant to cover it.
/// </summary>
internal static class Requirement
{
    public const string Seccomp = "seccomp";
    public const string Landlock = "landlock";
    public const string Root = "root";

    /// <summary>Null where the test may run.</summary>
    public static string? WhySkip(string requirement)
    {
        if (IsRequired(requirement)) return null;
        SandboxCapabilities capabilities = SandboxCapabilities.Probe();
        return requirement switch
        {
            Seccomp => Lack(capabilities.Seccomp, requirement),
            Landlock => Lack(capabilities.Landlock, requirement),
            Root => Environment.IsPrivilegedProcess ? null : "needs root",
            _ => throw new ArgumentException("No such requirement: " + requirement, nameof(requirement)),
        };
    }

    private static bool IsRequired(string requirement)
    {
        string list = Environment.GetEnvironmentVariable("NODERUNTIME_REQUIRE") ?? string.Empty;
        return Array.IndexOf(list.Split(',', StringSplitOptions.TrimEntries), requirement) >= 0;
    }

    private static string? Lack(SandboxCapability capability, string requirement) =>
        capability.Offered ? null : "this kernel lacks " + requirement + ": " + capability.Detail;
}
