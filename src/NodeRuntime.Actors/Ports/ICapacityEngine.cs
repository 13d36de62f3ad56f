using System;
using System.Collections.Immutable;
using NodeRuntime.Primitives;

namespace NodeRuntime.Actors.Ports;

/// <summary>
/// What a peer's processors and disks do for its proofs of capacity. The chain's parameters are the adapter's from its making on; a task says what differs
/// from one time to the next. Work goes on at the lowest priority there is: whatever else the peer does comes first.
/// </summary>
public interface ICapacityEngine
{
    /// <summary>What this machine can prove and check with, and if nothing, why.</summary>
    CapacityReadiness Readiness { get; }

    /// <summary>Begins a task; exactly one result with its number follows, from any thread, also for what was cancelled. Returns at once.</summary>
    void Start(CapacityTask task, Action<CapacityResult> sink);

    /// <summary>Gives a task up; its result follows. Unknown and finished numbers are ignored.</summary>
    void Cancel(ulong number);
}

/// <param name="WorkKinds">Kinds of the work function that it computes, as the wire numbers them: 1 RandomX, 2 AES-ROMix.</param>
/// <param name="CpuUnits">Units, each one thread's, that it searches at once; 0 where it proves no processors.</param>
/// <param name="SpaceUnits">Units of the plot that its owner wants to prove, plotted or not; 0 where it proves no space.</param>
/// <param name="Reason">For a person, where something is missing.</param>
public sealed record CapacityReadiness(ImmutableArray<byte> WorkKinds, ushort CpuUnits, uint SpaceUnits, string Reason);

/// <summary>What may be asked of an engine. Numbers are the asker's; of those under way each is another.</summary>
public abstract record CapacityTask(ulong Number)
{
    /// <summary>Searches shares with so many units for so long, counted from the start of the task, preparation of the key's memory not included.</summary>
    /// <param name="WorkKind">As the wire numbers it.</param>
    /// <param name="Key">Of the work function, in this slice and for this peer.</param>
    /// <param name="Beacon">The slice's.</param>
    /// <param name="PrepareMax">The longest that the key's memory may take to make; the task fails where it takes longer.</param>
    public sealed record SearchShares(
        ulong Number, byte WorkKind, Hash256 Key, Hash256 Beacon, PeerId Owner, ushort Units, Duration Duty, Duration PrepareMax) : CapacityTask(Number);

    /// <summary>Makes the memory of a key that will be asked for, so that a search under it begins at once. Its result says nothing but that it is there.</summary>
    public sealed record PrepareKey(ulong Number, byte WorkKind, Hash256 Key) : CapacityTask(Number);

    /// <summary>Makes the rows that are missing of a plot, verified and throttled, and goes on where an earlier task stopped.</summary>
    public sealed record MakePlot(ulong Number, Hash256 Identity, uint Units) : CapacityTask(Number);

    /// <summary>Scans the units that a beacon chooses of a plot, and proves them. The proof is checked whole before it is given away.</summary>
    public sealed record ProveSpace(ulong Number, Hash256 Beacon, Hash256 Identity, uint Units) : CapacityTask(Number);

    /// <summary>Hashes inputs under a key: what a verifier does, in light mode.</summary>
    /// <param name="Inputs">Each a share's input of 40 bytes; 1 to 32.</param>
    public sealed record HashInputs(ulong Number, byte WorkKind, Hash256 Key, ImmutableArray<ReadOnlyMemory<byte>> Inputs) : CapacityTask(Number);

    /// <summary>Makes single rows of anybody's plot again: what a verifier does.</summary>
    /// <param name="Rows">Numbered through all units; 1 to 2,048.</param>
    public sealed record MakeRows(ulong Number, Hash256 Identity, ImmutableArray<ulong> Rows) : CapacityTask(Number);
}

/// <summary>A place in the tree of a slice's shares, and the nonce in its bucket.</summary>
public readonly record struct FoundShare(uint Place, ushort Offset);

/// <summary>How a task ended. <see cref="Number"/> is the task's.</summary>
public abstract record CapacityResult(ulong Number)
{
    /// <summary>In strictly increasing order of places.</summary>
    /// <param name="Hashes">Computed for them, with those that hit nothing.</param>
    public sealed record Shares(ulong Number, ImmutableArray<FoundShare> Found, ulong Hashes) : CapacityResult(Number);

    public sealed record Prepared(ulong Number) : CapacityResult(Number);

    public sealed record Plotted(ulong Number) : CapacityResult(Number);

    /// <param name="Proof">Encoded.</param>
    public sealed record SpaceProved(ulong Number, ReadOnlyMemory<byte> Proof) : CapacityResult(Number);

    /// <summary>One for each input, in their order.</summary>
    public sealed record Hashed(ulong Number, ImmutableArray<Hash256> Outputs) : CapacityResult(Number);

    /// <summary>1,024 bytes for each row, in their order.</summary>
    public sealed record Rows(ulong Number, ReadOnlyMemory<byte> Bytes) : CapacityResult(Number);

    /// <param name="Detail">For a person.</param>
    public sealed record Failed(ulong Number, CapacityFailure Failure, string Detail) : CapacityResult(Number);
}

/// <summary>Why a task came to nothing.</summary>
public enum CapacityFailure
{
    Cancelled,

    /// <summary>This machine cannot compute that work function, or has not the memory for it.</summary>
    WorkKindMissing,

    /// <summary>The key's memory was not there in time.</summary>
    TooSlow,

    /// <summary>There is no plot: never made, or the disk was taken out.</summary>
    PlotMissing,

    /// <summary>The folder holds another peer's rows, or rows of other parameters.</summary>
    PlotForeign,

    /// <summary>Rows rotted, or were torn; they must be made again.</summary>
    PlotDamaged,
    DiskFull,

    /// <summary>No nonce of all that may be tried has hits enough: about one time in two thousand for whoever has all rows.</summary>
    Unlucky,

    /// <summary>The adapter broke; the detail says how.</summary>
    Faulted,
}
