using System;
using System.Collections.Generic;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm.Binary;

namespace NodeRuntime.Wasm.Fuzz.Comparison;

/// <summary>An argument: a number's bits, or a reference's number where -1 is null.</summary>
internal readonly record struct Argument(WasmType Type, UInt128 Bits, int Reference);

/// <summary>One call, by the function's index in the module.</summary>
internal sealed record PlannedCall(int Function, FunctionType Type, Argument[] Arguments);

/// <summary>
/// Which functions are called and with what: all that the module defines, exported or not, with arguments that like the edges. A
/// function of the generator's that refills its own counter of loop turns is called before each other one.
/// </summary>
internal sealed class CallPlan
{
    public const int ExternReferences = 3;

    private const string Refill = "hangLimitInitializer";
    private const int FunctionsMax = 64;
    private const int CallsOfOne = 3;

    private static readonly ulong[] Edges32 =
        [0, 1, 2, 31, 32, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF];

    private static readonly ulong[] Edges64 =
    [
        0, 1, 63, 64, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x100000000, 0x1FFFFFFFFFFFFF, 0x20000000000001,
        0x7FFFFFFFFFFFFFFF, 0x8000000000000000, 0xFFFFFFFFFFFFFFFE, 0xFFFFFFFFFFFFFFFF, 0xFFFFFFFF80000000,
    ];

    private static readonly ulong[] EdgesSingle =
    [
        0, 0x80000000, 0x3F800000, 0xBF800000, 0x3F000000, 0xBF000000, 0x3FC00000, 0x00000001, 0x007FFFFF, 0x00800000, 0x7F7FFFFF,
        0x7F800000, 0xFF800000, 0x7FC00000, 0x4F000000, 0xCF000000, 0x4F800000, 0x5F000000, 0xDF000000, 0x5F800000, 0x4EFFFFFF,
    ];

    private static readonly ulong[] EdgesDouble =
    [
        0, 0x8000000000000000, 0x3FF0000000000000, 0xBFF0000000000000, 0x3FE0000000000000, 0xBFE0000000000000, 0x3FF8000000000000,
        0x0000000000000001, 0x000FFFFFFFFFFFFF, 0x0010000000000000, 0x7FEFFFFFFFFFFFFF, 0x7FF0000000000000, 0xFFF0000000000000,
        0x7FF8000000000000, 0x41E0000000000000, 0xC1E0000000000000, 0x41EFFFFFFFE00000, 0x43E0000000000000, 0xC3E0000000000000,
        0x43F0000000000000, 0x47EFFFFFE0000000, 0x36A0000000000000, 0xC1E0000000200000,
    ];

    private CallPlan(IReadOnlyList<PlannedCall> calls)
    {
        Calls = calls;
    }

    public IReadOnlyList<PlannedCall> Calls { get; }

    public static CallPlan Make(ModuleModel model, Prng random)
    {
        var calls = new List<PlannedCall>();
        int refill = FindRefill(model);
        int first = model.ImportedFunctions;
        int count = model.Bodies.Count;
        for (int n = 0; n < count && n < FunctionsMax; n++)
        {
            int function = first + (count <= FunctionsMax ? n : random.NextBelow(count));
            FunctionType type = model.TypeOf(function);
            if (function == refill) continue;
            int times = type.Parameters.Length == 0 ? 1 : CallsOfOne;
            for (int time = 0; time < times; time++)
            {
                if (refill >= first) calls.Add(new PlannedCall(refill, model.TypeOf(refill), []));
                var arguments = new Argument[type.Parameters.Length];
                for (int i = 0; i < arguments.Length; i++) arguments[i] = MakeArgument(type.Parameters[i], function, random);
                calls.Add(new PlannedCall(function, type, arguments));
            }
        }

        return new CallPlan(calls);
    }

    /// <summary>-1 without one, or where mutation has given its name to another function.</summary>
    private static int FindRefill(ModuleModel model)
    {
        if (model.FindExport(Refill) is not { Kind: ExternalKind.Function } export) return -1;
        return model.TypeOf(export.Index) is { Parameters.Length: 0, Results.Length: 0 } ? export.Index : -1;
    }

    public static ulong MakeBits(WasmType type, Prng random) => type switch
    {
        WasmType.I32 => Pick(Edges32, random) & uint.MaxValue,
        WasmType.I64 => Pick(Edges64, random),
        WasmType.F32 => QuietSingle((uint)(Pick(EdgesSingle, random) & uint.MaxValue)),
        WasmType.F64 => QuietDouble(Pick(EdgesDouble, random)),
        _ => 0,
    };

    /// <summary>Lanes of one width, each an edge, floats as often as integers.</summary>
    public static UInt128 MakeVector(Prng random)
    {
        WasmType lane = (WasmType)((int)WasmType.F64 + random.NextBelow(4));
        int width = lane is WasmType.I32 or WasmType.F32 ? 32 : 64;
        UInt128 vector = 0;
        for (int shift = 0; shift < 128; shift += width) vector |= (UInt128)MakeBits(lane, random) << shift;
        return vector;
    }

    private static Argument MakeArgument(WasmType type, int function, Prng random) => type switch
    {
        WasmType.ExternRef => new Argument(type, 0, random.NextBelow(ExternReferences + 1) - 1),
        WasmType.FuncRef => new Argument(type, 0, random.NextChance(500) ? -1 : function),
        WasmType.V128 => new Argument(type, MakeVector(random), -1),
        _ => new Argument(type, MakeBits(type, random), -1),
    };

    private static ulong Pick(ulong[] edges, Prng random) =>
        random.NextChance(700) ? edges[random.NextBelow(edges.Length)] : random.NextUInt64() >> random.NextBelow(64);

    // A script's numbers have one NaN: no other is given.
    private static ulong QuietSingle(uint bits) => (bits & 0x7FFFFFFF) > 0x7F800000 ? 0x7FC00000 : bits;

    private static ulong QuietDouble(ulong bits) => (bits & long.MaxValue) > 0x7FF0000000000000 ? 0x7FF8000000000000 : bits;
}
