using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.IO;
using System.Threading;
using Microsoft.Win32.SafeHandles;
using NodeRuntime.Capacity.Space;
using NodeRuntime.Persistence.Files;
using NodeRuntime.Primitives;

namespace NodeRuntime.Persistence.Plots;

// A plot is a folder of its own, on whatever disk has room:
//
//     plot.lock                   held by the process that has the plot
//     manifest.plot               whose rows, and how they lie
//     unit-00000003.rows          a whole unit: row after row, nothing else
//     unit-00000003.sums          its checksums; a unit is made once they are there
//     unit-00000004.rows.partial  one under way: chunk after chunk, each synced
//     unit-00000004.sums.partial  before its checksum is appended here, 32 bytes each
//
// Rows can always be made again, so nothing here is a backup of anything: what is wrong is found and made anew.

/// <summary>A plot's files. Methods may run on several threads for different units.</summary>
public sealed class PlotFolder : IDisposable
{
    internal const string RowsEnding = ".rows";
    internal const string SumsEnding = ".sums";
    internal const string PartialEnding = ".partial";

    private const string LockName = "plot.lock";
    private const string ManifestName = "manifest.plot";
    private const int ManifestBytesMax = 1024;
    private const int SumsBytesMax = (UnitSums.ChunksMax * 36) + 1024;

    private readonly SafeFileHandle _lock;

    private PlotFolder(string path, SpaceParameters parameters, PlotManifest manifest, SafeFileHandle handle)
    {
        Path = path;
        Parameters = parameters;
        Manifest = manifest;
        _lock = handle;
    }

    public string Path { get; }

    public SpaceParameters Parameters { get; }

    public PlotManifest Manifest { get; }

    public PlotIdentity Identity => Manifest.Identity;

    /// <summary>Says whose plot a folder holds, and touches nothing.</summary>
    /// <param name="manifest">Null unless accepted.</param>
    public static PlotOutcome TryRead(string path, out PlotManifest? manifest)
    {
        PlotManifest? read = null;
        PlotOutcome outcome = Guard(path, null, () =>
        {
            read = PlotManifest.Decode(ReadSmall(System.IO.Path.Combine(path, ManifestName), ManifestBytesMax));
            return read is null ? new(PlotVerdict.ManifestUnreadable) : PlotOutcome.Accepted;
        });
        manifest = read;
        return outcome;
    }

    /// <summary>
    /// Opens a plot, or begins one where the folder holds none. A plot may be asked for more units than it was begun with, and then says so from now on; or
    /// for fewer, and then the others are left alone.
    /// </summary>
    public static PlotOutcome TryOpen(string path, SpaceParameters parameters, PlotOwner owner, uint units, out PlotFolder? folder) =>
        TryOpen(path, parameters, PlotManifest.Of(parameters, owner, units), out folder);

    /// <summary>The same for whoever knows the identity and not what it is computed from.</summary>
    public static PlotOutcome TryOpen(string path, SpaceParameters parameters, PlotIdentity identity, uint units, out PlotFolder? folder) =>
        TryOpen(path, parameters, PlotManifest.Of(parameters, identity, units), out folder);

    private static PlotOutcome TryOpen(string path, SpaceParameters parameters, PlotManifest wanted, out PlotFolder? folder)
    {
        PlotFolder? opened = null;
        PlotOutcome outcome = Guard(path, null, () =>
        {
            UnixFiles.CreateFolder(path);
            return Open(path, parameters, wanted, out opened);
        });
        folder = opened;
        return outcome;
    }

    /// <summary>What a plot of so many units still takes of its disk, in bytes, by the lengths of what is there; the folder may not be there yet.</summary>
    public static PlotOutcome FindRoomNeeded(string path, SpaceParameters parameters, uint units, out long byteCount)
    {
        long needed = 0;
        PlotOutcome outcome = Guard(path, null, () =>
        {
            for (uint unit = 0; unit < units; unit++)
            {
                FileInfo whole = new(FileOf(path, unit, RowsEnding)), partial = new(whole.FullName + PartialEnding);
                long there = whole.Exists ? whole.Length : partial.Exists ? partial.Length : 0;
                needed += Math.Max(0, parameters.UnitByteCount - there);
                // Checksums are written twice before the first of them go.
                if (!File.Exists(FileOf(path, unit, SumsEnding))) needed += 2L * UnitSums.ChunkCountOf(parameters) * Hash256.ByteCount;
            }

            return PlotOutcome.Accepted;
        });
        byteCount = needed;
        return outcome;
    }

