using System;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Capacity.Cpu;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Host.Capacity;
using NodeRuntime.Persistence.Plots;
using NodeRuntime.Primitives;

namespace NodeRuntime.Cli.Capacity;

/// <summary>Which work function is tried, and with how much memory.</summary>
internal enum WorkChoice
{
    /// <summary>The best that this machine has.</summary>
    Best,
    RandomX,
    AesRoMix,
}

/// <summary>A key's memory, made as a peer makes it.</summary>
internal sealed record WorkTrial(IWorkMemory Memory, WorkKind Kind, WorkMode Mode, TimeSpan Prepared) : IDisposable
{
    public string Grade => Kind == WorkKind.RandomX ? "full" : "liveness";

    public static async Task<WorkTrial> OpenAsync(
        Session session, SystemWorkHashes hashes, WorkChoice choice, bool isFull, Hash256 key, int threads, CancellationToken cancellation)
    {
        WorkKind kind = choice switch
        {
            WorkChoice.Best => hashes.Best,
            WorkChoice.RandomX => WorkKind.RandomX,
            WorkChoice.AesRoMix => WorkKind.AesRoMix,
        };
        WorkMode mode = isFull && kind == WorkKind.RandomX ? WorkMode.Full : WorkMode.Light;
        if (mode == WorkMode.Full) session.Display.Note("filling 2 GiB; a minute or two");
        long startedAt = session.World.Time.GetTimestamp();
        (WorkMemoryVerdict verdict, IWorkMemory? memory) = await LowPriority.RunAsync("work-open", () =>
        {
            WorkMemoryVerdict opened = WorkMemories.Open(hashes, kind, key, mode, threads, null, cancellation, out IWorkMemory? made);
            return (opened, made);
        });
        return verdict switch
        {
            WorkMemoryVerdict.Accepted => new WorkTrial(memory!, kind, mode, session.World.Time.GetElapsedTime(startedAt)),
            WorkMemoryVerdict.KindMissing => throw new CliException(
                ExitCode.Failed, "WorkKindMissing", "this machine cannot compute RandomX", "install librandomx0, or leave --work out for liveness grade"),
            WorkMemoryVerdict.MemoryShort => throw new CliException(
                ExitCode.Failed, "MemoryShort",
                $"{ByteSize.Text(mode == WorkMode.Full ? WorkMemories.DatasetByteCount : WorkMemories.CacheByteCount)} of memory are not free here", mode == WorkMode.Full ? "leave --full out, or end other programs" : "end other programs"),
            WorkMemoryVerdict.Cancelled => throw new OperationCanceledException(cancellation),
        };
    }

    public SliceFound Search(CpuParameters parameters, Hash256 beacon, PeerId owner, int units, TimeSpan duty, TimeProvider time, CancellationToken cancel) =>
        SliceSearch.Run(parameters, Memory, beacon, owner, units, duty, time, cancel);

    public void Dispose() => Memory.Dispose();
}
