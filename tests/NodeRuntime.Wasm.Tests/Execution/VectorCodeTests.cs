using System;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Tests.Building;

namespace NodeRuntime.Wasm.Tests.Execution;

/// <summary>What the official scripts do not ask of compiled vectors: bits that must survive, order of effects, borders of memory.</summary>
public sealed class VectorCodeTests
{
    private const int F32ExtractLane = 0x21F;
    private const int F64ExtractLane = 0x221;
    private const int I64ExtractLane = 0x21D;
    private const int F32Splat = 0x213;
    private const int F32ReplaceLane = 0x220;
    private const int I32Add = 0x2AE;
    private const int ReinterpretI32 = 0xBC;
    private const int ReinterpretI64 = 0xBD;
    private const int ReinterpretF32 = 0xBE;
    private const int V128Store = Opcode.VectorStore;
    private const int V128Load = Opcode.VectorFirst;

    // A signalling NaN in every lane of 32 bits, which is one of 64 bits too.
    private const ulong Signalling = 0x7FA00001_7FA00001;

    private static CodeBuilder Code => new();

    [Fact]
    public void A_signalling_NaN_keeps_its_bits_in_and_out_of_lanes()
    {
        uint narrow = unchecked((uint)Signalling);
        Assert.Equal(narrow, Guest.Evaluate("i", Code.V128(Signalling, Signalling).Lane(F32ExtractLane, 2).Op(ReinterpretI32)));
        Assert.Equal(narrow, Guest.Evaluate("i", Code.V128(Signalling, 0).Set(0).Get(0).Lane(F32ExtractLane, 1).Op(ReinterpretI32), "v"));
        Assert.Equal(narrow, Guest.Evaluate("f", Code.V128(Signalling, 0).Lane(F32ExtractLane, 0)));
        Assert.Equal(Signalling, Guest.Evaluate("I", Code.V128(Signalling, 0).Lane(F64ExtractLane, 0).Op(ReinterpretI64)));
        Assert.Equal(Signalling, Guest.Evaluate("I", Code.F32(narrow).Op(F32Splat).Lane(I64ExtractLane, 1)));
        Assert.Equal(Signalling, Guest.Evaluate("I", Code.I32((int)narrow).Op(ReinterpretF32, F32Splat).Lane(I64ExtractLane, 1)));
        CodeBuilder replaced = Code.V128(0, 0).F32(narrow).Lane(F32ReplaceLane, 0).F32(narrow).Lane(F32ReplaceLane, 1).Lane(I64ExtractLane, 0);
        Assert.Equal(Signalling, Guest.Evaluate("I", replaced));
        // A constant that the JIT may compute: the sum of two integers that is such a NaN.
        CodeBuilder sum = Code.V128(0x7FA00000, 0).V128(1, 0).Op(I32Add).Lane(F32ExtractLane, 0).Op(ReinterpretI32);
        Assert.Equal(narrow, Guest.Evaluate("i", sum));
    }

    [Fact]
    public void A_NaN_of_scalar_arithmetic_goes_into_a_lane_as_the_canonical_one()
    {
        CodeBuilder nan = Code.F32(0x7F800000).F32(0x7F800000).Op(0x93);
        Assert.Equal(0x7FC00000_7FC00000ul, Guest.Evaluate("I", nan.Op(F32Splat).Lane(I64ExtractLane, 0)));
        CodeBuilder replaced = Code.V128(0, 0).F32(0x7F800000).F32(0x7F800000).Op(0x93).Lane(F32ReplaceLane, 1).Lane(I64ExtractLane, 0);
        Assert.Equal(0x7FC00000_00000000ul, Guest.Evaluate("I", replaced));
    }

    [Theory]
    [InlineData(65_520u, 0u, true)]
    [InlineData(65_521u, 0u, false)]
    [InlineData(0u, 65_521u, false)]
    [InlineData(uint.MaxValue, uint.MaxValue, false)]
    public void A_vector_access_is_in_bounds_or_traps(uint address, uint offset, bool inBounds)
    {
        int place = unchecked((int)address);
        Trap? expected = inBounds ? null : Trap.OutOfBoundsMemory;
        Assert.Equal(expected, Guest.TrapOf(Code.I32(place).Set(0).Get(0).Memory(V128Load, offset).Op(Opcode.Drop), "i"));
        Assert.Equal(expected, Guest.TrapOf(Code.I32(place).Memory(V128Load, offset).Op(Opcode.Drop)));
        Assert.Equal(expected, Guest.TrapOf(Code.I32(place).V128(1, 2).Memory(V128Store, offset)));
    }

    [Fact]
    public void A_pending_vector_is_read_before_what_it_reads_changes()
    {
        CodeBuilder memory = Code
            .I32(16).V128(3, 4).Memory(V128Store)
            .I32(16).Memory(V128Load)
            .I32(16).V128(100, 100).Memory(V128Store)
            .I32(16).Memory(V128Load).Op(I32Add).Lane(I64ExtractLane, 1);
        Assert.Equal(104u, Guest.Evaluate("I", memory));
        CodeBuilder local = Code.V128(5, 6).Set(0).Get(0).V128(7, 8).Set(0).Get(0).Op(I32Add).Lane(I64ExtractLane, 1);
        Assert.Equal(14u, Guest.Evaluate("I", local, "v"));
    }

    [Fact]
    public void Vectors_pass_through_parameters_results_globals_blocks_and_selects()
    {
        var builder = new ModuleBuilder();
        int global = builder.Global('v', Code.V128(1, 2));
        int fixedGlobal = builder.Global('v', Code.V128(10, 20), mutable: false);
        // Gives its second operand first, then a number, then its first.
        int swap = builder.Function("vIv:vIv", Code.Get(2).Get(1).Get(0));
        CodeBuilder code = Code
            .With(Opcode.GlobalGet, global).I64(5).With(Opcode.GlobalGet, fixedGlobal).Call(swap)
            .With(Opcode.GlobalSet, global).Op(Opcode.Drop)
            .Open(Opcode.Block, 0x7B).With(Opcode.GlobalGet, global).Get(0).With(Opcode.BrIf, 0).Op(Opcode.Drop).V128(0, 0).End()
            .Op(I32Add)
            .V128(0, 0).Get(0).Op(Opcode.Select)
            .Lane(I64ExtractLane, 1);
        builder.Function("i:I", code, export: "f");
        byte[] bytes = builder.Build();
        Assert.Equal(22ul, Guest.Call(bytes, "f", arguments: [1]).Value);
        Assert.Equal(0ul, Guest.Call(bytes, "f", arguments: [0]).Value);
    }
}
