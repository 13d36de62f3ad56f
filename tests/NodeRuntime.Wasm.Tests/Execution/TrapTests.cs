using System;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Tests.Building;

namespace NodeRuntime.Wasm.Tests.Execution;

public sealed class TrapTests
{
    private const int Add32 = 0x6A;
    private const int DivS32 = 0x6D;
    private const int RemS32 = 0x6F;
    private const int TruncF64S = 0xAA;
    private const int Load32 = 0x28;
    private const int Load64 = 0x29;
    private const int Store64 = 0x37;

    private static CodeBuilder Code => new();

    [Fact]
    public void Unreachable_traps() => Assert.Equal(Trap.Unreachable, Guest.TrapOf(Code.Op(Opcode.Unreachable)));

    [Theory]
    [InlineData(65_528u, 0u, true)]
    [InlineData(65_529u, 0u, false)]
    [InlineData(0u, 65_528u, true)]
    [InlineData(0u, 65_529u, false)]
    [InlineData(uint.MaxValue, uint.MaxValue, false)]
    [InlineData(uint.MaxValue, 0u, false)]
    [InlineData(65_536u, 0u, false)]
    public void An_access_is_in_bounds_or_traps(uint address, uint offset, bool inBounds)
    {
        // Through a local, so that no constant address is checked while compiling; and once as a constant.
        CodeBuilder variable = Code.I32(unchecked((int)address)).Set(0).Get(0).Memory(Load64, offset).Op(Opcode.Drop);
        CodeBuilder used = Code.I32(unchecked((int)address)).Memory(Load64, offset).Set(0);
        CodeBuilder store = Code.I32(unchecked((int)address)).I64(1).Memory(Store64, offset);
        Trap? expected = inBounds ? null : Trap.OutOfBoundsMemory;
        Assert.Equal(expected, Guest.TrapOf(variable, "i"));
        Assert.Equal(expected, Guest.TrapOf(used, "I"));
        Assert.Equal(expected, Guest.TrapOf(store));
    }

    [Fact]
    public void A_load_whose_value_is_dropped_still_traps() =>
        Assert.Equal(Trap.OutOfBoundsMemory, Guest.TrapOf(Code.I32(-1).Memory(Load32).Op(Opcode.Drop)));

    [Fact]
    public void Division_traps_by_zero_and_on_overflow()
    {
        Assert.Equal(Trap.IntegerDivideByZero, Guest.TrapOf(Code.I32(1).I32(0).Op(DivS32, Opcode.Drop)));
        Assert.Equal(Trap.IntegerOverflow, Guest.TrapOf(Code.I32(int.MinValue).I32(-1).Op(DivS32, Opcode.Drop)));
        Assert.Equal(Trap.IntegerDivideByZero, Guest.TrapOf(Code.I32(1).I32(0).Op(RemS32, Opcode.Drop)));
        Assert.Equal(0u, Guest.Evaluate("i", Code.I32(int.MinValue).I32(-1).Op(RemS32)));
    }

    [Fact]
    public void Truncation_traps_on_what_no_integer_holds()
    {
        Assert.Equal(Trap.InvalidConversion, Guest.TrapOf(Code.F64(double.NaN).Op(TruncF64S, Opcode.Drop)));
        Assert.Equal(Trap.IntegerOverflow, Guest.TrapOf(Code.F64(2147483648.0).Op(TruncF64S, Opcode.Drop)));
        Assert.Equal(2147483647u, Guest.Evaluate("i", Code.F64(2147483647.9).Op(TruncF64S)));
    }

    [Fact]
    public void An_indirect_call_traps_beyond_the_table_on_null_and_on_another_type()
    {
        var builder = new ModuleBuilder();
        int type = builder.Type("i:i");
        int same = builder.Function("i:i", Code.Get(0).I32(1).Op(Add32));
        int other = builder.Function("I:", Code);
        builder.Function("ii:i", Code.Get(0).Get(1).With(Opcode.CallIndirect, type, 0), export: "f");
        byte[] bytes = builder.Table(4).Element(0, same, other).Build();

        Assert.Equal(42u, Guest.Call(bytes, "f", arguments: [41, 0]).Value);
        Assert.Equal(Trap.IndirectCallTypeMismatch, Guest.Call(bytes, "f", arguments: [41, 1]).Trap);
        Assert.Equal(Trap.UninitializedElement, Guest.Call(bytes, "f", arguments: [41, 2]).Trap);
        Assert.Equal(Trap.UndefinedElement, Guest.Call(bytes, "f", arguments: [41, 4]).Trap);
        Assert.Equal(Trap.UndefinedElement, Guest.Call(bytes, "f", arguments: [41, uint.MaxValue]).Trap);
    }

