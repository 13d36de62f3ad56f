using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;

namespace NodeRuntime.Processes.Tests.Running;

/// <summary>A process as the kernel knows it. Id and start time together are never used again.</summary>
internal sealed record ProcessEntry(int Id, int ParentId, ulong StartTime, string CommandLine);

/// <summary>The machine's processes, read from /proc.</summary>
internal static class ProcessTable
{
    public static IReadOnlyList<ProcessEntry> All()
    {
        List<ProcessEntry> entries = [];
        foreach (string folder in Directory.GetDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int id) && Read(id) is { } entry) entries.Add(entry);
        }

        return entries;
    }

    /// <summary>All that descend from a process, itself not among them.</summary>
    public static IReadOnlyList<ProcessEntry> DescendantsOf(int root)
    {
        IReadOnlyList<ProcessEntry> all = All();
        List<ProcessEntry> found = [];
        Queue<int> parents = new([root]);
        while (parents.TryDequeue(out int parent))
        {
            foreach (ProcessEntry child in all.Where(entry => entry.ParentId == parent))
            {
                found.Add(child);
                parents.Enqueue(child.Id);
            }
        }

        return found;
    }

    public static IReadOnlyList<ProcessEntry> Naming(string text) =>
        [.. All().Where(entry => entry.Id != Environment.ProcessId && entry.CommandLine.Contains(text, StringComparison.Ordinal))];

    public static bool IsAlive(ProcessEntry entry) => Read(entry.Id) is { } now && now.StartTime == entry.StartTime;

    /// <summary>All its threads stand still, as after SIGSTOP or under a tracer.</summary>
    public static bool IsStopped(int id)
    {
        try
        {
            return Directory.GetDirectories($"/proc/{id}/task").All(static task =>
            {
                string stat = File.ReadAllText(Path.Combine(task, "stat"));
                return stat[stat.LastIndexOf(')') + 2] is 'T' or 't';
            });
        }
        catch (IOException)
        {
            // A thread that ended between the look and the read: look again.
            return false;
        }
    }

    // Null for one that is gone, and for a zombie: it runs no more, whoever has yet to hear of it.
    private static ProcessEntry? Read(int id)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{id}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            if (fields[0] is "Z" or "X") return null;
            string commandLine = File.ReadAllText($"/proc/{id}/cmdline").Replace('\0', ' ');
            return new ProcessEntry(
                id, int.Parse(fields[1], CultureInfo.InvariantCulture), ulong.Parse(fields[19], CultureInfo.InvariantCulture), commandLine);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
