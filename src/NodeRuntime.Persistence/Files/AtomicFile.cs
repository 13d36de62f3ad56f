using System;
using System.IO;

namespace NodeRuntime.Persistence.Files;

// A file that is whole or absent after any crash: write beside it, fsync, give it the name, fsync the folder.

public static class AtomicFile
{
    /// <summary>The ending of what a crash may leave; such files mean nothing and may be deleted.</summary>
    public const string TemporaryEnding = ".tmp";

    /// <summary>Puts the file in place of one of that name.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        string temporary = WriteTemporary(path, content);
        File.Move(temporary, path, overwrite: true);
        UnixFiles.SyncFolder(FolderOf(path));
    }

    /// <summary>Puts the file where none is; false when the name is taken.</summary>
    public static bool TryCreate(string path, ReadOnlySpan<byte> content)
    {
        string temporary = WriteTemporary(path, content);
        bool created = UnixFiles.TryLink(temporary, path);
        File.Delete(temporary);
        UnixFiles.SyncFolder(FolderOf(path));
        return created;
    }

    private static string WriteTemporary(string path, ReadOnlySpan<byte> content)
    {
        string temporary = path + "." + Environment.ProcessId + TemporaryEnding;
        File.Delete(temporary);
        using FileStream stream = UnixFiles.CreateNew(temporary);
        stream.Write(content);
        stream.Flush(flushToDisk: true);
        return temporary;
    }

    private static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
}
