using System;
using System.IO;

namespace NodeRuntime.Client.Files;

/// <summary>Files and folders for their owner alone: 0600 and 0700. What a job brings home may be secret.</summary>
internal static class PrivateFiles
{
    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode FolderMode = FileMode | UnixFileMode.UserExecute;

    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, FolderMode);
    }

    /// <summary>A new file, or an old one emptied.</summary>
    public static FileStream Create(string path) => new(path, Options());

    /// <summary>Appears whole or not at all.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        string part = path + ".new";
        using (FileStream stream = Create(part))
        {
            stream.Write(content);
            stream.Flush(flushToDisk: true);
        }

        File.Move(part, path, overwrite: true);
    }

    private static FileStreamOptions Options()
    {
        FileStreamOptions options = new()
        {
            Mode = System.IO.FileMode.Create,
            Access = FileAccess.Write,
            Share = FileShare.Read,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = FileMode;
        return options;
    }
}
