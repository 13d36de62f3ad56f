using System.Collections.Generic;
using NodeRuntime.Wasm.Binary;

namespace NodeRuntime.Wasm.Stepping;

/// <summary>An open block while a function is decoded.</summary>
internal sealed class StepBlock
{
    public required int Opcode { get; set; }

    public required WasmType[] Parameters { get; init; }

    public required WasmType[] Results { get; init; }

    /// <summary>Operands, and their slots, that belong to the blocks around.</summary>
    public required int Operands { get; init; }

    public required int Slots { get; init; }

    public required bool EnteredLive { get; init; }

    /// <summary>A live branch leads to its end, or two ways of an if meet there.</summary>
    public bool Targeted { get; set; }

    /// <summary>Where a loop begins.</summary>
    public int Head { get; init; }

    /// <summary>The operation that goes to the else part; -1 when there is none, or when it has its target.</summary>
    public int ElseSkip { get; set; } = -1;

    /// <summary>Operations whose target is the block's end.</summary>
    public List<int> Ops { get; } = [];

    /// <summary>Branches in the function's list whose target is the block's end.</summary>
    public List<int> Branches { get; } = [];

    public WasmType[] LabelTypes => Opcode == Binary.Opcode.Loop ? Parameters : Results;
}
