using System;
using System.Collections.Generic;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Validation;

namespace NodeRuntime.Wasm.Stepping;

/// <summary>
/// One validated function to decoded operations. Every operand's type is known here, so that a value's slots, a branch's target and what
/// it drops are resolved once; a price stands as an operation of its own at the head of each straight run. Code that no path reaches is
/// left out.
/// </summary>
internal sealed class StepDecoder
{
    private readonly ModuleModel _model;
    private readonly ModuleLimits _limits;
    private readonly FunctionBody _body;
    private readonly FunctionType _type;
    private readonly WasmType[] _locals;
    private readonly int[] _localSlots;
    private readonly bool _hasReferenceLocals;
    private readonly List<StepOp> _ops = [];
    private readonly List<StepBranch> _branches = [];
    private readonly List<ulong> _constants = [];
    private readonly List<int> _positions = [];
    private readonly List<int> _heights = [];
    private readonly List<WasmType> _operands = [];
    private readonly List<StepBlock> _blocks = [];
    private readonly int _frameLocals;
    private int _slots;
    private int _slotsMax;
    private int _references;
    private int _segment;
    private bool _live = true;
    private int _offset;
    private int _height;

    private StepDecoder(ModuleModel model, ModuleLimits limits, int function)
    {
        _model = model;
        _limits = limits;
        _body = model.Bodies[function - model.ImportedFunctions];
        _type = model.TypeOf(function);
        _locals = [.. _type.Parameters, .. _body.Locals];
        _localSlots = new int[_locals.Length];
        for (int i = 0; i < _locals.Length; i++)
        {
            _localSlots[i] = _frameLocals;
            _frameLocals += SlotsOf(_locals[i]);
            _hasReferenceLocals |= IsReference(_locals[i]);
        }
    }

    public static StepFunction Decode(ModuleModel model, ModuleLimits limits, int function)
    {
        var decoder = new StepDecoder(model, limits, function);
        decoder.Run();
        return new StepFunction(
            function, decoder._type, [.. decoder._ops], [.. decoder._branches], [.. decoder._constants])
        {
            ParameterSlots = SlotsOf(decoder._type.Parameters),
            LocalSlots = decoder._frameLocals,
            FrameSlots = decoder._frameLocals + decoder._slotsMax,
            ResultSlots = SlotsOf(decoder._type.Results),
            Weight = decoder._body.MakesCalls ? decoder._body.DepthWeight(decoder._type) : 0,
        };
    }

    /// <summary>Where each operation stands and how high the stack is before it.</summary>
    public static StepMap Map(ModuleModel model, ModuleLimits limits, int function)
    {
        var decoder = new StepDecoder(model, limits, function);
        decoder.Run();
        return new StepMap([.. decoder._positions], [.. decoder._heights]);
    }

    public static int SlotsOf(WasmType type) => type == WasmType.V128 ? 2 : 1;

    public static int SlotsOf(WasmType[] types)
    {
        int slots = 0;
        foreach (WasmType type in types) slots += SlotsOf(type);
        return slots;
    }

    private static bool IsReference(WasmType type) => type is WasmType.FuncRef or WasmType.ExternRef;

    private void Run()
    {
        Open(Opcode.Block, [], _type.Results);
        Charge();
        var fault = new LoadFault();
        var instructions = new InstructionReader(new WasmReader(_model.Bytes, _body.Start, _body.End, fault), _limits);
        while (_blocks.Count > 0)
        {
            instructions.Next(out Instruction instruction);
            Invariant.Holds(!fault.Failed);
            _offset = instruction.Offset;
            _height = _slots;
            if (_live) Step(in instruction);
            else StepDead(in instruction);
        }

        Invariant.Holds(_segment == _body.SegmentCosts.Length);
    }

