using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Compilation;
using NodeRuntime.Wasm.Stepping;
using V = System.Runtime.Intrinsics.Vector128<byte>;

namespace NodeRuntime.Wasm.Execution;

/// <summary>
/// An instantiated module: the context that every compiled function takes. Compiled code reads the public fields by name. The guest's
/// own global numbers lie in a native block, a slot each by their index; an imported one's slot holds the address of its owner's.
/// </summary>
internal sealed unsafe class Instance : IDisposable
{
    public readonly nint Block;
    public readonly nint Globals;
    public readonly Store Store;

    /// <summary>Memory 0, which compiled code keeps at hand; null without one.</summary>
    public readonly LinearMemory? Memory;

    public readonly LinearMemory[] Memories;

    /// <summary>Table 0, which most indirect calls go through; null without one.</summary>
    public readonly Table? Table;

    public readonly Table[] Tables;
    public readonly GlobalCell[] GlobalCells;
    public readonly FunctionType[] Types;

    /// <summary>The functions as values, made when first asked for; imports are there from the start.</summary>
    public readonly FunctionReference?[] Functions;

    private readonly ModuleModel _model;
    private readonly CompiledModule? _code;
    private readonly bool[] _droppedData;
    private readonly bool[] _droppedElements;

    /// <param name="code">The functions that are compiled; without it all are stepped.</param>
    /// <param name="steps">The functions that are not.</param>
    public Instance(
        ModuleModel model, CompiledModule? code, Store store, ImportSet imports, int pagesMax, SteppedModule? steps = null)
    {
        _model = model;
        _code = code;
        Steps = steps ?? code?.Large;
        if (code is not null) store.OpenGates();
        Store = store;
        Block = store.Block;
        Types = new FunctionType[model.Types.Count];
        for (int i = 0; i < Types.Length; i++) Types[i] = store.Canonical(model.Types[i]);
        Functions = new FunctionReference?[model.Functions.Count];
        Tables = new Table[model.Tables.Count];
        GlobalCells = new GlobalCell[model.Globals.Count];
        Globals = (nint)NativeMemory.AllocZeroed((nuint)Math.Max(1, model.Globals.Count) * Store.SlotBytes);
        for (int i = 0; i < imports.Functions.Count; i++)
        {
            Functions[i] = imports.Functions[i] is HostFunction host
                ? new FunctionReference(Types[model.Functions[i]], this, host.Code)
                : (FunctionReference)imports.Functions[i];
        }

        imports.Tables.CopyTo(Tables);
        imports.Globals.CopyTo(GlobalCells);
        for (int i = 0; i < imports.Globals.Count; i++) *(nint*)(Globals + (i * Store.SlotBytes)) = imports.Globals[i].Address;
        Memories = [.. imports.Memories, .. MakeMemories(model, pagesMax)];
        Memory = Memories.Length > 0 ? Memories[0] : null;
        MakeTables();
        Table = Tables.Length > 0 ? Tables[0] : null;
        MakeGlobals();
        _droppedData = new bool[model.Data.Count];
        _droppedElements = new bool[model.Elements.Count];
    }

    public Instance(Module module, Executor executor, Store store, ImportSet imports, int pagesMax)
        : this(
            module.Model,
            executor == Executor.Compiled ? module.Code : null,
            store,
            imports,
            pagesMax,
            executor == Executor.Compiled ? null : module.Steps)
    {
    }

    /// <summary>No module: what a host function is called with, which finds its own state in <see cref="Host"/>.</summary>
    private Instance(Store store)
    {
        _model = null!;
        _code = null!;
        _droppedData = [];
        _droppedElements = [];
        Store = store;
        Block = store.Block;
        Memories = [];
        Tables = [];
        GlobalCells = [];
        Types = [];
        Functions = [];
    }

    ~Instance()
    {
        NativeMemory.Free((void*)Globals);
    }

    /// <summary>The functions that the stepping executor runs; absent where all are compiled.</summary>
    public SteppedModule? Steps { get; }

    /// <summary>Most functions are machine code: all but those too large for it.</summary>
    public bool IsCompiled => _code is not null;

    /// <summary>What imported host functions work on.</summary>
    public object? Host { get; init; }

    public static Instance OfHost(Store store, object host) => new(store) { Host = host };

    /// <summary>Copies the active segments and runs the start function; may trap (section 4.5.4).</summary>
    public void Start(int depth)
    {
        CopySegments();
        if (_model.Start >= 0) CallPlain(Function(_model.Start), depth);
    }

