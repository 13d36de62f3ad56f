using System;
using System.Collections.Generic;
using System.Linq;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Tests.Building;

namespace NodeRuntime.Wasm.Tests.Embedding;

public sealed class GuestInstanceTests
{
    private const int Add32 = 0x6A;
    private const int Sub32 = 0x6B;
    private const int Mul64 = 0x7E;
    private const int DivS32 = 0x6D;

    private static CodeBuilder Code => new();

    private static Module Arithmetic()
    {
        ModuleBuilder builder = new ModuleBuilder().Memory(1, 3);
        int count = builder.Global('i', Code.I32(5));
        builder.Function("ii:i", Code.Get(0).Get(1).Op(Add32), export: "add");
        builder.Function("II:I", Code.Get(0).Get(1).Op(Mul64), export: "mul");
        builder.Function("fF:F", Code.Get(0).Op(0xBB).Get(1).Op(0xA0), export: "mix");
        builder.Function(":iIi", Code.I32(1).I64(2).I32(3), export: "three");
        builder.Function("i:", Code.Get(0).With(Opcode.GlobalSet, count), export: "set");
        int inner = builder.Function("i:i", Code.I32(100).Get(0).Op(DivS32), export: "hundredth");
        builder.Function("i:i", Code.Get(0).Call(inner), export: "outer");
        builder.Function(":", Code.Open(Opcode.Loop).With(Opcode.Br, 0).End(), export: "spin");
        builder.Export("count", ExternalKind.Global, count);
        return Module.Load(builder.Build());
    }

