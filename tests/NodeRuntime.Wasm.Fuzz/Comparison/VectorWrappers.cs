using System;
using System.Collections.Generic;
using System.Globalization;
using NodeRuntime.Wasm.Binary;

namespace NodeRuntime.Wasm.Fuzz.Comparison;

/// <summary>Functions that a rewritten module has more, which show to a script as pairs of i64 what is a v128.</summary>
internal sealed class VectorWrappers
{
    private const int Prefix = 0xFD;
    private const int Splat64 = 0x12;
    private const int ExtractLane64 = 0x1D;
    private const int ReplaceLane64 = 0x1E;

    private readonly ModuleModel _model;

    public VectorWrappers(ModuleModel model)
    {
        _model = model;
        // Without bodies there are no sections to add to, and nothing that could change a global.
        if (model.Bodies.Count == 0) return;
        HasVectors = HasVector(model);
        if (!HasVectors) return;
        PairTaker = AddType([WasmType.I64, WasmType.I64], []);
        int pairGiver = AddType([], [WasmType.I64, WasmType.I64]);
        for (int i = 0; i < model.Globals.Count; i++)
        {
            if (model.Globals[i].Type != WasmType.V128) continue;
            BytesBuilder body = new BytesBuilder().Byte(0);
            AddHalf(body.Byte(Opcode.GlobalGet).Unsigned((ulong)i), 0);
            AddHalf(body.Byte(Opcode.GlobalGet).Unsigned((ulong)i), 1);
            Add("v", i, pairGiver, body);
        }

        for (int i = model.ImportedFunctions; i < model.Functions.Count; i++)
        {
            FunctionType type = model.TypeOf(i);
            if (IsWrapped(type)) Add("w", i, AddType(Halves(type.Parameters), Halves(type.Results)), Wrap(i, type));
        }
    }

    public bool HasVectors { get; }

    /// <summary>The type that takes one vector's halves.</summary>
    public int PairTaker { get; }

    public List<BytesBuilder> Types { get; } = [];

    public List<BytesBuilder> Functions { get; } = [];

    public List<BytesBuilder> Bodies { get; } = [];

    public List<string> Names { get; } = [];

    public static bool IsWrapped(FunctionType type) =>
        type.Parameters.AsSpan().Contains(WasmType.V128) || type.Results.AsSpan().Contains(WasmType.V128);

    public bool IsVectorLog(int function) =>
        HasVectors && function < _model.ImportedFunctions && _model.TypeOf(function).Parameters is [WasmType.V128];

    /// <summary>A local's halves on the stack.</summary>
    public static void AddHalves(BytesBuilder body, int local)
    {
        AddHalf(body.Byte(Opcode.LocalGet).Unsigned((ulong)local), 0);
        AddHalf(body.Byte(Opcode.LocalGet).Unsigned((ulong)local), 1);
    }

    private static bool HasVector(ModuleModel model)
    {
        foreach (GlobalType global in model.Globals)
        {
            if (global.Type == WasmType.V128) return true;
        }

        foreach (FunctionType type in model.Types)
        {
            if (IsWrapped(type)) return true;
        }

        foreach (FunctionBody body in model.Bodies)
        {
            if (body.UsesVectors) return true;
        }

        return false;
    }

    private static BytesBuilder Wrap(int function, FunctionType type)
    {
        WasmType[] parameters = Halves(type.Parameters);
        BytesBuilder body = new BytesBuilder().Unsigned((ulong)type.Results.Length);
        foreach (WasmType result in type.Results) body.Byte(1).Byte((int)result);
        int place = 0;
        foreach (WasmType parameter in type.Parameters)
        {
            body.Byte(Opcode.LocalGet).Unsigned((ulong)place++);
            if (parameter != WasmType.V128) continue;
            body.Byte(Prefix).Byte(Splat64).Byte(Opcode.LocalGet).Unsigned((ulong)place++).Byte(Prefix).Byte(ReplaceLane64).Byte(1);
        }

        body.Byte(Opcode.Call).Unsigned((ulong)function);
        for (int i = type.Results.Length - 1; i >= 0; i--) body.Byte(Opcode.LocalSet).Unsigned((ulong)(parameters.Length + i));
        for (int i = 0; i < type.Results.Length; i++)
        {
            if (type.Results[i] == WasmType.V128) AddHalves(body, parameters.Length + i);
            else body.Byte(Opcode.LocalGet).Unsigned((ulong)(parameters.Length + i));
        }

        return body;
    }

    private static void AddHalf(BytesBuilder body, int lane) => body.Byte(Prefix).Byte(ExtractLane64).Byte(lane);

    private static WasmType[] Halves(WasmType[] types)
    {
        var halves = new List<WasmType>();
        foreach (WasmType type in types)
        {
            if (type == WasmType.V128) halves.AddRange([WasmType.I64, WasmType.I64]);
            else halves.Add(type);
        }

        return halves.ToArray();
    }

    private int AddType(WasmType[] parameters, WasmType[] results)
    {
        BytesBuilder type = new BytesBuilder().Byte(0x60);
        foreach (WasmType[] side in (WasmType[][])[parameters, results])
        {
            type.Unsigned((ulong)side.Length);
            foreach (WasmType value in side) type.Byte((int)value);
        }

        Types.Add(type);
        return _model.Types.Count + Types.Count - 1;
    }

    private void Add(string letter, int index, int type, BytesBuilder body)
    {
        Names.Add(letter + index.ToString(CultureInfo.InvariantCulture));
        Functions.Add(new BytesBuilder().Unsigned((ulong)type));
        Bodies.Add(body.Byte(Opcode.End));
    }
}
