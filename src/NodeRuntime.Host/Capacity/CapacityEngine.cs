using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Threading;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Capacity.Cpu;
using NodeRuntime.Capacity.Space;
using NodeRuntime.Crypto.MemoryHard;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Persistence.Plots;
using NodeRuntime.Primitives;

namespace NodeRuntime.Host.Capacity;

/// <summary>
/// A machine's processors and its disk, as the port sees them. Every task has a thread that steps back, for processor and disk alike: a plot behind everybody, what has a
/// deadline behind ordinary work. One budget of cores is over all of them, and what has a deadline (a slice's search, a verifier's hashes) gets its place before rows
/// and scans, which give theirs back behind every piece.
/// </summary>
public sealed class CapacityEngine : ICapacityEngine, IDisposable
{
    /// <summary>Under way at once; a peer asks for a handful.</summary>
    public const int TasksMax = 64;

    private const int InputsMax = 32;
    private const int RowsMax = 2048;

    // The day's key, and one for a check of memory or for tomorrow: 256 MiB each.
    private const int LightPlaces = 2;

    private static readonly TimeSpan EndWithin = TimeSpan.FromSeconds(10);

    private readonly CapacityEngineSettings _settings;
    private readonly SystemWorkHashes _hashes = SystemWorkHashes.Open();
    private readonly SystemArgon2 _argon2 = SystemArgon2.Open();
    private readonly TimeProvider _time;
    private readonly MemoryShelf _light;
    private readonly MemoryShelf _full;
    private readonly PlotKeeper _plot;
    private readonly Lock _gate = new();
    private readonly Lock _verifying = new();
    private readonly SortedDictionary<ulong, (CancellationTokenSource Stop, Thread? Thread)> _running = [];
    private bool _isDisposed;

    public CapacityEngine(CapacityEngineSettings settings, TimeProvider time)
    {
        _settings = settings;
        _time = time;
        Cores = new CoreBudget(settings.Cores);
        _light = new MemoryShelf(_hashes, WorkMode.Light, LightPlaces, Cores);
        _full = new MemoryShelf(_hashes, WorkMode.Full, 1, Cores);
        _plot = new PlotKeeper(settings, _argon2, time, Cores);
        ImmutableArray<byte> kinds = _hashes.Best == WorkKind.RandomX ? [(byte)WorkKind.RandomX, (byte)WorkKind.AesRoMix] : [(byte)WorkKind.AesRoMix];
        int units = Math.Min(settings.Cores, 1 << settings.Parameters.Cpu.UnitBits);
        Readiness = new CapacityReadiness(kinds, (ushort)units, settings.SpaceUnits, _hashes.Hint ?? string.Empty);
    }

    public CapacityReadiness Readiness { get; }

    /// <summary>What all tasks share.</summary>
    public CoreBudget Cores { get; }

    public void Start(CapacityTask task, Action<CapacityResult> sink)
    {
        CancellationTokenSource stop = new();
        string? refusal = null;
        lock (_gate)
        {
            if (_isDisposed) refusal = "the engine is closed";
            else if (_running.Count == TasksMax) refusal = string.Create(CultureInfo.InvariantCulture, $"{TasksMax} tasks are under way");
            else if (!_running.TryAdd(task.Number, (stop, null))) refusal = "its number is under way";
            if (refusal is null)
            {
                LowLevel level = task is CapacityTask.MakePlot ? LowLevel.Idle : LowLevel.Dated;
                Thread thread = LowPriority.Start(string.Create(CultureInfo.InvariantCulture, $"capacity-{task.Number}"), () => End(task, Perform(task, stop.Token), sink), level);
                _running[task.Number] = (stop, thread);
                return;
            }
        }

        stop.Dispose();
        sink(new CapacityResult.Failed(task.Number, CapacityFailure.Faulted, refusal));
    }

    public void Cancel(ulong number)
    {
        lock (_gate)
        {
            if (_running.TryGetValue(number, out (CancellationTokenSource Stop, Thread? Thread) found)) found.Stop.Cancel();
        }
    }

