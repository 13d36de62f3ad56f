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
/// One validated function to one static IL method: the guest's parameters, then the instance, the depth and the fuel that are left. The fuel
/// that is left then comes back with the result (<see cref="Fueled{T}"/>).
///
/// <para>Operands are pending trees (<see cref="Node"/>) on a stack of the compiler, not on IL's: between two instructions the IL stack
/// is empty, so that a check may branch to the function's one trap block of its kind. A tree is emitted where it is used, or into a
/// temporary before something changes what it reads, and at the borders of blocks.</para>
///
/// <para>Fuel stays in that argument. It is charged at the head of each straight run and written to the store only for those who look there:
/// the host's functions and <see cref="Intrinsics"/>, and whoever asks after a trap. A function may return owing fuel: its caller pays before
/// its own next effect.</para>
///
/// <para>Memory: the base and the length are IL locals. An access of k bytes at offset o checks <c>address > length - (o + k)</c>, signed,
/// with the address zero-extended: the right side is the same in every turn of a loop.</para>
/// </summary>
internal sealed partial class FunctionCompiler
{
    private const int PendingMax = 64;
    private const int LoadsMax = 3;

    private static readonly MethodInfo CanonicalSingle = Members.Intrinsic(nameof(Intrinsics.Canonical), typeof(float));
    private static readonly MethodInfo CanonicalSingles = typeof(Vectors).GetMethod(nameof(Vectors.CanonicalF32x4))!;
    private static readonly MethodInfo CanonicalDoubles = typeof(Vectors).GetMethod(nameof(Vectors.CanonicalF64x2))!;
    private static readonly MethodInfo CanonicalDouble = Members.Intrinsic(nameof(Intrinsics.Canonical), typeof(double));

    private readonly ModuleModel _model;
    private readonly ModuleLimits _limits;
    private readonly MethodBuilder[] _methods;
    private readonly MethodBuilder[] _entries;
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
    private readonly LocalBuilder? _zero;
    private readonly LocalBuilder? _memory;
    private readonly LocalBuilder? _base;
    private readonly LocalBuilder? _length;
    private LocalBuilder? _block;
    private bool _interruptible;
    private Label? _stackEnds;
    private bool _live = true;

    /// <summary>Fuel has been taken since the last test of it, on some path to here.</summary>
    private bool _owes;
    private int _segment;

    private FunctionCompiler(
        ModuleModel model,
        ModuleLimits limits,
        MethodBuilder[] methods,
        MethodBuilder[] entries,
        FunctionType type,
        FunctionBody body,
        ILGenerator il,
        MemberTokens tokens)
    {
        _model = model;
        _limits = limits;
        _methods = methods;
        _entries = entries;
        _type = type;
        _body = body;
        _il = new IlWriter(il, tokens);
        _pool = new TemporaryPool(_il);
        _localTypes = [.. type.Parameters, .. body.Locals];
        _setAt = new int[_localTypes.Length];
        _made = new bool[_localTypes.Length];
        _locals = new LocalBuilder[body.Locals.Length];
        for (int i = 0; i < _locals.Length; i++) _locals[i] = _il.Declare(Members.IlType(body.Locals[i]));
        if (body.NeedsZero) _zero = _il.Declare(typeof(long));
        if (!body.UsesMemory) return;
        // By name an object: each local of a class of its own is a token to ask for.
        _memory = _il.Declare(typeof(object));
        _base = _il.Declare(typeof(nint));
        _length = _il.Declare(typeof(nint));
    }

    private int InstanceArgument => _type.Parameters.Length;

    private int DepthArgument => _type.Parameters.Length + 1;

    private int FuelArgument => _type.Parameters.Length + 2;

    /// <summary>Emits the function; tells whether the JIT will refuse to optimise it.</summary>
    /// <param name="methods">The functions, which tail calls go to.</param>
    /// <param name="entries">Where other calls go: the functions too, or a <see cref="TailEntry"/>.</param>
    public static bool Compile(
        ModuleModel model,
        ModuleLimits limits,
        MethodBuilder[] methods,
        MethodBuilder[] entries,
        int function,
        ILGenerator il,
        MemberTokens tokens,
        bool interruptible)
    {
        FunctionBody body = model.Bodies[function - model.ImportedFunctions];
        var compiler = new FunctionCompiler(model, limits, methods, entries, model.TypeOf(function), body, il, tokens)
        {
            _interruptible = interruptible,
        };
        compiler.Run();
        return compiler._il.AboveOptimizerLimits;
    }

