using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm;

namespace NodeRuntime.Sandbox;

/// <summary>A program in its folder, all that it may see, and all that it may use.</summary>
public sealed record ProcessJob
{
    public required SandboxFolder Folder { get; init; }

    /// <summary>Whose program it is decides what the kernel must offer.</summary>
    public ProcessTrust Trust { get; init; } = ProcessTrust.Stranger;

    /// <summary>The program's own name first, as in C.</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];

    public ImmutableArray<GuestVariable> Variables { get; init; } = [];

    public required ulong FuelMax { get; init; }

    /// <summary>Pages of 64 KiB.</summary>
    public int MemoryPagesMax { get; init; } = 1024;

    public int CallDepthMax { get; init; } = 16_384;

    /// <summary>Files, standard output and standard error together.</summary>
    public long OutputBytesMax { get; init; } = Limits.OutputBytesMax;

    /// <summary>From Ready to the report.</summary>
    public required Duration WallClockMax { get; init; }

    public ulong Seed { get; init; }

    public Instant StartTime { get; init; }
}
