using System;
using System.Collections.Generic;
using System.Globalization;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm.Binary;

namespace NodeRuntime.Wasm.Fuzz.Comparison;

/// <summary>
/// The same module for the reference engine, so that all of its state can be seen and compared to the bit:
/// <list type="bullet">
/// <item>everything is exported, by its index: functions "f0", globals "g0", memories "m0", tables "t0";</item>
/// <item>imports are named by their place, since two may have one name and different types;</item>
/// <item>behind every instruction whose NaN is the engine's own choice stands a select that makes it the positive quiet one. Our engine
/// promises that by itself, so it runs the module as it was. NaNs that are only moved stay what they are;</item>
/// <item>a script cannot hold a v128: functions that take or give one have a wrapper "w0" with two i64 for each, low half first, globals
/// have a reader "v0", and the import that logs one takes two i64.</item>
/// </list>
/// </summary>
internal sealed class ModuleRewriter
{
    private const int ExportSection = 7;

    private static readonly int[] SectionOrder = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 10, 11];

    private readonly ModuleModel _model;
    private readonly VectorWrappers _wrappers;
    private readonly LoadFault _fault = new();
    private readonly BytesBuilder _out = new();

    private ModuleRewriter(ModuleModel model)
    {
        _model = model;
        _wrappers = new VectorWrappers(model);
    }

    /// <summary>The import's module name in a rewritten module; its own name is its place in the import section.</summary>
    public const string ImportModule = "i";

    public static byte[] Rewrite(ModuleModel model)
    {
        var rewriter = new ModuleRewriter(model);
        rewriter.Run();
        Invariant.Holds(!rewriter._fault.Failed);
        return rewriter._out.ToArray();
    }

    private void Run()
    {
        var module = new WasmReader(_model.Bytes, 0, _model.Bytes.Length, _fault);
        _out.Raw(module.Take(8));
        bool exported = false;
        while (!module.AtEnd)
        {
            int id = module.Byte();
            WasmReader section = module.Sub(module.Index());
            if (id is 0 or ExportSection) continue;
            if (!exported && Array.IndexOf(SectionOrder, id) > Array.IndexOf(SectionOrder, ExportSection))
            {
                AddSection(ExportSection, MakeExports());
                exported = true;
            }

            BytesBuilder content = id switch
            {
                1 => Extend(section, _wrappers.Types),
                3 => Extend(section, _wrappers.Functions),
                2 => RewriteImports(section),
                10 => RewriteCode(section),
                _ => new BytesBuilder().Raw(section.Take(section.End - section.Position)),
            };
            AddSection(id, content);
        }

        if (!exported) AddSection(ExportSection, MakeExports());
    }

    private void AddSection(int id, BytesBuilder content) => _out.Byte(id).Unsigned((ulong)content.Length).Raw(content);

    /// <summary>A vector of items with more behind.</summary>
    private static BytesBuilder Extend(WasmReader section, List<BytesBuilder> more)
    {
        BytesBuilder extended = new BytesBuilder().Unsigned((ulong)(section.Index() + more.Count));
        extended.Raw(section.Take(section.End - section.Position));
        foreach (BytesBuilder item in more) extended.Raw(item);
        return extended;
    }

    private BytesBuilder MakeExports()
    {
        var exports = new BytesBuilder();
        int own = _model.Functions.Count + _model.Tables.Count + _model.Memories.Count + _model.Globals.Count;
        exports.Unsigned((ulong)(own + _wrappers.Names.Count));
        for (int i = 0; i < _model.Functions.Count; i++) AddExport(exports, "f", ExternalKind.Function, i);
        for (int i = 0; i < _model.Tables.Count; i++) AddExport(exports, "t", ExternalKind.Table, i);
        for (int i = 0; i < _model.Memories.Count; i++) AddExport(exports, "m", ExternalKind.Memory, i);
        for (int i = 0; i < _model.Globals.Count; i++) AddExport(exports, "g", ExternalKind.Global, i);
        for (int i = 0; i < _wrappers.Names.Count; i++)
        {
            exports.Name(_wrappers.Names[i]).Byte((int)ExternalKind.Function).Unsigned((ulong)(_model.Functions.Count + i));
        }

        return exports;
    }

    private static void AddExport(BytesBuilder exports, string letter, ExternalKind kind, int index) =>
        exports.Name(letter + index.ToString(CultureInfo.InvariantCulture)).Byte((int)kind).Unsigned((ulong)index);

    private BytesBuilder RewriteImports(WasmReader section)
    {
        var imports = new BytesBuilder();
        var types = new InstructionReader(section, ModuleLimits.Default);
        int count = section.Index();
        imports.Unsigned((ulong)count);
        int function = 0;
        for (int i = 0; i < count; i++)
        {
            section.Name(int.MaxValue);
            section.Name(int.MaxValue);
            imports.Name(ImportModule).Name(i.ToString(CultureInfo.InvariantCulture));
            int start = section.Position;
            switch ((ExternalKind)section.Byte())
            {
                case ExternalKind.Function:
                    section.Index();
                    if (!_wrappers.IsVectorLog(function++)) break;
                    imports.Byte((int)ExternalKind.Function).Unsigned((ulong)_wrappers.PairTaker);
                    continue;
                case ExternalKind.Table:
                    types.ReadReferenceType();
                    SkipLimits(section);
                    break;
                case ExternalKind.Memory:
                    SkipLimits(section);
                    break;
                case ExternalKind.Global:
                    types.ReadValueType();
                    section.Byte();
                    break;
            }

            imports.Raw(_model.Bytes.AsSpan(start, section.Position - start));
        }

        return imports;
    }

    private static void SkipLimits(WasmReader section)
    {
        bool bounded = (section.Byte() & 1) != 0;
        section.U32();
        if (bounded) section.U32();
    }

    private BytesBuilder RewriteCode(WasmReader section)
    {
        var code = new BytesBuilder();
        int count = section.Index();
        code.Unsigned((ulong)(count + _wrappers.Bodies.Count));
        for (int i = 0; i < count; i++)
        {
            BytesBuilder body = RewriteBody(section.Sub(section.Index()), _model.TypeOf(_model.ImportedFunctions + i), _model.Bodies[i]);
            code.Unsigned((ulong)body.Length).Raw(body);
        }

        foreach (BytesBuilder body in _wrappers.Bodies) code.Unsigned((ulong)body.Length).Raw(body);
        return code;
    }

    private BytesBuilder RewriteBody(WasmReader reader, FunctionType type, FunctionBody model)
    {
        int groups = reader.Index();
        int single = type.Parameters.Length + model.Locals.Length;
        BytesBuilder body = new BytesBuilder()
            .Unsigned((ulong)groups + (_wrappers.HasVectors ? 3U : 2U))
            .Raw(_model.Bytes.AsSpan(reader.Position, model.Start - reader.Position))
            .Byte(1).Byte((int)WasmType.F32)
            .Byte(1).Byte((int)WasmType.F64);
        if (_wrappers.HasVectors) body.Byte(1).Byte((int)WasmType.V128);
        reader.Take(model.Start - reader.Position);
        var instructions = new InstructionReader(reader, ModuleLimits.Default);
        while (!reader.AtEnd)
        {
            instructions.Next(out Instruction instruction);
            if (instruction.Opcode is Opcode.Call or Opcode.ReturnCall && _wrappers.IsVectorLog(instruction.Index))
            {
                body.Byte(Opcode.LocalSet).Unsigned((ulong)single + 2);
                VectorWrappers.AddHalves(body, single + 2);
            }

            body.Raw(_model.Bytes.AsSpan(instruction.Offset, reader.Position - instruction.Offset));
            switch (NanChoice(instruction.Opcode))
            {
                case WasmType.F32:
                    body.Byte(Opcode.LocalTee).Unsigned((ulong)single).Byte(Opcode.F32Const).Raw([0x00, 0x00, 0xC0, 0x7F]);
                    Select(body, single, 0x5B);
                    break;
                case WasmType.F64:
                    body.Byte(Opcode.LocalTee).Unsigned((ulong)single + 1).Byte(Opcode.F64Const).Raw([0, 0, 0, 0, 0, 0, 0xF8, 0x7F]);
                    Select(body, single + 1, 0x61);
                    break;
                case WasmType.V128:
                    SelectLanes(body, single + 2, NanLanes.IsDouble(instruction.Opcode));
                    break;
            }
        }

        return body;
    }

    /// <summary>The value where it equals itself, else the constant above it.</summary>
    private static void Select(BytesBuilder body, int local, int equal) => body
        .Byte(Opcode.LocalGet).Unsigned((ulong)local)
        .Byte(Opcode.LocalGet).Unsigned((ulong)local)
        .Byte(equal).Byte(Opcode.Select);

    private static void SelectLanes(BytesBuilder body, int local, bool doubles)
    {
        body.Byte(Opcode.LocalTee).Unsigned((ulong)local).Byte(0xFD).Byte(0x0C);
        for (int i = 0; i < 16; i += doubles ? 8 : 4) body.Raw(doubles ? [0, 0, 0, 0, 0, 0, 0xF8, 0x7F] : [0, 0, 0xC0, 0x7F]);
        body.Byte(Opcode.LocalGet).Unsigned((ulong)local).Byte(Opcode.LocalGet).Unsigned((ulong)local);
        // f64x2.eq or f32x4.eq, v128.bitselect.
        body.Byte(0xFD).Byte(doubles ? 0x47 : 0x41).Byte(0xFD).Byte(0x52);
    }

    /// <summary>The type of the result of which the specification leaves a NaN's bits open; not abs, neg, copysign and moves.</summary>
    private static WasmType NanChoice(int opcode) => opcode switch
    {
        >= 0x8D and <= 0x97 or 0xB6 => WasmType.F32,
        >= 0x9B and <= 0xA5 or 0xBB => WasmType.F64,
        _ when NanLanes.IsSingle(opcode) || NanLanes.IsDouble(opcode) => WasmType.V128,
        _ => WasmType.Unknown,
    };
}
