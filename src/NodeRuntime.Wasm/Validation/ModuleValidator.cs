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
        foreach (GlobalDefinition global in model.GlobalDefinitions) validator.CheckConstant(global.Initial, global.Type.Type);
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
            CheckConstant(segment.Offset, WasmType.I32);
        }

        foreach (ConstantExpression item in segment.Items) CheckConstant(item, segment.Type);
    }

    private void CheckData(DataSegment segment)
    {
        if (segment.Mode != SegmentMode.Active || _fault.Failed) return;
        Need(0, _model.Memories.Count, "memory", segment.Offset.Offset);
        CheckConstant(segment.Offset, WasmType.I32);
    }

    private void CheckConstant(ConstantExpression expression, WasmType expected)
    {
        if (_fault.Failed) return;
        WasmType actual;
        switch (expression.Opcode)
        {
            case Opcode.I32Const:
                actual = WasmType.I32;
                break;
            case Opcode.I64Const:
                actual = WasmType.I64;
                break;
            case Opcode.F32Const:
                actual = WasmType.F32;
                break;
            case Opcode.F64Const:
                actual = WasmType.F64;
                break;
            case Opcode.RefNull:
                actual = expression.Type;
                break;
            case Opcode.RefFunc:
                if (!Need(expression.Index, _model.Functions.Count, "function", expression.Offset)) return;
                _model.Declared[expression.Index] = true;
                actual = WasmType.FuncRef;
                break;
            default:
                if (!Need(expression.Index, _model.ImportedGlobals, "global", expression.Offset)) return;
                GlobalType global = _model.Globals[expression.Index];
                if (global.Mutable) Invalid(expression.Offset, "constant expression required: the global is mutable");
                actual = global.Type;
                break;
        }

        if (actual != expected) Invalid(expression.Offset, "type mismatch: " + FunctionType.Name(expected) + " expected");
    }

    private bool Need(int index, int count, string what, int offset)
    {
        if ((uint)index < (uint)count) return true;
        Invalid(offset, "unknown " + what);
        return false;
    }

    private void Invalid(int offset, string what) => _fault.Report(ModuleVerdict.Invalid, offset, what);
}
