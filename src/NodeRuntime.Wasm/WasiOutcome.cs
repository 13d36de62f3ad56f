using System.Collections.Immutable;

namespace NodeRuntime.Wasm;

/// <summary>What a run left behind. Output files are present whatever the status, as far as they were written.</summary>
/// <param name="ExitCode">Meaningful when exited.</param>
/// <param name="Trap">Present if and only if the status is Trapped.</param>
/// <param name="Detail">Empty when exited; else a sentence.</param>
/// <param name="FuelUsed">All of <see cref="WasiJob.FuelMax"/> when the fuel ran out.</param>
/// <param name="OutputFiles">The files of <c>/out</c>.</param>
public sealed record WasiOutcome(
    WasiStatus Status,
    int ExitCode,
    Trap? Trap,
    string Detail,
    ulong FuelUsed,
    ImmutableArray<GuestOutputFile> OutputFiles)
{
    /// <summary>Every writable directory as the guest left it. A file that it did not touch has the content it was given, the same object.</summary>
    public ImmutableArray<GuestDirectory> Directories { get; init; } = [];

    /// <summary>Where a trap came from, the innermost function first; at most 64. What the just-in-time compiler inlined or a tail call gave up is not there.</summary>
    public ImmutableArray<GuestFrame> Backtrace { get; init; } = [];
}
