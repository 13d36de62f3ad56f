using System;
using System.Reflection.Emit;
using NodeRuntime.Wasm.Binary;

namespace NodeRuntime.Wasm.Compilation;

/// <summary>Numbers: the checks that trap before an instruction, and constants.</summary>
internal sealed partial class FunctionCompiler
{
    private void Numeric(int opcode)
    {
        Node? right = NumericTable.IsBinary(opcode) ? Pop() : null;
        Node left = Pop();
        if (opcode is >= 0x6D and <= 0x70 or >= 0x7F and <= 0x82) (left, right) = CheckDivision(opcode, left, right!);
        else if (opcode is >= 0xA8 and <= 0xAB or >= 0xAE and <= 0xB1) left = CheckTruncation(opcode, left);
        else if (NumericEmitter.ShowsBits(opcode) && (left.Dirty || right is { Dirty: true }))
        {
            left = Clean(left);
            right = right is null ? null : Clean(right);
        }

        Push(Node.Numeric(opcode, left, right, NumericEmitter.MakesNaN(opcode)));
    }

    private (Node Left, Node Right) CheckDivision(int opcode, Node left, Node right)
    {
        if (right.Kind == NodeKind.Constant && right.Bits is not (0 or -1)) return (left, right);
        CloseChecks();
        bool wide = opcode >= 0x7F;
        int which = wide ? opcode - 0x7F : opcode - 0x6D;
        left = Temporary(left);
        LocalBuilder divisor = Hold(right, wide ? typeof(long) : typeof(int));
        _il.Load(divisor);
        EmitRotationGuard(right.Type);
        _il.Branch(OpCodes.Brfalse, TrapLabel(Trap.IntegerDivideByZero));
        if (which is 0 or 2)
        {
            Label past = _il.NewLabel();
            _il.Load(divisor);
            Integer(wide, -1);
            _il.Branch(OpCodes.Bne_Un, past);
            if (which == 0)
            {
                _il.Load(left.Temporary!);
                Integer(wide, wide ? long.MinValue : int.MinValue);
                _il.Branch(OpCodes.Beq, TrapLabel(Trap.IntegerOverflow));
            }
            else
            {
                // The remainder by -1 is 0, as by 1; the machine's instruction would overflow on the smallest number.
                Integer(wide, 1);
                _il.Store(divisor);
            }

            _il.Mark(past);
        }

        return (left, Node.Temp(right.Type, divisor, owned: true));
    }

    private void Integer(bool wide, long value)
    {
        if (wide) _il.Int64(value);
        else _il.Int32((int)value);
    }

    private Node CheckTruncation(int opcode, Node operand)
    {
        CloseChecks();
        Node held = Temporary(operand);
        LocalBuilder value = held.Temporary!;
        bool single = opcode is 0xA8 or 0xA9 or 0xAE or 0xAF;
        _il.Load(value);
        _il.Load(value);
        _il.Branch(OpCodes.Bne_Un, TrapLabel(Trap.InvalidConversion));
        // The first number too small and the first too large, as the operand's type can tell them.
        (double low, bool lowIncluded, double high) = opcode switch
        {
            0xA8 => (-2147483648.0, true, 2147483648.0),
            0xAA => (-2147483649.0, false, 2147483648.0),
            0xA9 or 0xAB => (-1.0, false, 4294967296.0),
            0xAE or 0xB0 => (-9223372036854775808.0, true, 9223372036854775808.0),
            _ => (-1.0, false, 18446744073709551616.0),
        };
        _il.Load(value);
        Float(single, low);
        _il.Branch(lowIncluded ? OpCodes.Blt : OpCodes.Ble, TrapLabel(Trap.IntegerOverflow));
        _il.Load(value);
        Float(single, high);
        _il.Branch(OpCodes.Bge, TrapLabel(Trap.IntegerOverflow));
        return held;
    }

    private void Float(bool single, double value)
    {
        if (single) _il.Single((float)value);
        else _il.Double(value);
    }

    /// <summary>
    /// The JIT of .NET 10 on x64 takes the zero flag from a rotation, which does not set it: "if (rotr(x, 2) == 0)" goes the wrong way
    /// (dotnet/runtime issue 129288, mended after 10.0).
    /// An exclusive or with a zero that the JIT cannot see through sets it. In a function that rotates, whatever may be a rotation's
    /// value has it where it is compared and where it leaves for a function that may compare it.
    /// </summary>
    private void EmitRotationGuard(WasmType type)
    {
        if (!_body.Rotates) return;
        _il.Load(_zero!);
        if (type == WasmType.I32) _il.Op(OpCodes.Conv_I4);
        _il.Op(OpCodes.Xor);
    }

    private void EmitConstant(Node constant)
    {
        long bits = constant.Bits;
        switch (constant.Type)
        {
            case WasmType.V128:
                _il.Int64(bits);
                _il.Int64(constant.High);
                _il.Call(Members.Vector(Opcode.VectorConst));
                break;
            case WasmType.I32:
                _il.Int32((int)bits);
                break;
            case WasmType.I64:
                _il.Int64(bits);
                break;
            case WasmType.F32:
                int single = unchecked((int)bits);
                if (!float.IsNaN(BitConverter.Int32BitsToSingle(single)))
                {
                    _il.Single(BitConverter.Int32BitsToSingle(single));
                    break;
                }

                // A NaN's payload would not survive the JIT's own arithmetic on constants.
                _il.Int32(single);
                _il.Call(Members.BitsToSingle);
                break;
            default:
                double wide = BitConverter.Int64BitsToDouble(bits);
                if (!double.IsNaN(wide))
                {
                    _il.Double(wide);
                    break;
                }

                _il.Int64(bits);
                _il.Call(Members.BitsToDouble);
                break;
        }
    }
}
