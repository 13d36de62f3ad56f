using NodeRuntime.Primitives;

namespace NodeRuntime.Wasm;

/// <summary>
/// What a module may ask of its reader. The defaults hold every program clang and rustc make in practice; a ledger that runs
/// contracts gives smaller ones.
/// </summary>
public sealed record ModuleLimits
{
    public static ModuleLimits Default { get; } = new();

    public int BytesMax { get; init; } = Limits.ModuleBytesMax;

    public int TypesMax { get; init; } = 10_000;

    public int FunctionsMax { get; init; } = 100_000;

    public int ImportsMax { get; init; } = 1_000;

    public int ExportsMax { get; init; } = 100_000;

    public int GlobalsMax { get; init; } = 10_000;

    public int TablesMax { get; init; } = 64;

    public int TableEntriesMax { get; init; } = 1_000_000;

    public int MemoriesMax { get; init; } = 16;

    /// <summary>Of each memory as it starts.</summary>
    public int MemoryPagesMax { get; init; } = 65_536;

    public int SegmentsMax { get; init; } = 100_000;

    public int ConstantInstructionsMax { get; init; } = 1_024;

    public int FunctionBytesMax { get; init; } = 4 * 1024 * 1024;

    /// <summary>Parameters and locals together: a frame stays below 64 KiB.</summary>
    public int FunctionLocalsMax { get; init; } = 4_096;

    /// <summary>Values that the branches, blocks and calls of one function hand on.</summary>
    public int FunctionMovesMax { get; init; } = 1_000_000;

    /// <summary>
    /// What a function may ask of the just-in-time compiler and still be compiled, in units of 256 bytes of the host's memory, by kinds
    /// of instructions: an indirect call or a truncation takes fifty times what an addition does. At the limit about 130 MB and a second.
    /// </summary>
    public int CompilerWorkMax { get; init; } = 500_000;

    /// <summary>Of all functions together: a byte of the reader's memory each.</summary>
    public int LocalsMax { get; init; } = 4_000_000;

    public int ParametersMax { get; init; } = 256;

    public int ResultsMax { get; init; } = 64;

    /// <summary>A switch of clang nests a block for each of its cases, and some have thousands.</summary>
    public int NestingMax { get; init; } = 16_384;

    public int OperandsMax { get; init; } = 4_096;

    public int BranchTableMax { get; init; } = 65_536;

    public int NameBytesMax { get; init; } = 4_096;

    /// <summary>False compiles without fuel, to measure what fuel costs: such code never runs out and counts nothing.</summary>
    internal bool Metered { get; init; } = true;
}
