using System;
using System.Threading;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Tests.Building;

namespace NodeRuntime.Wasm.Tests.Embedding;

public sealed class CancellationTests
{
    private static CodeBuilder Code => new();

    private static Module Endless()
    {
        ModuleBuilder builder = new();
        int ready = builder.Import("env", "ready", ":");
        builder.Function(":", Code.Call(ready).Open(Opcode.Loop).With(Opcode.Br, 0).End(), export: "spin");
        builder.Function("i:i", Code.Get(0), export: "same");
        return Module.Load(builder.Build());
    }

    [Fact]
    public void A_loop_without_calls_ends_when_it_is_cancelled()
    {
        using var source = new CancellationTokenSource();
        using var ready = new ManualResetEventSlim();
        Imports imports = new Imports().Function("env", "ready", ready.Set);
        using GuestInstance instance = Endless().Instantiate(imports, new RunLimits { Fuel = long.MaxValue }, cancellation: source.Token);
        var canceller = new Thread(() =>
        {
            ready.Wait();
            source.Cancel();
        });
        canceller.Start();
        GuestCancelledException cancelled = Assert.Throws<GuestCancelledException>(() => instance.Call("spin"));
        canceller.Join();
        Assert.Equal(source.Token, cancelled.CancellationToken);
        Assert.Throws<GuestCancelledException>(() => instance.Call("same", 1));
    }

    [Fact]
    public void Cancelled_from_within_a_host_function_it_ends_behind_it()
    {
        using var source = new CancellationTokenSource();
        Imports imports = new Imports().Function("env", "ready", () => source.Cancel());
        using GuestInstance instance = Endless().Instantiate(imports, cancellation: source.Token);
        Assert.Throws<GuestCancelledException>(() => instance.Call("spin"));
    }

    [Fact]
    public void A_token_that_is_cancelled_already_lets_nothing_begin()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Imports imports = new Imports().Function("env", "ready", () => { });
        Module module = Endless();
        Assert.Throws<GuestCancelledException>(() => module.Instantiate(imports, cancellation: source.Token));
    }

    [Fact]
    public void Fuel_that_ends_first_is_a_trap_as_ever_and_its_count_the_same()
    {
        using var source = new CancellationTokenSource();
        Imports imports = new Imports().Function("env", "ready", () => { });
        Module module = Endless();
        using GuestInstance plain = module.Instantiate(imports, new RunLimits { Fuel = 100_000 });
        using GuestInstance watched = module.Instantiate(imports, new RunLimits { Fuel = 100_000 }, cancellation: source.Token);
        Assert.Equal(5, watched.Call("same", 5)[0].Int32);
        Assert.Equal(5, plain.Call("same", 5)[0].Int32);
        Assert.Equal(plain.FuelUsed, watched.FuelUsed);
        Assert.Equal(Trap.OutOfFuel, Assert.Throws<GuestTrapException>(() => watched.Call("spin")).Trap);
    }

    [Fact]
    public void A_job_that_is_cancelled_has_its_own_status()
    {
        ModuleBuilder builder = new ModuleBuilder().Memory(1);
        builder.Function(":", Code.Open(Opcode.Loop).With(Opcode.Br, 0).End(), export: "_start");
        Module module = Guest.Load(builder.Build());
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        WasiOutcome outcome = GuestThread.Run(() => WasiRunner.Run(module, SampleProgram.Job(fuel: ulong.MaxValue), source.Token));
        Assert.Equal((WasiStatus.Cancelled, null), (outcome.Status, outcome.Trap));
    }
}
