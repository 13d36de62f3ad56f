using System.Collections.Generic;

namespace NodeRuntime.Wasm.Binary;

/// <summary>What an import or an export is.</summary>
internal enum ExternalKind : byte
{
    Function = 0,
    Table = 1,
    Memory = 2,
    Global = 3,
}

/// <summary>A size with an optional maximum; -1 is none.</summary>
internal readonly record struct SizeRange(long Minimum, long Maximum);

internal readonly record struct TableType(WasmType Element, SizeRange Size);

internal readonly record struct GlobalType(WasmType Type, bool Mutable);

/// <summary>An import; <paramref name="Index"/> is its place among the imports of its kind, which come first in their index space.</summary>
internal sealed record Import(string Module, string Name, ExternalKind Kind, int Index);

internal sealed record Export(string Name, ExternalKind Kind, int Index);

/// <summary>
/// A constant expression: as a rule one instruction (a constant, ref.null, ref.func or global.get), which stands here itself. Extended ones
/// and those of a v128 are a list of steps in the order of their bytes.
/// </summary>
internal readonly record struct ConstantExpression(int Opcode, long Bits, WasmType Type, int Offset)
{
    /// <summary>Null when the expression is one instruction on at most 64 bits.</summary>
    public ConstantStep[]? Steps { get; init; }

    public int Index => (int)Bits;
}

/// <summary>An instruction of a longer constant expression.</summary>
/// <param name="High">The high half of v128.const.</param>
internal readonly record struct ConstantStep(int Opcode, long Bits, long High, WasmType Type);

internal sealed record GlobalDefinition(GlobalType Type, ConstantExpression Initial);

/// <summary>How a segment comes into its table or memory.</summary>
internal enum SegmentMode
{
    Passive,
    Active,
    Declarative,
}

internal sealed record ElementSegment(
    SegmentMode Mode, int Table, ConstantExpression Offset, WasmType Type, ConstantExpression[] Items);

internal sealed record DataSegment(SegmentMode Mode, int Memory, ConstantExpression Offset, int Start, int Length);

/// <summary>A function's body: where its instructions are, its locals, and what the validator learned for the compiler.</summary>
internal sealed class FunctionBody
{
    public required int Start { get; init; }

    public required int End { get; init; }

    /// <summary>The declared locals, without the parameters.</summary>
    public required WasmType[] Locals { get; init; }

    /// <summary>The price of each straight run of instructions, in the order in which the compiler comes to them.</summary>
    public uint[] SegmentCosts { get; set; } = [];

    public int OperandsMax { get; set; }

    /// <summary>Instructions for which the just-in-time compiler keeps a place in the frame, of up to 16 bytes.</summary>
    public int Spills { get; set; }

    /// <summary>Beyond <see cref="ModuleLimits.CompilerWorkMax"/>: to be run without being compiled.</summary>
    public bool TooLarge { get; set; }

    public bool UsesMemory { get; set; }

    /// <summary>Calls other than tail calls: of those only one frame lies on the stack at a time.</summary>
    public bool MakesCalls { get; set; }

    /// <summary>The types' indices of what it tail-calls; null when it makes no tail call.</summary>
    public SortedSet<int>? TailCallTypes { get; set; }

    /// <summary>Has v128 operands or locals, which take two slots each.</summary>
    public bool UsesVectors { get; set; }

    /// <summary>Has instructions around which the JIT must be kept from knowing too much.</summary>
    public bool NeedsZero { get; set; }

    public bool Rotates { get; set; }

    /// <summary>
    /// What a call counts against the depth: one for each kilobyte of stack that its frame may take, where a slot counts 64 bytes, a v128
    /// as two slots, and a spill half of one.
    /// </summary>
    public int DepthWeight(FunctionType type)
    {
        int slots = (type.Parameters.Length + Locals.Length + OperandsMax) * (UsesVectors ? 2 : 1);
        return 1 + ((slots + (Spills / 2)) / 16);
    }
}
