using System;
using System.ComponentModel;
using System.IO;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace NodeRuntime.Persistence.Files;

// What System.IO does not offer and durability or a hostile neighbour demands: fsync of a folder (a new name is durable only
// after it), open without following a link, link(2) as the rename that never overwrites, flock. Every call here is a plain
// system call; errors come as an IOException whose HResult is the errno, as System.IO's own do.

internal static class UnixFiles
{
    public const UnixFileMode PrivateFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public const UnixFileMode PrivateFolder = PrivateFile | UnixFileMode.UserExecute;

    private const int FileExists = 17;
    private const int NoSpace = 28;
    private const int LockExclusive = 2;
    private const int LockNonBlocking = 4;
    private const int ReadOnly = 0;
    private const int ReadWrite = 2;

    // The flags differ by system, and on Linux by architecture: asm/fcntl.h.
    private static readonly int NoFollow =
        OperatingSystem.IsMacOS() ? 0x100
        : RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x8000
        : 0x20000;

    // Linux alone: past the cache, from and to aligned memory.
    private static readonly int Direct = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x10000 : 0x4000;

    private static readonly int NonBlocking = OperatingSystem.IsMacOS() ? 0x4 : 0x800;

    private static readonly int CloseOnExec = OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000;

    // EAGAIN, EDQUOT.
    private static readonly int WouldBlock = OperatingSystem.IsMacOS() ? 35 : 11;

    private static readonly int QuotaExceeded = OperatingSystem.IsMacOS() ? 69 : 122;

    public static bool IsDiskFull(Exception exception) =>
        exception is IOException { HResult: int errno } && (errno == NoSpace || errno == QuotaExceeded);

    /// <summary>Makes a folder for its owner alone, and its name durable. One that is there stays as it is.</summary>
    public static void CreateFolder(string path)
    {
        if (Directory.Exists(path)) return;
        RefuseWindows();
        if (!OperatingSystem.IsWindows()) Directory.CreateDirectory(path, PrivateFolder);
        SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/");
    }

    /// <summary>A new file for its owner alone; one of that name, also a link, is an error.</summary>
    public static FileStream CreateNew(string path)
    {
        RefuseWindows();
        FileStreamOptions options = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = PrivateFile;
        return new FileStream(path, options);
    }

    /// <summary>Opens what is there and is no link; a pipe does not block it.</summary>
    public static SafeFileHandle OpenExisting(string path, bool write)
    {
        RefuseWindows();
        int descriptor = Open(path, (write ? ReadWrite : ReadOnly) | NoFollow | NonBlocking | CloseOnExec);
        if (descriptor < 0) throw Error("open", path);
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Opens what is there, to be read past the system's cache in aligned pieces; null where this disk or system does not.</summary>
    public static SafeFileHandle? TryOpenPastCache(string path)
    {
        if (!OperatingSystem.IsLinux()) return null;
        int descriptor = Open(path, ReadOnly | NoFollow | CloseOnExec | Direct);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Asks the system to forget what it holds of a file, which must be synced; false where it does not know how.</summary>
    public static bool TryDropCache(SafeFileHandle handle)
    {
        const int DoNotNeed = 4;
        return OperatingSystem.IsLinux() && Advise(handle, 0, 0, DoNotNeed) == 0;
    }

    /// <summary>Makes the names in a folder durable.</summary>
    public static void SyncFolder(string path)
    {
        RefuseWindows();
        int descriptor = Open(path, ReadOnly | CloseOnExec);
        if (descriptor < 0) throw Error("open", path);
        using SafeFileHandle handle = new(descriptor, ownsHandle: true);
        if (Sync(handle) != 0) throw Error("fsync", path);
    }

    /// <summary>Gives a file a second name; false when the name is taken.</summary>
    public static bool TryLink(string path, string name)
    {
        RefuseWindows();
        if (Link(path, name) == 0) return true;
        if (Marshal.GetLastPInvokeError() == FileExists) return false;
        throw Error("link", name);
    }

    /// <summary>Takes the lock of an open file, which ends with the process; false when another holds it.</summary>
    public static bool TryLock(SafeFileHandle handle, string path)
    {
        RefuseWindows();
        if (Flock(handle, LockExclusive | LockNonBlocking) == 0) return true;
        if (Marshal.GetLastPInvokeError() == WouldBlock) return false;
        throw Error("flock", path);
    }

    private static IOException Error(string call, string path)
    {
        int errno = Marshal.GetLastPInvokeError();
        string message = call + " " + path + ": " + new Win32Exception(errno).Message;
        const int NoEntry = 2;
        return errno == NoEntry ? new FileNotFoundException(message, path) : new IOException(message, errno);
    }

    private static void RefuseWindows()
    {
        if (!OperatingSystem.IsWindows()) return;
        throw new PlatformNotSupportedException("A data folder needs Linux or macOS: file modes, fsync of folders.");
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Sync(SafeFileHandle handle);

    [DllImport("libc", EntryPoint = "posix_fadvise64")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Advise(SafeFileHandle handle, long offset, long length, int advice);

    [DllImport("libc", EntryPoint = "link", SetLastError = true, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Link([MarshalAs(UnmanagedType.LPUTF8Str)] string path, [MarshalAs(UnmanagedType.LPUTF8Str)] string name);

    [DllImport("libc", EntryPoint = "flock", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Flock(SafeFileHandle handle, int operation);
}