    [Fact]
    public void A_trap_comes_before_the_effects_behind_it_and_after_those_before_it()
    {
        var builder = new ModuleBuilder();
        builder.Memory(1);
        int global = builder.Global('i', Code.I32(0));
        builder.Function(
            "i:",
            Code.I32(1).With(Opcode.GlobalSet, global).I32(8).Get(0).Get(0).Op(DivS32).Memory(0x36).I32(2).With(Opcode.GlobalSet, global),
            export: "f");
        builder.Function(":i", Code.With(Opcode.GlobalGet, global), export: "g");
        Module module = Guest.Load(builder.Build());
        Assert.Equal(Trap.IntegerDivideByZero, Guest.Call(module, "f", arguments: [0]).Trap);
        Assert.Null(Guest.Call(module, "f", arguments: [7]).Trap);
    }

    [Fact]
    public void A_pending_operand_is_read_before_what_it_reads_changes()
    {
        // local 0 is read, then set, before the sum is taken; so are memory and a global.
        Assert.Equal(5u + 7u, Guest.Evaluate("i", Code.I32(5).Set(0).Get(0).I32(7).Set(0).Get(0).Op(Add32), "i"));
        CodeBuilder memory = Code
            .I32(16).I32(3).Memory(0x36)
            .I32(16).Memory(Load32)
            .I32(16).I32(100).Memory(0x36)
            .I32(16).Memory(Load32).Op(Add32);
        Assert.Equal(103u, Guest.Evaluate("i", memory));
        var builder = new ModuleBuilder();
        int global = builder.Global('i', Code.I32(30));
        builder.Function(
            ":i",
            Code.With(Opcode.GlobalGet, global).I32(9).With(Opcode.GlobalSet, global).With(Opcode.GlobalGet, global).Op(Add32),
            export: "f");
        Assert.Equal(39u, Guest.Call(builder.Build(), "f").Value);
    }

    [Theory]
    [InlineData(0x7FF4000000000001ul)]
    [InlineData(0xFFF8000000000000ul)]
    [InlineData(0x7FF8000000000123ul)]
    public void A_NaN_of_arithmetic_is_canonical_and_a_moved_one_keeps_its_bits(ulong bits)
    {
        const int Add = 0xA0, Reinterpret = 0xBD, Negate = 0x9A, Subtract = 0xA1;
        Assert.Equal(0x7FF8000000000000ul, Guest.Evaluate("I", Code.F64(bits).F64(1.0).Op(Add, Reinterpret)));
        Assert.Equal(0xFFF8000000000000ul, Guest.Evaluate("I", Code.F64(bits).F64(1.0).Op(Add, Negate, Reinterpret)));
        Assert.Equal(0x7FF8000000000000ul, Guest.Evaluate("F", Code.F64(double.PositiveInfinity).F64(double.PositiveInfinity).Op(Subtract)));
        Assert.Equal(bits, Guest.Evaluate("I", Code.F64(bits).Set(0).With(Opcode.LocalGet, 0).Op(Reinterpret), "F"));
        Assert.Equal(bits ^ (1UL << 63), Guest.Evaluate("I", Code.F64(bits).Op(Negate, Reinterpret)));
    }

    [Theory]
    [InlineData(0x77)]
    [InlineData(0x78)]
    public void A_rotation_decides_a_branch_by_its_own_result(int rotation)
    {
        // The JIT has taken the flags of the instruction before: here those of a truncation that gave zero.
        CodeBuilder code = Code.F64(double.NaN).Set(0).Get(0).Op(0x103).I32(2).Op(rotation)
            .Open(Opcode.If, 0x7F).I32(1).Op(Opcode.Else).I32(2).End();
        Assert.Equal(2u, Guest.Evaluate("i", code, "F"));
        var builder = new ModuleBuilder();
        builder.Function("i:i", Code.Get(0).I32(2).Op(rotation).Open(Opcode.If, 0x7F).I32(1).Op(Opcode.Else).I32(2).End(), export: "f");
        Module module = Guest.Load(builder.Build());
        Assert.Equal(2u, Guest.Call(module, "f", arguments: [0]).Value);
        Assert.Equal(1u, Guest.Call(module, "f", arguments: [5]).Value);
    }
}
