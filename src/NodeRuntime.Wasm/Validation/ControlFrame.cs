using NodeRuntime.Wasm.Binary;

namespace NodeRuntime.Wasm.Validation;

/// <summary>An open block on the validator's control stack (the specification's appendix, "Validation Algorithm").</summary>
internal struct ControlFrame
{
    public int Opcode;
    public WasmType[] Parameters;
    public WasmType[] Results;

    /// <summary>Operands below this height belong to the blocks around.</summary>
    public int Height;

    /// <summary>Behind an unconditional branch: operands are of any type.</summary>
    public bool Unreachable;

    /// <summary>The block was entered by code that some path reaches.</summary>
    public bool EnteredLive;

    /// <summary>A live branch leads to its end (or, for a loop, to its head).</summary>
    public bool Targeted;

    public readonly WasmType[] LabelTypes => Opcode == Binary.Opcode.Loop ? Parameters : Results;
}
