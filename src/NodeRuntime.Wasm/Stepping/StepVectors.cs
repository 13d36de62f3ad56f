using System;
using System.Reflection;
using System.Runtime.CompilerServices;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Execution;
using V = System.Runtime.Intrinsics.Vector128<byte>;

namespace NodeRuntime.Wasm.Stepping;

/// <summary>
/// The vector instructions on slots, a v128 in two, by their shape in <see cref="VectorTable"/>: what each computes is the function of its
/// name in <see cref="Vectors"/>, as in compiled code.
/// </summary>
internal static unsafe class StepVectors
{
    private const int LoadSplatFirst = 0x207;

    private static readonly nint[] Functions = FindFunctions();

    /// <summary>Runs one instruction. Gives the new top, or null for an access beyond the memory.</summary>
    public static ulong* Apply(StepOp op, StepFunction function, Instance instance, ulong* top)
    {
        VectorInstruction vector = VectorTable.At(op.Code);
        nint code = Functions[op.Code - Opcode.VectorFirst];
        switch (vector.Shape)
        {
            case VectorShape.Load:
                return Load(op, vector.Size, code, instance.Memories[op.Narrow], top);
            case VectorShape.Store:
                byte* target = Access(instance.Memories[op.Narrow], top[-3], unchecked((uint)op.Wide), 16, isWrite: true);
                if (target == null) return null;
                Unsafe.WriteUnaligned(target, Read(top - 2));
                return top - 3;
            case VectorShape.LoadLane or VectorShape.StoreLane:
                return AccessLane(vector, function.Constants + op.Wide, instance.Memories[op.Narrow], top);
            case VectorShape.Const:
                Write(top, Read(function.Constants + op.Wide));
                return top + 2;
            case VectorShape.Shuffle:
                Write(top - 4, Vectors.I8x16Shuffle(Read(top - 4), Read(top - 2), Read(function.Constants + op.Wide)));
                return top - 2;
            case VectorShape.Splat:
                Write(top - 1, Splat(vector.Scalar, code, top[-1]));
                return top + 1;
            case VectorShape.Extract:
                top[-2] = Extract(vector.Scalar, code, Read(top - 2), op.Narrow);
                return top - 1;
            case VectorShape.Replace:
                Write(top - 3, Replace(vector.Scalar, code, Read(top - 3), top[-1], op.Narrow));
                return top - 1;
            case VectorShape.Unary:
                Write(top - 2, ((delegate*<V, V>)code)(Read(top - 2)));
                return top;
            case VectorShape.Binary:
                Write(top - 4, ((delegate*<V, V, V>)code)(Read(top - 4), Read(top - 2)));
                return top - 2;
            case VectorShape.Ternary:
                Write(top - 6, ((delegate*<V, V, V, V>)code)(Read(top - 6), Read(top - 4), Read(top - 2)));
                return top - 4;
            case VectorShape.Shift:
                Write(top - 3, ((delegate*<V, int, V>)code)(Read(top - 3), unchecked((int)top[-1])));
                return top - 1;
            case VectorShape.Test:
                top[-2] = unchecked((uint)((delegate*<V, int>)code)(Read(top - 2)));
                return top - 1;
            default:
                Invariant.Break("a vector instruction of no shape");
                return top;
        }
    }

    private static V Read(ulong* slot) => Unsafe.ReadUnaligned<V>(slot);

    private static void Write(ulong* slot, V value) => Unsafe.WriteUnaligned(slot, value);

    private static byte* Access(LinearMemory memory, ulong address, uint offset, uint size, bool isWrite)
    {
        unchecked
        {
            ulong place = (uint)address + (ulong)offset;
            if (place + size > (ulong)memory.Length) return null;
            if (isWrite) Stepper.Touch(memory.Touched, place, size);
            return (byte*)memory.Base + place;
        }
    }

