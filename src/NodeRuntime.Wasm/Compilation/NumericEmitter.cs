using System.Reflection.Emit;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Compilation;

/// <summary>
/// The IL of one numeric instruction whose operands are on the IL stack. Nothing here traps: divisions and truncations have been checked,
/// and IL's conversions saturate.
/// </summary>
internal static class NumericEmitter
{
    private static readonly OpCode[] IntegerTrue =
    [
        OpCodes.Beq, OpCodes.Bne_Un, OpCodes.Blt, OpCodes.Blt_Un, OpCodes.Bgt, OpCodes.Bgt_Un,
        OpCodes.Ble, OpCodes.Ble_Un, OpCodes.Bge, OpCodes.Bge_Un,
    ];

    private static readonly OpCode[] IntegerFalse =
    [
        OpCodes.Bne_Un, OpCodes.Beq, OpCodes.Bge, OpCodes.Bge_Un, OpCodes.Ble, OpCodes.Ble_Un,
        OpCodes.Bgt, OpCodes.Bgt_Un, OpCodes.Blt, OpCodes.Blt_Un,
    ];

    private static readonly OpCode[] FloatTrue =
        [OpCodes.Beq, OpCodes.Bne_Un, OpCodes.Blt, OpCodes.Bgt, OpCodes.Ble, OpCodes.Bge];

    // A comparison with NaN is false: the negated branch is the unordered one.
    private static readonly OpCode[] FloatFalse =
        [OpCodes.Bne_Un, OpCodes.Beq, OpCodes.Bge_Un, OpCodes.Ble_Un, OpCodes.Bgt_Un, OpCodes.Blt_Un];

    /// <summary>The branch that a comparison makes with its two operands on the stack.</summary>
    public static OpCode Branch(int comparison, bool whenTrue) => comparison switch
    {
        <= 0x4F => (whenTrue ? IntegerTrue : IntegerFalse)[comparison - 0x46],
        <= 0x5A => (whenTrue ? IntegerTrue : IntegerFalse)[comparison - 0x51],
        <= 0x60 => (whenTrue ? FloatTrue : FloatFalse)[comparison - 0x5B],
        _ => (whenTrue ? FloatTrue : FloatFalse)[comparison - 0x61],
    };

    public static bool IsComparison(int opcode) => opcode is >= 0x46 and <= 0x4F or >= 0x51 and <= 0x66;

    /// <summary>Whether the result may be a NaN whose bits the machine chose.</summary>
    public static bool MakesNaN(int opcode) => opcode is
        >= 0x8D and <= 0x97 or >= 0x9B and <= 0xA5 or 0xB6 or 0xBB;

    /// <summary>Whether the operands' NaN bits can be seen in the result.</summary>
    public static bool ShowsBits(int opcode) => opcode is 0x8B or 0x8C or 0x98 or 0x99 or 0x9A or 0xA6 or 0xBC or 0xBD;

    public static void Emit(IlWriter il, int opcode)
    {
        switch (opcode)
        {
            case 0x45:
                il.Int32(0);
                il.Op(OpCodes.Ceq);
                break;
            case 0x50:
                il.Int32(0);
                il.Op(OpCodes.Conv_I8);
                il.Op(OpCodes.Ceq);
                break;
            case >= 0x46 and <= 0x4F:
                CompareIntegers(il, opcode - 0x46);
                break;
            case >= 0x51 and <= 0x5A:
                CompareIntegers(il, opcode - 0x51);
                break;
            case >= 0x5B and <= 0x60:
                CompareFloats(il, opcode - 0x5B);
                break;
            case >= 0x61 and <= 0x66:
                CompareFloats(il, opcode - 0x61);
                break;
            case >= 0x67 and <= 0x78:
                Integer(il, opcode - 0x67, wide: false);
                break;
            case >= 0x79 and <= 0x8A:
                Integer(il, opcode - 0x79, wide: true);
                break;
            case >= 0x8B and <= 0x98:
                Float(il, opcode - 0x8B, WasmType.F32);
                break;
            case >= 0x99 and <= 0xA6:
                Float(il, opcode - 0x99, WasmType.F64);
                break;
            default:
                Convert(il, opcode);
                break;
        }
    }

