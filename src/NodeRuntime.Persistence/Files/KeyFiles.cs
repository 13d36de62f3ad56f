using System;
using System.IO;
using Microsoft.Win32.SafeHandles;
using NodeRuntime.Primitives;

namespace NodeRuntime.Persistence.Files;

/// <summary>
/// Files that hold keys. They are for their owner alone (0600), appear whole or not at all, and are never written over: a
/// lost key is lost money. What the bytes mean, and their passphrase, is the key file codec's matter.
/// </summary>
public static class KeyFiles
{
    private const UnixFileMode OthersMay =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <exception cref="KeyFileException">It is absent, open to others, empty, too large or not readable.</exception>
    public static byte[] Read(string path)
    {
        try
        {
            using SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            // Asked of the open file, not of the name: nothing can change in between.
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(handle) & OthersMay) != 0)
            {
                throw new KeyFileException(
                    KeyFileVerdict.OpenToOthers,
                    $"The key file {path} can be read or written by others than its owner. Run: chmod 600 '{path}'");
            }

            long length = RandomAccess.GetLength(handle);
            if (length == 0) throw new KeyFileException(KeyFileVerdict.Empty, $"The key file {path} is empty.");
            if (length > Limits.KeyFileBytesMax)
            {
                throw new KeyFileException(KeyFileVerdict.TooLarge, $"The key file {path} has {length} bytes: no key has that many.");
            }

            byte[] content = new byte[length];
            int count = 0;
            while (count < content.Length)
            {
                int read = RandomAccess.Read(handle, content.AsSpan(count), count);
                if (read == 0) throw new KeyFileException(KeyFileVerdict.Failed, $"The key file {path} became shorter while it was read.");
                count += read;
            }

            return content;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new KeyFileException(KeyFileVerdict.NotFound, $"There is no key file {path}.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new KeyFileException(KeyFileVerdict.Failed, $"The key file {path} cannot be read: {exception.Message}", exception);
        }
    }

    /// <exception cref="KeyFileException">A file of that name exists, or the disk refuses.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        Invariant.Holds(content.Length > 0);
        Invariant.Holds(content.Length <= Limits.KeyFileBytesMax);
        try
        {
            if (AtomicFile.TryCreate(path, content)) return;
        }
        catch (Exception exception) when (UnixFiles.IsDiskFull(exception))
        {
            throw new KeyFileException(KeyFileVerdict.DiskFull, $"No room on the disk for the key file {path}.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new KeyFileException(KeyFileVerdict.Failed, $"The key file {path} cannot be written: {exception.Message}", exception);
        }

        throw new KeyFileException(
            KeyFileVerdict.AlreadyExists,
            $"The key file {path} exists and is never written over. Choose another name, or move it away yourself.");
    }
}
