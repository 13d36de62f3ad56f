using System;
using System.IO;
using NodeRuntime.Crypto;
using NodeRuntime.Posture.State;
using NodeRuntime.Primitives;
using NodeRuntime.Watch.Linux;

namespace NodeRuntime.Watch.Sources;

/// <summary>Reads what files are, at most so many bytes a second.</summary>
/// <param name="wait">What is done while the budget is empty; false: give up.</param>
internal sealed class FileReader(ByteBudget budget, Func<TimeSpan, bool> wait) : IDisposable
{
    /// <summary>Of what is longer nobody knows the content.</summary>
    public const long FileBytesMax = 1L << 30;

    private readonly ContentHasher _hasher = new();
    private readonly byte[] _buffer = new byte[256 * 1024];

    /// <summary>Bytes that were read for their digest.</summary>
    public long BytesRead { get; private set; }

    /// <summary>A file's value; null where it is not there, <see cref="Thing.Unreadable"/> where it cannot be read.</summary>
    public string? Read(string path, bool withContent = true)
    {
        // A name that is no UTF-8 cannot be said again: it is there, and that is all.
        if (path.Contains('\uFFFD', StringComparison.Ordinal)) return Thing.Unreadable;
        if (FileStat.Of(path, out bool isMissing) is not { } stat) return isMissing ? null : Thing.Unreadable;
        Hash256? content = null;
        if (stat.Kind == 'l')
        {
            if (Links.Read(path) is not { } target) return Thing.Unreadable;
            content = Hasher.Sha256(System.Text.Encoding.UTF8.GetBytes(target));
        }
        else if (stat.Kind == 'f' && withContent)
        {
            if (stat.Size > FileBytesMax) return Thing.Unreadable;
            switch (Digest(path, out Hash256 digest))
            {
                case FileReading.Done:
                    content = digest;
                    break;
                case FileReading.Missing:
                    return null;
                case FileReading.Failed:
                default:
                    return Thing.Unreadable;
            }
        }

        return new FileValue(stat.Kind, stat.Mode, stat.Owner, stat.Group, content).ToString();
    }

    public void Dispose() => _hasher.Dispose();

    private FileReading Digest(string path, out Hash256 digest)
    {
        digest = default;
        try
        {
            using FileStream file = new(path, new FileStreamOptions { BufferSize = 0, Share = FileShare.ReadWrite | FileShare.Delete });
            // What is not a regular file any more may never end.
            long left = FileBytesMax;
            while (file.Read(_buffer) is > 0 and int count)
            {
                _hasher.Append(_buffer.AsSpan(0, count));
                BytesRead += count;
                left -= count;
                if (left < 0) return Abandon();
                TimeSpan pause = budget.Take(count);
                if (pause > TimeSpan.Zero && !wait(pause)) return Abandon();
            }

            digest = _hasher.Finish();
            return FileReading.Done;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return FileReading.Missing;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Abandon();
        }
    }

    private FileReading Abandon()
    {
        if (_hasher.Length > 0) _ = _hasher.Finish();
        return FileReading.Failed;
    }

    private enum FileReading
    {
        Done,
        Missing,
        Failed,
    }
}