    private void Run()
    {
        Survey();
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
        if (_interruptible)
        {
            // Looked at again and again: it shall stay at hand.
            LocalBuilder block = _il.Declare(typeof(nint));
            LoadBlock();
            _il.Store(block);
            _block = block;
        }

        if (_body.MakesCalls) EmitDepthCheck();
        ClearLocals();
        if (_zero is not null)
        {
            LoadBlock();
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

    /// <summary>The guest's locals start as zeroes. The method's flag that clears all would clear what is always written first, too.</summary>
    private void ClearLocals()
    {
        for (int i = 0; i < _locals.Length; i++)
        {
            switch (_body.Locals[i])
            {
                case WasmType.I32:
                    _il.Int32(0);
                    break;
                case WasmType.I64:
                    _il.Int64(0);
                    break;
                case WasmType.F32:
                    _il.Single(0);
                    break;
                case WasmType.F64:
                    _il.Double(0);
                    break;
                case WasmType.FuncRef or WasmType.ExternRef:
                    _il.Op(OpCodes.Ldnull);
                    break;
                case WasmType.V128:
                    _il.Call(Members.VectorZero);
                    break;
                case WasmType.Unknown:
                    Invariant.Break("a local without a type");
                    break;
            }

            _il.Store(_locals[i]);
        }
    }

    private void EmitDepthCheck()
    {
        _il.LoadArgument(DepthArgument);
        _il.Int32(_body.DepthWeight(_type));
        _il.Op(OpCodes.Sub);
        _il.StoreArgument(DepthArgument);
        _il.LoadArgument(DepthArgument);
        _il.Int32(0);
        _il.Branch(OpCodes.Blt, TrapLabel(Trap.CallDepthExceeded));
        _stackEnds = _il.NewLabel();
        LocalBuilder probe = _il.Declare(typeof(int));
        _il.LoadAddress(probe);
        _il.Op(OpCodes.Conv_U);
        LoadBlock();
        _il.Native(Store.StackLimitOffset);
        _il.Op(OpCodes.Add);
        _il.Op(OpCodes.Ldind_I);
        _il.Branch(OpCodes.Blt_Un, _stackEnds.Value);
    }

    private void Charge()
    {
        uint cost = _body.SegmentCosts[_segment++];
        CloseChecks();
        if (cost == 0) return;
        _owes = true;
        Take(cost);
    }

    private void Take(uint cost)
    {
        if (!_limits.Metered) return;
        LoadFuel();
        _il.Int64(cost);
        _il.Op(OpCodes.Sub);
        StoreFuel();
    }

    /// <summary>
    /// Ends the run if what was taken has not been there. Until something outside the function's own frame changes, and in each turn of a
    /// loop, nobody can see whether it ended at once.
    /// </summary>
    private void Pay()
    {
        if (!_owes || !_limits.Metered) return;
        _owes = false;
        LoadFuel();
        LoadFloor();
        _il.Branch(OpCodes.Blt, TrapLabel(Trap.OutOfFuel));
    }

    /// <summary>What the fuel must not be below.</summary>
    private void LoadFloor()
    {
        if (!_interruptible)
        {
            _il.Int64(0);
            return;
        }

        LoadBlock();
        _il.Native(Store.FloorOffset);
        _il.Op(OpCodes.Add);
        _il.Op(OpCodes.Volatile);
        _il.Op(OpCodes.Ldind_I8);
    }

    /// <summary>Before what others can see: the guest must have paid, and no check behind may be made before it.</summary>
    private void BeforeEffect()
    {
        CloseChecks();
        Pay();
    }

    private Label TrapLabel(Trap trap) => _traps[(int)trap] ??= _il.NewLabel();

    private void EmitTraps()
    {
        CloseChecks();
        if (_stackEnds is { } stackEnds)
        {
            _il.Mark(stackEnds);
            _il.LoadArgument(InstanceArgument);
            LoadFuelLeft();
            _il.CallBalanced(Members.StopForStack);
            EmitUnreachable();
        }

        for (int i = 0; i < _traps.Length; i++)
        {
            if (_traps[i] is not { } label) continue;
            _il.Mark(label);
            _il.Int32(i);
            _il.LoadArgument(InstanceArgument);
            LoadFuelLeft();
            _il.CallBalanced(Members.Stop);
            EmitUnreachable();
        }
    }

    /// <summary>What the store shall say is left.</summary>
    private void LoadFuelLeft()
    {
        if (_limits.Metered)
        {
            LoadFuel();
            return;
        }

        LoadBlock();
        _il.Op(OpCodes.Ldind_I8);
    }

    /// <summary>Ends a way that a call which never returns has left.</summary>
    private void EmitUnreachable()
    {
        _il.Op(OpCodes.Ldnull);
        _il.Op(OpCodes.Throw);
    }

    private void WriteFuel()
    {
        if (!_limits.Metered) return;
        LoadBlock();
        LoadFuel();
        _il.Op(OpCodes.Stind_I8);
    }

    private void ReloadFuel()
    {
        if (!_limits.Metered) return;
        LoadBlock();
        _il.Op(OpCodes.Ldind_I8);
        StoreFuel();
    }

    private void LoadFuel() => _il.LoadArgument(FuelArgument);

    private void StoreFuel() => _il.StoreArgument(FuelArgument);

    private void LoadBlock()
    {
        if (_block is not null)
        {
            _il.Load(_block);
            return;
        }

        _il.LoadArgument(InstanceArgument);
        _il.Field(Members.InstanceBlock);
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
                OpenLoop(instruction.BlockType, instruction.Offset);
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
                Jump(BlockAt(instruction.Index));
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
            case Opcode.ReturnCall:
                TailCall(instruction.Index);
                Die();
                break;
            case Opcode.ReturnCallIndirect:
                TailCallIndirect(instruction.Index, instruction.Second);
                Die();
                break;
            case Opcode.Drop:
                Discard(Pop());
                break;
            case Opcode.Select or Opcode.SelectTyped:
                Select();
                break;
            case Opcode.LocalGet:
                PushLocal(instruction.Index);
                break;
            case Opcode.LocalSet:
                SetLocal(instruction.Index, Pop());
                break;
            case Opcode.LocalTee:
                SetLocal(instruction.Index, Pop());
                PushLocal(instruction.Index);
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
            case Opcode.MemorySize when instruction.Memory == 0:
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
            case >= Opcode.VectorFirst and <= Opcode.VectorLast:
                StepVector(in instruction);
                break;
            default:
                StepHelper(in instruction);
                break;
        }
    }

    private static bool IsReference(WasmType type) => type is WasmType.FuncRef or WasmType.ExternRef;
}
