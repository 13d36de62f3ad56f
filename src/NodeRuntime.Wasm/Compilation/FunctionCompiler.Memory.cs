using System;
using System.Reflection.Emit;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Compilation;

/// <summary>Globals and linear memory: addresses are checked when an access is met, and read when its value is used.</summary>
internal sealed partial class FunctionCompiler
{
    private void SetGlobal(int index, Node value)
    {
        Spill(static pending => pending.ReadsGlobal);
        WasmType type = _model.Globals[index].Type;
        if (IsReference(type)) LoadGlobalCell(index);
        else LoadGlobalAddress(index);
        EmitClean(value);
        if (IsReference(type)) _il.StoreField(Members.CellReference);
        else SlotAccess.Store(_il, type);
    }

    private void LoadGlobalCell(int index)
    {
        _il.LoadArgument(InstanceArgument);
        _il.Field(Members.InstanceGlobalCells);
        _il.Int32(index);
        _il.Op(OpCodes.Ldelem_Ref);
    }

    private void LoadGlobalAddress(int index)
    {
        _il.LoadArgument(InstanceArgument);
        _il.Field(Members.InstanceGlobals);
        _il.Native(index * (long)Store.SlotBytes);
        _il.Op(OpCodes.Add);
        if (index < _model.ImportedGlobals) _il.Op(OpCodes.Ldind_I);
    }

    private void Load(in Instruction instruction) =>
        Push(LoadNode(instruction.Opcode, NumericTable.LoadSize(instruction.Opcode), in instruction, Pop()));

    /// <param name="opcode">Of the load that reads: a scalar one or v128.load.</param>
    /// <param name="size">The logarithm of the bytes read.</param>
    private Node LoadNode(int opcode, int size, in Instruction instruction, Node address)
    {
        if (StaticAddress(address, in instruction, 1 << size) is { } place) return Node.Load(opcode, null, place, absolute: false);
        LocalBuilder held = CheckedAddress(address, in instruction, 1 << size);
        return Node.Load(opcode, held, instruction.Immediate, absolute: instruction.Memory != 0);
    }

    private void StoreMemory(in Instruction instruction)
    {
        Node value = Pop();
        StoreNode(instruction.Opcode, NumericTable.StoreSize(instruction.Opcode), in instruction, Pop(), value);
    }

    private void StoreNode(int opcode, int size, in Instruction instruction, Node address, Node value)
    {
        long? place = StaticAddress(address, in instruction, 1 << size);
        LocalBuilder? held = place is null ? CheckedAddress(address, in instruction, 1 << size) : null;
        Spill(static pending => pending.ReadsMemory);
        LoadAddress(held, place ?? instruction.Immediate, absolute: instruction.Memory != 0);
        EmitClean(value);
        EmitStore(opcode);
        if (held is not null) _pool.Give(held);
    }

    /// <summary>A constant address inside memory 0's first size, which never shrinks, needs no check.</summary>
    private long? StaticAddress(Node address, in Instruction instruction, int size)
    {
        if (address.Kind != NodeKind.Constant || instruction.Memory != 0) return null;
        long place = unchecked((uint)address.Bits) + instruction.Immediate;
        return place + size <= _model.Memories[0].Minimum * LinearMemory.PageBytes ? place : null;
    }

    /// <summary>The address in memory 0, or in another memory the address of the machine.</summary>
    private LocalBuilder CheckedAddress(Node address, in Instruction instruction, int size)
    {
        Emit(address);
        _il.Op(OpCodes.Conv_U);
        LocalBuilder held = _pool.Take(typeof(nint));
        _il.Store(held);
        if (instruction.Memory == 0)
        {
            _il.Load(held);
            _il.Load(_length!);
            _il.Native(instruction.Immediate + size);
            _il.Op(OpCodes.Sub);
            _il.Branch(OpCodes.Bgt, TrapLabel(Trap.OutOfBoundsMemory));
            return held;
        }

        LocalBuilder memory = _pool.Take(typeof(LinearMemory));
        _il.LoadArgument(InstanceArgument);
        _il.Field(Members.InstanceMemories);
        _il.Int32(instruction.Memory);
        _il.Op(OpCodes.Ldelem_Ref);
        _il.Store(memory);
        _il.Load(held);
        _il.Load(memory);
        _il.Field(Members.MemoryLength);
        _il.Native(instruction.Immediate + size);
        _il.Op(OpCodes.Sub);
        _il.Branch(OpCodes.Bgt, TrapLabel(Trap.OutOfBoundsMemory));
        _il.Load(held);
        _il.Load(memory);
        _il.Field(Members.MemoryBase);
        _il.Op(OpCodes.Add);
        _il.Store(held);
        _pool.Give(memory);
        return held;
    }

    private void LoadAddress(LocalBuilder? held, long offset, bool absolute)
    {
        if (!absolute) _il.Load(_base!);
        if (held is not null)
        {
            _il.Load(held);
            if (!absolute) _il.Op(OpCodes.Add);
        }

        if (offset == 0) return;
        _il.Native(offset);
        _il.Op(OpCodes.Add);
    }

    private void EmitLoad(int opcode)
    {
        if (opcode == Opcode.VectorFirst)
        {
            _il.Unaligned();
            SlotAccess.Load(_il, WasmType.V128);
            return;
        }

        if (NumericTable.LoadSize(opcode) > 0) _il.Unaligned();
        switch (opcode)
        {
            case 0x28:
                _il.Op(OpCodes.Ldind_I4);
                break;
            case 0x29:
                _il.Op(OpCodes.Ldind_I8);
                break;
            case 0x2A:
                _il.Op(OpCodes.Ldind_R4);
                break;
            case 0x2B:
                _il.Op(OpCodes.Ldind_R8);
                break;
            case 0x2C or 0x30:
                _il.Op(OpCodes.Ldind_I1);
                break;
            case 0x2D or 0x31:
                _il.Op(OpCodes.Ldind_U1);
                break;
            case 0x2E or 0x32:
                _il.Op(OpCodes.Ldind_I2);
                break;
            case 0x2F or 0x33:
                _il.Op(OpCodes.Ldind_U2);
                break;
            case 0x34:
                _il.Op(OpCodes.Ldind_I4);
                break;
            case 0x35:
                _il.Op(OpCodes.Ldind_U4);
                break;
        }

        if (opcode is 0x30 or 0x32 or 0x34) _il.Op(OpCodes.Conv_I8);
        if (opcode is 0x31 or 0x33 or 0x35) _il.Op(OpCodes.Conv_U8);
    }

    private void EmitStore(int opcode)
    {
        if (opcode == Opcode.VectorStore)
        {
            _il.Unaligned();
            SlotAccess.Store(_il, WasmType.V128);
            return;
        }

        if (opcode is 0x3C or 0x3D or 0x3E) _il.Op(OpCodes.Conv_I4);
        if (NumericTable.StoreSize(opcode) > 0) _il.Unaligned();
        switch (opcode)
        {
            case 0x36 or 0x3E:
                _il.Op(OpCodes.Stind_I4);
                break;
            case 0x37:
                _il.Op(OpCodes.Stind_I8);
                break;
            case 0x38:
                _il.Op(OpCodes.Stind_R4);
                break;
            case 0x39:
                _il.Op(OpCodes.Stind_R8);
                break;
            case 0x3A or 0x3C:
                _il.Op(OpCodes.Stind_I1);
                break;
            case 0x3B or 0x3D:
                _il.Op(OpCodes.Stind_I2);
                break;
        }
    }
}
