using System.Collections.Immutable;
using NodeRuntime.Primitives;

namespace NodeRuntime.Sandbox;

/// <summary>How a run ended and what it left.</summary>
/// <param name="ExitCode">The program's own, where it succeeded; else 0.</param>
/// <param name="Trap">The trap's name, where there was one.</param>
/// <param name="Detail">A sentence for a person. Partly the child's words: printable, bounded, never interpreted.</param>
/// <param name="FuelUsed">At most the job's; the child's word, as nobody can recount it without running the job again.</param>
/// <param name="Outputs">In the order of their names; empty unless the run succeeded.</param>
/// <param name="OutputBytes">Files and streams together, counted by the parent.</param>
/// <param name="WallClock">From Ready to the end; zero where it never became ready.</param>
public sealed record ProcessReport(
    ProcessVerdict Verdict,
    int ExitCode,
    string Trap,
    string Detail,
    ulong FuelUsed,
    ProcessOutput StandardOutput,
    ProcessOutput StandardError,
    ImmutableArray<ProcessOutput> Outputs,
    long OutputBytes,
    Duration WallClock);
