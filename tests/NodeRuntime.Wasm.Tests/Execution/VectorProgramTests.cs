using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.Intrinsics;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Execution;
using NodeRuntime.Wasm.Tests.Building;

namespace NodeRuntime.Wasm.Tests.Execution;

/// <summary>
/// Random programs of vector instructions, compiled, against the same functions called one by one. Many operands are constants, so that the
/// JIT computes what it believes to know.
/// </summary>
public sealed class VectorProgramTests
{
    private const int Programs = 150;
    private const int Instructions = 40;

    // Local 0 is a parameter, the zero that the JIT does not know; then the vectors.
    private const int Vectors = 4;
    private const int ReinterpretI32 = 0xBC;
    private const int ReinterpretI64 = 0xBD;
    private const int ReinterpretF32 = 0xBE;
    private const int ReinterpretF64 = 0xBF;
    private const int I32ToI64U = 0xAD;
    private const int I64Splat = 0x212;
    private const int I64ExtractLane = 0x21D;
    private const int Xor = 0x251;

    private static readonly VectorShape[] Computed =
    [
        VectorShape.Shuffle, VectorShape.Splat, VectorShape.Extract, VectorShape.Replace, VectorShape.Unary, VectorShape.Binary,
        VectorShape.Ternary, VectorShape.Shift, VectorShape.Test,
    ];

    private static readonly ulong[] Special =
    [
        0, ulong.MaxValue, 0x8000000000000000, 0x7FFFFFFF_80000000, 0x7FF0000000000000, 0xFFF4000000000001, 0x7FA00001_FFC00000,
        0x7F800000_FF800000, 0x3F800000_BF000000, 0x3FF8000000000000, 0x80007FFF_80017FFE, 0x807F017F_80FF0001, 0x4F000000_CF000001,
    ];

    private readonly Vector128<byte>[] _values = new Vector128<byte>[Vectors];
    private CodeBuilder _code = new();
    private Prng _random = new(0);

    [Fact]
    public void A_compiled_program_gives_what_its_instructions_give_one_by_one()
    {
        int[] opcodes = Enumerable.Range(Opcode.VectorFirst, 256)
            .Where(static opcode => VectorTable.Find(opcode) is { } vector && Computed.Contains(vector.Shape))
            .ToArray();
        for (int seed = 0; seed < Programs; seed++)
        {
            _code = new CodeBuilder();
            _random = new Prng((ulong)seed);
            Array.Clear(_values);
            for (int i = 0; i < Instructions; i++) Step(opcodes[_random.NextBelow(opcodes.Length)]);
            Vector128<byte> sum = _values[0] ^ _values[1] ^ _values[2] ^ _values[3];
            _code.Get(1).Get(2).Op(Xor).Get(3).Op(Xor).Get(4).Op(Xor).Set(1);
            _code.Get(1).Lane(I64ExtractLane, 0).Get(1).Lane(I64ExtractLane, 1).I64(7).Op(0x7E, 0x85);
            var builder = new ModuleBuilder();
            builder.Function("i:I", _code, new string('v', Vectors), "f");
            GuestResult result = Guest.Call(builder.Build(), "f", arguments: [0]);
            ulong expected = unchecked(sum.AsUInt64()[0] ^ (sum.AsUInt64()[1] * 7));
            Assert.Equal((seed, expected), (seed, result.Value));
        }
    }

    /// <summary>One instruction on random operands; what it gives goes into a random local, there and here.</summary>
    private void Step(int opcode)
    {
        VectorInstruction vector = VectorTable.At(opcode);
        int target = _random.NextBelow(Vectors);
        var operands = new List<object>();
        int count = vector.Shape switch
        {
            VectorShape.Splat => 0,
            VectorShape.Shuffle or VectorShape.Binary => 2,
            VectorShape.Ternary => 3,
            _ => 1,
        };
        for (int i = 0; i < count; i++) operands.Add(PushVector());
        if (vector.Shape == VectorShape.Shift) operands.Add(PushNumber(WasmType.I32));
        if (vector.Shape is VectorShape.Splat or VectorShape.Replace) operands.Add(PushNumber(vector.Scalar));
        if (vector.Shape == VectorShape.Shuffle)
        {
            Vector128<byte> lanes = Vector128.Create(Bits(), Bits()).AsByte() & Vector128.Create((byte)31);
            operands.Add(lanes);
            var bytes = new byte[16];
            lanes.CopyTo(bytes);
            _code.Op(opcode).Raw(bytes);
        }
        else if (vector.Shape is VectorShape.Extract or VectorShape.Replace)
        {
            int lane = _random.NextBelow(vector.Lanes);
            operands.Add(lane);
            _code.Lane(opcode, (byte)lane);
        }
        else
        {
            _code.Op(opcode);
        }

        object result = typeof(Wasm.Execution.Vectors).GetMethod(vector.MethodName)!.Invoke(null, operands.ToArray())!;
        _values[target] = result is Vector128<byte> whole ? whole : Vector128.Create(Widen(result)).AsByte();
        _code.Set(1 + target);
    }

    /// <summary>A number as the bits of an i64, spread over a vector: here, and in the code behind it.</summary>
    private ulong Widen(object number)
    {
        if (number is float) _code.Op(ReinterpretI32);
        if (number is double) _code.Op(ReinterpretI64);
        if (number is int or float) _code.Op(I32ToI64U);
        _code.Op(I64Splat);
        return number switch
        {
            int narrow => unchecked((uint)narrow),
            long wide => unchecked((ulong)wide),
            float single => BitConverter.SingleToUInt32Bits(single),
            _ => BitConverter.DoubleToUInt64Bits((double)number),
        };
    }

    private Vector128<byte> PushVector()
    {
        if (_random.NextBelow(2) == 0)
        {
            ulong low = Bits(), high = Bits();
            _code.V128(low, high);
            // Half of the constants are hidden from the JIT by a zero that it does not know.
            if (_random.NextBelow(2) == 0) _code.Get(0).Op(I32ToI64U, I64Splat, Xor);
            return Vector128.Create(low, high).AsByte();
        }

        int local = _random.NextBelow(Vectors);
        _code.Get(1 + local);
        return _values[local];
    }

    private object PushNumber(WasmType type)
    {
        ulong bits = Bits();
        uint narrow = unchecked((uint)bits);
        switch (type)
        {
            case WasmType.I32:
                _code.I32(unchecked((int)narrow));
                return unchecked((int)narrow);
            case WasmType.I64:
                _code.I64(unchecked((long)bits));
                return unchecked((long)bits);
            case WasmType.F32:
                _code.I32(unchecked((int)narrow)).Op(ReinterpretF32);
                return BitConverter.UInt32BitsToSingle(narrow);
            default:
                _code.I64(unchecked((long)bits)).Op(ReinterpretF64);
                return BitConverter.UInt64BitsToDouble(bits);
        }
    }

    private ulong Bits() => _random.NextBelow(2) == 0 ? Special[_random.NextBelow(Special.Length)] : _random.NextUInt64();
}
