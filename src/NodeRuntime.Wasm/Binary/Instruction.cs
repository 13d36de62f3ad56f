namespace NodeRuntime.Wasm.Binary;

/// <summary>One instruction with its immediates; which of them mean something depends on the opcode.</summary>
internal struct Instruction
{
    public int Opcode;

    /// <summary>Where it stands in the module.</summary>
    public int Offset;

    /// <summary>A constant's bits (of a v128 the low half), a memory access's offset, or the first index.</summary>
    public long Immediate;

    /// <summary>The high half of a v128: of a constant, or of a shuffle's sixteen lanes.</summary>
    public long High;

    /// <summary>A memory access's alignment, or the second index.</summary>
    public int Second;

    /// <summary>The memory of an access or a bulk operation; of memory.copy the one written to.</summary>
    public int Memory;

    /// <summary>The lane of a vector instruction; of memory.copy the memory read from.</summary>
    public int Lane;

    /// <summary>The type of a block: a type's index when zero or more; -64 is empty; else a value type's signed byte.</summary>
    public long BlockType;

    /// <summary>The labels of br_table, the default last.</summary>
    public int[]? Labels;

    /// <summary>The type of ref.null or of a typed select.</summary>
    public WasmType Type;

    public readonly int Index => (int)Immediate;
}
