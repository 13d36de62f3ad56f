using System;
using System.Diagnostics;
using System.IO;

namespace NodeRuntime.Processes.Tests.Running;

/// <summary>A disk of a few MiB over a folder, to be full: a tmpfs, which only root may mount.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string _path;

    /// <exception cref="IOException">The mount is refused.</exception>
    public SmallDisk(string path, string size)
    {
        _path = path;
        Run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", path);
    }

    private string FillerPath => Path.Combine(_path, "filler");

    /// <summary>Takes the last room there is.</summary>
    public void Fill()
    {
        using FileStream filler = new(FillerPath, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        byte[] block = new byte[1 << 20];
        // The big pieces first, then the last pages: whoever writes meanwhile takes of the same room.
        for (int length = block.Length; length >= 4096;)
        {
            try
            {
                filler.Write(block, 0, length);
            }
            catch (IOException)
            {
                length /= 16;
            }
        }
    }

    public void MakeRoom() => File.Delete(FillerPath);

    public void Dispose() => Run("umount", _path);

    private static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new IOException($"{program}: {error.Trim()}");
    }
}
