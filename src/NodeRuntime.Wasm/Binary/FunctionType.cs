using System;
using System.Text;

namespace NodeRuntime.Wasm.Binary;

/// <summary>Parameters and results. Two function types are one type when they match, wherever they were declared.</summary>
internal sealed class FunctionType(WasmType[] parameters, WasmType[] results)
{
    public WasmType[] Parameters { get; } = parameters;

    public WasmType[] Results { get; } = results;

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
