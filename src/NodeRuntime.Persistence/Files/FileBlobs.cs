using System;
using System.Collections.Generic;
using System.IO;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;

namespace NodeRuntime.Persistence.Files;

// Each lease has a room, laid out as the sandbox finds it:
//
//     <leases>/<lease>/module.wasm  stdin  stdout  stderr  in/<name>  out/<name>
//     <leases>/<lease>/partial/     what is still being received
//
// A file is received under partial/ and gets its place only when it is sealed: length and SHA-256 checked, fsynced, renamed. So
// whatever stands in its place is whole, after any crash. The hash is taken as the bytes come; after a restart the bytes that
// are there are hashed once more.
//
// The out/ folder is written on behalf of a stranger's program. Nothing here follows a link or waits for a pipe.

/// <summary>The files of leases in the data folder. Every call is synchronous; calls about one lease exclude each other.</summary>
/// <param name="leasesPath">The folder that holds a folder for each lease.</param>
public sealed class FileBlobs(string leasesPath) : IBlobs
{
    private const string PartialName = "partial";
    private const int StripeCount = 64;
    private const int ChunkBytes = 64 * 1024;

    private readonly object[] _stripes = MakeStripes();

    // Guarded by itself; an entry is used under its lease's stripe.
    private readonly Dictionary<string, Receiving> _receiving = new(StringComparer.Ordinal);

    public BlobVerdict Append(LeaseId lease, BlobArea area, string name, ulong offset, ReadOnlySpan<byte> bytes)
    {
        if (!HasPlace(area, name)) return BlobVerdict.NameRefused;
        lock (StripeOf(lease))
        {
            string partial = PartialPath(lease, area, name);
            try
            {
                if (Exists(PlacePath(lease, area, name))) return BlobVerdict.OffsetWrong;
                Receiving? receiving = Find(partial);
                if (receiving is null)
                {
                    if (CountReceiving() >= Limits.BlobsOpenMax) return BlobVerdict.Failed;
                    if (offset == 0) DeleteIfThere(partial);
                    receiving = Exists(partial) ? Resume(partial) : new Receiving();
                    Add(partial, receiving);
                }

                if (offset != receiving.Length) return BlobVerdict.OffsetWrong;
                if ((ulong)bytes.Length > BytesMax(area) - receiving.Length) return BlobVerdict.TooLarge;
                MakeRoom(lease, area);
                Write(partial, receiving.Length, bytes);
                receiving.Take(bytes);
                return BlobVerdict.Accepted;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // What the disk holds of the last bytes is unknown: the next call hashes it again.
                Forget(partial);
                return UnixFiles.IsDiskFull(exception) ? BlobVerdict.DiskFull : BlobVerdict.Failed;
            }
        }
    }

    public BlobVerdict Seal(LeaseId lease, BlobArea area, string name, ulong length, Hash256 hash)
    {
        if (!HasPlace(area, name)) return BlobVerdict.NameRefused;
        if (length > BytesMax(area)) return BlobVerdict.TooLarge;
        lock (StripeOf(lease))
        {
            string place = PlacePath(lease, area, name);
            string partial = PartialPath(lease, area, name);
            try
            {
                if (Exists(place)) return CheckSealed(place, length, hash);
                Receiving? receiving = Find(partial);
                if (receiving is null && Exists(partial))
                {
                    receiving = Resume(partial);
                    Add(partial, receiving);
                }

                if (receiving is null)
                {
                    // Nobody sends the bytes of an empty file.
                    if (length != 0) return BlobVerdict.NotFound;
                    MakeRoom(lease, area);
                    Write(partial, 0, []);
                    receiving = new Receiving();
                    Add(partial, receiving);
                }

                // Bytes may still be missing; they can follow.
                if (receiving.Length != length) return BlobVerdict.LengthWrong;
                bool isRight = receiving.Hash() == hash;
                Forget(partial);
                if (!isRight)
                {
                    File.Delete(partial);
                    return BlobVerdict.HashWrong;
                }

                using (SafeFileHandle handle = UnixFiles.OpenExisting(partial, write: true))
                {
                    RandomAccess.FlushToDisk(handle);
                }

                File.Move(partial, place, overwrite: false);
                UnixFiles.SyncFolder(Path.GetDirectoryName(place)!);
                return BlobVerdict.Accepted;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                Forget(partial);
                return UnixFiles.IsDiskFull(exception) ? BlobVerdict.DiskFull : BlobVerdict.Failed;
            }
        }
    }

