using System;
using System.Reflection.Emit;
using NodeRuntime.Wasm.Binary;

namespace NodeRuntime.Wasm.Compilation;

/// <summary>What a pending operand is.</summary>
internal enum NodeKind
{
    Constant,
    Local,
    Temporary,
    Global,
    Load,
    MemorySize,
    RefNull,
    RefIsNull,
    Numeric,
    Vector,
}

/// <summary>
/// An operand that is not computed yet: a tree without effects and without traps (its checks have been emitted before it). It is emitted
/// once, where it is used, or earlier, when something that it reads is about to change.
/// </summary>
internal sealed class Node
{
    /// <summary>A deeper tree is cut by a temporary: emitting is recursive, and a module may nest as it likes.</summary>
    public const int DepthMax = 24;

    private Node(NodeKind kind, WasmType type)
    {
        Kind = kind;
        Type = type;
    }

    public NodeKind Kind { get; }

    public WasmType Type { get; }

    public int Opcode { get; private init; }

    /// <summary>A constant's bits, an offset, a lane, or the index of a local or global.</summary>
    public long Bits { get; private init; }

    /// <summary>The high half of a v128 constant.</summary>
    public long High { get; private init; }

    public Node? Left { get; private init; }

    public Node? Right { get; private init; }

    public Node? Third { get; private init; }

    public LocalBuilder? Temporary { get; private init; }

    /// <summary>The temporary goes back to the pool when it is read.</summary>
    public bool Owned { get; private init; }

    /// <summary>The temporary of a load is an address of the machine, not one of memory 0.</summary>
    public bool Absolute { get; private init; }

    public bool ReadsMemory { get; private init; }

    public bool ReadsGlobal { get; private init; }

    /// <summary>Loads that are not made yet: each keeps its address in a register until then.</summary>
    public int Loads { get; private init; }

    /// <summary>May be a NaN of a payload that the machine chose.</summary>
    public bool Dirty { get; init; }

    /// <summary>
    /// In a function that rotates, its value may be that of a rotation once the JIT has folded what it can: see the compiler's guard.
    /// </summary>
    public bool Rotated { get; private init; }

    /// <summary>The locals it reads, each hashed to one of 64 bits.</summary>
    public ulong Locals { get; private init; }

    public int Depth { get; private init; } = 1;

    public static Node Constant(WasmType type, long bits) => new(NodeKind.Constant, type) { Bits = bits };

    public static Node VectorConstant(long low, long high) => new(NodeKind.Constant, WasmType.V128) { Bits = low, High = high };

    public static Node Local(WasmType type, int index, bool dirty) =>
        new(NodeKind.Local, type) { Bits = index, Locals = Bit(index), Rotated = IsInteger(type), Dirty = dirty };

    public static Node Temp(WasmType type, LocalBuilder temporary, bool owned, bool dirty = false) =>
        new(NodeKind.Temporary, type) { Temporary = temporary, Owned = owned, Rotated = IsInteger(type), Dirty = dirty };

    public static Node Global(WasmType type, int index) => new(NodeKind.Global, type) { Bits = index, ReadsGlobal = true };

    /// <param name="address">Null when the address is a constant, then whole in <paramref name="offset"/>.</param>
    public static Node Load(int opcode, LocalBuilder? address, long offset, bool absolute) =>
        new(NodeKind.Load, opcode == Binary.Opcode.VectorFirst ? WasmType.V128 : NumericTable.LoadType(opcode))
        {
            Opcode = opcode,
            Temporary = address,
            Owned = address is not null,
            Bits = offset,
            Absolute = absolute,
            ReadsMemory = true,
            Loads = address is null ? 0 : 1,
        };

    public static Node MemorySize() => new(NodeKind.MemorySize, WasmType.I32) { ReadsMemory = true };

    public static Node RefNull(WasmType type) => new(NodeKind.RefNull, type);

    public static Node RefIsNull(Node operand) => Over(NodeKind.RefIsNull, WasmType.I32, 0, operand, null, false);

    public static Node Numeric(int opcode, Node left, Node? right, bool dirty) =>
        Over(NodeKind.Numeric, NumericTable.Result(opcode), opcode, left, right, dirty);

    /// <param name="lane">An immediate lane, or 0.</param>
    public static Node Vector(int opcode, WasmType type, int lane, Node left, Node? right = null, Node? third = null) =>
        Over(NodeKind.Vector, type, opcode, left, right, VectorIntrinsics.MakesNaN(opcode), third, lane);

    public static ulong Bit(int local) => 1UL << (local & 63);

    private static bool IsInteger(WasmType type) => type is WasmType.I32 or WasmType.I64;

    private static Node Over(
        NodeKind kind, WasmType type, int opcode, Node left, Node? right, bool dirty, Node? third = null, int lane = 0) =>
        new(kind, type)
        {
            Opcode = opcode,
            Left = left,
            Right = right,
            Third = third,
            Bits = lane,
            Dirty = dirty,
            Rotated = IsInteger(type)
                && !(kind == NodeKind.Numeric && opcode is >= 0x45 and <= 0x66)
                && (left.Rotated || right is { Rotated: true } || third is { Rotated: true }
                    || (kind == NodeKind.Numeric && NumericTable.IsRotation(opcode))),
            Loads = left.Loads + (right?.Loads ?? 0) + (third?.Loads ?? 0),
            ReadsMemory = left.ReadsMemory || right is { ReadsMemory: true } || third is { ReadsMemory: true },
            ReadsGlobal = left.ReadsGlobal || right is { ReadsGlobal: true } || third is { ReadsGlobal: true },
            Locals = left.Locals | (right?.Locals ?? 0) | (third?.Locals ?? 0),
            Depth = 1 + Math.Max(left.Depth, Math.Max(right?.Depth ?? 0, third?.Depth ?? 0)),
        };
}
