using System;
using System.Collections.Generic;
using NodeRuntime.Wasm.Binary;

namespace NodeRuntime.Wasm.Validation;

/// <summary>
/// Types every instruction of one function (section 3.3) by the algorithm of the specification's appendix, and prices its straight runs
/// by <see cref="FuelSchedule"/>. The compiler relies on all of it and checks none of it again.
/// </summary>
internal sealed class FunctionValidator
{
    private static readonly WasmType[] None = [];
    private static readonly WasmType[][] Singles = MakeSingles();

    private readonly ModuleModel _model;
    private readonly ModuleLimits _limits;
    private readonly LoadFault _fault;
    private readonly List<uint> _segments = [];
    private WasmType[] _operands = new WasmType[64];
    private int _height;
    private ControlFrame[] _frames = new ControlFrame[16];
    private int _depth;
    private WasmType[] _locals = None;
    private FunctionBody _body = null!;
    private int _offset;
    private bool _live;
    private int _moves;
    private long _compilerWork;

    public FunctionValidator(ModuleModel model, ModuleLimits limits, LoadFault fault)
    {
        _model = model;
        _limits = limits;
        _fault = fault;
    }

    public static WasmType[] BlockParameters(ModuleModel model, long blockType) =>
        blockType >= 0 ? model.Types[(int)blockType].Parameters : None;

    public static WasmType[] BlockResults(ModuleModel model, long blockType) =>
        blockType >= 0 ? model.Types[(int)blockType].Results
        : blockType == InstructionReader.EmptyBlock ? None
        : Singles[blockType + 0x80];

    public void Validate(FunctionType type, FunctionBody body)
    {
        _body = body;
        _locals = [.. type.Parameters, .. body.Locals];
        if (_locals.Length > _limits.FunctionLocalsMax)
        {
            _fault.Report(ModuleVerdict.LimitExceeded, body.Start, "a function has more locals than the limit");
        }

        _height = 0;
        _depth = 0;
        _moves = 0;
        _compilerWork = 0;
        _live = true;
        _segments.Clear();
        _segments.Add(0);
        PushFrame(Opcode.Block, None, type.Results);
        var reader = new WasmReader(_model.Bytes, body.Start, body.End, _fault);
        var instructions = new InstructionReader(reader, _limits, _model.Features);
        while (_depth > 0 && !_fault.Failed)
        {
            instructions.Next(out Instruction instruction);
            if (_fault.Failed) return;
            _offset = instruction.Offset;
            if (_live) _segments[^1] = unchecked(_segments[^1] + FuelSchedule.Cost(instruction.Opcode));
            Work(CompilerWork.Of(instruction.Opcode));
            if (CompilerWork.Spills(instruction.Opcode)) _body.Spills++;
            Step(in instruction);
        }

        if (!_fault.Failed && reader.Position != reader.End) reader.Malformed("unexpected bytes behind a function's end");
        body.SegmentCosts = _segments.ToArray();
        body.TooLarge = _compilerWork > _limits.CompilerWorkMax;
    }

