using System;
using System.Linq;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Tests.Building;

namespace NodeRuntime.Wasm.Tests.Execution;

public sealed class HostileModuleTests
{
    private const int Add32 = 0x6A;

    private static CodeBuilder Code => new();

    [Fact]
    public void Endless_recursion_exceeds_the_depth()
    {
        var builder = new ModuleBuilder();
        builder.Function(":", Code.Call(0), export: "f");
        GuestResult first = Guest.Call(builder.Build(), "f");
        GuestResult second = Guest.Call(builder.Build(), "f");
        Assert.Equal(Trap.CallDepthExceeded, first.Trap);
        Assert.Equal(first, second);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(200)]
    [InlineData(4_000)]
    public void The_depth_counts_frames_by_their_size(int locals)
    {
        // Every local is live across the call, so that the frame holds them all.
        CodeBuilder code = Code;
        for (int i = 0; i < locals; i++) code.Get(0).I32(i).Op(Add32).Set(1 + i);
        code.Get(0).I32(1).Op(Add32).Call(0);
        for (int i = 0; i < locals; i++) code.Get(1 + i).Op(Add32);
        var builder = new ModuleBuilder();
        builder.Function("i:i", code, new string('i', locals), "f");
        Assert.Equal(Trap.CallDepthExceeded, Guest.Call(builder.Build(), "f", arguments: [1]).Trap);
    }

    [Fact]
    public void A_memory_bomb_is_told_no()
    {
        Assert.Equal(1u, Guest.Evaluate("i", Code.I32(3).With(Opcode.MemoryGrow, 0)));
        Assert.Equal(uint.MaxValue, Guest.Evaluate("i", Code.I32(4).With(Opcode.MemoryGrow, 0)));
        Assert.Equal(uint.MaxValue, Guest.Evaluate("i", Code.I32(-1).With(Opcode.MemoryGrow, 0)));
        Assert.Equal(4u, Guest.Evaluate("i", Code.I32(3).With(Opcode.MemoryGrow, 0).Op(Opcode.Drop).With(Opcode.MemorySize, 0)));
    }

    [Fact]
    public void A_grown_memory_is_zero_and_in_bounds() => Assert.Equal(
        0u, Guest.Evaluate("i", Code.I32(1).With(Opcode.MemoryGrow, 0).Op(Opcode.Drop).I32(131_068).Memory(0x28)));

    [Fact]
    public void A_module_that_starts_larger_than_the_job_allows_traps()
    {
        var builder = new ModuleBuilder();
        builder.Function(":", Code, export: "f");
        Assert.Equal(Trap.MemoryLimitExceeded, Guest.Call(builder.Memory(17).Build(), "f").Trap);
    }

    [Fact]
    public void A_wide_br_table_runs_and_a_wider_one_is_refused()
    {
        byte[] Table(int targets)
        {
            CodeBuilder code = Code.Open(Opcode.Block).Open(Opcode.Block).Get(0).Op(Opcode.BrTable).Unsigned((ulong)targets);
            for (int i = 0; i < targets; i++) code.Unsigned((ulong)(i & 1));
            code.Unsigned(1).End().I32(10).Op(Opcode.Return).End().I32(20);
            var builder = new ModuleBuilder();
            builder.Function("i:i", code, export: "f");
            return builder.Build();
        }

        byte[] wide = Table(30_000);
        Assert.Equal(10u, Guest.Call(wide, "f", arguments: [28_000]).Value);
        Assert.Equal(20u, Guest.Call(wide, "f", arguments: [28_001]).Value);
        Assert.Equal(20u, Guest.Call(wide, "f", arguments: [uint.MaxValue]).Value);
        Assert.Equal(ModuleVerdict.LimitExceeded, Module.Load(Table(100_000), ModuleLimits.Default).Verdict);
    }

    [Fact]
    public void Deep_nesting_runs_up_to_the_limit()
    {
        byte[] Nested(int depth)
        {
            CodeBuilder code = Code;
            for (int i = 0; i < depth; i++) code.Open(i % 2 == 0 ? Opcode.Block : Opcode.Loop);
            code.With(Opcode.Br, depth);
            for (int i = 0; i < depth; i++) code.End();
            return Guest.One("", code);
        }

        Assert.Null(Guest.Call(Nested(16_000), "f").Trap);
        Assert.Equal(ModuleVerdict.LimitExceeded, Module.Load(Nested(17_000), ModuleLimits.Default).Verdict);
    }

    [Fact]
    public void A_deep_expression_does_not_exhaust_the_compiler()
    {
        CodeBuilder right = Code;
        for (int i = 0; i < 3_000; i++) right.Get(0);
        for (int i = 0; i < 2_999; i++) right.Op(Add32);
        CodeBuilder left = Code.Get(0);
        for (int i = 0; i < 20_000; i++) left.Get(0).Op(Add32);
        Assert.Equal(0u, Guest.Evaluate("i", right, "i"));
        Assert.Equal(0u, Guest.Evaluate("i", left, "i"));
    }

    [Fact]
    public void A_function_beyond_the_optimizer_works_and_is_reported()
    {
        CodeBuilder code = Code;
        for (int i = 0; i < 4_000; i++) code.Get(0).Get(0).Memory(0x28, (ulong)(i * 4)).I32(1).Op(Add32).Memory(0x36, (ulong)(i * 4));
        code.I32(0).Memory(0x28, 15_996);
        Module module = Guest.Load(Guest.One("i", code, "i"));
        Assert.Equal(1, module.SlowFunctions);
        Assert.Equal(1u, Guest.Call(module, "f").Value);
    }

    [Theory]
    [InlineData(24, false)]
    [InlineData(25, true)]
    public void A_function_beyond_the_compiler_is_marked_by_counting(int additions, bool tooLarge)
    {
        // Two units for each constant and each addition.
        CodeBuilder code = Code.I32(0);
        for (int i = 0; i < additions; i++) code.I32(1).Op(Add32);
        ModuleLoad load = Module.Load(Guest.One("", code.Op(Opcode.Drop)), ModuleLimits.Default with { CompilerWorkMax = 98 });
        Assert.Equal(tooLarge, Assert.Single(load.Module!.Model.Bodies).TooLarge);
    }

    [Fact]
    public void Results_beyond_the_first_come_back_in_order()
    {
        var builder = new ModuleBuilder();
        int three = builder.Function(":iIi", Code.I32(7).I64(100).I32(30));
        builder.Function(":i", Code.Call(three).Set(0).Op(0xA7).Get(0).Op(Add32).Op(Add32), "i", "f");
        Assert.Equal(137u, Guest.Call(builder.Build(), "f").Value);
    }
}
