using System;
using System.Collections.Generic;
using System.Reflection;
using System.Reflection.Emit;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Execution;
using NodeRuntime.Wasm.Validation;

namespace NodeRuntime.Wasm.Compilation;

/// <summary>
/// One validated function to one static IL method: the guest's parameters, then the instance, then the depth that is left.
///
/// <para>Operands are pending trees (<see cref="Node"/>) on a stack of the compiler, not on IL's: between two instructions the IL stack
/// is empty, so that a check may branch to the function's one trap block of its kind. A tree is emitted where it is used, or into a
/// temporary before something changes what it reads, and at the borders of blocks.</para>
///
/// <para>Fuel is an IL local. It is charged at the head of each straight run, tested there, and written back to the store before calls and
/// traps and on return, so its count is exact wherever the guest stops.</para>
///
/// <para>Memory: the base and the length are IL locals. An access of k bytes at offset o checks <c>address > length - (o + k)</c>, signed,
/// with the address zero-extended: the right side is the same in every turn of a loop.</para>
/// </summary>
internal sealed class FunctionCompiler
{
    private const int PendingMax = 64;

    private static readonly MethodInfo CanonicalSingle = Members.Intrinsic(nameof(Intrinsics.Canonical), typeof(float));
    private static readonly MethodInfo CanonicalDouble = Members.Intrinsic(nameof(Intrinsics.Canonical), typeof(double));

    private readonly ModuleModel _model;
    private readonly ModuleLimits _limits;
    private readonly MethodBuilder[] _methods;
    private readonly FunctionType _type;
    private readonly FunctionBody _body;
    private readonly IlWriter _il;
    private readonly TemporaryPool _pool;
    private readonly List<Node> _stack = [];
    private int _settled;
    private readonly List<Block> _blocks = [];
    private readonly LocalBuilder[] _locals;
    private readonly WasmType[] _localTypes;
    private readonly Label?[] _traps = new Label?[(int)Trap.OutputLimitExceeded + 1];
    private readonly LocalBuilder _block;
    private readonly LocalBuilder _fuel;
    private readonly LocalBuilder? _zero;
    private readonly LocalBuilder? _memory;
    private readonly LocalBuilder? _base;
    private readonly LocalBuilder? _length;
    private bool _live = true;
    private int _segment;

    private FunctionCompiler(
        ModuleModel model, ModuleLimits limits, MethodBuilder[] methods, FunctionType type, FunctionBody body, ILGenerator il)
    {
        _model = model;
        _limits = limits;
        _methods = methods;
        _type = type;
        _body = body;
        _il = new IlWriter(il);
        _pool = new TemporaryPool(_il);
        _localTypes = [.. type.Parameters, .. body.Locals];
        _locals = new LocalBuilder[body.Locals.Length];
        for (int i = 0; i < _locals.Length; i++) _locals[i] = _il.Declare(Members.IlType(body.Locals[i]));
        _block = _il.Declare(typeof(nint));
        _fuel = _il.Declare(typeof(long));
        if (body.Rotates) _zero = _il.Declare(typeof(long));
        if (!body.UsesMemory) return;
        _memory = _il.Declare(typeof(LinearMemory));
        _base = _il.Declare(typeof(nint));
        _length = _il.Declare(typeof(nint));
    }

    private int InstanceArgument => _type.Parameters.Length;

    private int DepthArgument => _type.Parameters.Length + 1;

    /// <summary>Emits the function; tells whether the JIT will refuse to optimise it.</summary>
    public static bool Compile(
        ModuleModel model, ModuleLimits limits, MethodBuilder[] methods, int function, ILGenerator il)
    {
        FunctionBody body = model.Bodies[function - model.ImportedFunctions];
        var compiler = new FunctionCompiler(model, limits, methods, model.TypeOf(function), body, il);
        compiler.Run();
        return compiler._il.AboveOptimizerLimits;
    }

    private void Run()
    {
        EmitPrologue();
        _blocks.Add(new Block
        {
            Opcode = Opcode.Block,
            Parameters = [],
            Results = _type.Results,
            Height = 0,
            EnteredLive = true,
            Target = _il.NewLabel(),
            Carriers = TakeCarriers(_type.Results),
        });
        Charge();
        var fault = new LoadFault();
        var instructions = new InstructionReader(new WasmReader(_model.Bytes, _body.Start, _body.End, fault), _limits);
        while (_blocks.Count > 0)
        {
            instructions.Next(out Instruction instruction);
            Invariant.Holds(!fault.Failed);
            if (_live) Step(in instruction);
            else StepDead(in instruction);
        }

        Invariant.Holds(_segment == _body.SegmentCosts.Length);
        EmitTraps();
    }

