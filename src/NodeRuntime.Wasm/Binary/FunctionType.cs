using System;
using System.Text;

namespace NodeRuntime.Wasm.Binary;

/// <summary>Parameters and results. Two function types are one type when they match, wherever they were declared.</summary>
internal sealed class FunctionType(WasmType[] parameters, WasmType[] results)
{
    /// <summary>The key of a type that has too many parameters and results for one.</summary>
    public const long NoKey = -1;

    private const int KeyTypesMax = 19;

    public WasmType[] Parameters { get; } = parameters;

    public WasmType[] Results { get; } = results;

    /// <summary>A number that no other type has; <see cref="NoKey"/> of a long one.</summary>
    public long Key { get; } = MakeKey(parameters, results);

    public bool Matches(FunctionType other) =>
        Parameters.AsSpan().SequenceEqual(other.Parameters) && Results.AsSpan().SequenceEqual(other.Results);

    public override string ToString()
    {
        var text = new StringBuilder("(");
        Append(text, Parameters);
        text.Append(") -> (");
        Append(text, Results);
        return text.Append(')').ToString();
    }

    /// <summary>Three bits for each type; a zero stands between parameters and results, a one before all.</summary>
    private static long MakeKey(WasmType[] parameters, WasmType[] results)
    {
        if (parameters.Length + results.Length > KeyTypesMax) return NoKey;
        long key = 1;
        foreach (WasmType type in parameters) key = (key << 3) | KeyOf(type);
        key <<= 3;
        foreach (WasmType type in results) key = (key << 3) | KeyOf(type);
        return key;
    }

    private static long KeyOf(WasmType type) => type switch
    {
        WasmType.I32 => 1,
        WasmType.I64 => 2,
        WasmType.F32 => 3,
        WasmType.F64 => 4,
        WasmType.V128 => 5,
        WasmType.FuncRef => 6,
        WasmType.ExternRef => 7,
        WasmType.Unknown => 0,
    };

    private static void Append(StringBuilder text, WasmType[] types)
    {
        for (int i = 0; i < types.Length; i++)
        {
            if (i > 0) text.Append(' ');
            text.Append(Name(types[i]));
        }
    }

    public static string Name(WasmType type) => type switch
    {
        WasmType.Unknown => "any",
        WasmType.ExternRef => "externref",
        WasmType.FuncRef => "funcref",
        WasmType.V128 => "v128",
        WasmType.F64 => "f64",
        WasmType.F32 => "f32",
        WasmType.I64 => "i64",
        WasmType.I32 => "i32",
    };
}