    public void Dispose()
    {
        Thread?[] threads;
        lock (_gate)
        {
            if (_isDisposed) return;
            _isDisposed = true;
            foreach ((CancellationTokenSource stop, _) in _running.Values) stop.Cancel();
            threads = [.. _running.Values.Select(static running => running.Thread)];
        }

        long startedAt = _time.GetTimestamp();
        foreach (Thread? thread in threads)
        {
            TimeSpan left = EndWithin - _time.GetElapsedTime(startedAt);
            if (left > TimeSpan.Zero) thread?.Join(left);
        }

        _light.Dispose();
        _full.Dispose();
        _plot.Dispose();
    }

    private void End(CapacityTask task, CapacityResult result, Action<CapacityResult> sink)
    {
        lock (_gate)
        {
            if (_running.Remove(task.Number, out (CancellationTokenSource Stop, Thread? Thread) ended)) ended.Stop.Dispose();
        }

        sink(result);
    }

    private CapacityResult Perform(CapacityTask task, CancellationToken cancel)
    {
        try
        {
            return task switch
            {
                CapacityTask.SearchShares m => Search(m, cancel),
                CapacityTask.PrepareKey m => Prepare(m, cancel),
                CapacityTask.MakePlot m => _plot.Make(m, cancel),
                CapacityTask.ProveSpace m => _plot.Prove(m, cancel),
                CapacityTask.HashInputs m => HashAll(m, cancel),
                CapacityTask.MakeRows m => MakeRows(m, cancel),
                _ => Invariant.Unreachable<CapacityResult>("tasks are a closed family"),
            };
        }
        catch (InsufficientMemoryException exception)
        {
            return new CapacityResult.Failed(task.Number, CapacityFailure.WorkKindMissing, exception.Message);
        }
    }

    private CapacityResult Search(CapacityTask.SearchShares task, CancellationToken cancel)
    {
        if (task.Units < 1 || task.Units > Readiness.CpuUnits) return Faulted(task, $"{task.Units} units are not what this machine has");
        using CancellationTokenSource soon = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        soon.CancelAfter(TimeSpan.FromMilliseconds(task.PrepareMax.Milliseconds));
        WorkMemoryVerdict verdict = Take((WorkKind)task.WorkKind, task.Key, soon.Token, out MemoryShelf.Lease? lease);
        if (verdict == WorkMemoryVerdict.Cancelled && !cancel.IsCancellationRequested) return new CapacityResult.Failed(task.Number, CapacityFailure.TooSlow, "the key's memory was not there in time");
        if (verdict != WorkMemoryVerdict.Accepted) return Refused(task, verdict);
        using (lease)
        {
            CpuParameters parameters = _settings.Parameters.Cpu with { Kind = (WorkKind)task.WorkKind };
            Cores.Enter(task.Units, isUrgent: true);
            SliceFound found = SliceSearch.Run(
                parameters, lease!.Memory, task.Beacon, task.Owner, task.Units, TimeSpan.FromMilliseconds(task.Duty.Milliseconds), _time, cancel);
            Cores.Leave(task.Units);
            if (cancel.IsCancellationRequested) return Refused(task, WorkMemoryVerdict.Cancelled);
            return new CapacityResult.Shares(task.Number, [.. found.Shares.Select(static share => new FoundShare(share.Place, share.Offset))], found.Hashes);
        }
    }

    private CapacityResult Prepare(CapacityTask.PrepareKey task, CancellationToken cancel)
    {
        WorkMemoryVerdict verdict = Take((WorkKind)task.WorkKind, task.Key, cancel, out MemoryShelf.Lease? lease);
        lease?.Dispose();
        return verdict == WorkMemoryVerdict.Accepted ? new CapacityResult.Prepared(task.Number) : Refused(task, verdict);
    }

