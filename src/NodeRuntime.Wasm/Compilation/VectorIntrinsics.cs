using System;
using System.Reflection;
using System.Runtime.Intrinsics;
using NodeRuntime.Wasm.Binary;

namespace NodeRuntime.Wasm.Compilation;

/// <summary>
/// The vector instructions that are an operator of the framework's vectors. Compiled code calls it directly: the JIT takes it as one
/// instruction, in a tenth of the time that it needs to inline the function of <see cref="Execution.Vectors"/> for the same code.
///
/// <para>Operands and result stay vectors of bytes by their IL type: to name them anew would cost a generic method each. A vector of any
/// lane is the same sixteen bytes to the runtime, in a register or on the stack.</para>
/// </summary>
internal static class VectorIntrinsics
{
    private static readonly MethodInfo?[] Operators = FindAll();

    /// <summary>Null when the instruction is no operator.</summary>
    public static MethodInfo? Find(int opcode) => Operators[opcode - Opcode.VectorFirst];

    /// <summary>Whether a lane may be a NaN whose bits the machine chose: arithmetic on floats.</summary>
    public static bool MakesNaN(int opcode) =>
        Find(opcode) is not null && VectorTable.At(opcode).Scalar is WasmType.F32 or WasmType.F64;

    private static MethodInfo?[] FindAll()
    {
        var operators = new MethodInfo?[Opcode.VectorLast - Opcode.VectorFirst + 1];
        for (int i = 0; i < operators.Length; i++)
        {
            if (VectorTable.Find(Opcode.VectorFirst + i) is not { Shape: VectorShape.Binary } vector) continue;
            string[] name = vector.Name.Split('.');
            Type type = typeof(Vector128<>).MakeGenericType(Lane(name[0]));
            if (Operator(name[1]) is { } method) operators[i] = type.GetMethod(method, [type, type]);
        }

        return operators;
    }

    private static Type Lane(string shape) => shape switch
    {
        "i16x8" => typeof(ushort),
        "i32x4" => typeof(uint),
        "i64x2" => typeof(ulong),
        "f32x4" => typeof(float),
        "f64x2" => typeof(double),
        _ => typeof(byte),
    };

    private static string? Operator(string name) => name switch
    {
        "and" => "op_BitwiseAnd",
        "or" => "op_BitwiseOr",
        "xor" => "op_ExclusiveOr",
        "add" => "op_Addition",
        "sub" => "op_Subtraction",
        "mul" => "op_Multiply",
        "div" => "op_Division",
        _ => null,
    };
}
