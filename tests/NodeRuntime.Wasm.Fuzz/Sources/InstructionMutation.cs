using System;
using System.Collections.Generic;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Fuzz.Comparison;

namespace NodeRuntime.Wasm.Fuzz.Sources;

/// <summary>
/// Changes instructions of a valid module to others of the same type, so that it stays valid: another operation on the same operands,
/// another constant, another local, another width or offset of an access, a tail call for a last call. The official suite thus becomes new programs.
/// </summary>
internal sealed class InstructionMutation
{
    private const int CodeSection = 10;

    /// <summary>Of a thousand instructions that could be changed.</summary>
    private const int ChangesPerMille = 150;

    /// <summary>Of a thousand calls that could be tail calls.</summary>
    private const int TailsPerMille = 500;

    private readonly ModuleModel _model;
    private readonly Prng _random;
    private readonly LoadFault _fault = new();

    private InstructionMutation(ModuleModel model, Prng random)
    {
        _model = model;
        _random = random;
    }

    public static byte[] Apply(ModuleModel model, Prng random) => new InstructionMutation(model, random).Run();

    private byte[] Run()
    {
        var result = new BytesBuilder();
        var module = new WasmReader(_model.Bytes, 0, _model.Bytes.Length, _fault);
        result.Raw(module.Take(8));
        while (!module.AtEnd)
        {
            int id = module.Byte();
            WasmReader section = module.Sub(module.Index());
            BytesBuilder content = id == CodeSection
                ? ChangeCode(section)
                : new BytesBuilder().Raw(section.Take(section.End - section.Position));
            result.Byte(id).Unsigned((ulong)content.Length).Raw(content);
        }

        Invariant.Holds(!_fault.Failed);
        return result.ToArray();
    }

    private BytesBuilder ChangeCode(WasmReader section)
    {
        var code = new BytesBuilder();
        int count = section.Index();
        code.Unsigned((ulong)count);
        for (int i = 0; i < count; i++)
        {
            BytesBuilder body = ChangeBody(section.Sub(section.Index()), _model.TypeOf(_model.ImportedFunctions + i), _model.Bodies[i]);
            code.Unsigned((ulong)body.Length).Raw(body);
        }

        return code;
    }

    private BytesBuilder ChangeBody(WasmReader reader, FunctionType type, FunctionBody model)
    {
        WasmType[] locals = [.. type.Parameters, .. model.Locals];
        int start = reader.Position;
        BytesBuilder body = new BytesBuilder().Raw(_model.Bytes.AsSpan(start, model.Start - start));
        reader.Take(model.Start - start);
        var instructions = new InstructionReader(reader, ModuleLimits.Default);
        while (!reader.AtEnd)
        {
            instructions.Next(out Instruction instruction);
            if (_random.NextChance(ChangesPerMille) && TryChange(body, in instruction, locals)) continue;
            bool last = !reader.AtEnd && (reader.Position == model.End - 1 || reader.Peek() == Opcode.Return);
            if (last && _random.NextChance(TailsPerMille) && TryTail(body, in instruction, type)) continue;
            body.Raw(_model.Bytes.AsSpan(instruction.Offset, reader.Position - instruction.Offset));
        }

        return body;
    }

    private bool TryChange(BytesBuilder body, in Instruction instruction, WasmType[] locals)
    {
        int opcode = instruction.Opcode;
        switch (opcode)
        {
            case Opcode.I32Const:
                body.Byte(opcode).Signed(unchecked((int)CallPlan.MakeBits(WasmType.I32, _random)));
                return true;
            case Opcode.I64Const:
                body.Byte(opcode).Signed(unchecked((long)CallPlan.MakeBits(WasmType.I64, _random)));
                return true;
            case Opcode.F32Const:
                body.Byte(opcode).Raw(BitConverter.GetBytes(AnySingle()));
                return true;
            case Opcode.F64Const:
                body.Byte(opcode).Raw(BitConverter.GetBytes(AnyDouble()));
                return true;
            case Opcode.LocalGet or Opcode.LocalSet or Opcode.LocalTee:
                body.Byte(opcode).Unsigned((ulong)SameLocal(locals, instruction.Index));
                return true;
            case >= Opcode.LoadFirst and <= Opcode.LoadLast:
                WasmType loaded = NumericTable.LoadType(opcode);
                AddAccess(body, Pick(Opcode.LoadFirst, Opcode.LoadLast, other => NumericTable.LoadType(other) == loaded));
                return true;
            case >= Opcode.StoreFirst and <= Opcode.StoreLast:
                WasmType stored = NumericTable.StoreType(opcode);
                AddAccess(body, Pick(Opcode.StoreFirst, Opcode.StoreLast, other => NumericTable.StoreType(other) == stored));
                return true;
            case >= Opcode.NumericFirst and <= Opcode.NumericLast:
                body.Byte(Pick(Opcode.NumericFirst, Opcode.NumericLast, other => SameShape(opcode, other)));
                return true;
            case >= Opcode.VectorFirst and <= Opcode.VectorLast:
                return TryChangeVector(body, opcode);
            default:
                return false;
        }
    }

