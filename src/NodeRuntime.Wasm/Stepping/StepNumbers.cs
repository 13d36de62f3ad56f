using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Stepping;

/// <summary>
/// The numeric instructions (section 4.3) on slots of eight bytes; numbers of 32 bits leave the upper half zero. A NaN that arithmetic
/// makes becomes the canonical one at once.
/// </summary>
internal static unsafe class StepNumbers
{
    private const uint SignSingle = 0x8000_0000;
    private const ulong SignDouble = 0x8000_0000_0000_0000;

    public static ulong Bits(float value) => BitConverter.SingleToUInt32Bits(Intrinsics.Canonical(value));

    public static ulong Bits(double value) => BitConverter.DoubleToUInt64Bits(Intrinsics.Canonical(value));

    public static float Single(ulong bits) => BitConverter.UInt32BitsToSingle(unchecked((uint)bits));

    public static double Double(ulong bits) => BitConverter.UInt64BitsToDouble(bits);

    /// <summary>
    /// The rarer instructions of one or two operands, the last at <c>top[-1]</c>: floats, counts, rotations, conversions. Gives the new top.
    /// A result of division and of trapping truncation is not made here.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ulong* Apply(int opcode, ulong* top)
    {
        unchecked
        {
            if (NumericTable.IsBinary(opcode))
            {
                top--;
                top[-1] = Binary(opcode, top[-1], top[0]);
            }
            else
            {
                top[-1] = Unary(opcode, top[-1]);
            }

            return top;
        }
    }

    /// <summary>i32.trunc_f32_s and its seven brothers that trap: the trap, or -1 and the number.</summary>
    public static int Truncate(int opcode, ref ulong slot)
    {
        unchecked
        {
            double value = opcode is 0xA8 or 0xA9 or 0xAE or 0xAF ? Single(slot) : Double(slot);
            if (double.IsNaN(value)) return (int)Trap.InvalidConversion;
            // Every float is a double: one set of borders serves both. The smallest numbers that fit are exact or lie above a whole number.
            bool fits = opcode switch
            {
                0xA8 or 0xAA => value is > -2147483649.0 and < 2147483648.0,
                0xA9 or 0xAB => value is > -1.0 and < 4294967296.0,
                0xAE or 0xB0 => value is >= -9223372036854775808.0 and < 9223372036854775808.0,
                _ => value is > -1.0 and < 18446744073709551616.0,
            };
            if (!fits) return (int)Trap.IntegerOverflow;
            slot = opcode switch
            {
                0xA8 or 0xAA => (uint)(int)value,
                0xA9 or 0xAB => (uint)value,
                0xAE or 0xB0 => (ulong)(long)value,
                _ => (ulong)value,
            };
            return -1;
        }
    }

    /// <summary>i32.div_s to i64.rem_u: the trap, or -1 and the number.</summary>
    public static int Divide(int opcode, ref ulong left, ulong right)
    {
        unchecked
        {
            if (opcode < 0x7F ? (uint)right == 0 : right == 0) return (int)Trap.IntegerDivideByZero;
            switch (opcode)
            {
                case 0x6D:
                    if ((int)left == int.MinValue && (int)right == -1) return (int)Trap.IntegerOverflow;
                    left = (uint)((int)left / (int)right);
                    break;
                case 0x6E:
                    left = (uint)left / (uint)right;
                    break;
                case 0x6F:
                    // The remainder by -1 is 0; the machine's instruction would overflow on the smallest number.
                    left = (int)right == -1 ? 0 : (uint)((int)left % (int)right);
                    break;
                case 0x70:
                    left = (uint)left % (uint)right;
                    break;
                case 0x7F:
                    if ((long)left == long.MinValue && (long)right == -1) return (int)Trap.IntegerOverflow;
                    left = (ulong)((long)left / (long)right);
                    break;
                case 0x80:
                    left /= right;
                    break;
                case 0x81:
                    left = (long)right == -1 ? 0 : (ulong)((long)left % (long)right);
                    break;
                default:
                    left %= right;
                    break;
            }

            return -1;
        }
    }

