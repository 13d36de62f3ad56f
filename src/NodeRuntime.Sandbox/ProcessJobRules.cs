using System;
using System.Text;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm;

namespace NodeRuntime.Sandbox;

/// <summary>
/// What a job may ask of any host. Everything in a job may come from a stranger, so every number and every text is looked at before a file
/// is written or a process started.
/// </summary>
public static class ProcessJobRules
{
    /// <summary>128 MiB of stack by the engine's measure.</summary>
    public const int CallDepthMax = 262_144;

    /// <summary>A month: what runs longer is a service, and another kind of job.</summary>
    public static Duration WallClockMax { get; } = new(30L * 24 * 3600 * 1_000_000);

    /// <summary>Null where the job is in range; else what is not.</summary>
    public static string? WhyRefused(ProcessJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        if (job.MemoryPagesMax is < 0 or > Limits.GuestMemoryPagesMax) return "memory pages are out of range";
        if (job.CallDepthMax is < 1 or > CallDepthMax) return "the call depth is out of range";
        if (job.OutputBytesMax is < 0 or > Limits.OutputBytesMax) return "output bytes are out of range";
        long clock = job.WallClockMax.Microseconds;
        if (clock < 1 || clock > WallClockMax.Microseconds) return "the wall clock is out of range";
        if (job.Arguments.Length > Limits.JobArgumentsMax) return "there are too many arguments";
        if (job.Variables.Length > Limits.JobArgumentsMax) return "there are too many variables";
        return WhyTextsRefused(job);
    }

    private static string? WhyTextsRefused(ProcessJob job)
    {
        foreach (string argument in job.Arguments)
        {
            if (!IsText(argument)) return "an argument is too long or no text";
        }

        foreach (GuestVariable variable in job.Variables)
        {
            if (!IsText(variable.Name) || !IsText(variable.Value)) return "a variable is too long or no text";
            if (variable.Name.Length == 0 || variable.Name.Contains('=', StringComparison.Ordinal)) return "a variable's name is none";
        }

        return null;
    }

    // A zero byte would end the text inside the guest; half a surrogate pair has no encoding.
    private static bool IsText(string text)
    {
        if (text.Length > Limits.JobArgumentCharactersMax) return false;
        foreach (Rune character in text.EnumerateRunes())
        {
            if (character == Rune.ReplacementChar || character.Value == 0) return false;
        }

        return true;
    }
}
