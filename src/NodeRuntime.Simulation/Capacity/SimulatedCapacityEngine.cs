using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Capacity;
using NodeRuntime.Capacity.Cpu;
using NodeRuntime.Capacity.Space;
using NodeRuntime.Crypto.MemoryHard;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Primitives;

namespace NodeRuntime.Simulation.Capacity;

/// <summary>
/// An engine of virtual time: it computes what a real one computes, so many hashes as its rate allows, and answers when its rate and its disk would have. Equal
/// tasks have equal results.
/// </summary>
/// <param name="later">Runs something so much later, in the peer's own turn of things.</param>
/// <param name="hashesPerSecond">Of one unit.</param>
/// <param name="scan">What the disk takes to read a challenge's units.</param>
public sealed class SimulatedCapacityEngine(
    CapacityParameters parameters, IWorkHashes works, Action<Duration, Action> later, uint hashesPerSecond, Duration scan) : ICapacityEngine
{
    private static readonly Duration Moment = Duration.FromMilliseconds(20);

    private readonly SortedSet<ulong> _underWay = [];
    private readonly SortedDictionary<Hash256, byte[]> _plots = [];
    private readonly IArgon2id _argon2 = SystemArgon2.Open().Create();

    public CapacityReadiness Readiness { get; } = new([(byte)works.Best], 1, 1, string.Empty);

    public void Start(CapacityTask task, Action<CapacityResult> sink)
    {
        Invariant.Holds(_underWay.Add(task.Number));
        later(TimeOf(task), () => sink(_underWay.Remove(task.Number) ? Compute(task) : Cancelled(task.Number)));
    }

    public void Cancel(ulong number) => _underWay.Remove(number);

    private Duration TimeOf(CapacityTask task) => task switch
    {
        CapacityTask.SearchShares search => search.Duty,
        CapacityTask.ProveSpace => scan,
        _ => Moment,
    };

    private CapacityResult Compute(CapacityTask task) => task switch
    {
        CapacityTask.SearchShares it => Search(it),
        CapacityTask.PrepareKey it => new CapacityResult.Prepared(it.Number),
        CapacityTask.MakePlot it => MakePlot(it),
        CapacityTask.ProveSpace it => Prove(it),
        CapacityTask.HashInputs it => Hash(it),
        CapacityTask.MakeRows it => new CapacityResult.Rows(it.Number, RowsOf(new PlotIdentity(it.Identity), it.Rows)),
        _ => Invariant.Unreachable<CapacityResult>("a task that nobody knows"),
    };

    private CapacityResult Search(CapacityTask.SearchShares task)
    {
        if (works.Open((WorkKind)task.WorkKind, task.Key, WorkMode.Light) is not { } memory) return Missing(task.Number);
        using (memory)
        {
            using IWorkHash hash = memory.CreateHash();
            ImmutableArray<FoundShare>.Builder found = ImmutableArray.CreateBuilder<FoundShare>();
            ulong hashes = 0;
            for (uint unit = 0; unit < task.Units; unit++)
            {
                ShareSearch search = new(parameters.Cpu, task.Beacon, task.Owner, unit);
                search.Step(hash, (int)(hashesPerSecond * task.Duty.Milliseconds / 1000));
                foreach (Share share in search.Shares) found.Add(new FoundShare(share.Place, share.Offset));
                hashes += search.HashCount;
            }

            return new CapacityResult.Shares(task.Number, found.ToImmutable(), hashes);
        }
    }

    private CapacityResult.Plotted MakePlot(CapacityTask.MakePlot task)
    {
        ImmutableArray<ulong>.Builder rows = ImmutableArray.CreateBuilder<ulong>();
        for (ulong row = 0; row < (ulong)task.Units * parameters.Space.UnitRows; row++) rows.Add(row);
        _plots[task.Identity] = RowsOf(new PlotIdentity(task.Identity), rows.ToImmutable());
        return new CapacityResult.Plotted(task.Number);
    }

    private CapacityResult Prove(CapacityTask.ProveSpace task)
    {
        if (!_plots.TryGetValue(task.Identity, out byte[]? plot)) return new CapacityResult.Failed(task.Number, CapacityFailure.PlotMissing, "never made");
        SpaceChallenge challenge = new(parameters.Space, task.Beacon, new PlotIdentity(task.Identity), task.Units);
        SpaceScan rows = new(challenge);
        int unitBytes = (int)parameters.Space.UnitByteCount;
        for (uint place = 0; place < challenge.ScannedUnits; place++) rows.Append(plot.AsSpan((int)challenge.UnitAt(place) * unitBytes, unitBytes));
        return rows.Proof is { } proof
            ? new CapacityResult.SpaceProved(task.Number, proof.Encode())
            : new CapacityResult.Failed(task.Number, CapacityFailure.Unlucky, "no nonce has hits enough");
    }

    private CapacityResult Hash(CapacityTask.HashInputs task)
    {
        if (works.Open((WorkKind)task.WorkKind, task.Key, WorkMode.Light) is not { } memory) return Missing(task.Number);
        using (memory)
        {
            using IWorkHash hash = memory.CreateHash();
            ImmutableArray<Hash256>.Builder outputs = ImmutableArray.CreateBuilder<Hash256>();
            foreach (ReadOnlyMemory<byte> input in task.Inputs) outputs.Add(hash.Hash(input.Span));
            return new CapacityResult.Hashed(task.Number, outputs.ToImmutable());
        }
    }

    private byte[] RowsOf(PlotIdentity identity, ImmutableArray<ulong> rows)
    {
        byte[] bytes = new byte[rows.Length * SpaceParameters.RowByteCount];
        for (int i = 0; i < rows.Length; i++)
        {
            identity.MakeRow(parameters.Space, _argon2, rows[i], bytes.AsSpan(i * SpaceParameters.RowByteCount, SpaceParameters.RowByteCount));
        }

        return bytes;
    }

    private static CapacityResult.Failed Cancelled(ulong number) => new(number, CapacityFailure.Cancelled, string.Empty);

    private static CapacityResult.Failed Missing(ulong number) => new(number, CapacityFailure.WorkKindMissing, "not on this machine");
}
