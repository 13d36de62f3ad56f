using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Runtime.Intrinsics;
using System.Text;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Tests.Building;

namespace NodeRuntime.Wasm.Tests.Embedding;

public sealed class ImportsTests
{
    private const int Add32 = 0x6A;

    private static CodeBuilder Code => new();

    [Fact]
    public void A_delegate_is_called_with_the_guests_values_and_its_memory()
    {
        var builder = new ModuleBuilder();
        int log = builder.Import("env", "log", "ii:");
        int scale = builder.Import("env", "scale", "fIiF:F");
        builder.Memory(1).Data(8, "hello"u8.ToArray());
        builder.Function(":F", Code.I32(8).I32(5).Call(log).F32(BitConverter.SingleToUInt32Bits(1.5f)).I64(1L << 33).I32(-2).F64(0.25).Call(scale), export: "f");
        var said = new List<string>();
        Imports imports = new Imports()
            .Function("env", "log", (GuestCaller caller, int text, int length) => said.Add(caller.Memory.ReadText(text, length)))
            .Function("env", "scale", (float a, long b, int c, double d) => (double)a + b + c + d);
        using GuestInstance instance = Module.Load(builder.Build()).Instantiate(imports);
        Assert.Equal(1.5 + (1L << 33) - 2 + 0.25, instance.Function<double>("f")());
        Assert.Equal(["hello"], said);
        Assert.True(instance.FuelUsed > 2 * FuelSchedule.HostCall);
    }

    [Fact]
    public void Eight_parameters_pass_with_their_caller()
    {
        var builder = new ModuleBuilder();
        int sum = builder.Import("env", "sum", "iiiiiiii:i");
        CodeBuilder code = Code;
        for (int i = 1; i <= 8; i++) code.I32(i);
        builder.Function(":i", code.Call(sum), export: "f");
        Imports imports = new Imports().Function(
            "env", "sum", (GuestCaller _, int a, int b, int c, int d, int e, int f, int g, int h) => a + (10 * (b + (10 * (c + (10 * (d + (10 * (e + (10 * (f + (10 * (g + (10 * h))))))))))))));
        using GuestInstance instance = Module.Load(builder.Build()).Instantiate(imports);
        Assert.Equal(87_654_321, instance.Call("f")[0].Int32);
        Assert.Throws<LinkException>(() => new Imports().Function("m", "f", (string text) => text.Length));
        Assert.Throws<LinkException>(() => new Imports().Function("m", "f", () => DateTime.UnixEpoch));
        Assert.Throws<LinkException>(() => new Imports().Function("m", "f", () => (1, "two")));
    }

    [Theory]
    [InlineData(Executor.Compiled)]
    [InlineData(Executor.Stepping)]
    public void Sixteen_parameters_pass_and_a_delegate_of_more_is_refused(Executor executor)
    {
        var builder = new ModuleBuilder();
        int sum = builder.Import("env", "sum", "iIfFiIfFiIfFiIfF:F");
        CodeBuilder code = Code;
        for (int i = 0; i < 16; i += 4)
        {
            code.I32(1 << i).I64(2L << i).F32(BitConverter.SingleToUInt32Bits(4 << i)).F64((double)(8 << i));
        }

        builder.Function(":F", code.Call(sum), export: "f");
        Imports imports = new Imports().Function(
            "env",
            "sum",
            (int a, long b, float c, double d, int e, long f, float g, double h, int i, long j, float k, double l, int m, long n, float o, double p) =>
                a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p);
        using GuestInstance instance = Module.Load(builder.Build()).Instantiate(imports, executor: executor);
        Assert.Equal(65_535.0, instance.Call("f")[0].Double);
        Assert.Throws<LinkException>(() => new Imports().Function(
            "m", "f", (int a, int b, int c, int d, int e, int f, int g, int h, int i, int j, int k, int l, int m, int n, int o, int p, int q) => a));
    }