    private void EmitPrologue()
    {
        if (_body.MakesCalls) EmitDepthCheck();
        _il.LoadArgument(InstanceArgument);
        _il.Field(Members.InstanceBlock);
        _il.Store(_block);
        ReloadFuel();
        if (_zero is not null)
        {
            _il.Load(_block);
            _il.Native(Store.ZeroOffset);
            _il.Op(OpCodes.Add);
            _il.Op(OpCodes.Ldind_I8);
            _il.Store(_zero);
        }

        if (!_body.UsesMemory) return;
        _il.LoadArgument(InstanceArgument);
        _il.Field(Members.InstanceMemory);
        _il.Store(_memory!);
        _il.Load(_memory!);
        _il.Field(Members.MemoryBase);
        _il.Store(_base!);
        ReloadLength();
    }

    private void EmitDepthCheck()
    {
        Label deepEnough = _il.NewLabel();
        Label stackEnough = _il.NewLabel();
        _il.LoadArgument(DepthArgument);
        _il.Int32(_body.DepthWeight(_type));
        _il.Op(OpCodes.Sub);
        _il.StoreArgument(DepthArgument);
        _il.LoadArgument(DepthArgument);
        _il.Int32(0);
        _il.Branch(OpCodes.Bge, deepEnough);
        _il.Int32((int)Trap.CallDepthExceeded);
        _il.Call(Members.Throw);
        _il.Mark(deepEnough);

        LocalBuilder probe = _il.Declare(typeof(int));
        _il.LoadAddress(probe);
        _il.Op(OpCodes.Conv_U);
        _il.LoadArgument(InstanceArgument);
        _il.Field(Members.InstanceBlock);
        _il.Native(Store.StackLimitOffset);
        _il.Op(OpCodes.Add);
        _il.Op(OpCodes.Ldind_I);
        _il.Branch(OpCodes.Bge_Un, stackEnough);
        _il.Call(Members.ThrowHostStack);
        _il.Mark(stackEnough);
    }

    private void Charge()
    {
        uint cost = _body.SegmentCosts[_segment++];
        if (cost == 0) return;
        _il.Load(_fuel);
        _il.Int64(cost);
        _il.Op(OpCodes.Sub);
        _il.Store(_fuel);
        _il.Load(_fuel);
        _il.Int64(0);
        _il.Branch(OpCodes.Blt, TrapLabel(Trap.OutOfFuel));
    }

    private Label TrapLabel(Trap trap) => _traps[(int)trap] ??= _il.NewLabel();

    private void EmitTraps()
    {
        for (int i = 0; i < _traps.Length; i++)
        {
            if (_traps[i] is not { } label) continue;
            _il.Mark(label);
            WriteFuel();
            _il.Int32(i);
            _il.Call(Members.Throw);
            EmitUnreachable();
        }
    }

    /// <summary>Ends a way that a call which never returns has left.</summary>
    private void EmitUnreachable()
    {
        _il.Op(OpCodes.Ldnull);
        _il.Op(OpCodes.Throw);
    }

    private void WriteFuel()
    {
        _il.Load(_block);
        _il.Load(_fuel);
        _il.Op(OpCodes.Stind_I8);
    }

    private void ReloadFuel()
    {
        _il.Load(_block);
        _il.Op(OpCodes.Ldind_I8);
        _il.Store(_fuel);
    }

    private void ReloadLength()
    {
        if (_memory is null) return;
        _il.Load(_memory);
        _il.Field(Members.MemoryLength);
        _il.Store(_length!);
    }

    /// <summary>In code that no path reaches only the nesting counts.</summary>
    private void StepDead(in Instruction instruction)
    {
        switch (instruction.Opcode)
        {
            case Opcode.Block or Opcode.Loop or Opcode.If:
                _blocks.Add(Block.Dead(instruction.Opcode, _stack.Count));
                break;
            case Opcode.Else:
                Else();
                break;
            case Opcode.End:
                Close();
                break;
        }
    }