    private static void CompareIntegers(IlWriter il, int which)
    {
        switch (which)
        {
            case 0:
                il.Op(OpCodes.Ceq);
                return;
            case 2:
                il.Op(OpCodes.Clt);
                return;
            case 3:
                il.Op(OpCodes.Clt_Un);
                return;
            case 4:
                il.Op(OpCodes.Cgt);
                return;
            case 5:
                il.Op(OpCodes.Cgt_Un);
                return;
            case 1:
                il.Op(OpCodes.Ceq);
                break;
            case 6:
                il.Op(OpCodes.Cgt);
                break;
            case 7:
                il.Op(OpCodes.Cgt_Un);
                break;
            case 8:
                il.Op(OpCodes.Clt);
                break;
            case 9:
                il.Op(OpCodes.Clt_Un);
                break;
        }

        Negate(il);
    }

    private static void CompareFloats(IlWriter il, int which)
    {
        switch (which)
        {
            case 0:
                il.Op(OpCodes.Ceq);
                return;
            case 2:
                il.Op(OpCodes.Clt);
                return;
            case 3:
                il.Op(OpCodes.Cgt);
                return;
            case 1:
                il.Op(OpCodes.Ceq);
                break;
            case 4:
                il.Op(OpCodes.Cgt_Un);
                break;
            case 5:
                il.Op(OpCodes.Clt_Un);
                break;
        }

        Negate(il);
    }

    private static void Negate(IlWriter il)
    {
        il.Int32(0);
        il.Op(OpCodes.Ceq);
    }

    private static void Integer(IlWriter il, int which, bool wide)
    {
        System.Type unsigned = wide ? typeof(ulong) : typeof(uint);
        switch (which)
        {
            case 0:
                Count(il, "LeadingZeroCount", unsigned, wide);
                break;
            case 1:
                Count(il, "TrailingZeroCount", unsigned, wide);
                break;
            case 2:
                Count(il, "PopCount", unsigned, wide);
                break;
            case 3:
                il.Op(OpCodes.Add);
                break;
            case 4:
                il.Op(OpCodes.Sub);
                break;
            case 5:
                il.Op(OpCodes.Mul);
                break;
            case 6:
                il.Op(OpCodes.Div);
                break;
            case 7:
                il.Op(OpCodes.Div_Un);
                break;
            case 8:
                il.Op(OpCodes.Rem);
                break;
            case 9:
                il.Op(OpCodes.Rem_Un);
                break;
            case 10:
                il.Op(OpCodes.And);
                break;
            case 11:
                il.Op(OpCodes.Or);
                break;
            case 12:
                il.Op(OpCodes.Xor);
                break;
            case 13:
                Shift(il, OpCodes.Shl, wide);
                break;
            case 14:
                Shift(il, OpCodes.Shr, wide);
                break;
            case 15:
                Shift(il, OpCodes.Shr_Un, wide);
                break;
            case 16:
                if (wide) il.Op(OpCodes.Conv_I4);
                il.Call(Members.BitOperation("RotateLeft", unsigned, typeof(int)));
                break;
            case 17:
                if (wide) il.Op(OpCodes.Conv_I4);
                il.Call(Members.BitOperation("RotateRight", unsigned, typeof(int)));
                break;
        }
    }

    private static void Count(IlWriter il, string name, System.Type unsigned, bool wide)
    {
        il.Call(Members.BitOperation(name, unsigned));
        if (wide) il.Op(OpCodes.Conv_I8);
    }

