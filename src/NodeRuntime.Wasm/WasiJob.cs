using System.Collections.Immutable;
using NodeRuntime.Primitives;

namespace NodeRuntime.Wasm;

/// <summary>
/// All that a WASI program can see and all that it may use. A run is a function of the module and this record: the same ones give the
/// same outcome, output and fuel on every machine.
/// </summary>
public sealed record WasiJob
{
    /// <summary>The program's arguments, its own name first, as in C.</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];

    public ImmutableArray<GuestVariable> Environment { get; init; } = [];

    /// <summary>The files of <c>/in</c>.</summary>
    public ImmutableArray<GuestFile> Inputs { get; init; } = [];

    /// <summary>Absent: standard input is at its end.</summary>
    public IGuestInput? StandardInput { get; init; }

    public required IGuestOutput StandardOutput { get; init; }

    public required IGuestOutput StandardError { get; init; }

    /// <summary>What the run may cost by <see cref="FuelSchedule"/>; at most 2^63-1 is used.</summary>
    public required ulong FuelMax { get; init; }

    /// <summary>Pages of 64 KiB. memory.grow beyond gives -1.</summary>
    public int MemoryPagesMax { get; init; } = Limits.GuestMemoryPagesMax;

    /// <summary>Nested calls, where a function counts once more for each 16 parameters, locals and operands.</summary>
    public int CallDepthMax { get; init; } = 16_384;

    /// <summary>Files, standard output and standard error together.</summary>
    public long OutputBytesMax { get; init; } = Limits.OutputBytesMax;

    /// <summary>The stream of random_get.</summary>
    public ulong Seed { get; init; }

    /// <summary>The guest's clock starts here and runs by fuel: <see cref="FuelSchedule.UnitsPerNanosecond"/>.</summary>
    public Instant StartTime { get; init; }
}
