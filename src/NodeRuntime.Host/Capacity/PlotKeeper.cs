using System;
using System.Collections.Immutable;
using System.Globalization;
using System.IO;
using System.Threading;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Capacity.Space;
using NodeRuntime.Crypto.MemoryHard;
using NodeRuntime.Persistence.Plots;
using NodeRuntime.Primitives;

namespace NodeRuntime.Host.Capacity;

/// <summary>
/// An engine's plot: opened when it is first asked for and held from then on. A plot that was there and is gone is a disk that was taken out, and is never begun
/// anew in its place; one that was found damaged is read whole and mended before more of it is made.
/// </summary>
internal sealed class PlotKeeper(CapacityEngineSettings settings, SystemArgon2 argon2, TimeProvider time, CoreBudget cores) : IDisposable
{
    private readonly Lock _gate = new();
    private PlotFolder? _folder;
    private bool _wasThere;
    private volatile bool _isDamaged;
    private int _making;

    public CapacityResult Make(CapacityTask.MakePlot task, CancellationToken cancel)
    {
        if (Interlocked.Exchange(ref _making, 1) != 0) return new CapacityResult.Failed(task.Number, CapacityFailure.Faulted, "the plot is being made already");
        try
        {
            PlotOutcome outcome = Open(new PlotIdentity(task.Identity), task.Units, begins: true, out PlotFolder? folder);
            if (!outcome.IsAccepted) return Failed(task, outcome);
            PlotCrew crew = new(folder!, argon2, settings.Cores, settings.DutyPerMille, Seed(), time, cores);
            if (_isDamaged)
            {
                outcome = crew.CheckAll(mends: true, null, cancel, out ImmutableArray<PlotFinding> _);
                if (!outcome.IsAccepted) return Failed(task, outcome);
                _isDamaged = false;
            }

            outcome = crew.MakeAll(null, cancel, out _);
            return outcome.IsAccepted ? new CapacityResult.Plotted(task.Number) : Failed(task, outcome);
        }
        finally
        {
            Volatile.Write(ref _making, 0);
        }
    }

    public CapacityResult Prove(CapacityTask.ProveSpace task, CancellationToken cancel)
    {
        PlotOutcome outcome = Open(new PlotIdentity(task.Identity), task.Units, begins: false, out PlotFolder? folder);
        if (!outcome.IsAccepted) return Failed(task, outcome);
        PlotThrottle throttle = new(settings.DutyPerMille, time, cores);
        PlotProver prover = new(folder!, argon2.Create(), throttle);
        throttle.Begin();
        outcome = prover.Prove(new SpaceChallenge(settings.Parameters.Space, task.Beacon, folder!.Identity, task.Units), cancel, out SpaceProof? proof);
        throttle.End();
        return outcome.IsAccepted ? new CapacityResult.SpaceProved(task.Number, proof!.Encode()) : Failed(task, outcome);
    }

    public void Dispose()
    {
        lock (_gate) _folder?.Dispose();
    }

    private PlotOutcome Open(PlotIdentity identity, uint units, bool begins, out PlotFolder? folder)
    {
        lock (_gate)
        {
            folder = null;
            if (units < 1 || units > settings.Parameters.Space.UnitsMax) return new(PlotVerdict.WrongLayout);
            PlotOutcome found = PlotFolder.TryRead(settings.PlotPath, out PlotManifest? manifest);
            bool isMissing = found.Verdict == PlotVerdict.FolderMissing;
            if (!found.IsAccepted && (!isMissing || !begins || _wasThere)) return Lose(found);
            if (manifest is not null && manifest.Identity != identity) return new(PlotVerdict.WrongOwner);
            if (begins && !HasRoom(units)) return new(PlotVerdict.DiskFull);
            if (_folder is null || _folder.Identity != identity || _folder.Manifest.Units < units)
            {
                _folder?.Dispose();
                _folder = null;
                PlotOutcome outcome = PlotFolder.TryOpen(settings.PlotPath, settings.Parameters.Space, identity, units, out _folder);
                if (!outcome.IsAccepted) return outcome;
                _wasThere = true;
            }

            folder = _folder;
            return PlotOutcome.Accepted;
        }
    }

    // The lock was of files that are gone: what is mounted there next has its own.
    private PlotOutcome Lose(PlotOutcome outcome)
    {
        _folder?.Dispose();
        _folder = null;
        return outcome;
    }

    private bool HasRoom(uint units)
    {
        if (!PlotFolder.FindRoomNeeded(settings.PlotPath, settings.Parameters.Space, units, out long needed).IsAccepted || needed == 0) return true;
        string? there = settings.PlotPath;
        while (there is not null && !Directory.Exists(there)) there = Path.GetDirectoryName(there);
        return needed <= new DriveInfo(there ?? "/").AvailableFreeSpace - settings.KeepFree;
    }

    private CapacityResult.Failed Failed(CapacityTask task, PlotOutcome outcome)
    {
        CapacityFailure failure = outcome.Verdict switch
        {
            PlotVerdict.FolderMissing or PlotVerdict.UnitMissing => CapacityFailure.PlotMissing,
            PlotVerdict.WrongOwner or PlotVerdict.WrongLayout => CapacityFailure.PlotForeign,
            PlotVerdict.ManifestUnreadable or PlotVerdict.SumsUnreadable or PlotVerdict.WrongUnit or PlotVerdict.UnitTruncated or PlotVerdict.ChunkRotten
                or PlotVerdict.RowWrong => CapacityFailure.PlotDamaged,
            PlotVerdict.NoNonce => CapacityFailure.Unlucky,
            PlotVerdict.DiskFull => CapacityFailure.DiskFull,
            PlotVerdict.Cancelled => CapacityFailure.Cancelled,
            PlotVerdict.Accepted or PlotVerdict.InUse or PlotVerdict.DiskFailed => CapacityFailure.Faulted,
        };
        if (failure == CapacityFailure.PlotDamaged) _isDamaged = true;
        string unit = outcome.Unit is { } number ? string.Create(CultureInfo.InvariantCulture, $", unit {number}") : string.Empty;
        return new CapacityResult.Failed(task.Number, failure, $"{outcome.Verdict}: {settings.PlotPath}{unit}");
    }

    private static ulong Seed() => BitConverter.ToUInt64(System.Security.Cryptography.RandomNumberGenerator.GetBytes(sizeof(ulong)));
}
