using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Text;

namespace NodeRuntime.Wasm.Wasi;

/// <summary>Whether a guest can be shown what its settings say.</summary>
internal static class WasiSettingsRules
{
    /// <summary>Empty, or why not.</summary>
    public static string Refusal(WasiSettings settings)
    {
        if (settings.OutputBytesMax < 0) return "OutputBytesMax is negative";
        if (settings.StartTime.Microseconds is < 0 or > long.MaxValue / 1000) return "StartTime is out of range";
        string text = RefusalOfTexts(settings);
        if (text.Length > 0) return text;
        if (settings.Inputs.Length > WasiRunner.InputsMax) return "more inputs than the limit";
        foreach (GuestFile file in settings.Inputs)
        {
            if (!IsName(file.Name)) return "an input's name is not a single path component of at most 255 bytes";
        }

        if (!settings.Directories.IsDefault && settings.Inputs.Length > 0) return "Inputs and Directories cannot both be given";
        return RefusalOfDirectories(settings.OpenDirectories);
    }

    private static string RefusalOfTexts(WasiSettings settings)
    {
        long text = 0;
        foreach (string argument in settings.Arguments)
        {
            if (argument.Contains('\0', StringComparison.Ordinal)) return "an argument has a zero character";
            text += Encoding.UTF8.GetByteCount(argument);
        }

        foreach (GuestVariable variable in settings.Environment)
        {
            bool zero = variable.Name.Contains('\0', StringComparison.Ordinal) || variable.Value.Contains('\0', StringComparison.Ordinal);
            if (zero || variable.Name.Length == 0 || variable.Name.Contains('=', StringComparison.Ordinal))
            {
                return "an environment variable's name or value is not usable";
            }

            text += Encoding.UTF8.GetByteCount(variable.Name) + Encoding.UTF8.GetByteCount(variable.Value);
        }

        return text > WasiRunner.TextBytesMax ? "arguments and environment are larger than the limit" : "";
    }

    private static string RefusalOfDirectories(ImmutableArray<GuestDirectory> directories)
    {
        if (directories.Length > WasiHost.PreopensMax) return "more directories than the limit";
        int entries = 0;
        var paths = new SortedSet<string>(StringComparer.Ordinal);
        foreach (GuestDirectory directory in directories)
        {
            if (directory.Path.Length == 0 || directory.Path.Contains('\0', StringComparison.Ordinal)
                || Encoding.UTF8.GetByteCount(directory.Path) > VirtualTree.PathBytesMax)
            {
                return "a directory's path is not usable";
            }

            if (!paths.Add(directory.Path)) return "two directories have one path";
            entries += directory.Files.Length + directory.Folders.Length + directory.Links.Length;
            if (entries > WasiRunner.EntriesMax) return "the directories hold more than the limit";
            string refusal = RefusalOfEntries(directory);
            if (refusal.Length > 0) return refusal;
        }

        return "";
    }

    private static string RefusalOfEntries(GuestDirectory directory)
    {
        var folders = new SortedSet<string>(StringComparer.Ordinal);
        var leaves = new SortedSet<string>(StringComparer.Ordinal);
        foreach (string folder in directory.Folders)
        {
            if (!IsPath(folder)) return NotAPath(directory);
            AddFolders(folders, folder);
        }

        foreach (GuestFile file in directory.Files)
        {
            if (!IsPath(file.Name)) return NotAPath(directory);
            if (!leaves.Add(file.Name)) return "two files of " + directory.Path + " have one name";
            if (file.Content.Length < 0) return "a file of " + directory.Path + " has a negative length";
            AddFolders(folders, Above(file.Name));
        }

        foreach (GuestLink link in directory.Links)
        {
            if (!IsPath(link.Name)) return NotAPath(directory);
            if (!leaves.Add(link.Name)) return "two files of " + directory.Path + " have one name";
            if (Encoding.UTF8.GetByteCount(link.Target) > VirtualTree.PathBytesMax || link.Target.Contains('\0', StringComparison.Ordinal))
            {
                return "a link of " + directory.Path + " leads to no path";
            }

            AddFolders(folders, Above(link.Name));
        }

        return folders.Overlaps(leaves) ? "a file of " + directory.Path + " has the name of a folder" : "";
    }

    private static string NotAPath(GuestDirectory directory) =>
        "a name in " + directory.Path + " is not a path of at most 64 components of at most 255 bytes";

    private static string Above(string path)
    {
        int slash = path.LastIndexOf('/');
        return slash < 0 ? "" : path[..slash];
    }

    private static void AddFolders(SortedSet<string> folders, string path)
    {
        for (string at = path; at.Length > 0 && folders.Add(at);) at = Above(at);
    }

    private static bool IsPath(string path)
    {
        string[] names = path.Split('/');
        return names.Length <= VirtualTree.DepthMax && Array.TrueForAll(names, IsName);
    }

    private static bool IsName(string name) =>
        name.Length > 0
        && name is not ("." or "..")
        && name.AsSpan().IndexOfAny('/', '\0') < 0
        && Encoding.UTF8.GetByteCount(name) <= VirtualTree.NameBytesMax;
}
