using System;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Tests.Binary;
using NodeRuntime.Wasm.Tests.Building;

namespace NodeRuntime.Wasm.Tests.Wasi;

public sealed class WasiRunnerTests
{
    private static CodeBuilder Code => new();

    private static WasiOutcome Run(ModuleBuilder builder, WasiJob? job = null) =>
        GuestThread.Run(Guest.Load(builder.Build()), job ?? SampleProgram.Job());

    [Fact]
    public void A_program_that_returns_has_exited_with_0()
    {
        ModuleBuilder builder = new ModuleBuilder().Memory(1);
        builder.Function(":", Code, export: "_start");
        WasiOutcome outcome = Run(builder);
        Assert.Equal((WasiStatus.Exited, 0, ""), (outcome.Status, outcome.ExitCode, outcome.Detail));
    }

    [Fact]
    public void An_unknown_import_is_named()
    {
        ModuleBuilder builder = new ModuleBuilder().Memory(1);
        builder.Import("wasi_snapshot_preview1", "fd_teleport", "i:i");
        builder.Function(":", Code, export: "_start");
        WasiOutcome outcome = Run(builder);
        Assert.Equal(WasiStatus.LinkFailed, outcome.Status);
        Assert.Equal("unknown import: wasi_snapshot_preview1.fd_teleport", outcome.Detail);
    }

    [Fact]
    public void A_known_import_of_another_type_is_named()
    {
        ModuleBuilder builder = new ModuleBuilder().Memory(1);
        builder.Import("wasi_snapshot_preview1", "fd_close", "I:i");
        builder.Function(":", Code, export: "_start");
        Assert.Equal("incompatible import type: wasi_snapshot_preview1.fd_close", Run(builder).Detail);
    }

    [Fact]
    public void A_module_without_start_or_memory_does_not_link()
    {
        ModuleBuilder builder = new ModuleBuilder().Memory(1);
        builder.Function("i:", Code, export: "_start");
        Assert.Equal(WasiStatus.LinkFailed, Run(builder).Status);
        builder = new ModuleBuilder();
        builder.Function(":", Code, export: "_start");
        Assert.Equal(WasiStatus.LinkFailed, Run(builder).Status);
    }

    [Fact]
    public void The_whole_fuel_is_used_when_it_ran_out()
    {
        ModuleBuilder builder = new ModuleBuilder().Memory(1);
        builder.Function(":", Code.Open(Opcode.Loop).With(Opcode.Br, 0).End(), export: "_start");
        WasiOutcome outcome = Run(builder, SampleProgram.Job(fuel: 12_345));
        Assert.Equal((WasiStatus.Trapped, Trap.OutOfFuel, 12_345UL), (outcome.Status, outcome.Trap, outcome.FuelUsed));
    }

    [Fact]
    public void Endless_recursion_traps_on_the_stack_that_the_runner_asks_for()
    {
        ModuleBuilder builder = new ModuleBuilder().Memory(1);
        builder.Function(":", Code.Call(0), export: "_start");
        WasiOutcome outcome = Run(builder, SampleProgram.Job() with { CallDepthMax = 100_000 });
        Assert.Equal((WasiStatus.Trapped, Trap.CallDepthExceeded), (outcome.Status, outcome.Trap));
    }

    [Fact]
    public void Wide_frames_fit_the_stack_that_the_runner_asks_for()
    {
        // Arguments beyond the registers are pushed: the widest frames for what they count.
        ModuleBuilder builder = new ModuleBuilder().Memory(1);
        string parameters = new('I', 200);
        CodeBuilder code = Code;
        for (int i = 0; i < 200; i++) code.Get(i);
        code.Call(0);
        int recursive = builder.Function(parameters + ":", code);
        CodeBuilder start = Code;
        for (int i = 0; i < 200; i++) start.I64(i);
        builder.Function(":", start.Call(recursive), export: "_start");
        WasiOutcome outcome = Run(builder);
        Assert.Equal((WasiStatus.Trapped, Trap.CallDepthExceeded), (outcome.Status, outcome.Trap));
    }

    [Fact]
    public void A_run_is_a_function_of_module_and_job()
    {
        byte[] bytes = ModuleLoadTests.Varied();
        WasiOutcome first = GuestThread.Run(Guest.Load(bytes), SampleProgram.Job());
        WasiOutcome second = GuestThread.Run(Guest.Load(bytes), SampleProgram.Job());
        Assert.Equal(WasiStatus.Exited, first.Status);
        Assert.Equal(Bare(first), Bare(second));

        static WasiOutcome Bare(WasiOutcome outcome) => outcome with { OutputFiles = default, Directories = default, Backtrace = default };
    }

    [Fact]
    public void One_module_serves_two_threads_at_once()
    {
        Module module = Guest.Load(ModuleLoadTests.Varied());
        WasiOutcome? other = null;
        var thread = new Thread(() => other = WasiRunner.Run(module, SampleProgram.Job()), 64 * 1024 * 1024);
        thread.Start();
        WasiOutcome here = GuestThread.Run(module, SampleProgram.Job());
        thread.Join();
        Assert.Equal(here.FuelUsed, other!.FuelUsed);
    }

    [Fact]
    public void A_job_that_makes_no_sense_is_refused_with_a_reason()
    {
        Module module = Guest.Load(ModuleLoadTests.Varied());
        WasiJob job = SampleProgram.Job();
        GuestFile file = new("a", SampleProgram.Text(""));
        WasiJob[] refused =
        [
            job with { MemoryPagesMax = 65_537 },
            job with { CallDepthMax = 0 },
            job with { OutputBytesMax = -1 },
            job with { StartTime = new Instant(-1) },
            job with { Arguments = ["a\0b"] },
            job with { Arguments = [new string('a', WasiRunner.TextBytesMax + 1)] },
            job with { Environment = [new GuestVariable("A=B", "")] },
            job with { Inputs = [file, file] },
            job with { Inputs = [file with { Name = "../a" }] },
            job with { Inputs = [file with { Name = ".." }] },
            job with { Inputs = [file with { Name = "" }] },
            job with { Inputs = [file with { Name = new string('a', 256) }] },
            job with { Inputs = [file], Directories = [] },
            job with { Directories = [new GuestDirectory("")] },
            job with { Directories = [new GuestDirectory("a"), new GuestDirectory("a")] },
            job with { Directories = [new GuestDirectory("a") { Files = [file, new GuestFile("a/b", file.Content)] }] },
            job with { Directories = [new GuestDirectory("a") { Files = [file], Folders = ["a"] }] },
            job with { Directories = [new GuestDirectory("a") { Files = [file with { Name = "../b" }] }] },
            job with { Directories = [new GuestDirectory("a") { Files = [file with { Name = "/b" }] }] },
            job with { Directories = [new GuestDirectory("a") { Folders = ["b//c"] }] },
            job with { Directories = [new GuestDirectory("a") { Folders = [string.Join('/', Enumerable.Repeat("b", 65))] }] },
            job with { Directories = [new GuestDirectory("a") { Links = [new GuestLink("b", new string('c', 5_000))] }] },
            job with { Directories = [.. Enumerable.Range(0, 65).Select(static i => new GuestDirectory("/" + i))] },
        ];
        Assert.All(refused, one =>
        {
            WasiOutcome outcome = WasiRunner.Run(module, one);
            Assert.Equal(WasiStatus.JobRefused, outcome.Status);
            Assert.NotEmpty(outcome.Detail);
        });
    }
}
