namespace NodeRuntime.Wasm.Stepping;

/// <summary>
/// One decoded instruction: eight bytes, so that decoded code takes at most sixteen times the memory of the module's own (each
/// instruction, of a byte at least, may have a charge before it).
/// </summary>
/// <param name="Code">An opcode of the specification, or one of <see cref="StepCode"/>.</param>
/// <param name="Narrow">A slot of the frame, a table or a memory.</param>
/// <param name="Wide">A target, an index, an offset, a price or a constant; what does not fit stands in a list of its function.</param>
internal readonly record struct StepOp(ushort Code, ushort Narrow, int Wide);

/// <summary>Where a branch that carries values goes, and what it does to the stack.</summary>
internal struct StepBranch
{
    public int Target;

    /// <summary>The slot, counted from the frame's base, that the first value carried comes to.</summary>
    public ushort Destination;

    /// <summary>Slots carried.</summary>
    public ushort Slots;

    /// <summary>Some operand carried or dropped is a reference.</summary>
    public bool HasReferences;
}