    public void Dispose() => _lock.Dispose();

    /// <summary>Reads a whole unit against its checksums.</summary>
    public PlotOutcome CheckUnit(uint unit, CancellationToken cancel = default) => CheckUnit(unit, cancel, out _);

    /// <param name="rotten">The chunks that are not what was written.</param>
    internal PlotOutcome CheckUnit(uint unit, CancellationToken cancel, out ImmutableArray<int> rotten)
    {
        List<int> found = [];
        PlotOutcome outcome = Guard(Path, unit, () =>
        {
            PlotOutcome head = ReadSums(unit, out UnitSums? sums);
            if (!head.IsAccepted) return head;
            using SafeFileHandle rows = UnixFiles.OpenExisting(FileOf(unit, RowsEnding), write: false);
            if (RandomAccess.GetLength(rows) != Parameters.UnitByteCount) return new(PlotVerdict.UnitTruncated, unit);
            byte[] chunk = new byte[UnitSums.ChunkByteCountOf(Parameters)];
            for (int i = 0; i < sums!.Sums.Length; i++)
            {
                if (cancel.IsCancellationRequested) return new(PlotVerdict.Cancelled, unit);
                if (!TryReadChunk(rows, i, chunk, out int length)) return new(PlotVerdict.UnitTruncated, unit);
                if (UnitSums.SumOf(Identity, unit, (uint)i, chunk.AsSpan(0, length)) != sums.Sums[i]) found.Add(i);
            }

            return found.Count > 0 ? new(PlotVerdict.ChunkRotten, unit) : PlotOutcome.Accepted;
        });
        rotten = [.. found];
        return outcome;
    }

    /// <summary>A look at names and lengths alone.</summary>
    public PlotOutcome FindUnit(uint unit) => Guard(Path, unit, () =>
    {
        PlotOutcome head = ReadSums(unit, out _);
        if (!head.IsAccepted) return head;
        using SafeFileHandle rows = UnixFiles.OpenExisting(FileOf(unit, RowsEnding), write: false);
        return RandomAccess.GetLength(rows) == Parameters.UnitByteCount ? PlotOutcome.Accepted : new(PlotVerdict.UnitTruncated, unit);
    });

    /// <summary>The units that are not there, by names and lengths; units that are there are not read.</summary>
    internal PlotOutcome FindMissing(out ImmutableArray<uint> missing)
    {
        ImmutableArray<uint>.Builder units = ImmutableArray.CreateBuilder<uint>();
        missing = [];
        for (uint unit = 0; unit < Manifest.Units; unit++)
        {
            PlotOutcome found = FindUnit(unit);
            if (found.IsAccepted) continue;
            if (!found.IsMadeAgain) return found;
            units.Add(unit);
        }

        missing = units.ToImmutable();
        return PlotOutcome.Accepted;
    }

    internal PlotOutcome ReadSums(uint unit, out UnitSums? sums)
    {
        sums = null;
        string path = FileOf(unit, SumsEnding);
        if (!File.Exists(path)) return Missing(unit);
        sums = UnitSums.Decode(ReadSmall(path, SumsBytesMax));
        if (sums is null || sums.Sums.Length != UnitSums.ChunkCountOf(Parameters)) return new(PlotVerdict.SumsUnreadable, unit);
        return sums.Identity == Identity && sums.Unit == unit ? PlotOutcome.Accepted : new(PlotVerdict.WrongUnit, unit);
    }

    internal string FileOf(uint unit, string ending) => FileOf(Path, unit, ending);

    private static string FileOf(string path, uint unit, string ending) =>
        System.IO.Path.Combine(path, string.Create(CultureInfo.InvariantCulture, $"unit-{unit:D8}{ending}"));

