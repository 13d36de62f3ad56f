using System;
using System.Threading;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Execution;
using NodeRuntime.Wasm.Stepping;
using NodeRuntime.Wasm.Tests.Building;

namespace NodeRuntime.Wasm.Tests.Stepping;

public sealed unsafe class StepperTests
{
    private const int Add = 0x6A;
    private const int Subtract = 0x6B;
    private const int Multiply = 0x6C;

    private static CodeBuilder Code => new();

    /// <summary>fac(n), with a loop, a branch table and calls: enough of everything that moves the stack.</summary>
    private static byte[] Factorials()
    {
        var builder = new ModuleBuilder();
        int fac = builder.Function("i:i", Code
            .Get(0).Op(0x45).Open(Opcode.If, (byte)WasmType.I32).I32(1)
            .Op(Opcode.Else).Get(0).Get(0).I32(1).Op(Subtract).Call(0).Op(Multiply).End());
        builder.Function("i:i", Code
            .Open(Opcode.Loop)
            .Open(Opcode.Block).Open(Opcode.Block).Open(Opcode.Block)
            .Get(0).I32(3).Op(0x70).Op(Opcode.BrTable).Raw(2, 0, 1, 2).End()
            .Get(1).Get(0).Call(fac).Op(Add).Set(1).With(Opcode.Br, 1).End()
            .Get(1).I32(7).Op(0x73).Set(1).End()
            .Get(0).I32(1).Op(Subtract).With(Opcode.LocalTee, 0).With(Opcode.BrIf, 0).End()
            .Get(1), "i", "f");
        return builder.Memory(1).Build();
    }

    [Fact]
    public void It_stops_at_every_border_and_goes_on_as_if_it_had_not()
    {
        Module module = Guest.Load(Factorials());
        GuestResult whole = Guest.Call(module, "f", arguments: 12);
        foreach (long stride in (long[])[1, 2, 7, 1000])
        {
            using var store = new Store(module.Limits, Guest.Fuel);
            using var instance = new Instance(module, Executor.Stepping, store, ImportSet.Resolve(module.Model, static _ => null), 16);
            *store.Stepper.Reserve(1) = 12;
            store.Stepper.Begin(instance.Function(1), Guest.Depth);
            int pauses = 0;
            while (store.Stepper.Resume(0, stride) == StepStatus.Paused) pauses++;
            Assert.True(store.Stepper.IsIdle);
            Assert.Equal(whole.Value, *store.Stepper.Slot(0));
            Assert.Equal(whole.FuelUsed, Guest.Fuel - store.Fuel);
            Assert.True(pauses >= whole.FuelUsed / (stride * 16), "it ran further than it was asked to");
        }
    }

    [Fact]
    public void It_stops_behind_the_first_charge_that_reaches_the_fuel_asked_for()
    {
        Module module = Guest.Load(Factorials());
        using var store = new Store(module.Limits, Guest.Fuel);
        using var instance = new Instance(module, Executor.Stepping, store, ImportSet.Resolve(module.Model, static _ => null), 16);
        *store.Stepper.Reserve(1) = 12;
        store.Stepper.Begin(instance.Function(1), Guest.Depth);
        long target = 50;
        while (store.Stepper.Resume(Guest.Fuel - target + 1, long.MaxValue) == StepStatus.Paused)
        {
            Assert.InRange(Guest.Fuel - store.Fuel, target, target + 30);
            target += 50;
        }

        Assert.Equal(Guest.Call(module, "f", arguments: 12).FuelUsed, Guest.Fuel - store.Fuel);
    }

    [Theory]
    [InlineData(Executor.Compiled, Executor.Stepping)]
    [InlineData(Executor.Stepping, Executor.Compiled)]
    [InlineData(Executor.Stepping, Executor.Stepping)]
    public void Instances_of_either_kind_call_each_other(Executor first, Executor second) =>
        Assert.Equal(RunLinked(Executor.Compiled, Executor.Compiled, 40), RunLinked(first, second, 40));

    [Theory]
    [InlineData(Executor.Compiled, Executor.Stepping)]
    [InlineData(Executor.Stepping, Executor.Compiled)]
    [InlineData(Executor.Stepping, Executor.Stepping)]
    public void Depth_and_fuel_run_out_at_the_same_call_across_kinds(Executor first, Executor second)
    {
        Assert.Equal(RunLinked(Executor.Compiled, Executor.Compiled, 40, depth: 50), RunLinked(first, second, 40, depth: 50));
        Assert.Equal(Trap.CallDepthExceeded, RunLinked(first, second, 40, depth: 50).Trap);
        long price = RunLinked(first, second, 40).FuelUsed;
        Assert.Null(RunLinked(first, second, 40, fuel: price).Trap);
        Assert.Equal(Trap.OutOfFuel, RunLinked(first, second, 40, fuel: price - 1).Trap);
    }