    private void Step(in Instruction instruction)
    {
        int opcode = instruction.Opcode;
        switch (opcode)
        {
            case Opcode.Unreachable:
                GoUnreachable();
                break;
            case Opcode.Nop:
                break;
            case Opcode.Block or Opcode.Loop or Opcode.If:
                Open(in instruction);
                break;
            case Opcode.Else:
                Else();
                break;
            case Opcode.End:
                Close();
                break;
            case Opcode.Br:
                Branch(instruction.Index, opcode);
                GoUnreachable();
                break;
            case Opcode.BrIf:
                Pop(WasmType.I32);
                Branch(instruction.Index, opcode);
                if (_live) _segments.Add(0);
                break;
            case Opcode.BrTable:
                BranchTable(instruction.Labels!);
                break;
            case Opcode.Return:
                Moves(_frames[0].Results.Length);
                PopAll(_frames[0].Results);
                if (_live) _frames[0].Targeted = true;
                GoUnreachable();
                break;
            case Opcode.Call:
                if (!Has(instruction.Index, _model.Functions.Count, "function")) return;
                _body.MakesCalls = true;
                Apply(_model.TypeOf(instruction.Index));
                break;
            case Opcode.CallIndirect:
                if (!HasIndirect(in instruction)) return;
                _body.MakesCalls = true;
                Pop(WasmType.I32);
                Apply(_model.Types[instruction.Index]);
                break;
            case Opcode.ReturnCall:
                if (!Has(instruction.Index, _model.Functions.Count, "function")) return;
                ApplyTail(_model.Functions[instruction.Index]);
                break;
            case Opcode.ReturnCallIndirect:
                if (!HasIndirect(in instruction)) return;
                Pop(WasmType.I32);
                ApplyTail(instruction.Index);
                break;
            case Opcode.Drop:
                PopAny();
                break;
            case Opcode.Select:
                Select();
                break;
            case Opcode.SelectTyped:
                Pop(WasmType.I32);
                Pop(instruction.Type);
                Pop(instruction.Type);
                Push(instruction.Type);
                break;
            case Opcode.LocalGet:
                if (Has(instruction.Index, _locals.Length, "local")) Push(_locals[instruction.Index]);
                break;
            case Opcode.LocalSet:
                if (Has(instruction.Index, _locals.Length, "local")) Pop(_locals[instruction.Index]);
                break;
            case Opcode.LocalTee:
                if (!Has(instruction.Index, _locals.Length, "local")) return;
                Pop(_locals[instruction.Index]);
                Push(_locals[instruction.Index]);
                break;
            case Opcode.GlobalGet:
                if (Has(instruction.Index, _model.Globals.Count, "global")) Push(_model.Globals[instruction.Index].Type);
                break;
            case Opcode.GlobalSet:
                if (!Has(instruction.Index, _model.Globals.Count, "global")) return;
                if (!_model.Globals[instruction.Index].Mutable) Invalid("global is immutable");
                Pop(_model.Globals[instruction.Index].Type);
                break;
            case >= Opcode.LoadFirst and <= Opcode.LoadLast:
                NeedMemory(instruction.Memory);
                NeedAlignment(instruction.Second, NumericTable.LoadSize(opcode));
                Pop(WasmType.I32);
                Push(NumericTable.LoadType(opcode));
                break;
            case >= Opcode.StoreFirst and <= Opcode.StoreLast:
                NeedMemory(instruction.Memory);
                NeedAlignment(instruction.Second, NumericTable.StoreSize(opcode));
                Pop(NumericTable.StoreType(opcode));
                Pop(WasmType.I32);
                break;
            case Opcode.MemorySize:
                NeedMemory(instruction.Memory);
                Push(WasmType.I32);
                break;
            case Opcode.MemoryGrow:
                NeedMemory(instruction.Memory);
                Pop(WasmType.I32);
                Push(WasmType.I32);
                break;
            case Opcode.I32Const:
                Push(WasmType.I32);
                break;
            case Opcode.I64Const:
                Push(WasmType.I64);
                break;
            case Opcode.F32Const:
                Push(WasmType.F32);
                break;
            case Opcode.F64Const:
                Push(WasmType.F64);
                break;
            case Opcode.RefNull:
                Push(instruction.Type);
                break;
            case Opcode.RefIsNull:
                WasmType reference = PopAny();
                if (reference is not (WasmType.Unknown or WasmType.FuncRef or WasmType.ExternRef)) Invalid("type mismatch: a reference");
                Push(WasmType.I32);
                break;
            case Opcode.RefFunc:
                if (!Has(instruction.Index, _model.Functions.Count, "function")) return;
                if (!_model.Declared[instruction.Index]) Invalid("undeclared function reference");
                Push(WasmType.FuncRef);
                break;
            case Opcode.MemoryFill or Opcode.MemoryCopy:
                NeedMemory(instruction.Memory);
                if (opcode == Opcode.MemoryCopy) NeedMemory(instruction.Lane);
                PopThreeNumbers();
                break;
            case Opcode.MemoryInit or Opcode.DataDrop:
                if (_model.DataCount < 0)
                {
                    _fault.Report(ModuleVerdict.Malformed, _offset, "data count section required");
                    return;
                }

                if (opcode == Opcode.MemoryInit) NeedMemory(instruction.Memory);
                if (Has(instruction.Index, _model.DataCount, "data segment") && opcode == Opcode.MemoryInit) PopThreeNumbers();
                break;
            case >= Opcode.VectorFirst and <= Opcode.VectorLast:
                StepVector(in instruction);
                break;
            default:
                StepTableOrNumeric(in instruction);
                break;
        }
    }

