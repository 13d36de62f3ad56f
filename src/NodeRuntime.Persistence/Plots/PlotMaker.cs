using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Threading;
using Microsoft.Win32.SafeHandles;
using NodeRuntime.Capacity.Space;
using NodeRuntime.Crypto.MemoryHard;
using NodeRuntime.Persistence.Files;
using NodeRuntime.Primitives;

namespace NodeRuntime.Persistence.Plots;

/// <summary>
/// Makes and mends units, on the thread that calls. Work that was interrupted, by a cancellation or a power cut, goes on at the last chunk whose bytes
/// are still what they were. A unit is declared made only after some of its rows were read back and computed again.
/// </summary>
/// <param name="argon2">The maker's own: one owner.</param>
/// <param name="prng">Chooses the rows that are computed again.</param>
/// <param name="meter">Told behind every chunk.</param>
public sealed class PlotMaker(PlotFolder folder, IArgon2id argon2, Prng prng, PlotThrottle throttle, PlotMeter meter)
{
    /// <summary>A fault that spoils a tenth of the rows escapes with 3 %, one that spoils a quarter with 1 in 10,000.</summary>
    private const int RowsComputedAgain = 32;

    private readonly byte[] _chunk = new byte[UnitSums.ChunkByteCountOf(folder.Parameters)];

    /// <summary>Makes what is missing of all units. Units that are there are not read: that is <see cref="MendAll"/>'s.</summary>
    public PlotOutcome MakeAll(CancellationToken cancel)
    {
        PlotOutcome outcome = folder.FindMissing(out ImmutableArray<uint> missing);
        if (!outcome.IsAccepted) return outcome;
        meter.Find((ulong)(folder.Manifest.Units - missing.Length) * folder.Parameters.UnitRows);
        foreach (uint unit in missing)
        {
            outcome = MakeUnit(unit, cancel);
            if (!outcome.IsAccepted) return outcome;
        }

        return PlotOutcome.Accepted;
    }

    /// <summary>Reads all units, and makes again what is not as it was written, and nothing else.</summary>
    /// <param name="mended">The units that were wrong.</param>
    public PlotOutcome MendAll(CancellationToken cancel, out ImmutableArray<PlotOutcome> mended)
    {
        ImmutableArray<PlotOutcome>.Builder wrong = ImmutableArray.CreateBuilder<PlotOutcome>();
        PlotOutcome outcome = PlotOutcome.Accepted;
        for (uint unit = 0; unit < folder.Manifest.Units && outcome.IsAccepted; unit++)
        {
            PlotOutcome found = folder.CheckUnit(unit, cancel, out ImmutableArray<int> rotten);
            if (found.IsAccepted) continue;
            wrong.Add(found);
            outcome = Mend(found, unit, rotten, cancel);
        }

        mended = wrong.ToImmutable();
        return outcome;
    }

    /// <summary>Makes again what was found wrong of a unit; what no making mends is answered as it was found.</summary>
    internal PlotOutcome Mend(PlotOutcome found, uint unit, ImmutableArray<int> rotten, CancellationToken cancel) =>
        found.Verdict == PlotVerdict.ChunkRotten ? MendChunks(unit, rotten, cancel)
        : found.IsMadeAgain ? MakeUnit(unit, cancel)
        : found;

    /// <summary>Makes one unit anew, or goes on with it.</summary>
    public PlotOutcome MakeUnit(uint unit, CancellationToken cancel) => PlotFolder.Guard(folder.Path, unit, () =>
    {
        string rowsPath = folder.FileOf(unit, PlotFolder.RowsEnding), sumsPath = folder.FileOf(unit, PlotFolder.SumsEnding);
        string partialRows = rowsPath + PlotFolder.PartialEnding, partialSums = sumsPath + PlotFolder.PartialEnding;
        Begin(rowsPath, sumsPath, partialRows);
        List<Hash256> sums = [];
        using (SafeFileHandle rows = File.OpenHandle(partialRows, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read))
        using (SafeFileHandle progress = File.OpenHandle(partialSums, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read))
        {
            Resume(unit, rows, progress, sums);
            meter.Find((ulong)sums.Count * (ulong)(_chunk.Length / SpaceParameters.RowByteCount));
            for (int i = sums.Count; i < UnitSums.ChunkCountOf(folder.Parameters); i++)
            {
                if (cancel.IsCancellationRequested) return new(PlotVerdict.Cancelled, unit);
                Hash256 sum = WriteChunk(unit, i, rows);
                RandomAccess.Write(progress, sum.AsSpan(), (long)i * Hash256.ByteCount);
                sums.Add(sum);
                meter.Make((ulong)(folder.LengthOfChunk(i) / SpaceParameters.RowByteCount));
                throttle.Rest(cancel);
            }

            PlotOutcome again = ComputeAgain(unit, rows);
            if (!again.IsAccepted) return again;
        }

        File.Move(partialRows, rowsPath, overwrite: true);
        AtomicFile.Replace(sumsPath, new UnitSums(folder.Identity, unit, [.. sums]).Encode());
        File.Delete(partialSums);
        return PlotOutcome.Accepted;
    });