    [Fact]
    public void A_function_too_large_to_compile_is_stepped_and_the_others_are_not()
    {
        byte[] bytes = Factorials();
        ModuleLimits limits = ModuleLimits.Default with { CompilerWorkMax = 130 };
        Module module = Module.Load(bytes, limits).Module!;
        Assert.Equal([false, true], module.Model.Bodies.ConvertAll(static body => body.TooLarge));
        Assert.Equal(Guest.Call(bytes, "f", arguments: 12), Guest.Call(module, "f", arguments: 12));
        Module all = Module.Load(bytes, limits with { CompilerWorkMax = 1 }).Module!;
        Assert.Equal(Guest.Call(bytes, "f", arguments: 12), Guest.Call(all, "f", arguments: 12));
        Assert.Equal(
            Guest.Call(bytes, "f", depth: 10, arguments: 12), Guest.Call(module, "f", depth: 10, arguments: 12));
    }

    [Fact]
    public void An_entry_below_the_stack_s_limit_unwinds_instead_of_ending_the_process()
    {
        Module module = Guest.Load(Factorials());
        using var store = new Store(module.Limits, 1_000);
        using var instance = new Instance(module, Executor.Stepping, store, ImportSet.Resolve(module.Model, static _ => null), 1);
        store.StackLimit = nint.MaxValue;
        Assert.Throws<HostStackException>(() => Invoker.Invoke(instance.Function(1), [1], [null], 10, new UInt128[1]));
        Assert.True(store.Stepper.IsIdle);
    }

    [Fact]
    public void A_deep_recursion_needs_no_stack_of_the_host()
    {
        var builder = new ModuleBuilder();
        builder.Function("i:i", Code.Get(0).Op(0x45).Open(Opcode.If).I32(0).Op(Opcode.Return).End()
            .Get(0).I32(1).Op(Subtract).Call(0).I32(1).Op(Add), export: "f");
        Module module = Guest.Load(builder.Memory(1).Build());
        GuestResult result = GuestThread.Run(
            () => Guest.CallOn(Executor.Stepping, module, "f", Guest.Fuel, 1_000_000, [400_000]), 256 * 1024);
        Assert.Equal((null, 400_000UL), (result.Trap, result.Value));
    }

    [Fact]
    public void The_sample_program_s_outcome_does_not_depend_on_the_executor()
    {
        Module module = Guest.Load(SampleProgram.Bytes());
        WasiJob Job(MemoryOutput output) => SampleProgram.Job(output: output) with
        {
            Arguments = ["csv_report"],
            StandardInput = SampleProgram.Text("region,amount\nnorth,12\nsouth,7\nnorth,3\n"),
        };
        var compiledOutput = new MemoryOutput();
        var steppingOutput = new MemoryOutput();
        WasiOutcome compiled = GuestThread.Run(module, Job(compiledOutput));
        WasiOutcome stepping = GuestThread.Run(() => WasiRunner.RunOn(Executor.Stepping, module, Job(steppingOutput)));
        Assert.Equal(WasiStatus.Exited, compiled.Status);
        Assert.Equal((compiled.Status, compiled.ExitCode, compiled.FuelUsed), (stepping.Status, stepping.ExitCode, stepping.FuelUsed));
        Assert.Equal(SampleProgram.Text(compiledOutput), SampleProgram.Text(steppingOutput));
        Assert.Equal(compiled.OutputFiles.Length, stepping.OutputFiles.Length);
        for (int i = 0; i < compiled.OutputFiles.Length; i++)
        {
            Assert.Equal(compiled.OutputFiles[i].Bytes.ToArray(), stepping.OutputFiles[i].Bytes.ToArray());
        }
    }

