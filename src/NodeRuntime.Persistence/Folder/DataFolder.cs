using System;
using System.IO;
using System.Text;
using Microsoft.Win32.SafeHandles;
using NodeRuntime.Persistence.Files;
using NodeRuntime.Primitives;

namespace NodeRuntime.Persistence.Folder;

// All that a peer keeps, in one folder for its owner alone:
//
//     format             what this is: format version and chain, two lines; written last, so its presence means "whole"
//     lock               locked while a process works here; the lock ends with the process, however that ends
//     keys/              key files
//     journal/           journal.db and its write-ahead log (unless the journal is on PostgreSQL)
//     leases/<lease>/    the files of jobs
//     flight/            what the machines were told in the last minutes, to be replayed; may be deleted at any time

/// <summary>A data folder that this process, and no other, works in until it is disposed.</summary>
public sealed class DataFolder : IDisposable
{
    /// <summary>The version of this layout and of the journal's tables.</summary>
    public const int FormatVersion = 1;

    private const string FormatName = "format";
    private const string LockName = "lock";
    private const string FormatHead = "noderuntime-data ";
    private const string ChainHead = "chain ";
    private const int FormatBytesMax = 1024;

    private readonly SafeFileHandle _lock;

    private DataFolder(string path, ChainId chain, SafeFileHandle folderLock)
    {
        Path = path;
        Chain = chain;
        _lock = folderLock;
    }

    public string Path { get; }

    public ChainId Chain { get; }

    public string KeysPath => System.IO.Path.Combine(Path, "keys");

    public string JournalPath => System.IO.Path.Combine(Path, "journal");

    public string LeasesPath => System.IO.Path.Combine(Path, "leases");

    /// <summary>Made by whoever records.</summary>
    public string FlightPath => System.IO.Path.Combine(Path, "flight");

