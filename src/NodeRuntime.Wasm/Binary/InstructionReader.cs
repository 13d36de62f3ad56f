using System.Globalization;

namespace NodeRuntime.Wasm.Binary;

/// <summary>Decodes one instruction after the other (section 5.4): the validator and the compiler read with the same eyes.</summary>
internal sealed class InstructionReader(WasmReader reader, ModuleLimits limits, WasmFeatures features = WasmFeatures.All)
{
    public const long EmptyBlock = -64;

    public WasmReader Reader => reader;

    public void Next(out Instruction instruction)
    {
        instruction = default;
        instruction.Offset = reader.Position;
        int opcode = reader.Byte();
        if (opcode == 0xFC)
        {
            uint second = reader.U32();
            if (second > Opcode.Last - 0x100) reader.Malformed("illegal opcode fc " + second.ToString(CultureInfo.InvariantCulture));
            opcode = 0x100 + (int)(second & 0xFF);
        }

        if (opcode == 0xFD && Allows(WasmFeatures.Simd))
        {
            NextVector(ref instruction);
            return;
        }

        instruction.Opcode = opcode;
        switch (opcode)
        {
            case Opcode.Block or Opcode.Loop or Opcode.If:
                instruction.BlockType = ReadBlockType();
                break;
            case Opcode.Br or Opcode.BrIf or Opcode.Call or Opcode.RefFunc:
            case Opcode.LocalGet or Opcode.LocalSet or Opcode.LocalTee or Opcode.GlobalGet or Opcode.GlobalSet:
            case Opcode.TableGet or Opcode.TableSet or Opcode.DataDrop or Opcode.ElemDrop:
            case Opcode.TableGrow or Opcode.TableSize or Opcode.TableFill:
                instruction.Immediate = reader.Index();
                break;
            case Opcode.ReturnCall when Allows(WasmFeatures.TailCalls):
                instruction.Immediate = reader.Index();
                break;
            case Opcode.ReturnCallIndirect when Allows(WasmFeatures.TailCalls):
            case Opcode.CallIndirect or Opcode.TableInit or Opcode.TableCopy:
                instruction.Immediate = reader.Index();
                instruction.Second = reader.Index();
                break;
            case Opcode.BrTable:
                instruction.Labels = ReadLabels();
                break;
            case Opcode.SelectTyped:
                if (reader.U32() != 1) reader.Fault.Report(ModuleVerdict.Invalid, instruction.Offset, "invalid result arity of select");
                instruction.Type = ReadValueType();
                break;
            case >= Opcode.LoadFirst and <= Opcode.StoreLast:
                ReadMemoryArgument(ref instruction);
                break;
            case Opcode.MemorySize or Opcode.MemoryGrow or Opcode.MemoryFill:
                instruction.Memory = ReadMemory();
                break;
            case Opcode.MemoryCopy:
                instruction.Memory = ReadMemory();
                instruction.Lane = ReadMemory();
                break;
            case Opcode.MemoryInit:
                instruction.Immediate = reader.Index();
                instruction.Memory = ReadMemory();
                break;
            case Opcode.I32Const:
                instruction.Immediate = reader.S32();
                break;
            case Opcode.I64Const:
                instruction.Immediate = reader.S64();
                break;
            case Opcode.F32Const:
                instruction.Immediate = reader.Fixed32();
                break;
            case Opcode.F64Const:
                instruction.Immediate = unchecked((long)reader.Fixed64());
                break;
            case Opcode.RefNull:
                instruction.Type = ReadReferenceType();
                break;
            case Opcode.Unreachable or Opcode.Nop or Opcode.Else or Opcode.End or Opcode.Return or Opcode.Drop or Opcode.Select:
            case Opcode.RefIsNull:
            case >= Opcode.NumericFirst and <= Opcode.NumericLast:
            case >= Opcode.TruncSatFirst and <= Opcode.TruncSatLast:
                break;
            default:
                Refuse(opcode, instruction.Offset);
                break;
        }
    }

    public WasmType ReadValueType()
    {
        int at = reader.Position;
        var type = (WasmType)reader.Byte();
        switch (type)
        {
            case WasmType.I32 or WasmType.I64 or WasmType.F32 or WasmType.F64 or WasmType.FuncRef or WasmType.ExternRef:
                return type;
            case WasmType.V128:
                if (!Allows(WasmFeatures.Simd)) reader.Fault.Report(ModuleVerdict.Unsupported, at, "SIMD (v128) is not supported");
                return type;
            default:
                reader.Fault.Report(ModuleVerdict.Malformed, at, "malformed value type");
                return WasmType.I32;
        }
    }

