using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Text;

namespace NodeRuntime.Watch.Linux;

/// <summary>What the kernel says of folders that are watched (inotify(7)). Not thread-safe but for <see cref="Read"/> beside <see cref="TryAdd"/>.</summary>
internal sealed class Inotify : IDisposable
{
    /// <summary>Folders; the kernel takes about a kilobyte for each.</summary>
    public const int FoldersMax = 8192;

    private const int NonBlockingClosed = 0x80800;

    // MODIFY | ATTRIB | CLOSE_WRITE | MOVED_FROM | MOVED_TO | CREATE | DELETE | DELETE_SELF | MOVE_SELF, of folders alone
    private const uint Wanted = 0x2 | 0x4 | 0x8 | 0x40 | 0x80 | 0x100 | 0x200 | 0x400 | 0x800 | 0x0100_0000;

    private const int HeadByteCount = 16;

    private readonly System.Threading.Lock _gate = new();
    private readonly Dictionary<int, string> _folders = [];
    private readonly Dictionary<string, int> _watches = new(StringComparer.Ordinal);
    private readonly byte[] _buffer = new byte[64 * 1024];

    public Inotify()
    {
        Descriptor = Libc.InotifyInit(NonBlockingClosed);
        if (Descriptor < 0) throw new IOException("inotify: " + Libc.LastReason);
    }

    public int Descriptor { get; }

    public int Folders
    {
        get
        {
            lock (_gate) return _folders.Count;
        }
    }

    /// <summary>False where it cannot be watched: it is gone, may not be read, or there are too many.</summary>
    public bool TryAdd(string folder)
    {
        lock (_gate)
        {
            if (_folders.Count >= FoldersMax && !_watches.ContainsKey(folder)) return false;
            int watch = Libc.InotifyAddWatch(Descriptor, folder, Wanted);
            if (watch < 0) return false;
            // The same folder under another name, or again: the kernel gives its number again.
            if (_folders.TryGetValue(watch, out string? before)) _watches.Remove(before);
            _folders[watch] = folder;
            _watches[folder] = watch;
            return true;
        }
    }

    /// <summary>Everything that waits. A path is that of what it happened to; empty where the queue ran over.</summary>
    public void Read(Action<string, FileHappening> heard)
    {
        while (Libc.ReadAvailable(Descriptor, _buffer, out _) is > 0 and int count)
        {
            ReadOnlySpan<byte> left = _buffer.AsSpan(0, count);
            while (left.Length >= HeadByteCount)
            {
                int watch = BinaryPrimitives.ReadInt32LittleEndian(left);
                FileHappening what = (FileHappening)BinaryPrimitives.ReadUInt32LittleEndian(left[4..]);
                int length = BinaryPrimitives.ReadInt32LittleEndian(left[12..]);
                ReadOnlySpan<byte> name = left.Slice(HeadByteCount, length);
                left = left[(HeadByteCount + length)..];
                if (what.HasFlag(FileHappening.Overflowed))
                {
                    heard(string.Empty, what);
                    continue;
                }

                if (PathOf(watch, name, what) is { } path) heard(path, what);
            }
        }
    }

    public void Dispose() => _ = Libc.Close(Descriptor);

    private string? PathOf(int watch, ReadOnlySpan<byte> name, FileHappening what)
    {
        lock (_gate)
        {
            if (!_folders.TryGetValue(watch, out string? folder)) return null;
            if (what.HasFlag(FileHappening.Forgotten))
            {
                _folders.Remove(watch);
                _watches.Remove(folder);
            }

            int end = name.IndexOf((byte)0);
            if (end >= 0) name = name[..end];
            if (name.IsEmpty) return folder;
            return (folder == "/" ? string.Empty : folder) + "/" + Encoding.UTF8.GetString(name);
        }
    }
}

/// <summary>Bits of inotify's mask that mean something here.</summary>
[Flags]
internal enum FileHappening : uint
{
    Modified = 0x2,
    Attributes = 0x4,
    Closed = 0x8,
    MovedFrom = 0x40,
    MovedTo = 0x80,
    Created = 0x100,
    Deleted = 0x200,
    FolderDeleted = 0x400,
    FolderMoved = 0x800,
    Overflowed = 0x4000,

    /// <summary>The folder is watched no more.</summary>
    Forgotten = 0x8000,
    IsFolder = 0x4000_0000,
}