    private static ulong Unary(int opcode, ulong a)
    {
        unchecked
        {
            return opcode switch
            {
                0x67 => (uint)BitOperations.LeadingZeroCount((uint)a),
                0x68 => (uint)BitOperations.TrailingZeroCount((uint)a),
                0x69 => (uint)BitOperations.PopCount((uint)a),
                0x79 => (uint)BitOperations.LeadingZeroCount(a),
                0x7A => (uint)BitOperations.TrailingZeroCount(a),
                0x7B => (uint)BitOperations.PopCount(a),
                0x8B => (uint)a & ~SignSingle,
                0x8C => (uint)a ^ SignSingle,
                0x8D => Bits(MathF.Ceiling(Single(a))),
                0x8E => Bits(MathF.Floor(Single(a))),
                0x8F => Bits(MathF.Truncate(Single(a))),
                0x90 => Bits(MathF.Round(Single(a))),
                0x91 => Bits(MathF.Sqrt(Single(a))),
                0x99 => a & ~SignDouble,
                0x9A => a ^ SignDouble,
                0x9B => Bits(Math.Ceiling(Double(a))),
                0x9C => Bits(Math.Floor(Double(a))),
                0x9D => Bits(Math.Truncate(Double(a))),
                0x9E => Bits(Math.Round(Double(a))),
                0x9F => Bits(Math.Sqrt(Double(a))),
                0xA7 => (uint)a,
                0xAC => (ulong)(int)a,
                0xAD => (uint)a,
                0xB2 => Bits((float)(int)a),
                0xB3 => Bits((float)(uint)a),
                0xB4 => Bits(Intrinsics.ToSingle((long)a)),
                0xB5 => Bits(Intrinsics.ToSingle(a)),
                0xB6 => Bits((float)Double(a)),
                0xB7 => Bits((double)(int)a),
                0xB8 => Bits((double)(uint)a),
                0xB9 => Bits((double)(long)a),
                0xBA => Bits((double)a),
                0xBB => Bits((double)Single(a)),
                0xBC or 0xBD or 0xBE or 0xBF => a,
                0xC0 => (uint)(sbyte)a,
                0xC1 => (uint)(short)a,
                0xC2 => (ulong)(sbyte)a,
                0xC3 => (ulong)(short)a,
                0xC4 => (ulong)(int)a,
                0x100 => (uint)(int)Single(a),
                0x101 => (uint)Single(a),
                0x102 => (uint)(int)Double(a),
                0x103 => (uint)Double(a),
                0x104 => (ulong)(long)Single(a),
                0x105 => (ulong)Single(a),
                0x106 => (ulong)(long)Double(a),
                0x107 => (ulong)Double(a),
                _ => Primitives.Invariant.Unreachable<ulong>("a unary opcode"),
            };
        }
    }

    private static ulong Binary(int opcode, ulong a, ulong b)
    {
        unchecked
        {
            return opcode switch
            {
                0x5B => Single(a) == Single(b) ? 1UL : 0,
                0x5C => Single(a) != Single(b) ? 1UL : 0,
                0x5D => Single(a) < Single(b) ? 1UL : 0,
                0x5E => Single(a) > Single(b) ? 1UL : 0,
                0x5F => Single(a) <= Single(b) ? 1UL : 0,
                0x60 => Single(a) >= Single(b) ? 1UL : 0,
                0x61 => Double(a) == Double(b) ? 1UL : 0,
                0x62 => Double(a) != Double(b) ? 1UL : 0,
                0x63 => Double(a) < Double(b) ? 1UL : 0,
                0x64 => Double(a) > Double(b) ? 1UL : 0,
                0x65 => Double(a) <= Double(b) ? 1UL : 0,
                0x66 => Double(a) >= Double(b) ? 1UL : 0,
                0x77 => BitOperations.RotateLeft((uint)a, (int)b),
                0x78 => BitOperations.RotateRight((uint)a, (int)b),
                0x89 => BitOperations.RotateLeft(a, (int)b),
                0x8A => BitOperations.RotateRight(a, (int)b),
                0x92 => Bits(Single(a) + Single(b)),
                0x93 => Bits(Single(a) - Single(b)),
                0x94 => Bits(Single(a) * Single(b)),
                0x95 => Bits(Single(a) / Single(b)),
                0x96 => Bits(Intrinsics.Min(Single(a), Single(b))),
                0x97 => Bits(Intrinsics.Max(Single(a), Single(b))),
                0x98 => ((uint)a & ~SignSingle) | ((uint)b & SignSingle),
                0xA0 => Bits(Double(a) + Double(b)),
                0xA1 => Bits(Double(a) - Double(b)),
                0xA2 => Bits(Double(a) * Double(b)),
                0xA3 => Bits(Double(a) / Double(b)),
                0xA4 => Bits(Intrinsics.Min(Double(a), Double(b))),
                0xA5 => Bits(Intrinsics.Max(Double(a), Double(b))),
                0xA6 => (a & ~SignDouble) | (b & SignDouble),
                _ => Primitives.Invariant.Unreachable<ulong>("a binary opcode"),
            };
        }
    }
}