    internal int LengthOfChunk(int chunk)
    {
        int whole = UnitSums.ChunkByteCountOf(Parameters);
        return (int)Math.Min(whole, Parameters.UnitByteCount - ((long)chunk * whole));
    }

    internal bool TryReadChunk(SafeFileHandle rows, int chunk, byte[] bytes, out int length)
    {
        length = LengthOfChunk(chunk);
        long offset = (long)chunk * UnitSums.ChunkByteCountOf(Parameters);
        int count = 0;
        while (count < length)
        {
            int read = RandomAccess.Read(rows, bytes.AsSpan(count, length - count), offset + count);
            if (read == 0) return false;
            count += read;
        }

        return true;
    }

    /// <summary>Names what a disk may answer. A file that is gone is a unit that is gone, unless its folder went with it.</summary>
    internal static PlotOutcome Guard(string folder, uint? unit, Func<PlotOutcome> work)
    {
        try
        {
            return work();
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return Directory.Exists(folder) && unit is not null ? new(PlotVerdict.UnitMissing, unit) : new(PlotVerdict.FolderMissing, unit);
        }
        catch (IOException exception) when (UnixFiles.IsDiskFull(exception))
        {
            return new(PlotVerdict.DiskFull, unit);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Directory.Exists(folder) ? new(PlotVerdict.DiskFailed, unit) : new(PlotVerdict.FolderMissing, unit);
        }
    }

    private PlotOutcome Missing(uint unit) => new(Directory.Exists(Path) ? PlotVerdict.UnitMissing : PlotVerdict.FolderMissing, unit);

    private static PlotOutcome Open(string path, SpaceParameters parameters, PlotManifest wanted, out PlotFolder? folder)
    {
        folder = null;
        string lockPath = System.IO.Path.Combine(path, LockName);
        if (!File.Exists(lockPath)) AtomicFile.TryCreate(lockPath, []);
        SafeFileHandle handle = UnixFiles.OpenExisting(lockPath, write: true);
        PlotManifest agreed = wanted;
        PlotOutcome outcome = UnixFiles.TryLock(handle, lockPath) ? Agree(System.IO.Path.Combine(path, ManifestName), wanted, out agreed) : new(PlotVerdict.InUse);
        if (!outcome.IsAccepted)
        {
            handle.Dispose();
            return outcome;
        }

        folder = new PlotFolder(path, parameters, agreed with { Units = wanted.Units }, handle);
        return PlotOutcome.Accepted;
    }

    // What stands on the disk from now on: the larger number of units, and the owner that either names.
    private static PlotOutcome Agree(string manifestPath, PlotManifest wanted, out PlotManifest agreed)
    {
        agreed = wanted;
        bool isThere = File.Exists(manifestPath);
        PlotManifest? manifest = isThere ? PlotManifest.Decode(ReadSmall(manifestPath, ManifestBytesMax)) : wanted;
        if (manifest is null) return new(PlotVerdict.ManifestUnreadable);
        if (manifest.Identity != wanted.Identity) return new(PlotVerdict.WrongOwner);
        if (manifest.UnitRows != wanted.UnitRows || manifest.RowMemory != wanted.RowMemory) return new(PlotVerdict.WrongLayout);
        agreed = manifest with { Owner = manifest.Owner ?? wanted.Owner, Units = Math.Max(manifest.Units, wanted.Units) };
        if (!isThere || agreed != manifest) AtomicFile.Replace(manifestPath, agreed.Encode());
        return PlotOutcome.Accepted;
    }

    // What is longer than it can be decodes to nothing.
    private static byte[] ReadSmall(string path, int bytesMax)
    {
        using SafeFileHandle handle = UnixFiles.OpenExisting(path, write: false);
        byte[] bytes = new byte[Math.Min(RandomAccess.GetLength(handle), bytesMax)];
        int count = 0;
        while (count < bytes.Length)
        {
            int read = RandomAccess.Read(handle, bytes.AsSpan(count), count);
            if (read == 0) break;
            count += read;
        }

        return bytes[..count];
    }
}