    /// <summary>Makes the folder where there is none, or where it is empty; checks it otherwise; and locks it.</summary>
    /// <exception cref="DataFolderException">It is not this chain's, or not ours to use; the exception names why.</exception>
    public static DataFolder Open(string path, ChainId chain)
    {
        path = System.IO.Path.GetFullPath(path);
        try
        {
            return OpenChecked(path, chain);
        }
        catch (Exception exception) when (UnixFiles.IsDiskFull(exception))
        {
            throw new DataFolderException(
                DataFolderVerdict.DiskFull,
                $"No room on the disk of the data folder {path}. Make room and start again.",
                exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DataFolderException(
                DataFolderVerdict.Unreadable,
                $"The data folder {path} cannot be used: {exception.Message}. Check that it is a folder and belongs to this user.",
                exception);
        }
    }

    /// <summary>A folder that a peer has worked in, for whoever wants to read it: of whatever chain it says, and never made.</summary>
    /// <exception cref="DataFolderException">It is none, or it is in use.</exception>
    public static DataFolder OpenExisting(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        string formatPath = System.IO.Path.Combine(path, FormatName);
        try
        {
            if (!File.Exists(formatPath)) throw Malformed(formatPath);
            return Open(path, ReadFormat(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DataFolderException(
                DataFolderVerdict.Unreadable, $"The data folder {path} cannot be read: {exception.Message}. Check that it belongs to this user.", exception);
        }
    }

    /// <summary>Whether the journal's file is here: a peer may keep it on a PostgreSQL server instead.</summary>
    public bool HasJournal => File.Exists(System.IO.Path.Combine(JournalPath, "journal.db"));

    public void Dispose() => _lock.Dispose();

    private static DataFolder OpenChecked(string path, ChainId chain)
    {
        UnixFiles.CreateFolder(path);
        // Before the lock file is made: a folder of somebody else's stays as it was.
        bool isFormatted = File.Exists(System.IO.Path.Combine(path, FormatName));
        if (!isFormatted) RefuseForeign(path);
        SafeFileHandle folderLock = Lock(path);
        try
        {
            DataFolder folder = new(path, chain, folderLock);
            // Looked at again under the lock: two first starts may have met.
            if (File.Exists(System.IO.Path.Combine(path, FormatName))) CheckFormat(path, chain);
            else Format(folder);
            UnixFiles.CreateFolder(folder.KeysPath);
            UnixFiles.CreateFolder(folder.JournalPath);
            UnixFiles.CreateFolder(folder.LeasesPath);
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFiles.PrivateFolder);
            return folder;
        }
        catch
        {
            folderLock.Dispose();
            throw;
        }
    }

    // Without a format file only the remains of an interrupted first start, and keys made beforehand, may be there.
    private static void RefuseForeign(string path)
    {
        foreach (string entry in Directory.EnumerateFileSystemEntries(path))
        {
            string name = System.IO.Path.GetFileName(entry);
            bool ours = name is LockName or "keys"
                || (name.StartsWith(FormatName, StringComparison.Ordinal)
                    && name.EndsWith(AtomicFile.TemporaryEnding, StringComparison.Ordinal))
                || (name is "journal" or "leases" && Directory.Exists(entry) && IsEmpty(entry));
            if (ours) continue;
            throw new DataFolderException(
                DataFolderVerdict.NotADataFolder,
                $"The folder {path} is not a peer's data folder and is not empty (it holds '{name}'). Choose another folder.");
        }
    }

    private static bool IsEmpty(string folder)
    {
        foreach (string _ in Directory.EnumerateFileSystemEntries(folder)) return false;
        return true;
    }

    private static SafeFileHandle Lock(string path)
    {
        string lockPath = System.IO.Path.Combine(path, LockName);
        SafeFileHandle handle;
        try
        {
            handle = UnixFiles.OpenExisting(lockPath, write: true);
        }
        catch (FileNotFoundException)
        {
            // FileShare.ReadWrite: the framework's own lock, which a variable can switch off, stays out of the way of ours.
            handle = File.OpenHandle(lockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(handle, UnixFiles.PrivateFile);
        }

        try
        {
            if (UnixFiles.TryLock(handle, lockPath))
            {
                byte[] holder = Encoding.ASCII.GetBytes(Environment.ProcessId + "\n");
                RandomAccess.SetLength(handle, 0);
                RandomAccess.Write(handle, holder, 0);
                return handle;
            }

            byte[] text = new byte[32];
            int count = RandomAccess.Read(handle, text, 0);
            string other = Encoding.ASCII.GetString(text, 0, count).Trim();
            throw new DataFolderException(
                DataFolderVerdict.Locked,
                $"Another process (id {(other.Length == 0 ? "unknown" : other)}) works in the data folder {path}. " +
                "Stop it, or use another folder.");
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private static void CheckFormat(string path, ChainId chain)
    {
        ChainId found = ReadFormat(path);
        if (found != chain)
        {
            throw new DataFolderException(
                DataFolderVerdict.WrongChain,
                $"The data folder {path} belongs to chain {found}, and this peer is to join {chain}. " +
                "Check the genesis, or use another folder.");
        }
    }

    private static ChainId ReadFormat(string path)
    {
        string formatPath = System.IO.Path.Combine(path, FormatName);
        if (new FileInfo(formatPath).Length > FormatBytesMax) throw Malformed(formatPath);
        string[] lines = File.ReadAllText(formatPath).Split('\n');
        if (lines.Length < 1 || !lines[0].StartsWith(FormatHead, StringComparison.Ordinal)) throw Malformed(formatPath);
        if (!int.TryParse(lines[0].AsSpan(FormatHead.Length), out int version) || version < 1) throw Malformed(formatPath);
        // The version first: a later program may have changed everything below it.
        if (version > FormatVersion)
        {
            throw new DataFolderException(
                DataFolderVerdict.SchemaNewer,
                $"The data folder {path} has format {version}; this program knows {FormatVersion}. Start the newer program.");
        }

        if (lines.Length != 3 || lines[2].Length != 0) throw Malformed(formatPath);
        if (!lines[1].StartsWith(ChainHead, StringComparison.Ordinal)) throw Malformed(formatPath);
        if (!Hash256.TryParse(lines[1][ChainHead.Length..], out Hash256 hash)) throw Malformed(formatPath);
        return new ChainId(hash);
    }

    private static DataFolderException Malformed(string formatPath) =>
        new(
            DataFolderVerdict.FormatMalformed,
            $"The file {formatPath} is damaged or not a peer's. Restore it from a backup, or use another folder " +
            "and let the peer sync anew.");

    private static void Format(DataFolder folder)
    {
        string text = FormatHead + FormatVersion + "\n" + ChainHead + folder.Chain + "\n";
        AtomicFile.Replace(System.IO.Path.Combine(folder.Path, FormatName), Encoding.ASCII.GetBytes(text));
    }
}
