using System.Collections.Immutable;

namespace NodeRuntime.Wasm;

/// <summary>What a run left behind. Output files are present whatever the status, as far as they were written.</summary>
/// <param name="ExitCode">Meaningful when exited.</param>
/// <param name="Trap">Present if and only if the status is Trapped.</param>
/// <param name="Detail">Empty when exited; else a sentence.</param>
/// <param name="FuelUsed">All of <see cref="WasiJob.FuelMax"/> when the fuel ran out.</param>
public sealed record WasiOutcome(
    WasiStatus Status,
    int ExitCode,
    Trap? Trap,
    string Detail,
    ulong FuelUsed,
    ImmutableArray<GuestOutputFile> OutputFiles);