    [Theory]
    [InlineData(Executor.Compiled)]
    [InlineData(Executor.Stepping)]
    public void A_tuple_is_several_results(Executor executor)
    {
        object held = new();
        var builder = new ModuleBuilder();
        int many = builder.Import("env", "many", "i:iIfFivxii");
        int fails = builder.Import("env", "fails", ":ii");
        builder.Function("i:iIfFivxii", Code.Get(0).Call(many), export: "f");
        builder.Function(":ii", Code.Call(fails), export: "g");
        Imports imports = new Imports()
            .Function("env", "many", (GuestCaller caller, int a) => (a, (long)a << 40, a + 0.5f, a + 0.25, unchecked((uint)-a), Vector128.Create((byte)a), held, a + 1, a + 2))
            .Function("env", "fails", (Func<(int, int)>)(() => throw new FormatException("the host's own")));
        using GuestInstance instance = Module.Load(builder.Build()).Instantiate(imports, executor: executor);
        ImmutableArray<GuestValue> results = instance.Call("f", 7);
        Assert.Equal((7, 7L << 40, 7.5f), (results[0].Int32, results[1].Int64, results[2].Single));
        Assert.Equal((7.25, -7, Vector128.Create((byte)7)), (results[3].Double, results[4].Int32, results[5].Vector));
        Assert.Same(held, results[6].Reference);
        Assert.Equal((8, 9), (results[7].Int32, results[8].Int32));
        Assert.Equal("the host's own", Assert.Throws<FormatException>(() => instance.Call("g")).Message);
    }

    [Fact]
    public void What_is_missing_or_of_another_type_is_named()
    {
        var builder = new ModuleBuilder();
        builder.Import("env", "f", "i:i");
        Module module = Module.Load(builder.Build());
        Assert.Equal("unknown import: env.f", Assert.Throws<LinkException>(() => module.Instantiate()).Message);
        Imports other = new Imports().Function("env", "f", (long a) => 1);
        Assert.Equal("incompatible import type: env.f", Assert.Throws<LinkException>(() => module.Instantiate(other)).Message);
        Imports memory = new Imports().Memory("env", "f", new GuestMemory(1, 1));
        Assert.Equal("incompatible import type: env.f", Assert.Throws<LinkException>(() => module.Instantiate(memory)).Message);
    }

    [Fact]
    public void What_a_delegate_throws_comes_out_as_it_was()
    {
        var builder = new ModuleBuilder();
        int fail = builder.Import("env", "fail", ":");
        builder.Function(":", Code.Call(fail), export: "f");
        Imports imports = new Imports().Function("env", "fail", Fail);
        using GuestInstance instance = Module.Load(builder.Build()).Instantiate(imports);
        Assert.Equal("ours", Assert.Throws<FormatException>(() => instance.Call("f")).Message);
        Assert.Equal("ours", Assert.Throws<FormatException>(() => instance.Call("f")).Message);

        static void Fail() => throw new FormatException("ours");
    }

    [Fact]
    public void A_bad_pointer_and_a_charge_beyond_the_fuel_are_the_guests_traps()
    {
        var builder = new ModuleBuilder();
        int read = builder.Import("env", "read", "i:");
        int work = builder.Import("env", "work", ":");
        builder.Memory(1);
        builder.Function("i:", Code.Get(0).Call(read), export: "read");
        builder.Function(":", Code.Call(work), export: "work");
        Imports imports = new Imports()
            .Function("env", "read", (GuestCaller caller, int address) => { caller.Memory.ReadInt32(address); })
            .Function("env", "work", (GuestCaller caller) => caller.ChargeFuel(1_000_000));
        using GuestInstance instance = Module.Load(builder.Build()).Instantiate(imports, new RunLimits { Fuel = 1_000_000 });
        instance.Call("read", 0);
        GuestTrapException trap = Assert.Throws<GuestTrapException>(() => instance.Call("read", -4));
        Assert.Equal((Trap.OutOfBoundsMemory, "read"), (trap.Trap, trap.Backtrace[0].Name));
        Assert.Equal(Trap.OutOfFuel, Assert.Throws<GuestTrapException>(() => instance.Call("work")).Trap);
        Assert.Equal(0, instance.FuelLeft);
    }

    [Fact]
    public void A_host_function_may_call_back_and_the_depth_goes_on_counting()
    {
        var builder = new ModuleBuilder();
        int again = builder.Import("env", "again", "i:i");
        builder.Function("i:i", Code.Get(0).Call(again), export: "f");
        var depths = new List<int>();
        GuestInstance instance = null!;
        Imports imports = new Imports().Function("env", "again", (GuestCaller caller, int left) =>
        {
            Assert.Same(instance, caller.Instance);
            return left == 0 ? 7 : caller.Instance.Function<int, int>("f")(left - 1) + 1;
        });
        using (instance = Module.Load(builder.Build()).Instantiate(imports, new RunLimits { CallDepthMax = 50 }))
        {
            Assert.Equal(17, instance.Function<int, int>("f")(10));
            Assert.Equal(17, instance.Function<int, int>("f")(10));
            Assert.Equal(Trap.CallDepthExceeded, Assert.Throws<GuestTrapException>(() => instance.Function<int, int>("f")(60)).Trap);
        }
    }