    private static ulong* Load(StepOp op, int size, nint code, LinearMemory memory, ulong* top)
    {
        byte* source = Access(memory, top[-1], unchecked((uint)op.Wide), 1U << size, isWrite: false);
        if (source == null) return null;
        int splat = op.Code - LoadSplatFirst;
        Write(top - 1, splat is >= 0 and <= 3
            ? Broadcast(source, splat)
            : size switch
            {
                4 => Unsafe.ReadUnaligned<V>(source),
                3 => ((delegate*<long, V>)code)(Unsafe.ReadUnaligned<long>(source)),
                _ => ((delegate*<int, V>)code)(Unsafe.ReadUnaligned<int>(source)),
            });
        return top + 1;
    }

    private static V Broadcast(byte* source, int size) => size switch
    {
        0 => Vectors.I8x16Splat(*source),
        1 => Vectors.I16x8Splat(Unsafe.ReadUnaligned<short>(source)),
        2 => Vectors.I32x4Splat(Unsafe.ReadUnaligned<int>(source)),
        _ => Vectors.I64x2Splat(Unsafe.ReadUnaligned<long>(source)),
    };

    /// <summary>A lane lies in its vector as in memory: both are little-endian.</summary>
    /// <param name="immediates">The offset and the lane.</param>
    private static ulong* AccessLane(VectorInstruction vector, ulong* immediates, LinearMemory memory, ulong* top)
    {
        uint size = 1U << vector.Size;
        bool isWrite = vector.Shape == VectorShape.StoreLane;
        byte* place = Access(memory, top[-3], (uint)immediates[0], size, isWrite);
        if (place == null) return null;
        byte* lane = (byte*)(top - 2) + (immediates[1] * size);
        if (isWrite)
        {
            Unsafe.CopyBlockUnaligned(place, lane, size);
            return top - 3;
        }

        Unsafe.CopyBlockUnaligned(lane, place, size);
        Write(top - 3, Read(top - 2));
        return top - 1;
    }

    private static V Splat(WasmType scalar, nint code, ulong bits) => unchecked(scalar switch
    {
        WasmType.I32 => ((delegate*<int, V>)code)((int)bits),
        WasmType.I64 => ((delegate*<long, V>)code)((long)bits),
        WasmType.F32 => ((delegate*<float, V>)code)(StepNumbers.Single(bits)),
        _ => ((delegate*<double, V>)code)(StepNumbers.Double(bits)),
    });

    private static ulong Extract(WasmType scalar, nint code, V vector, int lane) => unchecked(scalar switch
    {
        WasmType.I32 => (uint)((delegate*<V, int, int>)code)(vector, lane),
        WasmType.I64 => (ulong)((delegate*<V, int, long>)code)(vector, lane),
        WasmType.F32 => BitConverter.SingleToUInt32Bits(((delegate*<V, int, float>)code)(vector, lane)),
        _ => BitConverter.DoubleToUInt64Bits(((delegate*<V, int, double>)code)(vector, lane)),
    });

    private static V Replace(WasmType scalar, nint code, V vector, ulong bits, int lane) => unchecked(scalar switch
    {
        WasmType.I32 => ((delegate*<V, int, int, V>)code)(vector, (int)bits, lane),
        WasmType.I64 => ((delegate*<V, long, int, V>)code)(vector, (long)bits, lane),
        WasmType.F32 => ((delegate*<V, float, int, V>)code)(vector, StepNumbers.Single(bits), lane),
        _ => ((delegate*<V, double, int, V>)code)(vector, StepNumbers.Double(bits), lane),
    });

    private static nint[] FindFunctions()
    {
        var functions = new nint[Opcode.VectorLast - Opcode.VectorFirst + 1];
        for (int i = 0; i < functions.Length; i++)
        {
            // Whole loads and stores, splats from memory, lanes in memory and constants need no function.
            if (VectorTable.Find(Opcode.VectorFirst + i) is not { } vector) continue;
            MethodInfo? method = typeof(Vectors).GetMethod(vector.MethodName, BindingFlags.Public | BindingFlags.Static);
            if (method is null) continue;
            RuntimeHelpers.PrepareMethod(method.MethodHandle);
            functions[i] = method.MethodHandle.GetFunctionPointer();
        }

        return functions;
    }
}