    private bool TryTail(BytesBuilder body, in Instruction instruction, FunctionType type)
    {
        bool indirect = instruction.Opcode == Opcode.CallIndirect;
        if (!indirect && instruction.Opcode != Opcode.Call) return false;
        FunctionType callee = indirect ? _model.Types[instruction.Index] : _model.TypeOf(instruction.Index);
        if (!callee.Results.AsSpan().SequenceEqual(type.Results)) return false;
        body.Byte(indirect ? Opcode.ReturnCallIndirect : Opcode.ReturnCall).Unsigned((ulong)instruction.Index);
        if (indirect) body.Unsigned((ulong)instruction.Second);
        return true;
    }

    private bool TryChangeVector(BytesBuilder body, int opcode)
    {
        VectorInstruction vector = VectorTable.At(opcode);
        switch (vector.Shape)
        {
            case VectorShape.Const:
                UInt128 bits = CallPlan.MakeVector(_random);
                body.Byte(0xFD).Byte(Opcode.VectorConst - Opcode.VectorFirst);
                for (int shift = 0; shift < 128; shift += 8) body.Byte((int)((bits >> shift) & 0xFF));
                return true;
            case VectorShape.Unary or VectorShape.Binary or VectorShape.Ternary or VectorShape.Shift or VectorShape.Test:
                int other = Pick(Opcode.VectorFirst, Opcode.VectorLast, candidate => VectorTable.Find(candidate)?.Shape == vector.Shape);
                body.Byte(0xFD).Unsigned((ulong)(other - Opcode.VectorFirst));
                return true;
            default:
                return false;
        }
    }

    private void AddAccess(BytesBuilder body, int opcode)
    {
        ulong offset = _random.NextChance(700) ? (ulong)_random.NextBelow(64) : CallPlan.MakeBits(WasmType.I32, _random);
        body.Byte(opcode).Byte(0).Unsigned(offset);
    }

    private int Pick(int first, int last, Func<int, bool> fits)
    {
        var candidates = new List<int>();
        for (int opcode = first; opcode <= last; opcode++)
        {
            if (fits(opcode)) candidates.Add(opcode);
        }

        return candidates[_random.NextBelow(candidates.Count)];
    }

    private int SameLocal(WasmType[] locals, int index)
    {
        var candidates = new List<int>();
        for (int i = 0; i < locals.Length; i++)
        {
            if (locals[i] == locals[index]) candidates.Add(i);
        }

        return candidates[_random.NextBelow(candidates.Count)];
    }

    private uint AnySingle() => _random.NextChance(150)
        ? 0x7F800001 | (uint)_random.NextBelow(0x800000) | ((uint)_random.NextBelow(2) << 31)
        : (uint)CallPlan.MakeBits(WasmType.F32, _random);

    private ulong AnyDouble() => _random.NextChance(150)
        ? 0x7FF0000000000001 | (_random.NextUInt64() >> 12) | ((ulong)_random.NextBelow(2) << 63)
        : CallPlan.MakeBits(WasmType.F64, _random);

    private static bool SameShape(int a, int b) =>
        NumericTable.Operand(a) == NumericTable.Operand(b)
        && NumericTable.Result(a) == NumericTable.Result(b)
        && NumericTable.IsBinary(a) == NumericTable.IsBinary(b);
}