    private void StepVector(in Instruction instruction)
    {
        VectorInstruction vector = VectorTable.At(instruction.Opcode);
        _body.UsesVectors = true;
        switch (vector.Shape)
        {
            case VectorShape.Load:
                NeedMemory(instruction.Memory);
                NeedAlignment(instruction.Second, vector.Size);
                Pop(WasmType.I32);
                Push(WasmType.V128);
                break;
            case VectorShape.Store:
                NeedMemory(instruction.Memory);
                NeedAlignment(instruction.Second, vector.Size);
                Pop(WasmType.V128);
                Pop(WasmType.I32);
                break;
            case VectorShape.LoadLane or VectorShape.StoreLane:
                NeedMemory(instruction.Memory);
                NeedAlignment(instruction.Second, vector.Size);
                NeedLane(instruction.Lane, vector.Lanes);
                Pop(WasmType.V128);
                Pop(WasmType.I32);
                if (vector.Shape == VectorShape.LoadLane) Push(WasmType.V128);
                break;
            case VectorShape.Const:
                Push(WasmType.V128);
                break;
            case VectorShape.Shuffle:
                for (int i = 0; i < 64; i += 8)
                {
                    NeedLane((int)((instruction.Immediate >> i) & 0xFF), 32);
                    NeedLane((int)((instruction.High >> i) & 0xFF), 32);
                }

                PopVectors(2);
                Push(WasmType.V128);
                break;
            case VectorShape.Splat:
                Pop(vector.Scalar);
                Push(WasmType.V128);
                break;
            case VectorShape.Extract:
                if (instruction.Opcode == Opcode.F32x4ExtractLane) _body.NeedsZero = true;
                NeedLane(instruction.Lane, vector.Lanes);
                Pop(WasmType.V128);
                Push(vector.Scalar);
                break;
            case VectorShape.Replace:
                NeedLane(instruction.Lane, vector.Lanes);
                Pop(vector.Scalar);
                Pop(WasmType.V128);
                Push(WasmType.V128);
                break;
            case VectorShape.Unary or VectorShape.Binary or VectorShape.Ternary:
                PopVectors(1 + vector.Shape - VectorShape.Unary);
                Push(WasmType.V128);
                break;
            case VectorShape.Shift:
                Pop(WasmType.I32);
                Pop(WasmType.V128);
                Push(WasmType.V128);
                break;
            case VectorShape.Test:
                Pop(WasmType.V128);
                Push(WasmType.I32);
                break;
        }
    }

    private void PopVectors(int count)
    {
        for (int i = 0; i < count; i++) Pop(WasmType.V128);
    }

    private void StepTableOrNumeric(in Instruction instruction)
    {
        int opcode = instruction.Opcode;
        int tables = _model.Tables.Count;
        switch (opcode)
        {
            case Opcode.TableGet:
                if (!Has(instruction.Index, tables, "table")) return;
                Pop(WasmType.I32);
                Push(_model.Tables[instruction.Index].Element);
                break;
            case Opcode.TableSet:
                if (!Has(instruction.Index, tables, "table")) return;
                Pop(_model.Tables[instruction.Index].Element);
                Pop(WasmType.I32);
                break;
            case Opcode.TableInit:
                if (!Has(instruction.Second, tables, "table")) return;
                if (!Has(instruction.Index, _model.Elements.Count, "elem segment")) return;
                if (_model.Elements[instruction.Index].Type != _model.Tables[instruction.Second].Element) Invalid("type mismatch: table.init");
                PopThreeNumbers();
                break;
            case Opcode.ElemDrop:
                Has(instruction.Index, _model.Elements.Count, "elem segment");
                break;
            case Opcode.TableCopy:
                if (!Has(instruction.Index, tables, "table") || !Has(instruction.Second, tables, "table")) return;
                if (_model.Tables[instruction.Index].Element != _model.Tables[instruction.Second].Element)
                {
                    Invalid("type mismatch: table.copy");
                }

                PopThreeNumbers();
                break;
            case Opcode.TableGrow:
                if (!Has(instruction.Index, tables, "table")) return;
                Pop(WasmType.I32);
                Pop(_model.Tables[instruction.Index].Element);
                Push(WasmType.I32);
                break;
            case Opcode.TableSize:
                if (Has(instruction.Index, tables, "table")) Push(WasmType.I32);
                break;
            case Opcode.TableFill:
                if (!Has(instruction.Index, tables, "table")) return;
                Pop(WasmType.I32);
                Pop(_model.Tables[instruction.Index].Element);
                Pop(WasmType.I32);
                break;
            default:
                if (NumericTable.IsRotation(opcode)) _body.Rotates = _body.NeedsZero = true;
                WasmType operand = NumericTable.Operand(opcode);
                Pop(operand);
                if (NumericTable.IsBinary(opcode)) Pop(operand);
                Push(NumericTable.Result(opcode));
                break;
        }
    }