    private void Step(in Instruction instruction)
    {
        int opcode = instruction.Opcode;
        switch (opcode)
        {
            case Opcode.Unreachable:
                _il.Branch(OpCodes.Br, TrapLabel(Trap.Unreachable));
                Die();
                break;
            case Opcode.Nop:
                break;
            case Opcode.Block:
                OpenBlock(instruction.BlockType);
                break;
            case Opcode.Loop:
                OpenLoop(instruction.BlockType);
                break;
            case Opcode.If:
                OpenIf(instruction.BlockType);
                break;
            case Opcode.Else:
                Else();
                break;
            case Opcode.End:
                Close();
                break;
            case Opcode.Br:
                Carry(BlockAt(instruction.Index));
                _il.Branch(OpCodes.Br, BlockAt(instruction.Index).Target);
                Die();
                break;
            case Opcode.BrIf:
                BranchIf(BlockAt(instruction.Index));
                break;
            case Opcode.BrTable:
                BranchTable(instruction.Labels!);
                break;
            case Opcode.Return:
                Carry(_blocks[0]);
                _il.Branch(OpCodes.Br, _blocks[0].Target);
                Die();
                break;
            case Opcode.Call:
                Call(instruction.Index);
                break;
            case Opcode.CallIndirect:
                CallIndirect(instruction.Index, instruction.Second);
                break;
            case Opcode.Drop:
                Discard(Pop());
                break;
            case Opcode.Select or Opcode.SelectTyped:
                Select();
                break;
            case Opcode.LocalGet:
                Push(Node.Local(_localTypes[instruction.Index], instruction.Index));
                break;
            case Opcode.LocalSet:
                SetLocal(instruction.Index, Pop());
                break;
            case Opcode.LocalTee:
                SetLocal(instruction.Index, Pop());
                Push(Node.Local(_localTypes[instruction.Index], instruction.Index));
                break;
            case Opcode.GlobalGet:
                Push(Node.Global(_model.Globals[instruction.Index].Type, instruction.Index));
                break;
            case Opcode.GlobalSet:
                SetGlobal(instruction.Index, Pop());
                break;
            case >= Opcode.LoadFirst and <= Opcode.LoadLast:
                Load(in instruction);
                break;
            case >= Opcode.StoreFirst and <= Opcode.StoreLast:
                StoreMemory(in instruction);
                break;
            case Opcode.MemorySize:
                Push(Node.MemorySize());
                break;
            case Opcode.I32Const:
                Push(Node.Constant(WasmType.I32, instruction.Immediate));
                break;
            case Opcode.I64Const:
                Push(Node.Constant(WasmType.I64, instruction.Immediate));
                break;
            case Opcode.F32Const:
                Push(Node.Constant(WasmType.F32, instruction.Immediate));
                break;
            case Opcode.F64Const:
                Push(Node.Constant(WasmType.F64, instruction.Immediate));
                break;
            case Opcode.RefNull:
                Push(Node.RefNull(instruction.Type));
                break;
            case Opcode.RefIsNull:
                Push(Node.RefIsNull(Pop()));
                break;
            case >= Opcode.NumericFirst and <= Opcode.NumericLast:
            case >= Opcode.TruncSatFirst and <= Opcode.TruncSatLast:
                Numeric(opcode);
                break;
            default:
                StepHelper(in instruction);
                break;
        }
    }

