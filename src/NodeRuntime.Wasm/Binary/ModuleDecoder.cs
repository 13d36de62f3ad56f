using System;
using System.Collections.Generic;

namespace NodeRuntime.Wasm.Binary;

/// <summary>
/// Sections to model (section 5.5). Counts are checked against the limits before anything is made of them, and against the bytes that
/// are left, so a module of n bytes makes a model of O(n).
/// </summary>
internal sealed class ModuleDecoder
{
    private static readonly byte[] Preamble = [0x00, 0x61, 0x73, 0x6D, 0x01, 0x00, 0x00, 0x00];

    // The data count section (12) stands before the code section (10).
    private static readonly int[] SectionOrder = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 10, 11];

    private readonly ModuleModel _model;
    private readonly ModuleLimits _limits;
    private readonly LoadFault _fault;
    private readonly WasmReader _module;
    private readonly List<int> _declaredFunctions = [];
    private int _codeCount;
    private int _dataCount;
    private int _elementCount;
    private int _localCount;

    private ModuleDecoder(ModuleModel model, ModuleLimits limits, LoadFault fault)
    {
        _model = model;
        _limits = limits;
        _fault = fault;
        _module = new WasmReader(model.Bytes, 0, model.Bytes.Length, fault);
    }

    public static ModuleModel Decode(byte[] bytes, ModuleLimits limits, WasmFeatures features, LoadFault fault)
    {
        var model = new ModuleModel { Bytes = bytes, Features = features };
        if (bytes.Length > limits.BytesMax)
        {
            fault.Report(ModuleVerdict.LimitExceeded, 0, "the module has more bytes than the limit");
            return model;
        }

        new ModuleDecoder(model, limits, fault).Run();
        return model;
    }

    private void Run()
    {
        ReadOnlySpan<byte> preamble = _module.Take(4);
        if (!_fault.Failed && !preamble.SequenceEqual(Preamble.AsSpan(0, 4))) _module.Malformed("magic header not detected");
        preamble = _module.Take(4);
        if (!_fault.Failed && !preamble.SequenceEqual(Preamble.AsSpan(4))) _module.Malformed("unknown binary version");

        int last = 0;
        while (!_module.AtEnd)
        {
            int at = _module.Position;
            int id = _module.Byte();
            int size = _module.Index();
            if (size > _module.End - _module.Position) _module.Malformed("length out of bounds");
            WasmReader section = _module.Sub(size);
            if (_fault.Failed) return;
            if (id == 0)
            {
                if (section.Name(int.MaxValue) == "name" && !_fault.Failed) _model.NameSection = (section.Position, section.End);
                continue;
            }

            int order = Array.IndexOf(SectionOrder, id);
            if (order < 0)
            {
                _fault.Report(ModuleVerdict.Malformed, at, "malformed section id");
                return;
            }

            if (order <= last) _fault.Report(ModuleVerdict.Malformed, at, "unexpected content after last section");
            last = order;
            ReadSection(id, section, new InstructionReader(section, _limits, _model.Features));
            if (section.Position != section.End) section.Malformed("section size mismatch");
        }

        if (_codeCount != _declaredFunctions.Count) _module.Malformed("function and code section have inconsistent lengths");
        if (_model.DataCount >= 0 && _model.DataCount != _dataCount)
        {
            _module.Malformed("data count and data section have inconsistent lengths");
        }
    }

    private void ReadSection(int id, WasmReader section, InstructionReader instructions)
    {
        switch (id)
        {
            case 1:
                for (int n = Count(section, _limits.TypesMax, "types"); n > 0 && !_fault.Failed; n--) ReadType(section, instructions);
                break;
            case 2:
                for (int n = Count(section, _limits.ImportsMax, "imports"); n > 0 && !_fault.Failed; n--)
                {
                    ReadImport(section, instructions);
                }

                break;
            case 3:
                for (int n = Count(section, _limits.FunctionsMax, "functions"); n > 0 && !_fault.Failed; n--)
                {
                    int type = section.Index();
                    _declaredFunctions.Add(type);
                    _model.Functions.Add(type);
                }

                break;
            case 4:
                for (int n = Count(section, _limits.TablesMax, "tables"); n > 0 && !_fault.Failed; n--)
                {
                    _model.Tables.Add(ReadTableType(section, instructions));
                }

                break;
            case 5:
                for (int n = Count(section, int.MaxValue, "memories"); n > 0 && !_fault.Failed; n--)
                {
                    AddMemory(section, ReadMemoryType(section));
                }

                break;
            case 6:
                for (int n = Count(section, _limits.GlobalsMax, "globals"); n > 0 && !_fault.Failed; n--)
                {
                    GlobalType type = ReadGlobalType(section, instructions);
                    _model.Globals.Add(type);
                    _model.GlobalDefinitions.Add(new GlobalDefinition(type, ReadConstant(section, instructions)));
                }

                break;
            case 7:
                for (int n = Count(section, _limits.ExportsMax, "exports"); n > 0 && !_fault.Failed; n--) ReadExport(section);
                break;
            case 8:
                _model.Start = section.Index();
                break;
            case 9:
                for (int n = Count(section, _limits.SegmentsMax, "segments"); n > 0 && !_fault.Failed; n--)
                {
                    ReadElements(section, instructions);
                }

                break;
            case 10:
                ReadCode(section);
                break;
            case 11:
                _dataCount = Count(section, _limits.SegmentsMax, "segments");
                for (int n = _dataCount; n > 0 && !_fault.Failed; n--) ReadData(section, instructions);
                break;
            case 12:
                _model.DataCount = section.Index();
                break;
        }
    }

    /// <summary>A vector's count. Each item has at least one byte, so a count beyond the section's rest is cut short here.</summary>
    private int Count(WasmReader section, int max, string what)
    {
        int at = section.Position;
        int count = section.Index();
        if (count > max) _fault.Report(ModuleVerdict.LimitExceeded, at, "more " + what + " than the limit");
        else if (count > section.End - section.Position) section.Malformed("unexpected end of section or function");
        return _fault.Failed ? 0 : count;
    }

    private void ReadType(WasmReader section, InstructionReader instructions)
    {
        if (section.Byte() != 0x60) section.Malformed("malformed functype");
        WasmType[] parameters = ReadTypes(section, instructions, _limits.ParametersMax, "parameters");
        WasmType[] results = ReadTypes(section, instructions, _limits.ResultsMax, "results");
        _model.Types.Add(new FunctionType(parameters, results));
    }

    private WasmType[] ReadTypes(WasmReader section, InstructionReader instructions, int max, string what)
    {
        var types = new WasmType[Count(section, max, what)];
        for (int i = 0; i < types.Length && !_fault.Failed; i++) types[i] = instructions.ReadValueType();
        return types;
    }

    private void ReadImport(WasmReader section, InstructionReader instructions)
    {
        string module = section.Name(_limits.NameBytesMax);
        string name = section.Name(_limits.NameBytesMax);
        byte kind = section.Byte();
        switch ((ExternalKind)kind)
        {
            case ExternalKind.Function:
                _model.Functions.Add(section.Index());
                _model.Imports.Add(new Import(module, name, ExternalKind.Function, _model.ImportedFunctions++));
                break;
            case ExternalKind.Table:
                _model.Tables.Add(ReadTableType(section, instructions));
                _model.Imports.Add(new Import(module, name, ExternalKind.Table, _model.ImportedTables++));
                break;
            case ExternalKind.Memory:
                AddMemory(section, ReadMemoryType(section));
                _model.Imports.Add(new Import(module, name, ExternalKind.Memory, _model.ImportedMemories++));
                break;
            case ExternalKind.Global:
                _model.Globals.Add(ReadGlobalType(section, instructions));
                _model.Imports.Add(new Import(module, name, ExternalKind.Global, _model.ImportedGlobals++));
                break;
            default:
                section.Malformed("malformed import kind");
                break;
        }
    }

    private void AddMemory(WasmReader section, SizeRange size)
    {
        if (_model.Memories.Count > 0 && !Allows(WasmFeatures.MultiMemory))
        {
            _fault.Report(ModuleVerdict.Unsupported, section.Position, "multiple memories are not supported");
        }

        if (_model.Memories.Count >= _limits.MemoriesMax)
        {
            _fault.Report(ModuleVerdict.LimitExceeded, section.Position, "more memories than the limit");
        }

        _model.Memories.Add(size);
    }

    private TableType ReadTableType(WasmReader section, InstructionReader instructions)
    {
        WasmType element = instructions.ReadReferenceType();
        int at = section.Position;
        byte flags = section.Byte();
        if (flags > 1) section.Malformed("integer too large");
        long minimum = section.U32();
        long maximum = flags == 1 ? section.U32() : -1;
        if (maximum >= 0 && minimum > maximum)
        {
            _fault.Report(ModuleVerdict.Invalid, at, "size minimum must not be greater than maximum");
        }

        if (minimum > _limits.TableEntriesMax) _fault.Report(ModuleVerdict.LimitExceeded, at, "a table has more entries than the limit");
        return new TableType(element, new SizeRange(minimum, maximum));
    }

    private SizeRange ReadMemoryType(WasmReader section)
    {
        int at = section.Position;
        byte flags = section.Byte();
        if (flags is 2 or 3) _fault.Report(ModuleVerdict.Unsupported, at, "threads (a shared memory) are not supported");
        if (flags is >= 4 and <= 7) _fault.Report(ModuleVerdict.Unsupported, at, "64-bit memories are not supported");
        if (flags > 7) section.Malformed("integer too large");
        long minimum = section.U32();
        long maximum = flags == 1 ? section.U32() : -1;
        if (minimum > 65_536 || maximum > 65_536)
        {
            _fault.Report(ModuleVerdict.Invalid, at, "memory size must be at most 65536 pages (4GiB)");
        }

        if (maximum >= 0 && minimum > maximum)
        {
            _fault.Report(ModuleVerdict.Invalid, at, "size minimum must not be greater than maximum");
        }

        if (minimum > _limits.MemoryPagesMax) _fault.Report(ModuleVerdict.LimitExceeded, at, "the memory starts larger than the limit");
        return new SizeRange(minimum, maximum);
    }

    private static GlobalType ReadGlobalType(WasmReader section, InstructionReader instructions)
    {
        WasmType type = instructions.ReadValueType();
        byte mutable = section.Byte();
        if (mutable > 1) section.Malformed("malformed mutability");
        return new GlobalType(type, mutable == 1);
    }

    private void ReadExport(WasmReader section)
    {
        string name = section.Name(_limits.NameBytesMax);
        byte kind = section.Byte();
        if (kind > 3) section.Malformed("malformed export kind");
        _model.Exports.Add(new Export(name, (ExternalKind)kind, section.Index()));
    }

    /// <summary>
    /// The instructions up to the end. What is well-formed but no constant expression is read to its end before it is refused, since
    /// what is malformed comes first.
    /// </summary>
    private ConstantExpression ReadConstant(WasmReader section, InstructionReader instructions)
    {
        int at = section.Position;
        instructions.Next(out Instruction first);
        if (first.Opcode == Opcode.End)
        {
            _fault.Report(ModuleVerdict.Invalid, at, "type mismatch: a constant expression is empty");
            return default;
        }

        var expression = new ConstantExpression(first.Opcode, first.Immediate, first.Type, at);
        instructions.Next(out Instruction next);
        if (next.Opcode == Opcode.End && first.Opcode != Opcode.VectorConst)
        {
            if (!IsConstant(first.Opcode, at)) _fault.Report(ModuleVerdict.Invalid, at, "constant expression required");
            return expression;
        }

        var steps = new List<ConstantStep> { Step(in first) };
        bool constant = IsConstant(first.Opcode, at);
        while (next.Opcode != Opcode.End && !_fault.Failed)
        {
            constant &= IsConstant(next.Opcode, at);
            if (steps.Count < _limits.ConstantInstructionsMax) steps.Add(Step(in next));
            else _fault.Report(ModuleVerdict.LimitExceeded, at, "a constant expression has more instructions than the limit");
            instructions.Next(out next);
        }

        if (!constant) _fault.Report(ModuleVerdict.Invalid, at, "constant expression required");
        if (steps.Count > 1 && !Allows(WasmFeatures.ExtendedConstants))
        {
            _fault.Report(ModuleVerdict.Invalid, at, "constant expression required: one instruction");
        }

        return expression with { Steps = steps.ToArray() };
    }

    private static ConstantStep Step(in Instruction instruction) =>
        new(instruction.Opcode, instruction.Immediate, instruction.High, instruction.Type);

    private bool IsConstant(int opcode, int at)
    {
        if (opcode is not (Opcode.I32Add or Opcode.I32Sub or Opcode.I32Mul or Opcode.I64Add or Opcode.I64Sub or Opcode.I64Mul))
        {
            return opcode
                is Opcode.I32Const or Opcode.I64Const or Opcode.F32Const or Opcode.F64Const or Opcode.VectorConst
                or Opcode.RefNull or Opcode.RefFunc or Opcode.GlobalGet;
        }

        if (Allows(WasmFeatures.ExtendedConstants)) return true;
        _fault.Report(ModuleVerdict.Unsupported, at, "extended constant expressions are not supported");
        return false;
    }

    private bool Allows(WasmFeatures feature) => (_model.Features & feature) != 0;

    private void ReadElements(WasmReader section, InstructionReader instructions)
    {
        uint flags = section.U32();
        if (flags > 7)
        {
            section.Malformed("malformed elements segment kind");
            return;
        }

        SegmentMode mode = (flags & 1) == 0 ? SegmentMode.Active : (flags & 2) == 0 ? SegmentMode.Passive : SegmentMode.Declarative;
        int table = 0;
        ConstantExpression offset = default;
        if (mode == SegmentMode.Active)
        {
            if ((flags & 2) != 0) table = section.Index();
            offset = ReadConstant(section, instructions);
        }

        var type = WasmType.FuncRef;
        bool expressions = (flags & 4) != 0;
        if ((flags & 3) != 0)
        {
            if (expressions) type = instructions.ReadReferenceType();
            else if (section.Byte() != 0) section.Malformed("malformed element kind");
        }

        var items = new ConstantExpression[Count(section, _limits.TableEntriesMax - _elementCount, "elements")];
        _elementCount += items.Length;
        for (int i = 0; i < items.Length && !_fault.Failed; i++)
        {
            if (expressions)
            {
                items[i] = ReadConstant(section, instructions);
                continue;
            }

            int at = section.Position;
            items[i] = new ConstantExpression(Opcode.RefFunc, section.Index(), WasmType.FuncRef, at);
        }

        _model.Elements.Add(new ElementSegment(mode, table, offset, type, items));
    }

    private void ReadCode(WasmReader section)
    {
        _codeCount = Count(section, _limits.FunctionsMax, "functions");
        if (_codeCount != _declaredFunctions.Count) section.Malformed("function and code section have inconsistent lengths");
        for (int i = 0; i < _codeCount && !_fault.Failed; i++)
        {
            int at = section.Position;
            int size = section.Index();
            if (size > _limits.FunctionBytesMax && size <= section.End - section.Position)
            {
                _fault.Report(ModuleVerdict.LimitExceeded, at, "a function has more bytes than the limit");
            }

            WasmReader body = section.Sub(size);
            WasmType[] locals = ReadLocals(body);
            _model.Bodies.Add(new FunctionBody { Start = body.Position, End = body.End, Locals = locals });
        }
    }

    private WasmType[] ReadLocals(WasmReader body)
    {
        var locals = new List<WasmType>();
        var types = new InstructionReader(body, _limits, _model.Features);
        ulong total = 0;
        for (int groups = Count(body, int.MaxValue, "locals"); groups > 0 && !_fault.Failed; groups--)
        {
            int at = body.Position;
            uint count = body.U32();
            WasmType type = types.ReadValueType();
            total += count;
            if (total > uint.MaxValue) _fault.Report(ModuleVerdict.Malformed, at, "too many locals");
            if (total > (ulong)_limits.FunctionLocalsMax)
            {
                // The sum is read on: beyond 32 bits the module is malformed, not merely large.
                continue;
            }

            for (uint i = 0; i < count; i++) locals.Add(type);
        }

        if (total > (ulong)_limits.FunctionLocalsMax)
        {
            _fault.Report(ModuleVerdict.LimitExceeded, body.Position, "a function has more locals than the limit");
        }

        _localCount += locals.Count;
        if (_localCount > _limits.LocalsMax) _fault.Report(ModuleVerdict.LimitExceeded, body.Position, "more locals than the limit");

        return locals.ToArray();
    }

    private void ReadData(WasmReader section, InstructionReader instructions)
    {
        int at = section.Position;
        uint flags = section.U32();
        if (flags > 2) _fault.Report(ModuleVerdict.Malformed, at, "malformed data segment kind");
        int memory = flags == 2 ? section.Index() : 0;
        ConstantExpression offset = flags == 1 ? default : ReadConstant(section, instructions);
        int length = section.Index();
        int start = section.Position;
        section.Take(length);
        _model.Data.Add(new DataSegment(flags == 1 ? SegmentMode.Passive : SegmentMode.Active, memory, offset, start, length));
    }
}
