using System.Collections.Generic;
using System.Text;
using NodeRuntime.Wasm.Binary;

namespace NodeRuntime.Wasm.Tests.Building;

/// <summary>A small module, built in the order of its sections. Imports come before functions.</summary>
internal sealed class ModuleBuilder
{
    private readonly List<byte[]> _types = [];
    private readonly List<byte[]> _imports = [];
    private readonly List<byte[]> _functions = [];
    private readonly List<byte[]> _tables = [];
    private readonly List<byte[]> _memories = [];
    private readonly List<byte[]> _globals = [];
    private readonly List<byte[]> _exports = [];
    private readonly List<byte[]> _elements = [];
    private readonly List<byte[]> _codes = [];
    private readonly List<byte[]> _data = [];
    private byte[] _custom = [];
    private int _functionCount;

    /// <summary>A type in letters: "ii:i" takes two i32 and gives one; I, f, F, v for i64, f32, f64, v128.</summary>
    public int Type(string letters)
    {
        string[] sides = letters.Split(':');
        CodeBuilder type = new CodeBuilder().Raw(0x60);
        foreach (string side in sides)
        {
            type.Unsigned((ulong)side.Length);
            foreach (char letter in side) type.Raw(TypeByte(letter));
        }

        _types.Add(type.Bytes);
        return _types.Count - 1;
    }

    public int Import(string module, string name, string letters)
    {
        int type = Type(letters);
        _imports.Add(Name(Name(new CodeBuilder(), module), name).Raw(0).Unsigned((ulong)type).Bytes);
        return _functionCount++;
    }

    public void ImportTable(string module, string name, int entries) =>
        _imports.Add(Name(Name(new CodeBuilder(), module), name).Raw(1, 0x70, 0).Unsigned((ulong)entries).Bytes);

    public int Function(string letters, CodeBuilder code, string locals = "", string export = "")
    {
        int type = Type(letters);
        _functions.Add(new CodeBuilder().Unsigned((ulong)type).Bytes);
        CodeBuilder body = new CodeBuilder().Unsigned((ulong)locals.Length);
        foreach (char letter in locals) body.Raw(1, TypeByte(letter));
        body.Raw(code.Bytes).Op(Opcode.End);
        byte[] bytes = body.Bytes;
        _codes.Add(new CodeBuilder().Unsigned((ulong)bytes.Length).Raw(bytes).Bytes);
        if (export.Length > 0) Export(export, ExternalKind.Function, _functionCount);
        return _functionCount++;
    }

    /// <summary>The first is exported as "memory".</summary>
    public ModuleBuilder Memory(int pages, int maximum = -1)
    {
        CodeBuilder memory = new CodeBuilder().Raw(maximum < 0 ? (byte)0 : (byte)1).Unsigned((ulong)pages);
        if (maximum >= 0) memory.Unsigned((ulong)maximum);
        _memories.Add(memory.Bytes);
        if (_memories.Count == 1) Export("memory", ExternalKind.Memory, 0);
        return this;
    }

    public ModuleBuilder Table(int entries)
    {
        _tables.Add(new CodeBuilder().Raw(0x70, 0).Unsigned((ulong)entries).Bytes);
        return this;
    }

    public int Global(char letter, CodeBuilder initial, bool mutable = true)
    {
        _globals.Add(new CodeBuilder().Raw(TypeByte(letter), mutable ? (byte)1 : (byte)0).Raw(initial.Bytes).Op(Opcode.End).Bytes);
        return _globals.Count - 1;
    }

    public ModuleBuilder Element(int offset, params int[] functions)
    {
        CodeBuilder element = new CodeBuilder().Raw(0).I32(offset).Op(Opcode.End).Unsigned((ulong)functions.Length);
        foreach (int function in functions) element.Unsigned((ulong)function);
        _elements.Add(element.Bytes);
        return this;
    }

    public ModuleBuilder Data(int offset, params byte[] bytes)
    {
        _data.Add(new CodeBuilder().Raw(0).I32(offset).Op(Opcode.End).Unsigned((ulong)bytes.Length).Raw(bytes).Bytes);
        return this;
    }

    /// <summary>An active segment of another memory, at an offset that is a constant expression.</summary>
    public ModuleBuilder DataAt(int memory, CodeBuilder offset, params byte[] bytes)
    {
        CodeBuilder data = new CodeBuilder().Raw(2).Unsigned((ulong)memory).Raw(offset.Bytes).Op(Opcode.End);
        _data.Add(data.Unsigned((ulong)bytes.Length).Raw(bytes).Bytes);
        return this;
    }

    /// <summary>Names in the name section, of functions by their index.</summary>
    public ModuleBuilder Names(params (int Function, string Name)[] names)
    {
        CodeBuilder map = new CodeBuilder().Unsigned((ulong)names.Length);
        foreach ((int function, string name) in names) Name(map.Unsigned((ulong)function), name);
        byte[] bytes = map.Bytes;
        _custom = Name(new CodeBuilder(), "name").Raw(1).Unsigned((ulong)bytes.Length).Raw(bytes).Bytes;
        return this;
    }

    public void Export(string name, ExternalKind kind, int index) =>
        _exports.Add(Name(new CodeBuilder(), name).Raw((byte)kind).Unsigned((ulong)index).Bytes);

    public byte[] Build()
    {
        CodeBuilder module = new CodeBuilder().Raw(0x00, 0x61, 0x73, 0x6D, 0x01, 0x00, 0x00, 0x00);
        Section(module, 1, _types);
        Section(module, 2, _imports);
        Section(module, 3, _functions);
        Section(module, 4, _tables);
        Section(module, 5, _memories);
        Section(module, 6, _globals);
        Section(module, 7, _exports);
        Section(module, 9, _elements);
        Section(module, 10, _codes);
        Section(module, 11, _data);
        if (_custom.Length > 0) module.Raw(0).Unsigned((ulong)_custom.Length).Raw(_custom);
        return module.Bytes;
    }

    private static void Section(CodeBuilder module, byte id, List<byte[]> items)
    {
        if (items.Count == 0) return;
        CodeBuilder section = new CodeBuilder().Unsigned((ulong)items.Count);
        foreach (byte[] item in items) section.Raw(item);
        byte[] bytes = section.Bytes;
        module.Raw(id).Unsigned((ulong)bytes.Length).Raw(bytes);
    }

    private static CodeBuilder Name(CodeBuilder builder, string name)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        return builder.Unsigned((ulong)bytes.Length).Raw(bytes);
    }

    private static byte TypeByte(char letter) => (byte)(letter switch
    {
        'i' => WasmType.I32,
        'I' => WasmType.I64,
        'f' => WasmType.F32,
        'F' => WasmType.F64,
        'v' => WasmType.V128,
        'r' => WasmType.FuncRef,
        _ => WasmType.ExternRef,
    });
}