    [Fact]
    public void A_trap_tells_the_functions_on_the_stack()
    {
        var builder = new ModuleBuilder();
        int inner = builder.Function(":", Code.Op(Opcode.Unreachable), export: "inner");
        builder.Function(":", Code.Call(inner), export: "_start");
        Module module = Guest.Load(builder.Memory(1).Build());
        WasiOutcome outcome = GuestThread.Run(() => WasiRunner.RunOn(Executor.Stepping, module, SampleProgram.Job()));
        Assert.Equal(Trap.Unreachable, outcome.Trap);
        Assert.Equal([new GuestFrame(0, "inner"), new GuestFrame(1, "_start")], outcome.Backtrace.AsSpan().ToArray());
    }

    [Fact]
    public void A_stepped_run_can_be_cancelled()
    {
        var builder = new ModuleBuilder();
        builder.Function(":", Code.Open(Opcode.Loop).With(Opcode.Br, 0).End(), export: "_start");
        Module module = Guest.Load(builder.Memory(1).Build());
        using var source = new CancellationTokenSource();
        source.Cancel();
        WasiOutcome outcome = GuestThread.Run(
            () => WasiRunner.RunOn(Executor.Stepping, module, SampleProgram.Job(fuel: ulong.MaxValue), source.Token));
        Assert.Equal(WasiStatus.Cancelled, outcome.Status);
    }

    /// <summary>
    /// Two modules share a table, and each calls the other's function through it or as an import, with every type among the parameters and
    /// results: mix(n, i64, f32, f64, v128, funcref) -> (i32, v128, f64, funcref).
    /// </summary>
    private static GuestResult RunLinked(Executor first, Executor second, int turns, int depth = Guest.Depth, long fuel = Guest.Fuel)
    {
        const string letters = "iIfFvr:ivFr";
        var provider = new ModuleBuilder();
        int type = provider.Type(letters);
        CodeBuilder pong = Code
            .Get(0).Op(0x45).Open(Opcode.If)
            .Get(1).Op(0xA7).Get(4).Get(3).Get(5).Op(Opcode.Return).End()
            .Get(0).I32(1).Op(Subtract)
            .Get(1).Get(0).Op(0xAD, 0x7C)
            .Get(2).Get(2).Op(0x92)
            .Get(3).Get(2).Op(0xBB, 0xA0)
            .Get(4).Get(0).Op(0x211, 0x2AE)
            .Get(5);
        CodeBuilder Through(int entry) => new CodeBuilder().Raw(pong.Bytes).I32(entry).With(Opcode.CallIndirect, type, 0);
        provider.Table(4);
        provider.Function(letters, Through(1), export: "mix");
        provider.Element(0, 0);
        provider.Export("table", ExternalKind.Table, 0);
        Module one = Guest.Load(provider.Memory(1).Build());

        var user = new ModuleBuilder();
        int mix = user.Import("one", "mix", letters);
        user.ImportTable("one", "table", 4);
        type = user.Type(letters);
        int own = user.Function(letters, new CodeBuilder().Raw(pong.Bytes).Call(mix));
        user.Function("i:I", Code
            .Get(0).I64(5).F32(0x3F800000).F64(0.25).I64(3).Op(0x212).With(Opcode.RefFunc, own).Call(own)
            // The reference is null or not, the vector's sum, the double's bits, the number: all in one.
            .Op(Opcode.RefIsNull, 0xAD).Set(1).Op(0xBD).Get(1).Op(0x7C).Set(1)
            .With(Opcode.LocalSet, 2).Get(2).Op(0x21D).Raw(0).Get(2).Op(0x21D).Raw(1).Op(0x7C).Get(1).Op(0x7C).Set(1)
            .Op(0xAC).Get(1).Op(0x7C), "Iv", "f");
        user.Element(1, own);
        Module two = Guest.Load(user.Memory(1).Build());
        return GuestThread.Run(() =>
        {
            using var store = new Store(one.Limits, fuel);
            using var a = new Instance(one, first, store, ImportSet.Resolve(one.Model, static _ => null), 16);
            using var b = new Instance(two, second, store, ImportSet.Resolve(two.Model, import =>
                import.Kind == ExternalKind.Table ? a.Tables[0] : a.Function(0)), 16);
            var results = new UInt128[1];
            Trap? trapped = null;
            try
            {
                a.Start(depth);
                b.Start(depth);
                Invoker.Invoke(b.Function(two.Model.FindExport("f")!.Index), [(UInt128)(uint)turns], [null], depth, results);
            }
            catch (TrapException trap)
            {
                trapped = trap.Trap;
            }

            return new GuestResult(trapped, (ulong)(results[0] & ulong.MaxValue), fuel - store.Fuel);
        });
    }
}
