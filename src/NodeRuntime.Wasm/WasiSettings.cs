using System.Collections.Immutable;
using NodeRuntime.Primitives;

namespace NodeRuntime.Wasm;

/// <summary>All that a WASI program can see.</summary>
public record WasiSettings
{
    /// <summary>The program's arguments, its own name first, as in C.</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];

    public ImmutableArray<GuestVariable> Environment { get; init; } = [];

    /// <summary>The files of <c>/in</c>.</summary>
    public ImmutableArray<GuestFile> Inputs { get; init; } = [];

    /// <summary>
    /// The directories that are open from the start, in the order of their descriptors from 3 on. By default two: <c>/in</c> with
    /// <see cref="Inputs"/>, which cannot be changed, and <c>/out</c>, empty and writable.
    /// </summary>
    public ImmutableArray<GuestDirectory> Directories { get; init; }

    /// <summary>Absent: standard input is at its end.</summary>
    public IGuestInput? StandardInput { get; init; }

    /// <summary>Absent: what is written is counted and dropped.</summary>
    public IGuestOutput? StandardOutput { get; init; }

    public IGuestOutput? StandardError { get; init; }

    /// <summary>What the guest writes to files, standard output and standard error together.</summary>
    public long OutputBytesMax { get; init; } = Limits.OutputBytesMax;

    /// <summary>The stream of random_get.</summary>
    public ulong Seed { get; init; }

    /// <summary>The guest's clock starts here and runs by fuel: <see cref="FuelSchedule.UnitsPerNanosecond"/>.</summary>
    public Instant StartTime { get; init; }

    /// <summary>The two directories of a job, where none are named.</summary>
    internal ImmutableArray<GuestDirectory> OpenDirectories => Directories.IsDefault
        ? [new GuestDirectory("/in") { Files = Inputs }, new GuestDirectory(OutputPath) { IsWritable = true }]
        : Directories;

    internal const string OutputPath = "/out";
}