    private void Open(in Instruction instruction)
    {
        if (instruction.BlockType >= _model.Types.Count)
        {
            Invalid("unknown type");
            return;
        }

        if (instruction.Opcode == Opcode.If) Pop(WasmType.I32);
        WasmType[] parameters = BlockParameters(_model, instruction.BlockType);
        WasmType[] results = BlockResults(_model, instruction.BlockType);
        Moves(parameters.Length + results.Length);
        PopAll(parameters);
        PushFrame(instruction.Opcode, parameters, results);
        if (_live && instruction.Opcode != Opcode.Block) _segments.Add(0);
    }

    private void Else()
    {
        ref ControlFrame frame = ref _frames[_depth - 1];
        if (frame.Opcode != Opcode.If)
        {
            _fault.Report(ModuleVerdict.Malformed, _offset, "else without if");
            return;
        }

        EndOperands(in frame);
        // Both ways of an if meet at its end: the run behind it is one of its own.
        frame.Targeted = true;
        frame.Opcode = Opcode.Else;
        frame.Unreachable = false;
        _live = frame.EnteredLive;
        foreach (WasmType type in frame.Parameters) Push(type);
        if (_live) _segments.Add(0);
    }

    private void Close()
    {
        ControlFrame frame = _frames[_depth - 1];
        EndOperands(in frame);
        if (frame.Opcode == Opcode.If)
        {
            if (!frame.Parameters.AsSpan().SequenceEqual(frame.Results)) Invalid("type mismatch: if without else");
            frame.Targeted = true;
        }

        _depth--;
        bool merges = frame.Opcode != Opcode.Loop && frame.Targeted && frame.EnteredLive;
        _live = frame.EnteredLive && (_live || merges);
        if (merges && _depth > 0) _segments.Add(0);
        foreach (WasmType type in frame.Results) Push(type);
    }

    private void EndOperands(in ControlFrame frame)
    {
        PopAll(frame.Results);
        if (_height != frame.Height) Invalid("type mismatch: values remaining on stack at end of block");
    }

    private void Branch(int label, int opcode)
    {
        if (!Has(label, _depth, "label")) return;
        ref ControlFrame target = ref _frames[_depth - 1 - label];
        Moves(target.LabelTypes.Length);
        PopAll(target.LabelTypes);
        if (opcode == Opcode.BrIf)
        {
            foreach (WasmType type in target.LabelTypes) Push(type);
        }

        if (_live) target.Targeted = true;
    }

    private void BranchTable(int[] labels)
    {
        Work(labels.Length / CompilerWork.TargetsPerUnit);
        Pop(WasmType.I32);
        foreach (int label in labels)
        {
            if (!Has(label, _depth, "label")) return;
        }

        int arity = _frames[_depth - 1 - labels[^1]].LabelTypes.Length;
        var kept = new WasmType[arity];
        var seen = new bool[_depth];
        foreach (int label in labels)
        {
            if (seen[label]) continue;
            seen[label] = true;
            Moves(arity);
            ref ControlFrame target = ref _frames[_depth - 1 - label];
            WasmType[] types = target.LabelTypes;
            if (types.Length != arity)
            {
                Invalid("type mismatch: br_table targets of different arity");
                return;
            }

            for (int i = arity - 1; i >= 0; i--) kept[i] = Pop(types[i]);
            foreach (WasmType type in kept) Push(type);
            if (_live) target.Targeted = true;
            if (_fault.Failed) return;
        }

        PopAll(_frames[_depth - 1 - labels[^1]].LabelTypes);
        GoUnreachable();
    }

    private void Select()
    {
        Pop(WasmType.I32);
        WasmType second = PopAny();
        WasmType first = PopAny();
        if (IsReference(first) || IsReference(second)) Invalid("type mismatch: select of references needs a type");
        if (first != second && first != WasmType.Unknown && second != WasmType.Unknown) Invalid("type mismatch: select of two types");
        Push(first == WasmType.Unknown ? second : first);
    }

    private void Apply(FunctionType type)
    {
        Moves(type.Parameters.Length + type.Results.Length);
        PopAll(type.Parameters);
        foreach (WasmType result in type.Results) Push(result);
    }

