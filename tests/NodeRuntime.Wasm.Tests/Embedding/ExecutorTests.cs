using System.Linq;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Tests.Building;

namespace NodeRuntime.Wasm.Tests.Embedding;

/// <summary>An instance on either executor: what a host of it can see is the same.</summary>
public sealed class ExecutorTests
{
    private static CodeBuilder Code => new();

    [Fact]
    public void Both_give_results_traps_frames_and_fuel_alike()
    {
        Module module = Module.Load(Program());
        using GuestInstance compiled = module.Instantiate();
        using GuestInstance stepping = module.Instantiate(executor: Executor.Stepping);
        Assert.Equal(compiled.Call("sum", 10)[0].Int32, stepping.Call("sum", 10)[0].Int32);
        Assert.Equal(55, stepping.Function<int, int>("sum")(10));
        Assert.Equal(55, compiled.Function<int, int>("sum")(10));
        GuestTrapException one = Assert.Throws<GuestTrapException>(() => compiled.Call("outer"));
        GuestTrapException other = Assert.Throws<GuestTrapException>(() => stepping.Call("outer"));
        Assert.Equal(one.Trap, other.Trap);
        Assert.Equal(["inner", "outer"], other.Backtrace.Select(static frame => frame.Name));
        Assert.Equal(one.Backtrace.AsEnumerable(), other.Backtrace.AsEnumerable());
        Assert.Equal(compiled.FuelUsed, stepping.FuelUsed);
    }

    [Fact]
    public void An_instance_of_one_imports_from_an_instance_of_the_other()
    {
        Module library = Module.Load(Program());
        var builder = new ModuleBuilder();
        int sum = builder.Import("library", "sum", "i:i");
        builder.Function("i:i", Code.Get(0).Call(sum), export: "twice");
        Module user = Module.Load(builder.Build());
        foreach ((Executor below, Executor above) in new[] { (Executor.Stepping, Executor.Compiled), (Executor.Compiled, Executor.Stepping) })
        {
            using GuestInstance first = library.Instantiate(executor: below);
            using GuestInstance second = user.Instantiate(new Imports().Instance("library", first), executor: above);
            Assert.Equal(5050, second.Call("twice", 100)[0].Int32);
            Assert.Equal(5050, second.Function<int, int>("twice")(100));
        }
    }

    [Fact]
    public void Every_amount_of_fuel_ends_alike_in_calls_that_return_owing()
    {
        Module module = Module.Load(Program());
        long price = Used(module, Executor.Compiled, long.MaxValue, out _);
        for (long fuel = 0; fuel <= price; fuel++)
        {
            long compiled = Used(module, Executor.Compiled, fuel, out Trap? trap);
            Assert.Equal((compiled, trap), (Used(module, Executor.Stepping, fuel, out Trap? other), other));
            Assert.Equal(fuel < price ? Trap.OutOfFuel : null, trap);
        }
    }

    private static long Used(Module module, Executor executor, long fuel, out Trap? trap)
    {
        using GuestInstance instance = module.Instantiate(limits: new RunLimits { Fuel = fuel }, executor: executor);
        trap = null;
        try
        {
            instance.Call("indirect", 4);
        }
        catch (GuestTrapException failed)
        {
            trap = failed.Trap;
        }

        return instance.FuelUsed;
    }

    /// <summary>sum(n) by recursion, indirect(n) the same through a table, outer() that traps in inner.</summary>
    private static byte[] Program()
    {
        var builder = new ModuleBuilder();
        builder.Function(
            "i:i",
            Code.Get(0).Open(Opcode.If, 0x7F).Get(0).Get(0).I32(1).Op(0x6B).Call(0).Op(0x6A).Op(Opcode.Else).I32(0).End(),
            export: "sum");
        builder.Function("i:i", Code.Get(0).I32(0).With(Opcode.CallIndirect, 0, 0), export: "indirect");
        int inner = builder.Function(":", Code.Op(Opcode.Unreachable));
        int outer = builder.Function(":", Code.Call(inner), export: "outer");
        builder.Table(1).Element(0, 0).Names((inner, "inner"), (outer, "outer"));
        return builder.Build();
    }
}