    public WasmType ReadReferenceType()
    {
        int at = reader.Position;
        var type = (WasmType)reader.Byte();
        if (type is WasmType.FuncRef or WasmType.ExternRef) return type;
        reader.Fault.Report(ModuleVerdict.Malformed, at, "malformed reference type");
        return WasmType.FuncRef;
    }

    private long ReadBlockType()
    {
        int at = reader.Position;
        if ((reader.Peek() & 0xC0) != 0x40)
        {
            long index = reader.S33();
            if (index < 0) reader.Fault.Report(ModuleVerdict.Malformed, at, "malformed block type");
            return index;
        }

        if (reader.Peek() != 0x40) return (long)ReadValueType() - 0x80;
        reader.Byte();
        return EmptyBlock;
    }

    private int[] ReadLabels()
    {
        int at = reader.Position;
        int count = reader.Index();
        if (count > reader.End - reader.Position)
        {
            reader.Malformed("unexpected end");
            return [0];
        }

        if (count > limits.BranchTableMax)
        {
            reader.Fault.Report(ModuleVerdict.LimitExceeded, at, "br_table has more targets than the limit");
            return [0];
        }

        int[] labels = new int[count + 1];
        for (int i = 0; i < labels.Length; i++) labels[i] = reader.Index();
        return labels;
    }

    private bool Allows(WasmFeatures feature) => (features & feature) != 0;

    private void NextVector(ref Instruction instruction)
    {
        uint number = reader.U32();
        instruction.Opcode = Opcode.VectorFirst + (int)(number & 0xFF);
        if (number is >= 0x100 and <= 0x113)
        {
            reader.Fault.Report(ModuleVerdict.Unsupported, instruction.Offset, "relaxed SIMD is not supported");
        }

        if (number > 0xFF || VectorTable.Find(instruction.Opcode) is not { } vector)
        {
            reader.Malformed("illegal opcode fd " + number.ToString(CultureInfo.InvariantCulture));
            instruction.Opcode = Opcode.Nop;
            return;
        }

        switch (vector.Shape)
        {
            case VectorShape.Load or VectorShape.Store:
                ReadMemoryArgument(ref instruction);
                break;
            case VectorShape.LoadLane or VectorShape.StoreLane:
                ReadMemoryArgument(ref instruction);
                instruction.Lane = reader.Byte();
                break;
            case VectorShape.Const or VectorShape.Shuffle:
                instruction.Immediate = unchecked((long)reader.Fixed64());
                instruction.High = unchecked((long)reader.Fixed64());
                break;
            case VectorShape.Extract or VectorShape.Replace:
                instruction.Lane = reader.Byte();
                break;
        }
    }

    /// <summary>The alignment, with several memories the memory (bit 6 says that it stands there), and the offset.</summary>
    private void ReadMemoryArgument(ref Instruction instruction)
    {
        const int HasMemory = 0x40;
        int alignment = reader.Index();
        if ((alignment & ~0x3F) == HasMemory && Allows(WasmFeatures.MultiMemory))
        {
            alignment &= ~HasMemory;
            instruction.Memory = reader.Index();
        }

        if (alignment >= 32) reader.Malformed("malformed memop flags");
        instruction.Second = alignment;
        instruction.Immediate = reader.U32();
    }

    /// <summary>A memory's index; without several memories the byte that is zero.</summary>
    private int ReadMemory()
    {
        if (Allows(WasmFeatures.MultiMemory)) return reader.Index();
        if (reader.Byte() != 0) reader.Malformed("zero byte expected");
        return 0;
    }

    private void Refuse(int opcode, int offset)
    {
        string? feature = opcode switch
        {
            >= 0x06 and <= 0x0A or 0x18 or 0x19 or 0x1F => "exception handling",
            >= 0x12 and <= 0x13 => "tail calls",
            0x14 or 0x15 or 0xD3 or 0xD4 or 0xD5 or 0xD6 => "typed function references",
            0xFB => "garbage collection",
            0xFD => "SIMD",
            0xFE => "threads",
            _ => null,
        };
        if (feature is null) reader.Fault.Report(ModuleVerdict.Malformed, offset, $"illegal opcode {opcode:x2}");
        else reader.Fault.Report(ModuleVerdict.Unsupported, offset, $"{feature} (opcode {opcode:x2}) is not supported");
    }
}