    /// <summary>In code that no path reaches only the nesting counts.</summary>
    private void StepDead(in Instruction instruction)
    {
        switch (instruction.Opcode)
        {
            case Opcode.Block or Opcode.Loop or Opcode.If:
                Open(instruction.Opcode, [], []);
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
        int index = unchecked((int)instruction.Immediate);
        switch (opcode)
        {
            case Opcode.Nop:
                break;
            case Opcode.Unreachable:
                Emit(opcode);
                Die();
                break;
            case Opcode.Block or Opcode.Loop or Opcode.If:
                OpenLive(in instruction);
                break;
            case Opcode.Else:
                Else();
                break;
            case Opcode.End:
                Close();
                break;
            case Opcode.Br:
                Branch(index, StepCode.Jump, StepCode.Carry);
                Die();
                break;
            case Opcode.BrIf:
                Pop();
                Branch(index, StepCode.JumpIf, StepCode.CarryIf);
                Charge();
                break;
            case Opcode.BrTable:
                BranchTable(instruction.Labels!);
                break;
            case Opcode.Return:
                EmitReturn();
                Die();
                break;
            case Opcode.Call:
                Emit(opcode, 0, index);
                Apply(_model.TypeOf(index));
                break;
            case Opcode.CallIndirect:
                Emit(opcode, instruction.Second, index);
                Pop();
                Apply(_model.Types[index]);
                break;
            case Opcode.ReturnCall or Opcode.ReturnCallIndirect:
                Emit(opcode, instruction.Second, index);
                Die();
                break;
            case Opcode.Drop:
                WasmType dropped = Pop();
                Emit(Choose(dropped, opcode, StepCode.DropReference, StepCode.DropVector));
                break;
            case Opcode.Select or Opcode.SelectTyped:
                Pop();
                Pop();
                Emit(Choose(_operands[^1], Opcode.Select, StepCode.SelectReference, StepCode.SelectVector));
                break;
            case Opcode.LocalGet:
                Emit(Choose(_locals[index], opcode, StepCode.LocalGetReference, StepCode.LocalGetVector), _localSlots[index]);
                Push(_locals[index]);
                break;
            case Opcode.LocalSet:
                Emit(Choose(_locals[index], opcode, StepCode.LocalSetReference, StepCode.LocalSetVector), _localSlots[index]);
                Pop();
                break;
            case Opcode.LocalTee:
                Emit(Choose(_locals[index], opcode, StepCode.LocalTeeReference, StepCode.LocalTeeVector), _localSlots[index]);
                break;
            case Opcode.GlobalGet:
                Global(index, opcode, StepCode.GlobalGetReference, StepCode.GlobalGetVector, StepCode.GlobalGetImported);
                Push(_model.Globals[index].Type);
                break;
            case Opcode.GlobalSet:
                Global(index, opcode, StepCode.GlobalSetReference, StepCode.GlobalSetVector, StepCode.GlobalSetImported);
                Pop();
                break;
            case >= Opcode.LoadFirst and <= Opcode.LoadLast:
                Access(in instruction);
                Replace(1, NumericTable.LoadType(opcode));
                break;
            case >= Opcode.StoreFirst and <= Opcode.StoreLast:
                Access(in instruction);
                Pop();
                Pop();
                break;
            case Opcode.I32Const:
                Constant(unchecked((uint)instruction.Immediate));
                Push(WasmType.I32);
                break;
            case Opcode.I64Const:
                Constant(unchecked((ulong)instruction.Immediate));
                Push(WasmType.I64);
                break;
            case Opcode.F32Const:
                Constant(unchecked((uint)instruction.Immediate));
                Push(WasmType.F32);
                break;
            case Opcode.F64Const:
                Constant(unchecked((ulong)instruction.Immediate));
                Push(WasmType.F64);
                break;
            case >= Opcode.NumericFirst and <= Opcode.NumericLast:
            case >= Opcode.TruncSatFirst and <= Opcode.TruncSatLast:
                Emit(opcode);
                Replace(NumericTable.IsBinary(opcode) ? 2 : 1, NumericTable.Result(opcode));
                break;
            case >= Opcode.VectorFirst and <= Opcode.VectorLast:
                StepVector(in instruction);
                break;
            default:
                StepHelper(in instruction);
                break;
        }
    }

    private static int Choose(WasmType type, int number, int reference, int vector) =>
        IsReference(type) ? reference : type == WasmType.V128 ? vector : number;

    /// <summary>Narrow tells a number of 32 bits: what lies above it in a global's slot means nothing.</summary>
    private void Global(int index, int own, int reference, int vector, int imported)
    {
        WasmType type = _model.Globals[index].Type;
        int number = index < _model.ImportedGlobals ? imported : own;
        Emit(Choose(type, number, reference, vector), type is WasmType.I32 or WasmType.F32 ? 1 : 0, index);
    }

    /// <summary>A load or store: the first memory is at hand, another is looked up.</summary>
    private void Access(in Instruction instruction)
    {
        int code = instruction.Memory == 0 ? instruction.Opcode : StepCode.FarAccessFirst + instruction.Opcode - Opcode.LoadFirst;
        Emit(code, instruction.Memory, unchecked((int)(uint)instruction.Immediate));
    }

    private void StepVector(in Instruction instruction)
    {
        int opcode = instruction.Opcode;
        VectorInstruction vector = VectorTable.At(opcode);
        switch (vector.Shape)
        {
            case VectorShape.Load:
                Emit(opcode, instruction.Memory, unchecked((int)(uint)instruction.Immediate));
                Replace(1, WasmType.V128);
                break;
            case VectorShape.Store:
                Emit(opcode, instruction.Memory, unchecked((int)(uint)instruction.Immediate));
                Cut(_operands.Count - 2);
                break;
            case VectorShape.LoadLane:
                EmitWithConstants(instruction, instruction.Immediate, instruction.Lane);
                Replace(2, WasmType.V128);
                break;
            case VectorShape.StoreLane:
                EmitWithConstants(instruction, instruction.Immediate, instruction.Lane);
                Cut(_operands.Count - 2);
                break;
            case VectorShape.Const:
                EmitWithConstants(instruction, instruction.Immediate, instruction.High);
                Push(WasmType.V128);
                break;
            case VectorShape.Shuffle:
                EmitWithConstants(instruction, instruction.Immediate, instruction.High);
                Replace(2, WasmType.V128);
                break;
            case VectorShape.Extract:
                Emit(opcode, instruction.Lane);
                Replace(1, vector.Scalar);
                break;
            case VectorShape.Test:
                Emit(opcode);
                Replace(1, WasmType.I32);
                break;
            case VectorShape.Splat or VectorShape.Unary:
                Emit(opcode);
                Replace(1, WasmType.V128);
                break;
            case VectorShape.Replace or VectorShape.Binary or VectorShape.Shift:
                Emit(opcode, instruction.Lane);
                Replace(2, WasmType.V128);
                break;
            case VectorShape.Ternary:
                Emit(opcode);
                Replace(3, WasmType.V128);
                break;
        }
    }

    private void EmitWithConstants(in Instruction instruction, long first, long second)
    {
        Emit(instruction.Opcode, instruction.Memory, _constants.Count);
        _constants.Add(unchecked((ulong)first));
        _constants.Add(unchecked((ulong)second));
    }

    /// <summary>The instructions that the executor hands to the same helpers as compiled code.</summary>
    private void StepHelper(in Instruction instruction)
    {
        int opcode = instruction.Opcode;
        int index = instruction.Index;
        switch (opcode)
        {
            case Opcode.MemorySize:
                Emit(instruction.Memory == 0 ? opcode : StepCode.FarSize, instruction.Memory);
                Push(WasmType.I32);
                break;
            case Opcode.MemoryGrow:
                Emit(opcode, instruction.Memory);
                Replace(1, WasmType.I32);
                break;
            case Opcode.MemoryFill or Opcode.MemoryCopy or Opcode.MemoryInit:
                Emit(opcode, instruction.Memory, opcode == Opcode.MemoryCopy ? instruction.Lane : index);
                PopThree();
                break;
            case Opcode.TableFill:
                Emit(opcode, index);
                PopThree();
                break;
            case Opcode.DataDrop or Opcode.ElemDrop:
                Emit(opcode, 0, index);
                break;
            case Opcode.TableInit or Opcode.TableCopy:
                Emit(opcode, opcode == Opcode.TableInit ? instruction.Second : index, opcode == Opcode.TableInit ? index : instruction.Second);
                PopThree();
                break;
            case Opcode.TableGet:
                Emit(opcode, index);
                Replace(1, _model.Tables[index].Element);
                break;
            case Opcode.TableSet:
                Emit(opcode, index);
                Pop();
                Pop();
                break;
            case Opcode.TableSize:
                Emit(opcode, index);
                Push(WasmType.I32);
                break;
            case Opcode.TableGrow:
                Emit(opcode, index);
                Replace(2, WasmType.I32);
                break;
            case Opcode.RefNull:
                Emit(opcode);
                Push(instruction.Type);
                break;
            case Opcode.RefIsNull:
                Emit(opcode);
                Replace(1, WasmType.I32);
                break;
            case Opcode.RefFunc:
                Emit(opcode, 0, index);
                Push(WasmType.FuncRef);
                break;
            default:
                Invariant.Break("an instruction without a decoder");
                break;
        }
    }

    private void OpenLive(in Instruction instruction)
    {
        WasmType[] parameters = FunctionValidator.BlockParameters(_model, instruction.BlockType);
        WasmType[] results = FunctionValidator.BlockResults(_model, instruction.BlockType);
        if (instruction.Opcode == Opcode.If)
        {
            Pop();
            Emit(StepCode.SkipUnless);
        }

        Open(instruction.Opcode, parameters, results);
        if (instruction.Opcode == Opcode.If) _blocks[^1].ElseSkip = _ops.Count - 1;
        if (instruction.Opcode != Opcode.Block) Charge();
    }

    private void Open(int opcode, WasmType[] parameters, WasmType[] results) => _blocks.Add(new StepBlock
    {
        Opcode = opcode,
        Parameters = parameters,
        Results = results,
        Operands = _operands.Count - parameters.Length,
        Slots = _slots - SlotsOf(parameters),
        EnteredLive = _live,
        Head = _ops.Count,
    });

    private void Else()
    {
        StepBlock block = _blocks[^1];
        if (!block.EnteredLive)
        {
            block.Opcode = Opcode.Else;
            return;
        }

        if (_live)
        {
            Emit(StepCode.Skip);
            block.Ops.Add(_ops.Count - 1);
        }

        BeginElse(block);
        foreach (WasmType parameter in block.Parameters) Push(parameter);
        Charge();
    }

    private void BeginElse(StepBlock block)
    {
        Cut(block.Operands);
        _ops[block.ElseSkip] = _ops[block.ElseSkip] with { Wide = _ops.Count };
        block.ElseSkip = -1;
        block.Opcode = Opcode.Else;
        block.Targeted = true;
        _live = true;
    }

    private void Close()
    {
        StepBlock block = _blocks[^1];
        bool reaches = _live;
        if (block is { EnteredLive: true, Opcode: Opcode.If })
        {
            // Without an else the other way is empty: its parameters are the results, and they lie where they should.
            BeginElse(block);
            reaches = true;
        }

        _blocks.RemoveAt(_blocks.Count - 1);
        bool merges = block.Opcode != Opcode.Loop && block.Targeted && block.EnteredLive;
        _live = block.EnteredLive && (reaches || merges);
        Cut(block.Operands);
        foreach (int op in block.Ops) _ops[op] = _ops[op] with { Wide = _ops.Count };
        foreach (int branch in block.Branches) _branches[branch] = _branches[branch] with { Target = _ops.Count };
        if (!_live) return;
        foreach (WasmType result in block.Results) Push(result);
        if (_blocks.Count == 0) EmitReturn();
        else if (merges) Charge();
    }

    private void Branch(int label, int plain, int carrying)
    {
        StepBlock target = _blocks[_blocks.Count - 1 - label];
        StepBranch branch = MakeBranch(target);
        if (branch is { Slots: 0, HasReferences: false })
        {
            Emit(plain, branch.Destination, branch.Target);
            if (target.Opcode != Opcode.Loop) target.Ops.Add(_ops.Count - 1);
            return;
        }

        Emit(carrying, 0, _branches.Count);
        AddBranch(target, branch);
    }

    private void BranchTable(int[] labels)
    {
        Pop();
        Emit(StepCode.CarryTable, 0, _branches.Count);
        _branches.Add(new StepBranch { Target = labels.Length });
        foreach (int label in labels)
        {
            StepBlock target = _blocks[_blocks.Count - 1 - label];
            AddBranch(target, MakeBranch(target));
        }

        Die();
    }

    private StepBranch MakeBranch(StepBlock target)
    {
        target.Targeted = true;
        bool references = false;
        if (_references > 0)
        {
            for (int i = target.Operands; i < _operands.Count; i++) references |= IsReference(_operands[i]);
        }

        return new StepBranch
        {
            Target = target.Head,
            Destination = (ushort)(_frameLocals + target.Slots),
            Slots = (ushort)SlotsOf(target.LabelTypes),
            HasReferences = references,
        };
    }

    private void AddBranch(StepBlock target, StepBranch branch)
    {
        if (target.Opcode != Opcode.Loop) target.Branches.Add(_branches.Count);
        _branches.Add(branch);
    }

    private void EmitReturn()
    {
        _height = _slots;
        Emit(_hasReferenceLocals || _references > 0 ? StepCode.ReturnReferences : StepCode.Return);
    }

    private void Charge()
    {
        uint cost = _body.SegmentCosts[_segment++];
        _height = _slots;
        if (cost > 0) Emit(StepCode.Charge, 0, unchecked((int)cost));
    }

    private void Constant(ulong bits)
    {
        int low = unchecked((int)bits);
        if (unchecked((ulong)low) == bits)
        {
            Emit(StepCode.ConstantShort, 0, low);
            return;
        }

        Emit(StepCode.ConstantLong, 0, _constants.Count);
        _constants.Add(bits);
    }

    private void Emit(int code, int narrow = 0, int wide = 0)
    {
        // A charge stands before the first instruction of its run.
        if (_ops.Count > 0 && _ops[^1].Code == StepCode.Charge) _positions[^1] = _offset * 2;
        _ops.Add(new StepOp((ushort)code, (ushort)narrow, wide));
        _positions.Add((_offset * 2) + 1);
        _heights.Add(_frameLocals + _height);
    }

    private void Apply(FunctionType type)
    {
        Cut(_operands.Count - type.Parameters.Length);
        foreach (WasmType result in type.Results) Push(result);
    }

    private void Replace(int operands, WasmType result)
    {
        Cut(_operands.Count - operands);
        Push(result);
    }

    private void PopThree() => Cut(_operands.Count - 3);

    private void Push(WasmType type)
    {
        _operands.Add(type);
        _slots += SlotsOf(type);
        if (IsReference(type)) _references++;
        _slotsMax = Math.Max(_slotsMax, _slots);
    }

    private WasmType Pop()
    {
        WasmType type = _operands[^1];
        _operands.RemoveAt(_operands.Count - 1);
        _slots -= SlotsOf(type);
        if (IsReference(type)) _references--;
        return type;
    }

    private void Cut(int operands)
    {
        while (_operands.Count > operands) Pop();
    }

    /// <summary>The code behind is not reached, up to the end of the block.</summary>
    private void Die()
    {
        Cut(_blocks[^1].Operands);
        _live = false;
    }
}
