using NodeRuntime.Crypto.Work;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Cpu;

/// <summary>What one peer owes in one slice, as everybody computes it from the ledger.</summary>
/// <param name="Beacon">The slice's.</param>
/// <param name="DayKey">From the day's beacon: <see cref="CpuSeeds.DayKey"/>.</param>
/// <param name="StartedAt">Ledger time of the beacon.</param>
/// <param name="Units">What the peer has registered.</param>
public sealed record SliceDuty(
    CpuParameters Parameters, PeerId Owner, SliceNumber Slice, Hash256 Beacon, Hash256 DayKey, Instant StartedAt, ushort Units)
{
    /// <summary>Whether the peer must show that its dataset is its own.</summary>
    public bool IsMemoryCheck => Parameters.Kind == WorkKind.RandomX && MemoryCheck.IsDrawn(Parameters, Beacon, Owner);

    /// <summary>The key of the work function.</summary>
    public Hash256 Key => IsMemoryCheck ? CpuSeeds.MemoryKey(DayKey, Owner) : DayKey;

    /// <summary>The last moment of a commitment.</summary>
    public Instant Deadline => StartedAt + Parameters.SubmitBy + (IsMemoryCheck ? Parameters.MemoryPreparation : Duration.Zero);
}
