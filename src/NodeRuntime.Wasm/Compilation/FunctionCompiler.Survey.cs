using System;
using System.Collections.Generic;
using NodeRuntime.Wasm.Binary;

namespace NodeRuntime.Wasm.Compilation;

/// <summary>
/// Reads the function once beforehand, for what must be known at the first instruction.
///
/// <para>Loops: which locals each sets.</para>
///
/// <para>Made locals: floats that only ever hold what arithmetic made, or a number. Their NaNs become canonical where somebody can see the
/// bits (a store, a call, a reinterpretation) and not at each assignment. A local that may hold a loaded or a given value is none of them:
/// such a NaN keeps its bits.</para>
/// </summary>
internal sealed partial class FunctionCompiler
{
    /// <summary>Chains of copies between locals are followed so far; what lies beyond counts as not made.</summary>
    private const int CopyPassesMax = 4;

    private readonly List<LoopLocals> _loops = [];
    private readonly bool[] _made;

    /// <summary>The locals that a loop sets, each hashed to one of 64 bits.</summary>
    private readonly record struct LoopLocals(int Offset, ulong Set);

    private void Survey()
    {
        bool floats = false;
        for (int i = _type.Parameters.Length; i < _made.Length; i++)
        {
            _made[i] = _localTypes[i] is WasmType.F32 or WasmType.F64;
            floats |= _made[i];
        }

        if (!floats && !_body.UsesMemory) return;
        var fault = new LoadFault();
        var instructions = new InstructionReader(new WasmReader(_model.Bytes, _body.Start, _body.End, fault), _limits);
        var open = new List<int>();
        var copies = new List<(int To, int From)>();
        var top = new Top(false, -1);
        while (!fault.Failed)
        {
            instructions.Next(out Instruction instruction);
            switch (instruction.Opcode)
            {
                case Opcode.Loop:
                    open.Add(_loops.Count);
                    _loops.Add(new LoopLocals(instruction.Offset, 0));
                    break;
                case Opcode.Block or Opcode.If:
                    open.Add(-1);
                    break;
                case Opcode.LocalSet or Opcode.LocalTee:
                    MarkSet(open, Node.Bit(instruction.Index));
                    if (!_made[instruction.Index]) break;
                    if (top.From >= 0) copies.Add((instruction.Index, top.From));
                    else _made[instruction.Index] = top.Made;
                    break;
                case Opcode.End when open.Count == 0:
                    FollowCopies(copies);
                    return;
                case Opcode.End:
                    int closed = open[^1];
                    open.RemoveAt(open.Count - 1);
                    if (closed >= 0) MarkSet(open, _loops[closed].Set);
                    break;
            }

            if (instruction.Opcode != Opcode.LocalTee) top = TopAfter(in instruction);
        }
    }

    /// <summary>What is known of the uppermost operand: arithmetic made it, or it is a local's value (-1 if not).</summary>
    private readonly record struct Top(bool Made, int From);

    private static Top TopAfter(in Instruction instruction) => instruction.Opcode switch
    {
        Opcode.LocalGet => new Top(false, instruction.Index),
        Opcode.F32Const => new Top(!float.IsNaN(BitConverter.Int32BitsToSingle(unchecked((int)instruction.Immediate))), -1),
        Opcode.F64Const => new Top(!double.IsNaN(BitConverter.Int64BitsToDouble(instruction.Immediate)), -1),
        _ => new Top(NumericEmitter.MakesNaN(instruction.Opcode), -1),
    };

    private void FollowCopies(List<(int To, int From)> copies)
    {
        bool settled = false;
        for (int pass = 0; pass < CopyPassesMax && !settled; pass++)
        {
            settled = true;
            foreach ((int to, int from) in copies)
            {
                if (!_made[to] || _made[from]) continue;
                _made[to] = false;
                settled = false;
            }
        }

        if (settled) return;
        foreach ((int to, _) in copies) _made[to] = false;
    }

    /// <summary>Marks the innermost open loop; an outer one learns it at the inner one's end.</summary>
    private void MarkSet(List<int> open, ulong locals)
    {
        for (int i = open.Count - 1; i >= 0; i--)
        {
            if (open[i] < 0) continue;
            LoopLocals loop = _loops[open[i]];
            _loops[open[i]] = loop with { Set = loop.Set | locals };
            return;
        }
    }
}
