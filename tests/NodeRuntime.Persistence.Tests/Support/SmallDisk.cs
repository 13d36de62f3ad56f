using System;
using System.IO;

namespace NodeRuntime.Persistence.Tests.Support;

/// <summary>A disk of a few MiB, to be full: a tmpfs, which only root may mount.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly TestFolder _folder = new();

    public SmallDisk(string size)
    {
        string? refused = TryMount(_folder.Path, size);
        if (refused is not null) throw new IOException(refused);
    }

    public string Path => _folder.Path;

    public static string? TryMount(string path, string size)
    {
        (int exitCode, string output) = ChildProcess.Run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", path);
        return exitCode == 0 ? null : "a small disk cannot be mounted: " + output.Trim();
    }

    public static void Unmount(string path)
    {
        (int exitCode, string output) = ChildProcess.Run("umount", path);
        // Busy means that something was not closed: worth a failure.
        if (exitCode != 0) throw new IOException(output);
    }

    /// <summary>Takes the last room there is.</summary>
    public void Fill()
    {
        string path = System.IO.Path.Combine(Path, "filler");
        using FileStream filler = new(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        byte[] page = new byte[4096];
        try
        {
            while (true) filler.Write(page);
        }
        catch (IOException)
        {
            // Full: what was wanted.
        }
    }

    public void Dispose()
    {
        Unmount(Path);
        _folder.Dispose();
    }
}