    // With the dataset where that was asked for and the memory is there; without it otherwise, which is slower and says the same.
    private WorkMemoryVerdict Take(WorkKind kind, Hash256 key, CancellationToken cancel, out MemoryShelf.Lease? lease)
    {
        lease = null;
        if (kind is not (WorkKind.RandomX or WorkKind.AesRoMix)) return WorkMemoryVerdict.KindMissing;
        if (_settings.WantsDataset && kind == WorkKind.RandomX)
        {
            WorkMemoryVerdict verdict = _full.Take(kind, key, cancel, out lease);
            if (verdict != WorkMemoryVerdict.MemoryShort) return verdict;
        }

        return _light.Take(kind, key, cancel, out lease);
    }

    private CapacityResult HashAll(CapacityTask.HashInputs task, CancellationToken cancel)
    {
        if (task.Inputs.Length is < 1 or > InputsMax) return Faulted(task, $"{task.Inputs.Length} inputs are too few or too many");
        if (task.Inputs.Any(static input => input.Length != CpuSeeds.InputByteCount)) return Faulted(task, $"an input is not of {CpuSeeds.InputByteCount} bytes");
        WorkKind kind = (WorkKind)task.WorkKind;
        // One verifier at a time: each may take another 256 MiB.
        lock (_verifying)
        {
            if (!_full.TryTake(kind, task.Key, out MemoryShelf.Lease? lease))
            {
                WorkMemoryVerdict verdict = kind is WorkKind.RandomX or WorkKind.AesRoMix ? _light.Take(kind, task.Key, cancel, out lease) : WorkMemoryVerdict.KindMissing;
                if (verdict != WorkMemoryVerdict.Accepted) return Refused(task, verdict);
            }

            using (lease)
            using (IWorkHash hash = lease!.Memory.CreateHash())
            {
                Cores.Enter(1, isUrgent: true);
                ImmutableArray<Hash256>.Builder outputs = ImmutableArray.CreateBuilder<Hash256>(task.Inputs.Length);
                for (int i = 0; i < task.Inputs.Length && !cancel.IsCancellationRequested; i++) outputs.Add(hash.Hash(task.Inputs[i].Span));
                Cores.Leave(1);
                return outputs.Count == task.Inputs.Length ? new CapacityResult.Hashed(task.Number, outputs.MoveToImmutable()) : Refused(task, WorkMemoryVerdict.Cancelled);
            }
        }
    }

    private CapacityResult MakeRows(CapacityTask.MakeRows task, CancellationToken cancel)
    {
        if (task.Rows.Length is < 1 or > RowsMax) return Faulted(task, $"{task.Rows.Length} rows are too few or too many");
        IArgon2id argon2 = _argon2.Create();
        PlotIdentity identity = new(task.Identity);
        byte[] bytes = new byte[task.Rows.Length * SpaceParameters.RowByteCount];
        int made = 0;
        Cores.Enter(1, isUrgent: true);
        for (; made < task.Rows.Length && !cancel.IsCancellationRequested; made++)
        {
            identity.MakeRow(_settings.Parameters.Space, argon2, task.Rows[made], bytes.AsSpan(made * SpaceParameters.RowByteCount, SpaceParameters.RowByteCount));
        }

        Cores.Leave(1);
        return made == task.Rows.Length ? new CapacityResult.Rows(task.Number, bytes) : Refused(task, WorkMemoryVerdict.Cancelled);
    }

    private static CapacityResult.Failed Refused(CapacityTask task, WorkMemoryVerdict verdict) => verdict switch
    {
        WorkMemoryVerdict.KindMissing => new(task.Number, CapacityFailure.WorkKindMissing, "this machine cannot compute that work function"),
        WorkMemoryVerdict.MemoryShort => new(task.Number, CapacityFailure.WorkKindMissing, "the memory for it is not free"),
        WorkMemoryVerdict.Cancelled => new(task.Number, CapacityFailure.Cancelled, string.Empty),
        WorkMemoryVerdict.Accepted => Invariant.Unreachable<CapacityResult.Failed>("nothing was refused"),
    };

    private static CapacityResult.Failed Faulted(CapacityTask task, FormattableString detail) =>
        new(task.Number, CapacityFailure.Faulted, detail.ToString(CultureInfo.InvariantCulture));
}
