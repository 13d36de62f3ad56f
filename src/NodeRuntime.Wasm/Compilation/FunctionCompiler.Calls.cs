using System;
using System.Reflection.Emit;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Compilation;

/// <summary>Calls of guest functions, of imports and of <see cref="Intrinsics"/>: fuel is written back before each and read again behind.</summary>
internal sealed partial class FunctionCompiler
{
    /// <summary>The instructions that are calls of <see cref="Intrinsics"/>: their operands, then their indices.</summary>
    private void StepHelper(in Instruction instruction)
    {
        int index = instruction.Index;
        int second = instruction.Second;
        switch (instruction.Opcode)
        {
            case Opcode.MemorySize:
                Helper(nameof(Intrinsics.MemorySize), 0, WasmType.I32, instruction.Memory);
                break;
            case Opcode.MemoryGrow:
                Helper(nameof(Intrinsics.MemoryGrow), 1, WasmType.I32, instruction.Memory);
                break;
            case Opcode.MemoryFill:
                Helper(nameof(Intrinsics.MemoryFill), 3, WasmType.Unknown, instruction.Memory);
                break;
            case Opcode.MemoryCopy:
                Helper(nameof(Intrinsics.MemoryCopy), 3, WasmType.Unknown, instruction.Memory, instruction.Lane);
                break;
            case Opcode.MemoryInit:
                Helper(nameof(Intrinsics.MemoryInit), 3, WasmType.Unknown, instruction.Memory, index);
                break;
            case Opcode.DataDrop:
                Helper(nameof(Intrinsics.DataDrop), 0, WasmType.Unknown, index);
                break;
            case Opcode.TableGet:
                Helper(nameof(Intrinsics.TableGet), 1, _model.Tables[index].Element, index);
                break;
            case Opcode.TableSet:
                Helper(nameof(Intrinsics.TableSet), 2, WasmType.Unknown, index);
                break;
            case Opcode.TableSize:
                Helper(nameof(Intrinsics.TableSize), 0, WasmType.I32, index);
                break;
            case Opcode.TableGrow:
                Helper(nameof(Intrinsics.TableGrow), 2, WasmType.I32, index);
                break;
            case Opcode.TableFill:
                Helper(nameof(Intrinsics.TableFill), 3, WasmType.Unknown, index);
                break;
            case Opcode.TableCopy:
                Helper(nameof(Intrinsics.TableCopy), 3, WasmType.Unknown, index, second);
                break;
            case Opcode.TableInit:
                Helper(nameof(Intrinsics.TableInit), 3, WasmType.Unknown, second, index);
                break;
            case Opcode.ElemDrop:
                Helper(nameof(Intrinsics.ElemDrop), 0, WasmType.Unknown, index);
                break;
            case Opcode.RefFunc:
                Helper(nameof(Intrinsics.RefFunc), 0, WasmType.FuncRef, index);
                break;
            default:
                Invariant.Break("an instruction without a compiler");
                break;
        }
    }

    private void Helper(string name, int operands, WasmType result, params int[] indices)
    {
        BeforeEffect();
        Node[] arguments = PopMany(operands);
        Spill(static pending => pending.ReadsMemory || pending.ReadsGlobal);
        WriteFuel();
        _il.LoadArgument(InstanceArgument);
        foreach (Node argument in arguments) EmitArgument(argument);
        foreach (int index in indices) _il.Int32(index);
        _il.Call(Members.Intrinsic(name));
        PushResult(result);
        ReloadFuel();
        ReloadLength();
    }

    private void LoadResultAddress(int index)
    {
        _il.Load(_block);
        _il.Native(Store.ResultsOffset + (index * Store.SlotBytes));
        _il.Op(OpCodes.Add);
    }

    private void LoadResultReferences(int instanceArgument)
    {
        _il.LoadArgument(instanceArgument);
        _il.Field(Members.InstanceStore);
        _il.Call(Members.StoreResultReferences);
    }

    private void Call(int function)
    {
        BeforeEffect();
        FunctionType type = _model.TypeOf(function);
        Node[] arguments = PopMany(type.Parameters.Length);
        Spill(static pending => pending.ReadsMemory || pending.ReadsGlobal);
        if (function >= _model.ImportedFunctions) CallOwn(function, arguments, tail: false);
        else CallReference(ImportReference(function), type, arguments, tail: false);
        AfterCall(type);
    }

    private void CallIndirect(int typeIndex, int table)
    {
        BeforeEffect();
        FunctionType type = _model.Types[typeIndex];
        LocalBuilder index = Hold(Pop(), typeof(int));
        Node[] arguments = PopMany(type.Parameters.Length);
        Spill(static pending => pending.ReadsMemory || pending.ReadsGlobal);
        CallReference(TableReference(index, typeIndex, table), type, arguments, tail: false);
        AfterCall(type);
    }

