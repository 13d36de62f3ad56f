using System;
using System.Buffers.Binary;
using System.IO;
using System.Globalization;
using System.Linq;

namespace NodeRuntime.Watch.Linux;

/// <summary>
/// What fanotify(7) tells whoever has CAP_SYS_ADMIN: which files are opened to be executed, by which process, also where that process is gone before anybody can
/// ask for it; and who writes to files in watched folders.
/// </summary>
internal sealed class Fanotify : IDisposable
{
    private const uint ClosedNonBlocking = 0x1 | 0x2;
    private const uint ReadOnlyClosed = 0x80000;
    private const uint Add = 0x1;
    private const uint Remove = 0x2;
    private const uint OfFilesystem = 0x100;
    private const ulong OpenedToExecute = 0x1000;
    private const ulong Modified = 0x2;
    private const ulong OfChildren = 0x0800_0000;
    private const ulong Overflow = 0x4000;
    private const int HeadByteCount = 24;

    private readonly byte[] _buffer = new byte[64 * 1024];

    private Fanotify(int descriptor) => Descriptor = descriptor;

    public int Descriptor { get; }

    /// <param name="wantsPrograms">Otherwise writers alone are told of: every program that starts would wake us in vain.</param>
    /// <param name="reason">Why not.</param>
    public static Fanotify? TryOpen(bool wantsPrograms, out string reason)
    {
        reason = string.Empty;
        int descriptor = Libc.FanotifyInit(ClosedNonBlocking, ReadOnlyClosed);
        if (descriptor >= 0)
        {
            Fanotify opened = new(descriptor);
            // Who may not mark a filesystem sees as much as inotify does.
            if (opened.TryMarkPrograms("/"))
            {
                if (!wantsPrograms) _ = Libc.FanotifyMark(descriptor, Remove | OfFilesystem, OpenedToExecute, Libc.AtWorkingDirectory, "/");
                else opened.MarkOtherFilesystems();
                return opened;
            }

            reason = Libc.LastReason;
            opened.Dispose();
            return null;
        }

        reason = Libc.LastReason;
        return null;
    }

    // Programs on the filesystem of a path.
    private bool TryMarkPrograms(string path) => Libc.FanotifyMark(Descriptor, Add | OfFilesystem, OpenedToExecute, Libc.AtWorkingDirectory, path) == 0;

    // Wherever programs can be executed from. One that refuses, as those that are no files at all do, is without names, and its programs without one are unknown.
    private void MarkOtherFilesystems()
    {
        string[] mounts;
        try
        {
            mounts = File.ReadAllLines("/proc/self/mounts");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return;
        }

        foreach (string mount in mounts)
        {
            // device, place (a space in it is \040), kind, options
            string[] words = mount.Split(' ');
            if (words.Length < 4 || words[3].Split(',').Contains("noexec")) continue;
            _ = TryMarkPrograms(words[1].Replace("\\040", " ", StringComparison.Ordinal));
        }
    }

    /// <summary>Who writes to files in this folder.</summary>
    public bool TryMarkWriters(string folder) => Libc.FanotifyMark(Descriptor, Add, Modified | OfChildren, Libc.AtWorkingDirectory, folder) == 0;

    /// <summary>Everything that waits.</summary>
    /// <param name="heard">The file, the process, and whether it was to execute it; else it was written to.</param>
    /// <returns>False where the queue ran over.</returns>
    public bool Read(Action<string, int, bool> heard)
    {
        bool isWhole = true;
        while (Libc.ReadAvailable(Descriptor, _buffer, out _) is > 0 and int count)
        {
            ReadOnlySpan<byte> left = _buffer.AsSpan(0, count);
            // struct fanotify_event_metadata { u32 event_len; u8 vers, reserved; u16 metadata_len; u64 mask; s32 fd, pid; }
            while (left.Length >= HeadByteCount)
            {
                int length = BinaryPrimitives.ReadInt32LittleEndian(left);
                ulong mask = BinaryPrimitives.ReadUInt64LittleEndian(left[8..]);
                int file = BinaryPrimitives.ReadInt32LittleEndian(left[16..]);
                int process = BinaryPrimitives.ReadInt32LittleEndian(left[20..]);
                if ((mask & Overflow) != 0) isWhole = false;
                if (file >= 0)
                {
                    string? path = Links.Read(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{file}"));
                    _ = Libc.Close(file);
                    if (path is not null) heard(path, process, (mask & OpenedToExecute) != 0);
                }

                if (length < HeadByteCount || length > left.Length) break;
                left = left[length..];
            }
        }

        return isWhole;
    }

    public void Dispose() => _ = Libc.Close(Descriptor);
}

/// <summary>Where links of /proc point.</summary>
internal static class Links
{
    /// <summary>Null where it cannot be read: the process is gone, or another user's.</summary>
    public static string? Read(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
