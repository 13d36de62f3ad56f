using System.Reflection.Emit;
using NodeRuntime.Wasm.Binary;

namespace NodeRuntime.Wasm.Compilation;

/// <summary>
/// Vector instructions: calls of <see cref="Execution.Vectors"/>, which the JIT inlines. Those of memory are a scalar access and the
/// instruction that moves its number into or out of the vector.
/// </summary>
internal sealed partial class FunctionCompiler
{
    private const int I32Load = 0x28;
    private const int I64Load = 0x29;
    private const int I32Load8U = 0x2D;
    private const int I32Load16U = 0x2F;

    private void StepVector(in Instruction instruction)
    {
        VectorInstruction vector = VectorTable.At(instruction.Opcode);
        switch (vector.Shape)
        {
            case VectorShape.Load:
                LoadVector(in instruction, vector);
                break;
            case VectorShape.Store:
                Node value = Pop();
                StoreNode(Opcode.VectorStore, vector.Size, in instruction, Pop(), value);
                break;
            case VectorShape.LoadLane:
                Node target = PopClean();
                Node loaded = LoadNode(ScalarLoad(vector.Size), vector.Size, in instruction, Pop());
                Push(Node.Vector(ReplaceLane(vector.Size), WasmType.V128, instruction.Lane, target, loaded));
                break;
            case VectorShape.StoreLane:
                Node source = PopClean();
                WasmType type = vector.Size == 3 ? WasmType.I64 : WasmType.I32;
                Node lane = Node.Vector(ExtractLane(vector.Size), type, instruction.Lane, source);
                StoreNode(ScalarStore(vector.Size), vector.Size, in instruction, Pop(), lane);
                break;
            case VectorShape.Const:
                Push(Node.VectorConstant(instruction.Immediate, instruction.High));
                break;
            case VectorShape.Shuffle:
                Node second = PopClean();
                Node lanes = Node.VectorConstant(instruction.Immediate, instruction.High);
                Push(Node.Vector(instruction.Opcode, WasmType.V128, 0, PopClean(), second, lanes));
                break;
            case VectorShape.Splat:
                Push(Node.Vector(instruction.Opcode, WasmType.V128, 0, PopClean()));
                break;
            case VectorShape.Extract:
                Push(Node.Vector(instruction.Opcode, vector.Scalar, instruction.Lane, PopClean()));
                break;
            case VectorShape.Replace:
                Node number = PopClean();
                Push(Node.Vector(instruction.Opcode, WasmType.V128, instruction.Lane, PopClean(), number));
                break;
            case VectorShape.Unary:
                Push(Node.Vector(instruction.Opcode, WasmType.V128, 0, PopFor(instruction.Opcode)));
                break;
            case VectorShape.Test:
                Push(Node.Vector(instruction.Opcode, WasmType.I32, 0, PopClean()));
                break;
            case VectorShape.Binary:
                Node right = PopFor(instruction.Opcode);
                Node left = PopFor(instruction.Opcode);
                Push(Node.Vector(instruction.Opcode, WasmType.V128, 0, left, right));
                break;
            case VectorShape.Shift:
                Node shift = Pop();
                Push(Node.Vector(instruction.Opcode, WasmType.V128, 0, PopClean(), shift));
                break;
            case VectorShape.Ternary:
                Node third = PopClean();
                Node middle = PopClean();
                Push(Node.Vector(instruction.Opcode, WasmType.V128, 0, PopClean(), middle, third));
                break;
        }
    }

    private void LoadVector(in Instruction instruction, VectorInstruction vector)
    {
        if (instruction.Opcode == Opcode.VectorFirst)
        {
            Push(LoadNode(Opcode.VectorFirst, vector.Size, in instruction, Pop()));
            return;
        }

        // What is left is made of at most 64 bits: spread, widened, or with zeros above.
        Node bits = LoadNode(ScalarLoad(vector.Size), vector.Size, in instruction, Pop());
        bool splat = instruction.Opcode is >= Opcode.VectorLoad8Splat and <= Opcode.VectorLoad64Splat;
        int opcode = splat ? Opcode.VectorSplat + (instruction.Opcode - Opcode.VectorLoad8Splat) : instruction.Opcode;
        Push(Node.Vector(opcode, WasmType.V128, 0, bits));
    }

    /// <summary>
    /// An operand of arithmetic: a NaN among its lanes may still have the machine's own bits when the instruction makes its own NaN of it.
    /// </summary>
    private Node PopFor(int opcode)
    {
        Node operand = Pop();
        return operand.Dirty && !TakesAnyNaN(opcode, VectorTable.At(operand.Opcode).Scalar) ? Clean(operand) : operand;
    }

    /// <summary>Whether no NaN's bits can be seen in what the instruction gives.</summary>
    private static bool TakesAnyNaN(int opcode, WasmType lane)
    {
        VectorInstruction vector = VectorTable.At(opcode);
        return vector.Scalar == lane && vector.Name.Split('.')[1]
            is "add" or "sub" or "mul" or "div" or "sqrt" or "min" or "max" or "ceil" or "floor" or "trunc" or "nearest"
            or "eq" or "ne" or "lt" or "gt" or "le" or "ge";
    }

    /// <summary>Where bits are kept as they are a NaN becomes the canonical one before.</summary>
    private Node PopClean() => Clean(Pop());

    private void EmitVector(Node node)
    {
        EmitPart(node, node.Left!, null);
        if (node.Opcode == Opcode.F32x4ExtractLane)
        {
            EmitSingleLane((int)node.Bits);
            return;
        }

        if (node.Right is not null) EmitPart(node, node.Right, null);
        if (node.Third is not null) EmitPart(node, node.Third, null);
        if (VectorTable.At(node.Opcode).Shape is VectorShape.Extract or VectorShape.Replace) _il.Int32((int)node.Bits);
        _il.Call(VectorIntrinsics.Find(node.Opcode) ?? Members.Vector(node.Opcode));
    }

    /// <summary>
    /// The JIT computes a lane of a vector that it knows, and keeps the float as a double: a signalling NaN turns quiet. The exclusive or
    /// with a zero that it cannot see through leaves it nothing to know.
    /// </summary>
    private void EmitSingleLane(int lane)
    {
        _il.Int32(lane);
        _il.Call(Members.Vector(Opcode.I32x4ExtractLane));
        _il.Load(_zero!);
        _il.Op(OpCodes.Conv_I4);
        _il.Op(OpCodes.Xor);
        _il.Call(Members.UnknownBitsToSingle);
    }

    private static int ScalarLoad(int size) => size switch
    {
        0 => I32Load8U,
        1 => I32Load16U,
        2 => I32Load,
        _ => I64Load,
    };

    private static int ScalarStore(int size) => size switch
    {
        0 => 0x3A,
        1 => 0x3B,
        2 => 0x36,
        _ => 0x37,
    };

    // The integer lanes of 8, 16, 32 and 64 bits.
    private static int ReplaceLane(int size) => size switch
    {
        0 => 0x217,
        1 => 0x21A,
        2 => 0x21C,
        _ => 0x21E,
    };

    private static int ExtractLane(int size) => size switch
    {
        0 => 0x216,
        1 => 0x219,
        2 => 0x21B,
        _ => 0x21D,
    };
}