    /// <summary>A tail call returns what its callee does.</summary>
    private void ApplyTail(int typeIndex)
    {
        FunctionType type = _model.Types[typeIndex];
        Moves(type.Parameters.Length);
        PopAll(type.Parameters);
        if (!type.Results.AsSpan().SequenceEqual(_frames[0].Results)) Invalid("type mismatch: a tail call of other results");
        (_body.TailCallTypes ??= []).Add(typeIndex);
        GoUnreachable();
    }

    private bool HasIndirect(in Instruction instruction)
    {
        if (!Has(instruction.Second, _model.Tables.Count, "table")) return false;
        if (!Has(instruction.Index, _model.Types.Count, "type")) return false;
        if (_model.Tables[instruction.Second].Element != WasmType.FuncRef) Invalid("type mismatch: call_indirect of no funcref");
        return true;
    }

    private void PopThreeNumbers()
    {
        Pop(WasmType.I32);
        Pop(WasmType.I32);
        Pop(WasmType.I32);
    }

    private void PushFrame(int opcode, WasmType[] parameters, WasmType[] results)
    {
        if (_depth >= _limits.NestingMax)
        {
            _fault.Report(ModuleVerdict.LimitExceeded, _offset, "blocks nest deeper than the limit");
            return;
        }

        if (_depth == _frames.Length) Array.Resize(ref _frames, _depth * 2);
        _frames[_depth++] = new ControlFrame
        {
            Opcode = opcode,
            Parameters = parameters,
            Results = results,
            Height = _height,
            EnteredLive = _live,
        };
        foreach (WasmType type in parameters) Push(type);
    }

    private void GoUnreachable()
    {
        ref ControlFrame frame = ref _frames[_depth - 1];
        _height = frame.Height;
        frame.Unreachable = true;
        _live = false;
    }

    private void Push(WasmType type)
    {
        if (_height >= _limits.OperandsMax)
        {
            _fault.Report(ModuleVerdict.LimitExceeded, _offset, "more operands than the limit");
            return;
        }

        if (_height == _operands.Length) Array.Resize(ref _operands, _height * 2);
        _operands[_height++] = type;
        if (_height > _body.OperandsMax) _body.OperandsMax = _height;
    }

    private WasmType PopAny()
    {
        ref ControlFrame frame = ref _frames[_depth - 1];
        if (_height > frame.Height) return _operands[--_height];
        if (!frame.Unreachable) Invalid("type mismatch: nothing on the stack");
        return WasmType.Unknown;
    }

    private WasmType Pop(WasmType expected)
    {
        WasmType actual = PopAny();
        if (actual == expected || actual == WasmType.Unknown || _fault.Failed) return actual;
        Invalid("type mismatch: " + FunctionType.Name(expected) + " expected, " + FunctionType.Name(actual) + " found");
        return actual;
    }

    private void PopAll(WasmType[] types)
    {
        for (int i = types.Length - 1; i >= 0; i--) Pop(types[i]);
    }

    private bool Has(int index, int count, string what)
    {
        if ((uint)index < (uint)count) return true;
        Invalid("unknown " + what);
        return false;
    }

    /// <summary>Two bytes of a branch or call may move many values, and each move is code: their sum has a limit.</summary>
    private void Moves(int values)
    {
        _moves += values;
        Work((long)values * CompilerWork.Move);
        if (_moves <= _limits.FunctionMovesMax) return;
        _fault.Report(ModuleVerdict.LimitExceeded, _offset, "a function's branches and calls move more values than the limit");
    }

    /// <summary>Code that no path reaches is not compiled.</summary>
    private void Work(long units)
    {
        if (_live) _compilerWork += units;
    }

    private void NeedMemory(int memory)
    {
        if (memory == 0) _body.UsesMemory = true;
        Has(memory, _model.Memories.Count, "memory");
    }

    private void NeedLane(int lane, int lanes)
    {
        if (lane >= lanes) Invalid("invalid lane index");
    }

    private void NeedAlignment(int alignment, int size)
    {
        if (alignment > size) Invalid("alignment must not be larger than natural");
    }

    private void Invalid(string what) => _fault.Report(ModuleVerdict.Invalid, _offset, what);

    private static bool IsReference(WasmType type) => type is WasmType.FuncRef or WasmType.ExternRef;

    private static WasmType[][] MakeSingles()
    {
        var singles = new WasmType[0x80][];
        for (int i = 0; i < singles.Length; i++) singles[i] = [(WasmType)i];
        return singles;
    }
}
