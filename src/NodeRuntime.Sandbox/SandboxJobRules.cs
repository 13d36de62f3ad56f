using System;
using System.Text;
using NodeRuntime.Primitives;

namespace NodeRuntime.Sandbox;

/// <summary>
/// What a job may ask of any host. Everything in a job may come from a stranger, so every number and every text is looked at before a file
/// is written or a process started.
/// </summary>
public static class SandboxJobRules
{
    /// <summary>128 MiB of stack by the engine's measure.</summary>
    public const int CallDepthMax = 262_144;

    /// <summary>A month: what runs longer is a service, and another kind of job.</summary>
    public static Duration WallClockMax { get; } = new(30L * 24 * 3600 * 1_000_000);

    /// <summary>Null where the job is in range; else what is not.</summary>
    public static string? WhyRefused(SandboxJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        if (job.MemoryPagesMax is < 0 or > Limits.GuestMemoryPagesMax) return "memory pages are out of range";
        if (job.CallDepthMax is < 1 or > CallDepthMax) return "the call depth is out of range";
        if (job.OutputBytesMax is < 0 or > Limits.OutputBytesMax) return "output bytes are out of range";
        if (job.WallClockMax.Microseconds < 1 || job.WallClockMax.Microseconds > WallClockMax.Microseconds) return "the wall clock is out of range";
        if (job.Arguments.Length > Limits.JobFilesMax) return "there are too many arguments";
        if (job.Variables.Length > Limits.JobFilesMax) return "there are too many variables";
        return WhyTextsRefused(job);
    }

    private static string? WhyTextsRefused(SandboxJob job)
    {
        long bytes = 0;
        foreach (string argument in job.Arguments)
        {
            if (!IsText(argument)) return "an argument is too long or no text";
            bytes += Encoding.UTF8.GetByteCount(argument);
        }

        foreach (SandboxVariable variable in job.Variables)
        {
            if (!IsText(variable.Name) || !IsText(variable.Value)) return "a variable is too long or no text";
            if (variable.Name.Length == 0 || variable.Name.Contains('=', StringComparison.Ordinal)) return "a variable's name is none";
            bytes += Encoding.UTF8.GetByteCount(variable.Name) + Encoding.UTF8.GetByteCount(variable.Value);
        }

        return bytes > Limits.SandboxRequestBytesMax ? "arguments and variables are too long together" : null;
    }

    // A zero byte would end the text inside the guest; half a surrogate pair has no encoding.
    private static bool IsText(string text)
    {
        if (text.Length > Limits.JobTextCharactersMax) return false;
        foreach (Rune character in text.EnumerateRunes())
        {
            if (character == Rune.ReplacementChar || character.Value == 0) return false;
        }

        return true;
    }
}
