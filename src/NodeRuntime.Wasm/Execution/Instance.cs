using System;
using System.Runtime.InteropServices;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Compilation;

namespace NodeRuntime.Wasm.Execution;

/// <summary>
/// An instantiated module: the context that every compiled function takes. Compiled code reads the public fields by name. The guest's
/// own global numbers lie in a native block, eight bytes each by their index; an imported one's slot holds the address of its owner's.
/// </summary>
internal sealed unsafe class Instance : IDisposable
{
    public readonly nint Block;
    public readonly nint Globals;
    public readonly Store Store;
    public readonly LinearMemory? Memory;
    public readonly Table[] Tables;
    public readonly GlobalCell[] GlobalCells;
    public readonly FunctionType[] Types;

    /// <summary>The functions as values, made when first asked for; imports are there from the start.</summary>
    public readonly FunctionReference?[] Functions;

    private readonly ModuleModel _model;
    private readonly CompiledModule _code;
    private readonly bool[] _droppedData;
    private readonly bool[] _droppedElements;

    public Instance(ModuleModel model, CompiledModule code, Store store, ImportSet imports, int pagesMax)
    {
        _model = model;
        _code = code;
        Store = store;
        Block = store.Block;
        Types = new FunctionType[model.Types.Count];
        for (int i = 0; i < Types.Length; i++) Types[i] = store.Canonical(model.Types[i]);
        Functions = new FunctionReference?[model.Functions.Count];
        Tables = new Table[model.Tables.Count];
        GlobalCells = new GlobalCell[model.Globals.Count];
        Globals = (nint)NativeMemory.AllocZeroed((nuint)Math.Max(1, model.Globals.Count) * 8);
        for (int i = 0; i < imports.Functions.Count; i++)
        {
            Functions[i] = imports.Functions[i] is HostFunction host
                ? new FunctionReference(Types[model.Functions[i]], this, host.Code)
                : (FunctionReference)imports.Functions[i];
        }

        imports.Tables.CopyTo(Tables);
        imports.Globals.CopyTo(GlobalCells);
        for (int i = 0; i < imports.Globals.Count; i++) *(nint*)(Globals + (i * 8)) = imports.Globals[i].Address;
        Memory = imports.Memory ?? MakeMemory(model, pagesMax);
        MakeTables();
        MakeGlobals();
        _droppedData = new bool[model.Data.Count];
        _droppedElements = new bool[model.Elements.Count];
    }

    ~Instance()
    {
        NativeMemory.Free((void*)Globals);
    }

    /// <summary>What imported host functions work on.</summary>
    public object? Host { get; init; }

    /// <summary>Copies the active segments and runs the start function; may trap (section 4.5.4).</summary>
    public void Start(int depth)
    {
        for (int i = 0; i < _model.Elements.Count; i++)
        {
            ElementSegment segment = _model.Elements[i];
            if (segment.Mode == SegmentMode.Active)
            {
                InitTable(segment.Table, i, unchecked((uint)(int)Evaluate(segment.Offset)), 0, (uint)segment.Items.Length);
            }

            if (segment.Mode != SegmentMode.Passive) _droppedElements[i] = true;
        }

        for (int i = 0; i < _model.Data.Count; i++)
        {
            DataSegment segment = _model.Data[i];
            if (segment.Mode != SegmentMode.Active) continue;
            InitMemory(i, unchecked((uint)(int)Evaluate(segment.Offset)), 0, (uint)segment.Length);
            _droppedData[i] = true;
        }

        if (_model.Start >= 0) CallPlain(Function(_model.Start), depth);
    }

    /// <summary>Calls a function that takes and gives nothing.</summary>
    public static void CallPlain(FunctionReference function, int depth) =>
        ((delegate*<Instance, int, void>)function.Code)(function.Owner, depth);

    public FunctionReference Function(int index) =>
        Functions[index] ??= new FunctionReference(Types[_model.Functions[index]], this, _code.Pointer(index));

    public void InitMemory(int segment, uint to, uint from, uint length)
    {
        DataSegment data = _model.Data[segment];
        uint available = _droppedData[segment] ? 0 : (uint)data.Length;
        if ((ulong)from + length > available) throw new TrapException(Trap.OutOfBoundsMemory);
        byte* target = Memory!.Pointer(to, length);
        _model.Bytes.AsSpan(data.Start + (int)from, (int)length).CopyTo(new Span<byte>(target, (int)length));
    }

    public void DropData(int segment) => _droppedData[segment] = true;

    public void InitTable(int table, int segment, uint to, uint from, uint length)
    {
        ElementSegment elements = _model.Elements[segment];
        uint available = _droppedElements[segment] ? 0 : (uint)elements.Items.Length;
        if ((ulong)from + length > available) throw new TrapException(Trap.OutOfBoundsTable);
        Span<object?> target = Tables[table].Slice(to, length);
        for (int i = 0; i < target.Length; i++) target[i] = EvaluateReference(elements.Items[(int)from + i]);
    }

    public void DropElements(int segment) => _droppedElements[segment] = true;

    public void Dispose()
    {
        NativeMemory.Free((void*)Globals);
        GC.SuppressFinalize(this);
    }

    private static LinearMemory? MakeMemory(ModuleModel model, int pagesMax)
    {
        if (model.Memories.Count == 0) return null;
        SizeRange size = model.Memories[0];
        if (size.Minimum > pagesMax) throw new TrapException(Trap.MemoryLimitExceeded);
        int most = size.Maximum < 0 ? pagesMax : (int)Math.Min(pagesMax, size.Maximum);
        return new LinearMemory((int)size.Minimum, most, size.Maximum);
    }

    private void MakeTables()
    {
        for (int i = _model.ImportedTables; i < Tables.Length; i++)
        {
            TableType type = _model.Tables[i];
            if (!Store.TryTakeTableEntries(type.Size.Minimum)) throw new TrapException(Trap.MemoryLimitExceeded);
            Tables[i] = new Table(type.Element, (int)type.Size.Minimum, type.Size.Maximum, Store.TableEntriesMax);
        }
    }

    private void MakeGlobals()
    {
        for (int i = 0; i < _model.GlobalDefinitions.Count; i++)
        {
            GlobalDefinition definition = _model.GlobalDefinitions[i];
            int index = _model.ImportedGlobals + i;
            var cell = new GlobalCell(definition.Type, this) { Address = Globals + (index * 8) };
            if (definition.Type.Type is WasmType.FuncRef or WasmType.ExternRef) cell.Reference = EvaluateReference(definition.Initial);
            else *(long*)cell.Address = Evaluate(definition.Initial);
            GlobalCells[index] = cell;
        }
    }

    private long Evaluate(ConstantExpression expression) =>
        expression.Opcode == Opcode.GlobalGet ? *(long*)GlobalCells[expression.Index].Address : expression.Bits;

    private object? EvaluateReference(ConstantExpression expression) => expression.Opcode switch
    {
        Opcode.RefFunc => Function(expression.Index),
        Opcode.GlobalGet => GlobalCells[expression.Index].Reference,
        _ => null,
    };
}
