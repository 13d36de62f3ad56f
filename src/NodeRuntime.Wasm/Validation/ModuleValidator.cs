using System;
using System.Collections.Generic;
using NodeRuntime.Wasm.Binary;

namespace NodeRuntime.Wasm.Validation;

/// <summary>Checks all that stands outside function bodies (section 3.4), then each body.</summary>
internal sealed class ModuleValidator
{
    private readonly ModuleModel _model;
    private readonly LoadFault _fault;

    private ModuleValidator(ModuleModel model, LoadFault fault)
    {
        _model = model;
        _fault = fault;
    }

    public static void Validate(ModuleModel model, ModuleLimits limits, LoadFault fault)
    {
        var validator = new ModuleValidator(model, fault);
        model.Declared = new bool[model.Functions.Count];
        foreach (int type in model.Functions) validator.Need(type, model.Types.Count, "type", 0);
        for (int i = 0; i < model.GlobalDefinitions.Count; i++)
        {
            GlobalDefinition global = model.GlobalDefinitions[i];
            validator.CheckConstant(global.Initial, global.Type.Type, model.ImportedGlobals + i);
        }

        validator.CheckExports();
        validator.CheckStart();
        foreach (ElementSegment segment in model.Elements) validator.CheckElements(segment);
        foreach (DataSegment segment in model.Data) validator.CheckData(segment);

        var functions = new FunctionValidator(model, limits, fault);
        for (int i = 0; i < model.Bodies.Count && !fault.Failed; i++)
        {
            functions.Validate(model.TypeOf(model.ImportedFunctions + i), model.Bodies[i]);
        }
    }

    private void CheckExports()
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (Export export in _model.Exports)
        {
            if (_fault.Failed) return;
            if (!names.Add(export.Name)) Invalid(0, "duplicate export name");
            switch (export.Kind)
            {
                case ExternalKind.Function:
                    if (Need(export.Index, _model.Functions.Count, "function", 0)) _model.Declared[export.Index] = true;
                    break;
                case ExternalKind.Table:
                    Need(export.Index, _model.Tables.Count, "table", 0);
                    break;
                case ExternalKind.Memory:
                    Need(export.Index, _model.Memories.Count, "memory", 0);
                    break;
                case ExternalKind.Global:
                    Need(export.Index, _model.Globals.Count, "global", 0);
                    break;
            }
        }
    }

    private void CheckStart()
    {
        if (_model.Start < 0 || _fault.Failed) return;
        if (!Need(_model.Start, _model.Functions.Count, "function", 0)) return;
        FunctionType type = _model.TypeOf(_model.Start);
        if (type.Parameters.Length + type.Results.Length > 0) Invalid(0, "start function takes and gives nothing");
    }

    private void CheckElements(ElementSegment segment)
    {
        if (_fault.Failed) return;
        if (segment.Mode == SegmentMode.Active)
        {
            if (!Need(segment.Table, _model.Tables.Count, "table", segment.Offset.Offset)) return;
            if (_model.Tables[segment.Table].Element != segment.Type) Invalid(segment.Offset.Offset, "type mismatch: element segment");
            CheckConstant(segment.Offset, WasmType.I32, _model.Globals.Count);
        }

        foreach (ConstantExpression item in segment.Items) CheckConstant(item, segment.Type, _model.Globals.Count);
    }

    private void CheckData(DataSegment segment)
    {
        if (segment.Mode != SegmentMode.Active || _fault.Failed) return;
        Need(segment.Memory, _model.Memories.Count, "memory", segment.Offset.Offset);
        CheckConstant(segment.Offset, WasmType.I32, _model.Globals.Count);
    }

    /// <param name="globals">The globals that stand before the expression; without extended constants only imports are seen.</param>
    private void CheckConstant(ConstantExpression expression, WasmType expected, int globals)
    {
        if (_fault.Failed) return;
        if ((_model.Features & WasmFeatures.ExtendedConstants) == 0) globals = _model.ImportedGlobals;
        if (expression.Steps is null)
        {
            CheckResult(StepType(expression.Opcode, expression.Bits, expression.Type, expression.Offset, globals), expected, expression.Offset);
            return;
        }

        var operands = new Stack<WasmType>();
        foreach (ConstantStep step in expression.Steps)
        {
            if (_fault.Failed) return;
            if (ConstantOperand(step.Opcode) is var operand and not WasmType.Unknown)
            {
                for (int i = 0; i < 2; i++)
                {
                    if (!operands.TryPop(out WasmType found) || found != operand) Invalid(expression.Offset, "type mismatch: a constant expression");
                }

                operands.Push(operand);
                continue;
            }

            operands.Push(StepType(step.Opcode, step.Bits, step.Type, expression.Offset, globals));
        }

        if (operands.Count == 1) CheckResult(operands.Pop(), expected, expression.Offset);
        else Invalid(expression.Offset, "type mismatch: a constant expression leaves one value");
    }

    private void CheckResult(WasmType actual, WasmType expected, int offset)
    {
        if (actual != expected) Invalid(offset, "type mismatch: " + FunctionType.Name(expected) + " expected");
    }

    private static WasmType ConstantOperand(int opcode) => opcode switch
    {
        Opcode.I32Add or Opcode.I32Sub or Opcode.I32Mul => WasmType.I32,
        Opcode.I64Add or Opcode.I64Sub or Opcode.I64Mul => WasmType.I64,
        _ => WasmType.Unknown,
    };

    /// <summary>The type of an instruction that takes nothing; Unknown after a fault.</summary>
    private WasmType StepType(int opcode, long bits, WasmType type, int offset, int globals)
    {
        int index = unchecked((int)bits);
        switch (opcode)
        {
            case Opcode.I32Const:
                return WasmType.I32;
            case Opcode.I64Const:
                return WasmType.I64;
            case Opcode.F32Const:
                return WasmType.F32;
            case Opcode.F64Const:
                return WasmType.F64;
            case Opcode.VectorConst:
                return WasmType.V128;
            case Opcode.RefNull:
                return type;
            case Opcode.RefFunc:
                if (!Need(index, _model.Functions.Count, "function", offset)) return WasmType.Unknown;
                _model.Declared[index] = true;
                return WasmType.FuncRef;
            case Opcode.GlobalGet:
                if (!Need(index, globals, "global", offset)) return WasmType.Unknown;
                if (_model.Globals[index].Mutable) Invalid(offset, "constant expression required: the global is mutable");
                return _model.Globals[index].Type;
            default:
                // One arithmetic instruction alone: nothing is there to be added.
                Invalid(offset, "type mismatch: a constant expression");
                return WasmType.Unknown;
        }
    }

    private bool Need(int index, int count, string what, int offset)
    {
        if ((uint)index < (uint)count) return true;
        Invalid(offset, "unknown " + what);
        return false;
    }

    private void Invalid(int offset, string what) => _fault.Report(ModuleVerdict.Invalid, offset, what);
}
