using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Tests.Building;

namespace NodeRuntime.Wasm.Tests.Execution;

/// <summary>
/// A NaN that arithmetic made has the canonical bits wherever they are seen; one that was loaded or given keeps its own, through
/// whatever local it went.
/// </summary>
public sealed class NaNBitsTests
{
    private const ulong Canonical = 0x7FF8000000000000;
    private const ulong Odd = 0xFFF4000000000123;
    private const int Load = 0x2B;
    private const int Store = 0x39;
    private const int Reinterpret = 0xBD;
    private const int Subtract = 0xA1;
    private const int Divide = 0xA3;

    private static CodeBuilder Code => new();

    // 0/0, which the machine gives a sign.
    private static CodeBuilder Made => Code.F64(0.0).F64(0.0).Op(Divide);

    [Fact]
    public void A_local_that_only_arithmetic_sets_is_canonical_where_it_is_seen() =>
        Assert.Equal(Canonical, Guest.Evaluate("I", Code.Raw(Made.Bytes).Set(0).Get(0).Op(Reinterpret), "F"));

    [Fact]
    public void So_is_a_copy_of_it_and_what_a_loop_left() =>
        Assert.Equal(
            Canonical,
            Guest.Evaluate(
                "I",
                Code.I32(2).Set(2).Open(Opcode.Loop).Get(1).Get(0).Op(Subtract).Set(0).Raw(Made.Bytes).With(Opcode.LocalTee, 1).Set(0)
                    .Get(2).I32(1).Op(0x6B).With(Opcode.LocalTee, 2).With(Opcode.BrIf, 0).End().Get(0).Op(Reinterpret),
                "FFi"));

    [Fact]
    public void A_local_that_arithmetic_and_a_load_set_keeps_the_loaded_bits()
    {
        CodeBuilder code = Code.Raw(Made.Bytes).Set(0).I32(8).I64(unchecked((long)Odd)).Memory(0x37)
            .I32(8).Memory(Load).Set(0).I32(16).Get(0).Memory(Store).I32(16).Memory(0x29);
        Assert.Equal(Odd, Guest.Evaluate("I", code, "F"));
    }

    [Fact]
    public void A_copy_of_a_loaded_one_keeps_its_bits_too()
    {
        CodeBuilder code = Code.I32(8).I64(unchecked((long)Odd)).Memory(0x37).I32(8).Memory(Load).Set(1).Get(1).Set(0)
            .I32(16).Get(0).Memory(Store).I32(16).Memory(0x29);
        Assert.Equal(Odd, Guest.Evaluate("I", code, "FF"));
    }

    [Fact]
    public void A_made_one_that_waits_on_the_stack_is_canonical_when_a_branch_carries_it() =>
        Assert.Equal(
            Canonical,
            Guest.Evaluate(
                "I",
                Code.Raw(Made.Bytes).Set(0).Open(Opcode.Block, 0x7C).Get(0).F64(1.0).Set(0).I32(1).With(Opcode.BrIf, 0).End().Op(Reinterpret),
                "F"));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_a_call_takes_and_gives_is_canonical(bool indirect)
    {
        var builder = new ModuleBuilder();
        int seen = builder.Function("F:I", Code.Get(0).Op(Reinterpret));
        CodeBuilder call = indirect ? Code.I32(0).With(Opcode.CallIndirect, 0, 0) : Code.Call(seen);
        builder.Function(":I", Code.Raw(Made.Bytes).Set(0).Get(0).Raw(call.Bytes), "F", export: "f");
        builder.Table(1).Element(0, seen);
        Assert.Equal(Canonical, Guest.Call(builder.Build(), "f").Value);
    }
}