    private static void Shift(IlWriter il, OpCode shift, bool wide)
    {
        if (wide) il.Op(OpCodes.Conv_I4);
        il.Int32(wide ? 63 : 31);
        il.Op(OpCodes.And);
        il.Op(shift);
    }

    private static void Float(IlWriter il, int which, WasmType type)
    {
        System.Type operand = Members.IlType(type);
        switch (which)
        {
            case 0:
                il.Call(Members.Math(type, "Abs", 1));
                break;
            case 1:
                il.Op(OpCodes.Neg);
                break;
            case 2:
                il.Call(Members.Math(type, "Ceiling", 1));
                break;
            case 3:
                il.Call(Members.Math(type, "Floor", 1));
                break;
            case 4:
                il.Call(Members.Math(type, "Truncate", 1));
                break;
            case 5:
                il.Call(Members.Math(type, "Round", 1));
                break;
            case 6:
                il.Call(Members.Math(type, "Sqrt", 1));
                break;
            case 7:
                il.Op(OpCodes.Add);
                break;
            case 8:
                il.Op(OpCodes.Sub);
                break;
            case 9:
                il.Op(OpCodes.Mul);
                break;
            case 10:
                il.Op(OpCodes.Div);
                break;
            case 11:
                il.Call(Members.Intrinsic(nameof(Intrinsics.Min), operand, operand));
                break;
            case 12:
                il.Call(Members.Intrinsic(nameof(Intrinsics.Max), operand, operand));
                break;
            case 13:
                il.Call(Members.Math(type, "CopySign", 2));
                break;
        }
    }

    private static void Convert(IlWriter il, int opcode)
    {
        switch (opcode)
        {
            case 0xA7 or 0xA8 or 0xAA or 0x100 or 0x102:
                il.Op(OpCodes.Conv_I4);
                break;
            case 0xA9 or 0xAB or 0x101 or 0x103:
                il.Op(OpCodes.Conv_U4);
                break;
            case 0xAC or 0xAE or 0xB0 or 0x104 or 0x106:
                il.Op(OpCodes.Conv_I8);
                break;
            case 0xAD or 0xAF or 0xB1 or 0x105 or 0x107:
                il.Op(OpCodes.Conv_U8);
                break;
            case 0xB2 or 0xB6:
                il.Op(OpCodes.Conv_R4);
                break;
            case 0xB3:
                il.Op(OpCodes.Conv_R_Un);
                il.Op(OpCodes.Conv_R4);
                break;
            case 0xB4:
                il.Call(Members.Intrinsic(nameof(Intrinsics.ToSingle), typeof(long)));
                break;
            case 0xB5:
                il.Call(Members.Intrinsic(nameof(Intrinsics.ToSingle), typeof(ulong)));
                break;
            case 0xB7 or 0xB9 or 0xBB:
                il.Op(OpCodes.Conv_R8);
                break;
            case 0xB8 or 0xBA:
                il.Op(OpCodes.Conv_R_Un);
                il.Op(OpCodes.Conv_R8);
                break;
            case 0xBC:
                il.Call(Members.SingleToBits);
                break;
            case 0xBD:
                il.Call(Members.DoubleToBits);
                break;
            case 0xBE:
                il.Call(Members.BitsToSingle);
                break;
            case 0xBF:
                il.Call(Members.BitsToDouble);
                break;
            case 0xC0:
                il.Op(OpCodes.Conv_I1);
                break;
            case 0xC1:
                il.Op(OpCodes.Conv_I2);
                break;
            case 0xC2:
                il.Op(OpCodes.Conv_I1);
                il.Op(OpCodes.Conv_I8);
                break;
            case 0xC3:
                il.Op(OpCodes.Conv_I2);
                il.Op(OpCodes.Conv_I8);
                break;
            case 0xC4:
                il.Op(OpCodes.Conv_I4);
                il.Op(OpCodes.Conv_I8);
                break;
            default:
                Invariant.Break("a numeric opcode without IL");
                break;
        }
    }
}