    public ReadOnlyMemory<byte> Read(LeaseId lease, BlobArea area, string name, ulong offset, int countMax)
    {
        Invariant.Holds(countMax >= 0);
        if (!HasPlace(area, name) || offset > (ulong)BytesMax(area)) return default;
        lock (StripeOf(lease))
        {
            try
            {
                using SafeFileHandle handle = UnixFiles.OpenExisting(PlacePath(lease, area, name), write: false);
                long left = RandomAccess.GetLength(handle) - (long)offset;
                if (left <= 0) return default;
                byte[] bytes = new byte[Math.Min(left, countMax)];
                int count = ReadFully(handle, bytes, (long)offset);
                return bytes.AsMemory(0, count);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
            {
                // Absent, a link, a pipe, a folder, a bad sector: there is no file to give.
                return default;
            }
        }
    }

    public void Remove(LeaseId lease)
    {
        lock (StripeOf(lease))
        {
            string room = RoomPath(lease);
            ForgetBelow(room + "/");
            if (!Directory.Exists(room)) return;
            // Removes links, not what they point to.
            Directory.Delete(room, recursive: true);
        }
    }

    private static bool HasPlace(BlobArea area, string name) => area switch
    {
        BlobArea.Input or BlobArea.Output => FileNames.IsFileName(name),
        // These hold one file each; its name in the room is fixed, and the one given is not looked at.
        BlobArea.Module or BlobArea.StandardInput or BlobArea.StandardOutput or BlobArea.StandardError => true,
    };

    private static ulong BytesMax(BlobArea area) => area switch
    {
        BlobArea.Module => Limits.ModuleBytesMax,
        BlobArea.Input or BlobArea.StandardInput => Limits.InputBytesMax,
        BlobArea.Output or BlobArea.StandardOutput or BlobArea.StandardError => Limits.OutputBytesMax,
    };

    private static string PlaceIn(BlobArea area, string name) => area switch
    {
        BlobArea.Module => "module.wasm",
        BlobArea.Input => "in/" + name,
        BlobArea.StandardInput => "stdin",
        BlobArea.Output => "out/" + name,
        BlobArea.StandardOutput => "stdout",
        BlobArea.StandardError => "stderr",
    };

    private string RoomPath(LeaseId lease) => Path.Combine(leasesPath, lease.ToString());

    private string PlacePath(LeaseId lease, BlobArea area, string name) => Path.Combine(RoomPath(lease), PlaceIn(area, name));

    // in/ and out/ have folders of their own here too: a name may be as long as the disk allows.
    private string PartialPath(LeaseId lease, BlobArea area, string name) =>
        Path.Combine(RoomPath(lease), PartialName, PlaceIn(area, name));

    private void MakeRoom(LeaseId lease, BlobArea area)
    {
        string room = RoomPath(lease);
        string partial = Path.Combine(room, PartialName);
        UnixFiles.CreateFolder(room);
        UnixFiles.CreateFolder(partial);
        string? folder = area switch
        {
            BlobArea.Input => "in",
            BlobArea.Output => "out",
            BlobArea.Module or BlobArea.StandardInput or BlobArea.StandardOutput or BlobArea.StandardError => null,
        };
        if (folder is null) return;
        UnixFiles.CreateFolder(Path.Combine(room, folder));
        UnixFiles.CreateFolder(Path.Combine(partial, folder));
    }

    // A link counts as there, also one that points nowhere: nothing is put in its place.
    private static bool Exists(string path) => File.Exists(path) || new FileInfo(path).LinkTarget is not null || Directory.Exists(path);

    private static void DeleteIfThere(string path)
    {
        if (Exists(path)) File.Delete(path);
    }

    private static void Write(string partial, ulong offset, ReadOnlySpan<byte> bytes)
    {
        if (offset == 0 && !Exists(partial))
        {
            using FileStream created = UnixFiles.CreateNew(partial);
            created.Write(bytes);
            return;
        }

        using SafeFileHandle handle = UnixFiles.OpenExisting(partial, write: true);
        RandomAccess.Write(handle, bytes, (long)offset);
    }

    private static Receiving Resume(string partial)
    {
        Receiving receiving = new();
        using SafeFileHandle handle = UnixFiles.OpenExisting(partial, write: false);
        ForEachChunk(handle, receiving.Take);
        return receiving;
    }

    private static BlobVerdict CheckSealed(string place, ulong length, Hash256 hash)
    {
        using SafeFileHandle handle = UnixFiles.OpenExisting(place, write: false);
        if ((ulong)RandomAccess.GetLength(handle) != length) return BlobVerdict.LengthWrong;
        using Receiving content = new();
        ForEachChunk(handle, content.Take);
        return content.Hash() == hash ? BlobVerdict.Accepted : BlobVerdict.HashWrong;
    }

    private static void ForEachChunk(SafeFileHandle handle, Action<ReadOnlySpan<byte>> take)
    {
        byte[] chunk = new byte[ChunkBytes];
        long offset = 0;
        while (true)
        {
            int count = ReadFully(handle, chunk, offset);
            take(chunk.AsSpan(0, count));
            if (count < chunk.Length) return;
            offset += count;
        }
    }

    private static int ReadFully(SafeFileHandle handle, Span<byte> bytes, long offset)
    {
        int count = 0;
        while (count < bytes.Length)
        {
            int read = RandomAccess.Read(handle, bytes[count..], offset + count);
            if (read == 0) break;
            count += read;
        }

        return count;
    }

    private object StripeOf(LeaseId lease) => _stripes[lease.Hash.AsSpan()[0] % StripeCount];

    private int CountReceiving()
    {
        lock (_receiving) return _receiving.Count;
    }

    private Receiving? Find(string partial)
    {
        lock (_receiving) return _receiving.GetValueOrDefault(partial);
    }

    private void Add(string partial, Receiving receiving)
    {
        lock (_receiving) _receiving.Add(partial, receiving);
    }

    private void Forget(string partial)
    {
        lock (_receiving)
        {
            if (_receiving.Remove(partial, out Receiving? receiving)) receiving.Dispose();
        }
    }

    private void ForgetBelow(string start)
    {
        lock (_receiving)
        {
            List<string> gone = [];
            foreach (string partial in _receiving.Keys)
            {
                if (partial.StartsWith(start, StringComparison.Ordinal)) gone.Add(partial);
            }

            foreach (string partial in gone)
            {
                _receiving.Remove(partial, out Receiving? receiving);
                receiving?.Dispose();
            }
        }
    }

    private static object[] MakeStripes()
    {
        object[] stripes = new object[StripeCount];
        for (int i = 0; i < stripes.Length; i++) stripes[i] = new object();
        return stripes;
    }

    /// <summary>How far a file has come: its length and the hash so far.</summary>
    private sealed class Receiving : IDisposable
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public ulong Length { get; private set; }

        public void Take(ReadOnlySpan<byte> bytes)
        {
            _hash.AppendData(bytes);
            Length += (ulong)bytes.Length;
        }

        public Hash256 Hash()
        {
            Span<byte> digest = stackalloc byte[Hash256.ByteCount];
            _hash.GetCurrentHash(digest);
            return new Hash256(digest);
        }

        public void Dispose() => _hash.Dispose();
    }
}