    /// <summary>The first half of <see cref="Start"/>: the active segments.</summary>
    public void CopySegments()
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
            InitMemory(segment.Memory, i, unchecked((uint)(int)Evaluate(segment.Offset)), 0, (uint)segment.Length);
            _droppedData[i] = true;
        }
    }

    /// <summary>Calls a function that takes and gives nothing.</summary>
    public static void CallPlain(FunctionReference function, int depth)
    {
        if (function.Stepped is not null) function.Owner.Store.Stepper.Call(function, depth);
        else ((delegate*<Instance, int, void>)function.Code)(function.Owner, depth);
    }

    public FunctionReference Function(int index)
    {
        FunctionReference reference = Functions[index] ??= MakeReference(index);
        // It may be on its way to a table.
        if (reference.InnerCode == 0) Store.Bridge(reference);
        return reference;
    }

    public void InitMemory(int memory, int segment, uint to, uint from, uint length)
    {
        DataSegment data = _model.Data[segment];
        uint available = _droppedData[segment] ? 0 : (uint)data.Length;
        if ((ulong)from + length > available) throw new TrapException(Trap.OutOfBoundsMemory);
        byte* target = Memories[memory].Pointer(to, length);
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

    private FunctionReference MakeReference(int index)
    {
        var reference = new FunctionReference(Types[_model.Functions[index]], this, _code?.Pointer(index) ?? 0)
        {
            Index = index,
            InnerCode = _code?.InnerPointer(index) ?? 0,
        };
        if (_code is null) Store.Gate(reference);
        return reference;
    }

    /// <summary>A segment's flag for a snapshot: true when it was dropped.</summary>
    public Span<bool> DroppedData => _droppedData;

    public Span<bool> DroppedElements => _droppedElements;

    /// <summary>The number by which a snapshot names a function of this instance's module.</summary>
    public ulong NumberOf(object reference)
    {
        int index = Array.IndexOf(Functions, reference);
        // An instance with a host interface of functions alone meets no other references.
        Primitives.Invariant.Holds(index >= 0);
        return (ulong)index;
    }

    /// <summary>Null where the module has no such function.</summary>
    public FunctionReference? ReferenceOf(ulong number) => number < (ulong)Functions.Length ? Function((int)number) : null;

    public void DropElements(int segment) => _droppedElements[segment] = true;

    public void Dispose()
    {
        NativeMemory.Free((void*)Globals);
        GC.SuppressFinalize(this);
    }

    /// <param name="pagesMax">Of all the module's own memories together.</param>
    private static LinearMemory[] MakeMemories(ModuleModel model, int pagesMax)
    {
        var budget = new PageBudget(Math.Min(pagesMax, LinearMemory.PagesLimit));
        for (int i = model.ImportedMemories; i < model.Memories.Count; i++)
        {
            if (!budget.TryTake((uint)model.Memories[i].Minimum)) throw new TrapException(Trap.MemoryLimitExceeded);
        }

        var memories = new LinearMemory[model.Memories.Count - model.ImportedMemories];
        for (int i = 0; i < memories.Length; i++)
        {
            SizeRange size = model.Memories[model.ImportedMemories + i];
            long most = Math.Min(size.Minimum + budget.Left, size.Maximum < 0 ? long.MaxValue : size.Maximum);
            memories[i] = new LinearMemory((int)size.Minimum, (int)most, size.Maximum, budget);
        }

        return memories;
    }

    private void MakeTables()
    {
        for (int i = _model.ImportedTables; i < Tables.Length; i++)
        {
            TableType type = _model.Tables[i];
            if (!Store.TryTakeTableEntries(type.Size.Minimum)) throw new TrapException(Trap.TableLimitExceeded);
            Tables[i] = new Table(type.Element, (int)type.Size.Minimum, type.Size.Maximum, Store.TableEntriesMax);
            Tables[i].TrySettle(Store);
        }
    }

    private void MakeGlobals()
    {
        for (int i = 0; i < _model.GlobalDefinitions.Count; i++)
        {
            GlobalDefinition definition = _model.GlobalDefinitions[i];
            int index = _model.ImportedGlobals + i;
            var cell = new GlobalCell(definition.Type, this) { Address = Globals + (index * Store.SlotBytes) };
            if (definition.Type.Type is WasmType.FuncRef or WasmType.ExternRef) cell.Reference = EvaluateReference(definition.Initial);
            else *(V*)cell.Address = EvaluateNumber(definition.Initial);
            GlobalCells[index] = cell;
        }
    }

    private long Evaluate(ConstantExpression expression) => EvaluateNumber(expression).AsInt64().ToScalar();

    /// <summary>A number's bits, in the low part of a slot.</summary>
    private V EvaluateNumber(ConstantExpression expression)
    {
        if (expression.Steps is null) return EvaluateStep(expression.Opcode, expression.Bits, 0);
        var operands = new Stack<V>();
        foreach (ConstantStep step in expression.Steps)
        {
            if (step.Opcode is Opcode.I32Const or Opcode.I64Const or Opcode.VectorConst or Opcode.GlobalGet
                or Opcode.F32Const or Opcode.F64Const)
            {
                operands.Push(EvaluateStep(step.Opcode, step.Bits, step.High));
                continue;
            }

            // 64 bits do for both widths: the low half of a sum or product does not depend on the high one.
            Vector128<long> right = operands.Pop().AsInt64();
            Vector128<long> left = operands.Pop().AsInt64();
            operands.Push((step.Opcode switch
            {
                Opcode.I32Add or Opcode.I64Add => left + right,
                Opcode.I32Sub or Opcode.I64Sub => left - right,
                _ => left * right,
            }).AsByte());
        }

        return operands.Pop();
    }

    private V EvaluateStep(int opcode, long bits, long high)
    {
        if (opcode != Opcode.GlobalGet) return Vector128.Create(bits, high).AsByte();
        UInt128 value = GlobalCells[(int)bits].Bits;
        return unchecked(Vector128.Create((ulong)value, (ulong)(value >> 64))).AsByte();
    }

    private object? EvaluateReference(ConstantExpression expression) => expression.Opcode switch
    {
        Opcode.RefFunc => Function(expression.Index),
        Opcode.GlobalGet => GlobalCells[expression.Index].Reference,
        _ => null,
    };
}