    // Whatever of a unit has no checksums is under way; what has wrong ones begins anew.
    private static void Begin(string rowsPath, string sumsPath, string partialRows)
    {
        bool wasMade = File.Exists(sumsPath);
        File.Delete(sumsPath);
        if (wasMade) File.Delete(rowsPath);
        else if (File.Exists(rowsPath)) File.Move(rowsPath, partialRows, overwrite: true);
    }

    private void Resume(uint unit, SafeFileHandle rows, SafeFileHandle progress, List<Hash256> sums)
    {
        byte[] recorded = new byte[Math.Min(RandomAccess.GetLength(progress), (long)UnitSums.ChunkCountOf(folder.Parameters) * Hash256.ByteCount)];
        int count = RandomAccess.Read(progress, recorded, 0) / Hash256.ByteCount;
        for (int i = 0; i < count; i++)
        {
            Hash256 sum = new(recorded.AsSpan(i * Hash256.ByteCount, Hash256.ByteCount));
            if (!folder.TryReadChunk(rows, i, _chunk, out int length)) break;
            if (UnitSums.SumOf(folder.Identity, unit, (uint)i, _chunk.AsSpan(0, length)) != sum) break;
            sums.Add(sum);
        }

        RandomAccess.SetLength(progress, (long)sums.Count * Hash256.ByteCount);
    }

    private PlotOutcome MendChunks(uint unit, ImmutableArray<int> rotten, CancellationToken cancel) => PlotFolder.Guard(folder.Path, unit, () =>
    {
        PlotOutcome head = folder.ReadSums(unit, out UnitSums? sums);
        if (!head.IsAccepted) return head;
        using SafeFileHandle rows = UnixFiles.OpenExisting(folder.FileOf(unit, PlotFolder.RowsEnding), write: true);
        foreach (int i in rotten)
        {
            if (cancel.IsCancellationRequested) return new(PlotVerdict.Cancelled, unit);
            // The rows' function is right and their checksum may be what rotted: then the unit is made anew, with all of its sums.
            if (WriteChunk(unit, i, rows) != sums!.Sums[i]) return MakeUnit(unit, cancel);
            throttle.Rest(cancel);
        }

        return PlotOutcome.Accepted;
    });

    private Hash256 WriteChunk(uint unit, int chunk, SafeFileHandle rows)
    {
        int length = folder.LengthOfChunk(chunk);
        long offset = (long)chunk * _chunk.Length;
        ulong first = ((ulong)unit * folder.Parameters.UnitRows) + (ulong)(offset / SpaceParameters.RowByteCount);
        for (int i = 0; i < length / SpaceParameters.RowByteCount; i++)
        {
            Span<byte> row = _chunk.AsSpan(i * SpaceParameters.RowByteCount, SpaceParameters.RowByteCount);
            folder.Identity.MakeRow(folder.Parameters, argon2, first + (uint)i, row);
        }

        RandomAccess.Write(rows, _chunk.AsSpan(0, length), offset);
        RandomAccess.FlushToDisk(rows);
        return UnitSums.SumOf(folder.Identity, unit, (uint)chunk, _chunk.AsSpan(0, length));
    }

    private PlotOutcome ComputeAgain(uint unit, SafeFileHandle rows)
    {
        byte[] stored = new byte[SpaceParameters.RowByteCount], computed = new byte[SpaceParameters.RowByteCount];
        for (int i = 0; i < RowsComputedAgain; i++)
        {
            uint row = (uint)prng.NextBelow(folder.Parameters.UnitRows);
            if (RandomAccess.Read(rows, stored, (long)row * SpaceParameters.RowByteCount) != stored.Length) return new(PlotVerdict.UnitTruncated, unit);
            folder.Identity.MakeRow(folder.Parameters, argon2, ((ulong)unit * folder.Parameters.UnitRows) + row, computed);
            if (!stored.AsSpan().SequenceEqual(computed)) return new(PlotVerdict.RowWrong, unit);
        }

        return PlotOutcome.Accepted;
    }
}