    [Fact]
    public void Instances_link_with_each_other_and_share_fuel_and_life()
    {
        ModuleBuilder library = new ModuleBuilder().Memory(1).Data(0, 41, 0, 0, 0);
        int total = library.Global('i', Code.I32(1));
        library.Export("total", ExternalKind.Global, total);
        library.Function("i:i", Code.Get(0).Memory(0x28).With(Opcode.GlobalGet, total).Op(Add32), export: "get");
        var user = new ModuleBuilder();
        int get = user.Import("lib", "get", "i:i");
        user.Function(":i", Code.I32(0).Call(get), export: "f");
        GuestInstance first = Module.Load(library.Build()).Instantiate(limits: new RunLimits { Fuel = 1_000 });
        GuestInstance second = Module.Load(user.Build()).Instantiate(new Imports().Instance("lib", first));
        Assert.Equal(42, second.Call("f")[0].Int32);
        Assert.Equal(first.FuelUsed, second.FuelUsed);
        first.Global("total").Value = 2;
        first.Dispose();
        Assert.Equal(43, second.Call("f")[0].Int32);
        second.Dispose();
        Assert.Throws<ObjectDisposedException>(() => second.FuelUsed);
        Assert.Throws<LinkException>(() => new Imports().Instance("lib", first));
        using GuestInstance a = Module.Load(library.Build()).Instantiate();
        using GuestInstance b = Module.Load(library.Build()).Instantiate();
        Assert.Throws<LinkException>(() => new Imports().Instance("a", a).Instance("b", b));
    }

    [Fact]
    public void A_host_makes_globals_and_keeps_objects_in_the_guest()
    {
        Assert.Equal(GuestType.F64, new GuestGlobal(1.5).Type);
        var changing = new GuestGlobal(7L, isMutable: true);
        changing.Value = 8L;
        Assert.Equal(8L, changing.Value.Int64);
        Assert.Throws<LinkException>(() => changing.Value = 8);
        Assert.Throws<LinkException>(() => new GuestGlobal(1).Value = 2);
        var builder = new ModuleBuilder();
        int swap = builder.Import("env", "swap", "x:x");
        builder.Function("x:x", Code.Get(0).Call(swap), export: "f");
        object given = new();
        object back = new();
        Imports imports = new Imports().Function("env", "swap", (object? thing) => ReferenceEquals(thing, given) ? back : null);
        using GuestInstance instance = Module.Load(builder.Build()).Instantiate(imports);
        Assert.Same(back, instance.Function<object?, object?>("f")(given));
        Assert.Null(instance.Call("f", GuestValue.Extern(null))[0].Reference);
        Assert.Same(back, instance.Call("f", GuestValue.Extern(given))[0].Reference);
    }

    [Fact]
    public void Wasi_is_one_line_and_its_streams_are_the_hosts()
    {
        var builder = new ModuleBuilder();
        int write = builder.Import("wasi_snapshot_preview1", "fd_write", "iiii:i");
        int read = builder.Import("wasi_snapshot_preview1", "fd_read", "iiii:i");
        int exit = builder.Import("wasi_snapshot_preview1", "proc_exit", "i:");
        builder.Memory(1).Data(0, 64, 0, 0, 0, 5, 0, 0, 0);
        builder.Function(
            ":", Code.I32(0).I32(0).I32(1).I32(32).Call(read).Op(Opcode.Drop).I32(1).I32(0).I32(1).I32(32).Call(write).Call(exit), export: "_start");
        Module module = Module.Load(builder.Build());
        var output = new MemoryOutput();
        int asked = 0;
        int Read(Span<byte> buffer)
        {
            // A stream that gives its bytes one by one.
            if (asked == 5) return 0;
            buffer[0] = (byte)('a' + asked++);
            return 1;
        }

        var settings = new WasiSettings { StandardInput = new SequentialInput(Read), StandardOutput = new SequentialOutput(output.Write) };
        using GuestInstance instance = module.Instantiate(new Imports().Wasi(settings));
        Assert.Equal(0, Assert.Throws<GuestExitException>(() => instance.Call("_start")).Code);
        Assert.Equal("abcde", Encoding.ASCII.GetString(output.Written.Span));
        using GuestInstance limited = module.Instantiate(
            new Imports().Wasi(new WasiSettings()), new RunLimits { OutputBytesMax = 4 });
        Assert.Equal(Trap.OutputLimitExceeded, Assert.Throws<GuestTrapException>(() => limited.Call("_start")).Trap);
        Assert.Throws<LinkException>(() => new Imports().Wasi(new WasiSettings { Arguments = ["\0"] }));
        Assert.Throws<InvalidOperationException>(() => new SequentialInput(Read).Read(3, new byte[1]));
    }
}
