using System;
using System.Reflection.Emit;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Compilation;

/// <summary>
/// Calls. Guest functions and what lies in tables take the fuel and give it back; before imports and <see cref="Intrinsics"/> it is written to
/// the store, and read again behind.
/// </summary>
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
        LoadBlock();
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
        bool own = function >= _model.ImportedFunctions;
        if (own) CallOwn(function, arguments, tail: false);
        else CallOuter(ImportReference(function), type, arguments);
        AfterCall(type, inner: own);
    }

    private void CallIndirect(int typeIndex, int table)
    {
        BeforeEffect();
        FunctionType type = _model.Types[typeIndex];
        LocalBuilder index = Hold(Pop(), typeof(int));
        Node[] arguments = PopMany(type.Parameters.Length);
        Spill(static pending => pending.ReadsMemory || pending.ReadsGlobal);
        CallInner(TableReference(index, typeIndex, table), type, arguments, tail: false, mayLack: false);
        AfterCall(type, inner: true);
    }

    private void TailCall(int function)
    {
        BeforeEffect();
        FunctionType type = _model.TypeOf(function);
        Node[] arguments = PopMany(type.Parameters.Length);
        if (function >= _model.ImportedFunctions) CallOwn(function, arguments, tail: true);
        else CallInner(ImportReference(function), type, arguments, tail: true, mayLack: true);
    }

    private void TailCallIndirect(int typeIndex, int table)
    {
        BeforeEffect();
        FunctionType type = _model.Types[typeIndex];
        LocalBuilder index = Hold(Pop(), typeof(int));
        Node[] arguments = PopMany(type.Parameters.Length);
        CallInner(TableReference(index, typeIndex, table), type, arguments, tail: true, mayLack: false);
    }

    private void CallOwn(int function, Node[] arguments, bool tail)
    {
        foreach (Node argument in arguments) EmitArgument(argument);
        _il.LoadArgument(InstanceArgument);
        LoadDepth(tail);
        if (_limits.Metered) LoadFuel();
        if (tail) _il.Tail();
        _il.Call((tail ? _methods : _entries)[function - _model.ImportedFunctions]);
        if (tail) _il.Op(OpCodes.Ret);
    }

    private LocalBuilder ImportReference(int function)
    {
        LocalBuilder reference = _pool.Take(typeof(object));
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
        LocalBuilder entries = _pool.Take(typeof(object));
        LocalBuilder reference = _pool.Take(typeof(object));
        _il.LoadArgument(InstanceArgument);
        if (table == 0)
        {
            _il.Field(Members.InstanceTable);
        }
        else
        {
            _il.Field(Members.InstanceTables);
            _il.Int32(table);
            _il.Op(OpCodes.Ldelem_Ref);
        }

        _il.Store(entries);
        _il.Load(index);
        _il.Load(entries);
        _il.Field(Members.TableCount);
        _il.Branch(OpCodes.Bge_Un, TrapLabel(Trap.UndefinedElement));
        _il.Load(entries);
        _il.Load(index);
        _il.Call(Members.EntryAt);
        _il.Store(reference);
        _il.Load(reference);
        _il.Branch(OpCodes.Brfalse, TrapLabel(Trap.UninitializedElement));
        CheckType(reference, typeIndex);
        _pool.Give(index);
        _pool.Give(entries);
        return reference;
    }

    private void CheckType(LocalBuilder reference, int typeIndex)
    {
        long key = _model.Types[typeIndex].Key;
        _il.Load(reference);
        if (key != FunctionType.NoKey)
        {
            _il.Field(Members.ReferenceTypeKey);
            _il.Int64(key);
        }
        else
        {
            _il.Field(Members.ReferenceType);
            _il.LoadArgument(InstanceArgument);
            _il.Field(Members.InstanceTypes);
            _il.Int32(typeIndex);
            _il.Op(OpCodes.Ldelem_Ref);
        }

        _il.Branch(OpCodes.Bne_Un, TrapLabel(Trap.IndirectCallTypeMismatch));
    }

    /// <summary>Calls by the convention of the host's functions.</summary>
    private void CallOuter(LocalBuilder reference, FunctionType type, Node[] arguments)
    {
        WriteFuel();
        foreach (Node argument in arguments) EmitArgument(argument);
        _il.Load(reference);
        _il.Field(Members.ReferenceOwner);
        LoadDepth(tail: false);
        _il.Load(reference);
        _il.Field(Members.ReferenceCode);
        _il.CallPointer(Members.ResultType(type), Members.ParameterTypes(type));
        _pool.Give(reference);
    }

    /// <param name="mayLack">The reference may be one of the host's that no table has held.</param>
    private void CallInner(LocalBuilder reference, FunctionType type, Node[] arguments, bool tail, bool mayLack)
    {
        bool metered = _limits.Metered;
        if (mayLack)
        {
            _il.Load(reference);
            _il.Call(Members.NeedInnerCode);
        }

        foreach (Node argument in arguments) EmitArgument(argument);
        _il.Load(reference);
        _il.Field(metered ? Members.ReferenceInnerOwner : Members.ReferenceOwner);
        LoadDepth(tail);
        if (metered) LoadFuel();
        _il.Load(reference);
        _il.Field(metered ? Members.ReferenceInnerCode : Members.ReferenceCode);
        if (tail) _il.Tail();
        _il.CallPointer(Members.InnerResultType(type, metered), Members.InnerParameterTypes(type, metered));
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

    /// <param name="inner">The fuel comes with the result.</param>
    private void AfterCall(FunctionType type, bool inner)
    {
        bool fueled = inner && _limits.Metered;
        if (fueled) TakeFueled(type);
        else if (type.Results.Length > 0) PushResult(type.Results[0]);
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

        if (!fueled) ReloadFuel();
        ReloadLength();
    }

    /// <summary>Takes apart what a guest function gave. It may owe fuel: then this function does.</summary>
    private void TakeFueled(FunctionType type)
    {
        _owes = true;
        if (type.Results.Length == 0)
        {
            StoreFuel();
            return;
        }

        WasmType result = type.Results[0];
        LocalBuilder both = _pool.Take(Members.FueledType(result));
        _il.Store(both);
        _il.Load(both);
        _il.Field(Members.FueledValue(result));
        PushResult(result);
        _il.Load(both);
        _il.Field(Members.FueledFuel(result));
        StoreFuel();
        _pool.Give(both);
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