    [Fact]
    public void A_module_that_is_none_is_an_exception_with_verdict_and_place()
    {
        ModuleException refused = Assert.Throws<ModuleException>(() => Module.Load(new byte[] { 0, 1, 2, 3 }));
        Assert.Equal(ModuleVerdict.Malformed, refused.Verdict);
        Assert.StartsWith("offset ", refused.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Exports_are_delegates_of_their_types()
    {
        using GuestInstance instance = Arithmetic().Instantiate();
        Func<int, int, int> add = instance.Function<int, int, int>("add");
        Assert.Equal(42, add(40, 2));
        Assert.Equal(4_294_967_295u, instance.Function<uint, uint, uint>("add")(4_294_967_294, 1));
        Assert.Equal(1L << 40, instance.Function<long, long, long>("mul")(1L << 20, 1L << 20));
        Assert.Equal(4.25, instance.Function<float, double, double>("mix")(1.75f, 2.5));
        instance.Action<int>("set")(9);
        Assert.Equal(9, instance.Global("count").Value.Int32);
    }

    [Fact]
    public void Values_go_in_and_out_where_types_are_not_known()
    {
        using GuestInstance instance = Arithmetic().Instantiate();
        Assert.Equal(5, instance.Call("add", 2, 3)[0].Int32);
        GuestFunction three = instance.Function("three");
        Assert.Equal([GuestType.I32, GuestType.I64, GuestType.I32], three.Results.AsEnumerable());
        Assert.Equal([1, 2L, 3], three.Call().AsEnumerable());
        Assert.Equal(-1, instance.Call("add", -3, 2)[0].Int32);
        Assert.Throws<LinkException>(() => instance.Call("add", 2));
        Assert.Throws<LinkException>(() => instance.Call("add", 2, 3L));
        Assert.Throws<InvalidOperationException>(() => instance.Call("add", 2, 3)[0].Int64);
        Assert.Empty(instance.Call("set", 1));
    }

    [Fact]
    public void What_is_not_there_or_of_another_type_is_named()
    {
        using GuestInstance instance = Arithmetic().Instantiate();
        LinkException missing = Assert.Throws<LinkException>(() => instance.Function<int>("nothing"));
        Assert.Contains("'nothing'", missing.Message, StringComparison.Ordinal);
        LinkException other = Assert.Throws<LinkException>(() => instance.Function<long, int, int>("add"));
        Assert.Contains("(i32 i32) -> (i32)", other.Message, StringComparison.Ordinal);
        Assert.Throws<LinkException>(() => instance.Action<int, int>("add"));
        Assert.Throws<LinkException>(() => instance.Function<bool, int, int>("add"));
        Assert.Throws<LinkException>(() => instance.Memory("add"));
        Assert.Throws<LinkException>(() => instance.Global("memory"));
    }

    [Fact]
    public void Memory_is_spans_and_what_lies_outside_is_a_trap()
    {
        using GuestInstance instance = Arithmetic().Instantiate();
        GuestMemory memory = instance.Memory();
        Assert.Equal((1, 65_536L), (memory.Pages, memory.Length));
        Assert.Equal(6, memory.WriteText(100, "grüß"));
        Assert.Equal("grüß", memory.ReadText(100, 6));
        memory.WriteInt64(65_528, -2);
        Assert.Equal(-2, memory.ReadInt64(65_528));
        Assert.Equal(Trap.OutOfBoundsMemory, Assert.Throws<GuestTrapException>(() => memory.ReadInt32(65_533)).Trap);
        Assert.Equal(Trap.OutOfBoundsMemory, Assert.Throws<GuestTrapException>(() => memory.ReadInt32(-1)).Trap);
        Assert.Equal(Trap.OutOfBoundsMemory, Assert.Throws<GuestTrapException>(() => memory.Slice(0, -1).Length).Trap);
        Assert.Equal(1, memory.Grow(2));
        Assert.Equal(-1, memory.Grow(1));
        Assert.Equal(0, memory.ReadInt32(3 * 65_536 - 4));
    }

    [Fact]
    public void A_trap_says_where_and_the_instance_goes_on()
    {
        using GuestInstance instance = Arithmetic().Instantiate();
        Func<int, int> outer = instance.Function<int, int>("outer");
        GuestTrapException trap = Assert.Throws<GuestTrapException>(() => outer(0));
        Assert.Equal(Trap.IntegerDivideByZero, trap.Trap);
        Assert.Equal(["hundredth", "outer"], trap.Backtrace.Select(static frame => frame.Name));
        Assert.Contains("integer divide by zero\n  at hundredth (function 5)\n  at outer", trap.Message, StringComparison.Ordinal);
        Assert.Equal(25, outer(4));
    }

    [Fact]
    public void Fuel_is_counted_used_up_and_given_again()
    {
        using GuestInstance instance = Arithmetic().Instantiate(limits: new RunLimits { Fuel = 1_000 });
        instance.Function<int, int, int>("add")(1, 2);
        Assert.Equal((997L, 3L), (instance.FuelLeft, instance.FuelUsed));
        Assert.Equal(Trap.OutOfFuel, Assert.Throws<GuestTrapException>(() => instance.Call("spin")).Trap);
        Assert.Equal((0L, 1_000L), (instance.FuelLeft, instance.FuelUsed));
        Assert.Equal(Trap.OutOfFuel, Assert.Throws<GuestTrapException>(() => instance.Call("add", 1, 2)).Trap);
        instance.AddFuel(3);
        Assert.Equal(3, instance.Call("add", 1, 2)[0].Int32);
        Assert.Equal((0L, 1_003L), (instance.FuelLeft, instance.FuelUsed));
    }

    [Fact]
    public void Each_limit_has_a_trap_of_its_own()
    {
        var builder = new ModuleBuilder();
        int ping = builder.Import("env", "ping", ":");
        builder.Memory(2);
        builder.Table(20);
        builder.Function(":", Code.Open(Opcode.Loop).Call(ping).With(Opcode.Br, 0).End(), export: "calls");
        int deep = builder.Function(":", Code.Call(2), export: "deep");
        Assert.Equal(2, deep);
        builder.Function("i:i", Code.Get(0).With(Opcode.MemoryGrow, 0), export: "grow");
        Module module = Module.Load(builder.Build());
        Imports imports = new Imports().Function("env", "ping", () => { });

        Trap TrapOf(RunLimits limits, string export = "calls") => Assert.Throws<GuestTrapException>(() =>
        {
            using GuestInstance instance = module.Instantiate(imports, limits);
            instance.Call(export);
        }).Trap;

        Assert.Equal(Trap.OutOfFuel, TrapOf(new RunLimits { Fuel = 10_000 }));
        Assert.Equal(Trap.HostCallLimitExceeded, TrapOf(new RunLimits { HostCallsMax = 10 }));
        Assert.Equal(Trap.CallDepthExceeded, TrapOf(new RunLimits { CallDepthMax = 100 }, "deep"));
        Assert.Equal(Trap.MemoryLimitExceeded, TrapOf(new RunLimits { MemoryPagesMax = 1 }));
        Assert.Equal(Trap.TableLimitExceeded, TrapOf(new RunLimits { TableEntriesMax = 19 }));
        using GuestInstance instance = module.Instantiate(imports, new RunLimits { MemoryPagesMax = 3 });
        Assert.Equal([2, -1], new[] { instance.Call("grow", 1)[0].Int32, instance.Call("grow", 1)[0].Int32 });
    }

    [Fact]
    public void A_stack_that_is_too_small_for_the_depth_is_no_trap()
    {
        var builder = new ModuleBuilder();
        builder.Function(":", Code.Call(0), export: "deep");
        using GuestInstance instance = Module.Load(builder.Build())
            .Instantiate(limits: new RunLimits { CallDepthMax = 1_000_000, StackBytes = 128 * 1024 });
        Assert.Throws<GuestStackException>(() => instance.Call("deep"));
    }

    [Fact]
    public void A_limit_out_of_range_is_refused()
    {
        RunLimits[] wrong =
        [
            new() { Fuel = -1 }, new() { MemoryPagesMax = 65_537 }, new() { TableEntriesMax = -1 }, new() { CallDepthMax = 0 },
            new() { OutputBytesMax = -1 }, new() { HostCallsMax = -1 }, new() { StackBytes = 1 },
        ];
        Module module = Arithmetic();
        Assert.All(wrong, limits => Assert.Throws<LinkException>(() => module.Instantiate(limits: limits)));
    }

    [Fact]
    public void After_it_is_disposed_nothing_is_touched()
    {
        GuestInstance instance = Arithmetic().Instantiate();
        Func<int, int, int> add = instance.Function<int, int, int>("add");
        GuestMemory memory = instance.Memory();
        GuestGlobal count = instance.Global("count");
        instance.Dispose();
        instance.Dispose();
        Assert.Throws<ObjectDisposedException>(() => add(1, 2));
        Assert.Throws<ObjectDisposedException>(() => instance.Call("add", 1, 2));
        Assert.Throws<ObjectDisposedException>(() => instance.FuelLeft);
        Assert.Throws<ObjectDisposedException>(() => count.Value);
        Assert.Equal(0, memory.Length);
        Assert.Throws<GuestTrapException>(() => memory.ReadInt32(0));
    }

    [Fact]
    public void A_module_tells_what_it_imports_and_exports()
    {
        ModuleBuilder builder = new();
        builder.Import("env", "f", ":");
        Module module = Module.Load(builder.Memory(1).Build());
        Assert.Equal([new ModuleImport("env", "f", GuestExternal.Function)], module.Imports.AsEnumerable());
        Assert.Equal([new ModuleExport("memory", GuestExternal.Memory)], module.Exports.AsEnumerable());
    }
}
