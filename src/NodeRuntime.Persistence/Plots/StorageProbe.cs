using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading;
using Microsoft.Win32.SafeHandles;
using NodeRuntime.Persistence.Files;

namespace NodeRuntime.Persistence.Plots;

/// <summary>How bytes came from a disk when its rate was measured.</summary>
public enum StorageRead
{
    /// <summary>Past the system's cache (O_DIRECT).</summary>
    Direct,

    /// <summary>Through the cache, which was told to forget the file before.</summary>
    CacheDropped,

    /// <summary>Through the cache, which may have had them: no rate of a disk.</summary>
    Cached,
}

/// <param name="BytesPerSecond">Zero where nothing was measured.</param>
public readonly record struct StorageRate(PlotOutcome Outcome, double BytesPerSecond, StorageRead Read);

/// <summary>How fast a folder's disk gives bytes one after the other, found with a file of its own that is gone afterwards.</summary>
public static class StorageProbe
{
    private const int PieceByteCount = 1 << 20;
    private const int Alignment = 4096;

    /// <param name="byteCount">A multiple of 1 MiB: as much is written, synced and read again.</param>
    public static StorageRate Measure(string folder, long byteCount, TimeProvider time, CancellationToken cancel)
    {
        string path = Path.Combine(folder, "probe." + Environment.ProcessId + AtomicFile.TemporaryEnding);
        double rate = 0;
        StorageRead read = StorageRead.Cached;
        try
        {
            PlotOutcome outcome = PlotFolder.Guard(folder, null, () =>
            {
                PlotOutcome written = Write(path, byteCount, cancel);
                return written.IsAccepted ? Read(path, byteCount, time, cancel, out rate, out read) : written;
            });
            return new StorageRate(outcome, rate, read);
        }
        finally
        {
            if (Directory.Exists(folder)) File.Delete(path);
        }
    }

    private static PlotOutcome Write(string path, long byteCount, CancellationToken cancel)
    {
        byte[] piece = new byte[PieceByteCount];
        // Bytes that no disk makes fewer of.
        System.Security.Cryptography.RandomNumberGenerator.Fill(piece);
        using FileStream stream = UnixFiles.CreateNew(path);
        for (long at = 0; at < byteCount; at += piece.Length)
        {
            if (cancel.IsCancellationRequested) return new(PlotVerdict.Cancelled);
            BitConverter.TryWriteBytes(piece, at);
            stream.Write(piece);
        }

        stream.Flush(flushToDisk: true);
        return PlotOutcome.Accepted;
    }

    private static PlotOutcome Read(string path, long byteCount, TimeProvider time, CancellationToken cancel, out double rate, out StorageRead read)
    {
        rate = 0;
        using SafeFileHandle plain = UnixFiles.OpenExisting(path, write: false);
        bool isDropped = UnixFiles.TryDropCache(plain);
        using SafeFileHandle? direct = UnixFiles.TryOpenPastCache(path);
        read = direct is not null ? StorageRead.Direct : isDropped ? StorageRead.CacheDropped : StorageRead.Cached;
        byte[] room = GC.AllocateArray<byte>(PieceByteCount + Alignment, pinned: true);
        int start = (int)((Alignment - (Marshal.UnsafeAddrOfPinnedArrayElement(room, 0) % Alignment)) % Alignment);
        long startedAt = time.GetTimestamp(), at = 0;
        while (at < byteCount)
        {
            if (cancel.IsCancellationRequested) return new(PlotVerdict.Cancelled);
            int count = RandomAccess.Read(direct ?? plain, room.AsSpan(start, PieceByteCount), at);
            if (count == 0) return new(PlotVerdict.DiskFailed);
            at += count;
        }

        rate = at / Math.Max(time.GetElapsedTime(startedAt).TotalSeconds, 1e-6);
        return PlotOutcome.Accepted;
    }
}
