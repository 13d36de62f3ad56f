using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using NodeRuntime.Watch.Linux;

namespace NodeRuntime.Watch.Sources;

/// <summary>Which programs run, and by how many processes each: what exec, fork and exit do to that. One owner.</summary>
internal sealed class ProcessTable
{
    private const int DeletedMarkLength = 10;

    private readonly Dictionary<int, string> _programs = [];
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);

    public IEnumerable<string> Programs => _counts.Keys;

    /// <summary>A process's program; null where it is gone, is the kernel's own, or may not be asked.</summary>
    public static string? ProgramOf(int process)
    {
        string? path = Links.Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/exe"));
        // A program that was unlinked since is known by the name that it had.
        return path is not null && path.EndsWith(" (deleted)", StringComparison.Ordinal) ? path[..^DeletedMarkLength] : path;
    }

    public static uint? UserOf(int process) => FileStat.Of(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}"), out _)?.Owner;

    /// <summary>Everything that runs, as /proc has it now. Those of others may not say what they are: they are counted.</summary>
    public int Reset()
    {
        _programs.Clear();
        _counts.Clear();
        List<int> silent = [];
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int process)) continue;
            if (ProgramOf(process) is { } program) Set(process, program);
            else if (IsUserProcess(process)) silent.Add(process);
        }

        // One that was just becoming another program, or ending, answers now or is gone.
        int hidden = 0;
        foreach (int process in silent)
        {
            if (ProgramOf(process) is { } program) Set(process, program);
            else if (IsUserProcess(process)) hidden++;
        }

        return hidden;
    }

    /// <summary>A process has this program now. True where it is the first.</summary>
    public bool Set(int process, string program)
    {
        Remove(process, out _);
        _programs[process] = program;
        int count = _counts.GetValueOrDefault(program);
        _counts[program] = count + 1;
        return count == 0;
    }

    /// <summary>A process is gone. True where it was the last of its program.</summary>
    public bool Remove(int process, out string program)
    {
        if (!_programs.Remove(process, out string? known))
        {
            program = string.Empty;
            return false;
        }

        program = known;
        int count = _counts[known] - 1;
        if (count > 0) _counts[known] = count;
        else _counts.Remove(known);
        return count == 0;
    }

    public string? Of(int process) => _programs.GetValueOrDefault(process);

    // The kernel's own have no memory, and so no program: their statm is zeros.
    private static bool IsUserProcess(int process)
    {
        try
        {
            return !File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/statm")).StartsWith("0 0", StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