    private void TailCall(int function)
    {
        BeforeEffect();
        FunctionType type = _model.TypeOf(function);
        Node[] arguments = PopMany(type.Parameters.Length);
        if (function >= _model.ImportedFunctions) CallOwn(function, arguments, tail: true);
        else CallReference(ImportReference(function), type, arguments, tail: true);
    }

    private void TailCallIndirect(int typeIndex, int table)
    {
        BeforeEffect();
        FunctionType type = _model.Types[typeIndex];
        LocalBuilder index = Hold(Pop(), typeof(int));
        Node[] arguments = PopMany(type.Parameters.Length);
        CallReference(TableReference(index, typeIndex, table), type, arguments, tail: true);
    }

    private void CallOwn(int function, Node[] arguments, bool tail)
    {
        WriteFuel();
        foreach (Node argument in arguments) EmitArgument(argument);
        _il.LoadArgument(InstanceArgument);
        LoadDepth(tail);
        if (tail) _il.Tail();
        _il.Call((tail ? _methods : _entries)[function - _model.ImportedFunctions]);
        if (tail) _il.Op(OpCodes.Ret);
    }

    private LocalBuilder ImportReference(int function)
    {
        LocalBuilder reference = _pool.Take(typeof(FunctionReference));
        _il.LoadArgument(InstanceArgument);
        _il.Field(Members.InstanceFunctions);
        _il.Int32(function);
        _il.Op(OpCodes.Ldelem_Ref);
        _il.Store(reference);
        return reference;
    }

    /// <summary>The table's entry, checked; the index is given back.</summary>
    private LocalBuilder TableReference(LocalBuilder index, int typeIndex, int table)
    {
        LocalBuilder entries = _pool.Take(typeof(Table));
        LocalBuilder reference = _pool.Take(typeof(FunctionReference));
        _il.LoadArgument(InstanceArgument);
        _il.Field(Members.InstanceTables);
        _il.Int32(table);
        _il.Op(OpCodes.Ldelem_Ref);
        _il.Store(entries);
        _il.Load(index);
        _il.Load(entries);
        _il.Field(Members.TableCount);
        _il.Branch(OpCodes.Bge_Un, TrapLabel(Trap.UndefinedElement));
        _il.Load(entries);
        _il.Field(Members.TableEntries);
        _il.Load(index);
        _il.Op(OpCodes.Ldelem_Ref);
        _il.Store(reference);
        _il.Load(reference);
        _il.Branch(OpCodes.Brfalse, TrapLabel(Trap.UninitializedElement));
        _il.Load(reference);
        _il.Field(Members.ReferenceType);
        _il.LoadArgument(InstanceArgument);
        _il.Field(Members.InstanceTypes);
        _il.Int32(typeIndex);
        _il.Op(OpCodes.Ldelem_Ref);
        _il.Branch(OpCodes.Bne_Un, TrapLabel(Trap.IndirectCallTypeMismatch));
        _pool.Give(index);
        _pool.Give(entries);
        return reference;
    }

    private void CallReference(LocalBuilder reference, FunctionType type, Node[] arguments, bool tail)
    {
        WriteFuel();
        foreach (Node argument in arguments) EmitArgument(argument);
        _il.Load(reference);
        _il.Field(Members.ReferenceOwner);
        LoadDepth(tail);
        _il.Load(reference);
        _il.Field(Members.ReferenceCode);
        if (tail) _il.Tail();
        _il.CallPointer(Members.ResultType(type), Members.ParameterTypes(type));
        if (tail) _il.Op(OpCodes.Ret);
        _pool.Give(reference);
    }

    /// <summary>The depth left to a callee. A tail call gives its own frame back first.</summary>
    private void LoadDepth(bool tail)
    {
        _il.LoadArgument(DepthArgument);
        if (!tail || !_body.MakesCalls) return;
        _il.Int32(_body.DepthWeight(_type));
        _il.Op(OpCodes.Add);
    }

    private void AfterCall(FunctionType type)
    {
        if (type.Results.Length > 0) PushResult(type.Results[0]);
        for (int i = 1; i < type.Results.Length; i++)
        {
            if (IsReference(type.Results[i]))
            {
                LoadResultReferences(InstanceArgument);
                _il.Int32(i);
                _il.Op(OpCodes.Ldelem_Ref);
            }
            else
            {
                LoadResultAddress(i);
                SlotAccess.Load(_il, type.Results[i]);
            }

            PushResult(type.Results[i]);
        }

        ReloadFuel();
        ReloadLength();
    }

    /// <summary>What lies on the IL stack becomes a pending operand.</summary>
    private void PushResult(WasmType type)
    {
        if (type == WasmType.Unknown) return;
        LocalBuilder result = _pool.Take(Members.IlType(type));
        _il.Store(result);
        Push(Node.Temp(type, result, owned: true));
    }
}