    /// <summary>The instructions that are calls of <see cref="Intrinsics"/>: their operands, then their indices.</summary>
    private void StepHelper(in Instruction instruction)
    {
        int index = instruction.Index;
        int second = instruction.Second;
        switch (instruction.Opcode)
        {
            case Opcode.MemoryGrow:
                Helper(nameof(Intrinsics.MemoryGrow), 1, WasmType.I32);
                break;
            case Opcode.MemoryFill:
                Helper(nameof(Intrinsics.MemoryFill), 3, WasmType.Unknown);
                break;
            case Opcode.MemoryCopy:
                Helper(nameof(Intrinsics.MemoryCopy), 3, WasmType.Unknown);
                break;
            case Opcode.MemoryInit:
                Helper(nameof(Intrinsics.MemoryInit), 3, WasmType.Unknown, index);
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
        Node[] arguments = PopMany(operands);
        Spill(static pending => pending.ReadsMemory || pending.ReadsGlobal);
        WriteFuel();
        _il.LoadArgument(InstanceArgument);
        foreach (Node argument in arguments) EmitClean(argument);
        foreach (int index in indices) _il.Int32(index);
        _il.Call(Members.Intrinsic(name));
        PushResult(result);
        ReloadFuel();
        ReloadLength();
    }

    private void OpenBlock(long blockType)
    {
        WasmType[] parameters = FunctionValidator.BlockParameters(_model, blockType);
        WasmType[] results = FunctionValidator.BlockResults(_model, blockType);
        SpillAll();
        _blocks.Add(new Block
        {
            Opcode = Opcode.Block,
            Parameters = parameters,
            Results = results,
            Height = _stack.Count - parameters.Length,
            EnteredLive = true,
            Target = _il.NewLabel(),
            Carriers = TakeCarriers(results),
        });
    }

    private void OpenLoop(long blockType)
    {
        WasmType[] parameters = FunctionValidator.BlockParameters(_model, blockType);
        SpillAll();
        LocalBuilder[] carriers = TakeCarriers(parameters);
        MoveTop(carriers);
        for (int i = 0; i < carriers.Length; i++) Push(Node.Temp(parameters[i], carriers[i], owned: false));
        var loop = new Block
        {
            Opcode = Opcode.Loop,
            Parameters = parameters,
            Results = FunctionValidator.BlockResults(_model, blockType),
            Height = _stack.Count - parameters.Length,
            EnteredLive = true,
            Target = _il.NewLabel(),
            Carriers = carriers,
        };
        _blocks.Add(loop);
        _il.Mark(loop.Target);
        Charge();
    }

    private void OpenIf(long blockType)
    {
        WasmType[] parameters = FunctionValidator.BlockParameters(_model, blockType);
        WasmType[] results = FunctionValidator.BlockResults(_model, blockType);
        Node condition = Pop();
        SpillAll();
        LocalBuilder[] held = TakeCarriers(parameters);
        MoveTop(held);
        var saved = new Node[parameters.Length];
        for (int i = 0; i < saved.Length; i++)
        {
            saved[i] = Node.Temp(parameters[i], held[i], owned: false);
            Push(saved[i]);
        }

        var block = new Block
        {
            Opcode = Opcode.If,
            Parameters = parameters,
            Results = results,
            Height = _stack.Count - parameters.Length,
            EnteredLive = true,
            Target = _il.NewLabel(),
            Else = _il.NewLabel(),
            Carriers = TakeCarriers(results),
            Saved = saved,
        };
        _blocks.Add(block);
        EmitBranch(condition, block.Else, whenTrue: false);
        Charge();
    }

    private void Else()
    {
        Block block = _blocks[^1];
        if (!block.EnteredLive)
        {
            block.Opcode = Opcode.Else;
            return;
        }

        if (_live)
        {
            MoveTop(block.Carriers);
            _il.Branch(OpCodes.Br, block.Target);
        }

        BeginElse(block);
        Charge();
    }

    private void BeginElse(Block block)
    {
        DropTo(block.Height);
        _il.Mark(block.Else);
        block.Opcode = Opcode.Else;
        block.Targeted = true;
        _live = true;
        foreach (Node parameter in block.Saved) Push(parameter);
    }

    private void Close()
    {
        Block block = _blocks[^1];
        if (block.EnteredLive && block.Opcode == Opcode.If)
        {
            // Without an else the other way is empty: its parameters are the results.
            if (_live)
            {
                MoveTop(block.Carriers);
                _il.Branch(OpCodes.Br, block.Target);
            }

            BeginElse(block);
        }

        _blocks.RemoveAt(_blocks.Count - 1);
        if (_blocks.Count == 0)
        {
            Return(block);
            return;
        }

        if (!block.EnteredLive || (!block.Targeted && !_live))
        {
            DropTo(block.Height);
            _live = false;
            return;
        }

        if (block.Opcode == Opcode.Loop || !block.Targeted)
        {
            if (block.Opcode == Opcode.Loop && !_live) DropTo(block.Height);
            if (block.Opcode != Opcode.Loop) GiveCarriers(block);
            return;
        }

        if (_live) MoveTop(block.Carriers);
        DropTo(block.Height);
        _il.Mark(block.Target);
        _live = true;
        for (int i = 0; i < block.Results.Length; i++) Push(Node.Temp(block.Results[i], block.Carriers[i], owned: true));
        Charge();
    }

    private void Return(Block function)
    {
        if (_live) MoveTop(function.Carriers);
        else if (!function.Targeted) return;
        _il.Mark(function.Target);
        WriteFuel();
        for (int i = 1; i < function.Results.Length; i++)
        {
            if (IsReference(function.Results[i]))
            {
                LoadResultReferences(InstanceArgument);
                _il.Int32(i);
                _il.Load(function.Carriers[i]);
                _il.Op(OpCodes.Stelem_Ref);
                continue;
            }

            LoadResultAddress(i);
            _il.Load(function.Carriers[i]);
            StoreIndirect(function.Results[i]);
        }

        if (function.Results.Length > 0) _il.Load(function.Carriers[0]);
        _il.Op(OpCodes.Ret);
    }

    private void LoadResultAddress(int index)
    {
        _il.Load(_block);
        _il.Native(Store.ResultsOffset + (index * 8));
        _il.Op(OpCodes.Add);
    }

    private void LoadResultReferences(int instanceArgument)
    {
        _il.LoadArgument(instanceArgument);
        _il.Field(Members.InstanceStore);
        _il.Call(Members.StoreResultReferences);
    }

    private void BranchIf(Block target)
    {
        Node condition = Pop();
        target.Targeted = true;
        if (target.Carriers.Length == 0)
        {
            EmitBranch(condition, target.Target, whenTrue: true);
        }
        else
        {
            Label past = _il.NewLabel();
            int first = _stack.Count - target.Carriers.Length;
            for (int i = first; i < _stack.Count; i++) _stack[i] = Shared(_stack[i]);
            EmitBranch(condition, past, whenTrue: false);
            for (int i = first; i < _stack.Count; i++) Emit(_stack[i]);
            for (int i = target.Carriers.Length - 1; i >= 0; i--) _il.Store(target.Carriers[i]);
            _il.Branch(OpCodes.Br, target.Target);
            _il.Mark(past);
        }

        Charge();
    }

    private void BranchTable(int[] labels)
    {
        Node index = Pop();
        int arity = BlockAt(labels[^1]).Carriers.Length;
        int first = _stack.Count - arity;
        for (int i = first; i < _stack.Count; i++) _stack[i] = Shared(_stack[i]);
        var targets = new Label[labels.Length];
        var trampolines = new SortedDictionary<int, Label>();
        for (int i = 0; i < labels.Length; i++)
        {
            Block target = BlockAt(labels[i]);
            target.Targeted = true;
            targets[i] = target.Target;
            if (arity == 0) continue;
            if (!trampolines.TryGetValue(labels[i], out targets[i]))
            {
                targets[i] = _il.NewLabel();
                trampolines.Add(labels[i], targets[i]);
            }
        }

        Emit(index);
        _il.Switch(targets[..^1]);
        _il.Branch(OpCodes.Br, targets[^1]);
        foreach ((int label, Label trampoline) in trampolines)
        {
            Block target = BlockAt(label);
            _il.Mark(trampoline);
            for (int i = first; i < _stack.Count; i++) Emit(_stack[i]);
            for (int i = arity - 1; i >= 0; i--) _il.Store(target.Carriers[i]);
            _il.Branch(OpCodes.Br, target.Target);
        }

        Die();
    }

    private void Call(int function)
    {
        FunctionType type = _model.TypeOf(function);
        Node[] arguments = PopMany(type.Parameters.Length);
        Spill(static pending => pending.ReadsMemory || pending.ReadsGlobal);
        if (function >= _model.ImportedFunctions)
        {
            WriteFuel();
            foreach (Node argument in arguments) EmitClean(argument);
            _il.LoadArgument(InstanceArgument);
            _il.LoadArgument(DepthArgument);
            _il.Call(_methods[function - _model.ImportedFunctions]);
        }
        else
        {
            LocalBuilder reference = _pool.Take(typeof(FunctionReference));
            _il.LoadArgument(InstanceArgument);
            _il.Field(Members.InstanceFunctions);
            _il.Int32(function);
            _il.Op(OpCodes.Ldelem_Ref);
            _il.Store(reference);
            CallReference(reference, type, arguments);
        }

        AfterCall(type);
    }

    private void CallIndirect(int typeIndex, int table)
    {
        FunctionType type = _model.Types[typeIndex];
        LocalBuilder index = Hold(Pop(), typeof(int));
        Node[] arguments = PopMany(type.Parameters.Length);
        Spill(static pending => pending.ReadsMemory || pending.ReadsGlobal);
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
        CallReference(reference, type, arguments);
        AfterCall(type);
    }

    private void CallReference(LocalBuilder reference, FunctionType type, Node[] arguments)
    {
        WriteFuel();
        foreach (Node argument in arguments) EmitClean(argument);
        _il.Load(reference);
        _il.Field(Members.ReferenceOwner);
        _il.LoadArgument(DepthArgument);
        _il.Load(reference);
        _il.Field(Members.ReferenceCode);
        Type result = Members.ResultType(type);
        _il.CallPointer(result, Members.ParameterTypes(type));
        _pool.Give(reference);
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
                LoadIndirect(type.Results[i]);
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

    private void Select()
    {
        Node condition = Pop();
        Node second = Pop();
        Node first = Pop();
        LocalBuilder chosen = _pool.Take(Members.IlType(first.Type));
        Label past = _il.NewLabel();
        EmitClean(second);
        _il.Store(chosen);
        EmitBranch(condition, past, whenTrue: false);
        EmitClean(first);
        _il.Store(chosen);
        _il.Mark(past);
        Push(Node.Temp(first.Type, chosen, owned: true));
    }

    private void SetLocal(int index, Node value)
    {
        ulong bit = Node.Bit(index);
        Spill(pending => (pending.Locals & bit) != 0);
        EmitClean(value);
        int parameters = _type.Parameters.Length;
        if (index < parameters) _il.StoreArgument(index);
        else _il.Store(_locals[index - parameters]);
    }

    private void SetGlobal(int index, Node value)
    {
        Spill(static pending => pending.ReadsGlobal);
        WasmType type = _model.Globals[index].Type;
        if (IsReference(type)) LoadGlobalCell(index);
        else LoadGlobalAddress(index);
        EmitClean(value);
        if (IsReference(type)) _il.StoreField(Members.CellReference);
        else StoreIndirect(type);
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
        _il.Native(index * 8L);
        _il.Op(OpCodes.Add);
        if (index < _model.ImportedGlobals) _il.Op(OpCodes.Ldind_I);
    }

    private void Load(in Instruction instruction)
    {
        int size = 1 << NumericTable.LoadSize(instruction.Opcode);
        Node address = Pop();
        if (StaticAddress(address, instruction.Immediate, size) is { } place)
        {
            Push(Node.Load(instruction.Opcode, null, place));
            return;
        }

        Push(Node.Load(instruction.Opcode, CheckedAddress(address, instruction.Immediate, size), instruction.Immediate));
    }

    private void StoreMemory(in Instruction instruction)
    {
        int size = 1 << NumericTable.StoreSize(instruction.Opcode);
        Node value = Pop();
        Node address = Pop();
        long? place = StaticAddress(address, instruction.Immediate, size);
        LocalBuilder? held = place is null ? CheckedAddress(address, instruction.Immediate, size) : null;
        Spill(static pending => pending.ReadsMemory);
        LoadAddress(held, place ?? instruction.Immediate);
        EmitClean(value);
        EmitStore(instruction.Opcode);
        if (held is not null) _pool.Give(held);
    }

    /// <summary>A constant address inside the memory's first size, which never shrinks, needs no check.</summary>
    private long? StaticAddress(Node address, long offset, int size)
    {
        if (address.Kind != NodeKind.Constant) return null;
        long place = unchecked((uint)address.Bits) + offset;
        return place + size <= _model.Memories[0].Minimum * LinearMemory.PageBytes ? place : null;
    }

    private LocalBuilder CheckedAddress(Node address, long offset, int size)
    {
        Emit(address);
        _il.Op(OpCodes.Conv_U);
        LocalBuilder held = _pool.Take(typeof(nint));
        _il.Store(held);
        _il.Load(held);
        _il.Load(_length!);
        _il.Native(offset + size);
        _il.Op(OpCodes.Sub);
        _il.Branch(OpCodes.Bgt, TrapLabel(Trap.OutOfBoundsMemory));
        return held;
    }

    private void LoadAddress(LocalBuilder? held, long offset)
    {
        _il.Load(_base!);
        if (held is not null)
        {
            _il.Load(held);
            _il.Op(OpCodes.Add);
        }

        if (offset == 0) return;
        _il.Native(offset);
        _il.Op(OpCodes.Add);
    }

    private void Numeric(int opcode)
    {
        Node? right = NumericTable.IsBinary(opcode) ? Pop() : null;
        Node left = Pop();
        if (opcode is >= 0x6D and <= 0x70 or >= 0x7F and <= 0x82) (left, right) = CheckDivision(opcode, left, right!);
        else if (opcode is >= 0xA8 and <= 0xAB or >= 0xAE and <= 0xB1) left = CheckTruncation(opcode, left);
        else if (NumericEmitter.ShowsBits(opcode) && (left.Dirty || right is { Dirty: true }))
        {
            left = left.Dirty ? Temporary(left) : left;
            right = right is { Dirty: true } ? Temporary(right) : right;
        }

        Push(Node.Numeric(opcode, left, right, NumericEmitter.MakesNaN(opcode)));
    }

    private (Node Left, Node Right) CheckDivision(int opcode, Node left, Node right)
    {
        if (right.Kind == NodeKind.Constant && right.Bits is not (0 or -1)) return (left, right);
        bool wide = opcode >= 0x7F;
        int which = wide ? opcode - 0x7F : opcode - 0x6D;
        left = Temporary(left);
        LocalBuilder divisor = Hold(right, wide ? typeof(long) : typeof(int));
        _il.Load(divisor);
        _il.Branch(OpCodes.Brfalse, TrapLabel(Trap.IntegerDivideByZero));
        if (which is 0 or 2)
        {
            Label past = _il.NewLabel();
            _il.Load(divisor);
            Integer(wide, -1);
            _il.Branch(OpCodes.Bne_Un, past);
            if (which == 0)
            {
                _il.Load(left.Temporary!);
                Integer(wide, wide ? long.MinValue : int.MinValue);
                _il.Branch(OpCodes.Beq, TrapLabel(Trap.IntegerOverflow));
            }
            else
            {
                // The remainder by -1 is 0, as by 1; the machine's instruction would overflow on the smallest number.
                Integer(wide, 1);
                _il.Store(divisor);
            }

            _il.Mark(past);
        }

        return (left, Node.Temp(right.Type, divisor, owned: true));
    }

    private void Integer(bool wide, long value)
    {
        if (wide) _il.Int64(value);
        else _il.Int32((int)value);
    }

    private Node CheckTruncation(int opcode, Node operand)
    {
        Node held = Temporary(operand);
        LocalBuilder value = held.Temporary!;
        bool single = opcode is 0xA8 or 0xA9 or 0xAE or 0xAF;
        _il.Load(value);
        _il.Load(value);
        _il.Branch(OpCodes.Bne_Un, TrapLabel(Trap.InvalidConversion));
        // The first number too small and the first too large, as the operand's type can tell them.
        (double low, bool lowIncluded, double high) = opcode switch
        {
            0xA8 => (-2147483648.0, true, 2147483648.0),
            0xAA => (-2147483649.0, false, 2147483648.0),
            0xA9 or 0xAB => (-1.0, false, 4294967296.0),
            0xAE or 0xB0 => (-9223372036854775808.0, true, 9223372036854775808.0),
            _ => (-1.0, false, 18446744073709551616.0),
        };
        _il.Load(value);
        Float(single, low);
        _il.Branch(lowIncluded ? OpCodes.Blt : OpCodes.Ble, TrapLabel(Trap.IntegerOverflow));
        _il.Load(value);
        Float(single, high);
        _il.Branch(OpCodes.Bge, TrapLabel(Trap.IntegerOverflow));
        return held;
    }

    private void Float(bool single, double value)
    {
        if (single) _il.Single((float)value);
        else _il.Double(value);
    }

    private Block BlockAt(int label) => _blocks[_blocks.Count - 1 - label];

    /// <summary>Moves the values that a branch carries to where its target expects them.</summary>
    private void Carry(Block target)
    {
        target.Targeted = true;
        MoveTop(target.Carriers);
    }

    /// <summary>Evaluates all before storing any: the values may come from the places they go to.</summary>
    private void MoveTop(LocalBuilder[] places)
    {
        int first = _stack.Count - places.Length;
        for (int i = first; i < _stack.Count; i++) EmitClean(_stack[i]);
        for (int i = places.Length - 1; i >= 0; i--) _il.Store(places[i]);
        Cut(first);
    }

    private LocalBuilder[] TakeCarriers(WasmType[] types)
    {
        if (types.Length == 0) return [];
        var carriers = new LocalBuilder[types.Length];
        for (int i = 0; i < types.Length; i++) carriers[i] = _pool.Take(Members.IlType(types[i]));
        return carriers;
    }

    private void GiveCarriers(Block block)
    {
        foreach (LocalBuilder carrier in block.Carriers) _pool.Give(carrier);
    }

    /// <summary>The code behind is not reached, up to the end of the block.</summary>
    private void Die()
    {
        DropTo(_blocks[^1].Height);
        _live = false;
    }

    private void DropTo(int height)
    {
        for (int i = _stack.Count - 1; i >= height; i--) Discard(_stack[i]);
        Cut(height);
    }

    private void Cut(int height)
    {
        _stack.RemoveRange(height, _stack.Count - height);
        _settled = Math.Min(_settled, height);
    }

    private void Discard(Node node)
    {
        if (node.Owned) _pool.Give(node.Temporary!);
        if (node.Left is not null) Discard(node.Left);
        if (node.Right is not null) Discard(node.Right);
    }

    private void Push(Node node) => _stack.Add(node.Depth > Node.DepthMax ? Temporary(node) : node);

    private Node Pop()
    {
        Node node = _stack[^1];
        _stack.RemoveAt(_stack.Count - 1);
        _settled = Math.Min(_settled, _stack.Count);
        return node;
    }

    private Node[] PopMany(int count)
    {
        Node[] nodes = _stack.GetRange(_stack.Count - count, count).ToArray();
        Cut(_stack.Count - count);
        return nodes;
    }

    private void Spill(Func<Node, bool> which)
    {
        // Below the mark nothing reads anything. Many operands that do are all computed here, or each instruction would pass them again.
        bool all = _stack.Count - _settled > PendingMax;
        for (int i = _settled; i < _stack.Count; i++)
        {
            if (!IsSettled(_stack[i]) && (all || which(_stack[i]))) _stack[i] = Temporary(_stack[i]);
        }

        while (_settled < _stack.Count && IsSettled(_stack[_settled])) _settled++;
    }

    private void SpillAll() => Spill(static _ => true);

    private static bool IsSettled(Node node) => node.Kind is NodeKind.Constant or NodeKind.Temporary or NodeKind.RefNull;

    /// <summary>The same operand, computed now.</summary>
    private Node Temporary(Node node)
    {
        if (node.Kind == NodeKind.Temporary) return node;
        return Node.Temp(node.Type, Hold(node, Members.IlType(node.Type)), owned: true);
    }

    /// <summary>A temporary that may be read more than once; it is not given back.</summary>
    private Node Shared(Node node)
    {
        if (node.Kind is NodeKind.Constant or NodeKind.RefNull) return node;
        Node held = Temporary(node);
        return held.Owned ? Node.Temp(held.Type, held.Temporary!, owned: false) : held;
    }

    /// <summary>The operand in a temporary of the caller's own, who gives it back.</summary>
    private LocalBuilder Hold(Node node, Type type)
    {
        if (node is { Kind: NodeKind.Temporary, Owned: true }) return node.Temporary!;
        EmitClean(node);
        LocalBuilder held = _pool.Take(type);
        _il.Store(held);
        return held;
    }

    /// <summary>Branches on a condition, a comparison and its branch in one.</summary>
    private void EmitBranch(Node condition, Label target, bool whenTrue)
    {
        while (condition is { Kind: NodeKind.Numeric, Opcode: 0x45 or 0x50 })
        {
            condition = condition.Left!;
            whenTrue = !whenTrue;
            if (condition.Type == WasmType.I64) break;
        }

        if (condition.Kind == NodeKind.Numeric && NumericEmitter.IsComparison(condition.Opcode))
        {
            Emit(condition.Left!);
            Emit(condition.Right!);
            _il.Branch(NumericEmitter.Branch(condition.Opcode, whenTrue), target);
            return;
        }

        Emit(condition);
        _il.Branch(whenTrue ? OpCodes.Brtrue : OpCodes.Brfalse, target);
    }

    /// <summary>Emits an operand that leaves its tree: a NaN of the machine's making becomes the canonical one.</summary>
    private void EmitClean(Node node)
    {
        Emit(node);
        if (node.Dirty) _il.Call(node.Type == WasmType.F32 ? CanonicalSingle : CanonicalDouble);
    }

    private void Emit(Node node)
    {
        switch (node.Kind)
        {
            case NodeKind.Constant:
                EmitConstant(node.Type, node.Bits);
                break;
            case NodeKind.Local:
                int parameters = _type.Parameters.Length;
                if (node.Bits < parameters) _il.LoadArgument((int)node.Bits);
                else _il.Load(_locals[node.Bits - parameters]);
                break;
            case NodeKind.Temporary:
                _il.Load(node.Temporary!);
                break;
            case NodeKind.Global:
                if (IsReference(node.Type))
                {
                    LoadGlobalCell((int)node.Bits);
                    _il.Field(Members.CellReference);
                    break;
                }

                LoadGlobalAddress((int)node.Bits);
                LoadIndirect(node.Type);
                break;
            case NodeKind.Load:
                LoadAddress(node.Temporary, node.Bits);
                EmitLoad(node.Opcode);
                break;
            case NodeKind.MemorySize:
                _il.Load(_length!);
                _il.Int32(16);
                _il.Op(OpCodes.Shr);
                _il.Op(OpCodes.Conv_I4);
                break;
            case NodeKind.RefNull:
                _il.Op(OpCodes.Ldnull);
                break;
            case NodeKind.RefIsNull:
                Emit(node.Left!);
                _il.Op(OpCodes.Ldnull);
                _il.Op(OpCodes.Ceq);
                break;
            case NodeKind.Numeric:
                Emit(node.Left!);
                if (node.Right is not null) Emit(node.Right);
                NumericEmitter.Emit(_il, node.Opcode);
                if (NumericTable.IsRotation(node.Opcode)) EmitRotationGuard(node.Type);
                break;
        }

        if (node.Owned) _pool.Give(node.Temporary!);
    }

    /// <summary>
    /// The JIT of .NET 10 on x64 takes the zero flag from a rotation, which does not set it: "if (rotr(x, 2) == 0)" goes the wrong way
    /// (dotnet/runtime issue 129288, mended after 10.0).
    /// An exclusive or with a zero that the JIT cannot see through sets it.
    /// </summary>
    private void EmitRotationGuard(WasmType type)
    {
        _il.Load(_zero!);
        if (type == WasmType.I32) _il.Op(OpCodes.Conv_I4);
        _il.Op(OpCodes.Xor);
    }

    private void EmitConstant(WasmType type, long bits)
    {
        switch (type)
        {
            case WasmType.I32:
                _il.Int32((int)bits);
                break;
            case WasmType.I64:
                _il.Int64(bits);
                break;
            case WasmType.F32:
                int single = unchecked((int)bits);
                if (!float.IsNaN(BitConverter.Int32BitsToSingle(single)))
                {
                    _il.Single(BitConverter.Int32BitsToSingle(single));
                    break;
                }

                // A NaN's payload would not survive the JIT's own arithmetic on constants.
                _il.Int32(single);
                _il.Call(Members.BitsToSingle);
                break;
            default:
                double wide = BitConverter.Int64BitsToDouble(bits);
                if (!double.IsNaN(wide))
                {
                    _il.Double(wide);
                    break;
                }

                _il.Int64(bits);
                _il.Call(Members.BitsToDouble);
                break;
        }
    }

    private void EmitLoad(int opcode)
    {
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

    private void LoadIndirect(WasmType type) => _il.Op(type switch
    {
        WasmType.I32 => OpCodes.Ldind_I4,
        WasmType.I64 => OpCodes.Ldind_I8,
        WasmType.F32 => OpCodes.Ldind_R4,
        _ => OpCodes.Ldind_R8,
    });

    private void StoreIndirect(WasmType type) => _il.Op(type switch
    {
        WasmType.I32 => OpCodes.Stind_I4,
        WasmType.I64 => OpCodes.Stind_I8,
        WasmType.F32 => OpCodes.Stind_R4,
        _ => OpCodes.Stind_R8,
    });

    private static bool IsReference(WasmType type) => type is WasmType.FuncRef or WasmType.ExternRef;
}
