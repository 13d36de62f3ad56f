using System;
using System.Linq;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Execution;
using NodeRuntime.Wasm.Tests.Building;

namespace NodeRuntime.Wasm.Tests.Execution;

/// <summary>A tail call leaves no frame behind: a million of them fit where a few hundred calls would.</summary>
public sealed class TailCallTests
{
    private const int Add32 = 0x6A;
    private const int Sub32 = 0x6B;
    private const int Add64 = 0x7C;
    private const ulong Turns = 1_000_000;

    // Room for the test, the engine and a few frames.
    private const int SmallStack = 256 * 1024;

    private static CodeBuilder Code => new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_function_calls_itself_a_million_times(bool indirect)
    {
        var builder = new ModuleBuilder();
        CodeBuilder code = Code.Get(0).Op(0x45).Open(Opcode.If).Get(1).Op(Opcode.Return).End()
            .Get(0).I32(1).Op(Sub32).Get(1).I32(2).Op(Add32);
        int type = builder.Type("ii:i");
        code = indirect ? code.I32(0).With(Opcode.ReturnCallIndirect, type, 0) : code.With(Opcode.ReturnCall, 0);
        builder.Function("ii:i", code, export: "f");
        GuestResult result = Run(builder.Table(1).Element(0, 0).Build(), Turns, 0);
        Assert.Equal((null, 2 * Turns), (result.Trap, result.Value));
    }

    /// <summary>Every pair of signatures: few and many parameters, of every type, in registers and far beyond them.</summary>
    [Theory]
    [InlineData("i", "i")]
    [InlineData("i", "iIIIIIIIIII")]
    [InlineData("iffffffffff", "i")]
    [InlineData("iFiFiFiFiFiFiFiFiFiFiFiF", "iIfFIfFIfFIfFIfFIfFIfFIfFIfFIfFIfFIfFIfF")]
    [InlineData("i", "ivvvvvv")]
    [InlineData("ivvvvvvvvvvv", "iIvfvFvivIvfv")]
    [InlineData("iiiiiiiiiiiiiiiiiiii", "ir")]
    public void Functions_of_different_signatures_call_each_other_without_end(string first, string second)
    {
        foreach (string results in new[] { "i", "v", "iIfF", "F" })
        {
            GuestResult direct = Run(PingPong(first, second, results, indirect: false), Turns / 20);
            Assert.Null(direct.Trap);
            Assert.Equal(42ul, direct.Value);
            GuestResult indirect = Run(PingPong(first, second, results, indirect: true), Turns / 20);
            Assert.Null(indirect.Trap);
            Assert.Equal(42ul, indirect.Value);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Functions_whose_parameters_pass_on_the_stack_call_each_other_a_million_times(bool indirect)
    {
        GuestResult result = Run(PingPong("iIFiIF", "iIIIIIIIIIIFFFFFFFFFFii", "i", indirect), Turns);
        Assert.Equal((null, 42ul), (result.Trap, result.Value));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_frame_that_a_tail_call_gave_up_does_not_stay_below_the_calls_that_follow(bool indirect)
    {
        // f calls g, which has a large frame and hands on to h, whose parameters do not fit into g's; h calls f, and so on to the depth.
        const int Locals = 1_000;
        ModuleBuilder builder = new ModuleBuilder().Table(3);
        int g = builder.Type("ii:i");
        int h = builder.Type("iiiiiiiiiiii:i");
        builder.Function("i:i", indirect ? Code.Get(0).Get(0).I32(1).With(Opcode.CallIndirect, g, 0) : Code.Get(0).Get(0).Call(1), export: "f");
        CodeBuilder large = Code;
        for (int i = 0; i < Locals; i++) large.Get(0).I32(i).Op(Add32).Set(2 + i);
        for (int i = 0; i < Locals; i++) large.Get(2 + i).Get(1).Op(Add32).Set(1);
        for (int i = 0; i < 12; i++) large.Get(1);
        large = indirect ? large.I32(2).With(Opcode.ReturnCallIndirect, h, 0) : large.With(Opcode.ReturnCall, 2);
        builder.Function("ii:i", large, new string('i', Locals));
        builder.Function("iiiiiiiiiiii:i", Code.Get(3).Call(0).Get(4).Op(Add32));
        Module module = Guest.Load(builder.Element(0, 0, 1, 2).Build());
        const int Depth = 4_000;
        Assert.Equal(
            Trap.CallDepthExceeded,
            Guest.Call(module, "f", Guest.Fuel, Depth, (int)WasiRunner.StackBytes(Depth), [1]).Trap);
    }

    [Fact]
    public void Three_modules_call_each_other_through_one_table()
    {
        // Each adds its own mark to a sum and hands on to the next entry of the table, in another instance.
        byte[] Member(int mark, int next)
        {
            var builder = new ModuleBuilder();
            int type = builder.Type("iI:I");
            builder.ImportTable("host", "table", 3);
            builder.Function(
                "iI:I",
                Code.Get(0).Op(0x45).Open(Opcode.If).Get(1).Op(Opcode.Return).End()
                    .Get(0).I32(1).Op(Sub32).Get(1).I64(mark).Op(Add64).I32(next).With(Opcode.ReturnCallIndirect, type, 0),
                export: "f");
            return builder.Element(mark == 100 ? 2 : mark == 10 ? 1 : 0, 0).Build();
        }

        (Trap? trap, UInt128 sum) = GuestThread.Run(
            () =>
            {
                using var store = new Store(ModuleLimits.Default, Guest.Fuel);
                var table = new Table(WasmType.FuncRef, 3, -1, 3);
                Instance[] instances = new[] { Member(1, 1), Member(10, 2), Member(100, 0) }
                    .Select(bytes => Guest.Load(bytes))
                    .Select(module => new Instance(module.Model, module.Code, store, ImportSet.Resolve(module.Model, _ => table), 1))
                    .ToArray();
                foreach (Instance instance in instances) instance.Start(Guest.Depth);
                var results = new UInt128[1];
                Invoker.Invoke(instances[0].Function(0), [Turns, 0], new object?[2], Guest.Depth, results);
                foreach (Instance instance in instances) instance.Dispose();
                return ((Trap?)null, results[0]);
            },
            SmallStack);
        Assert.Null(trap);
        // A turn more of the first: a million is 3 * 333,333 + 1.
        Assert.Equal((333_333ul * 111) + 1, (ulong)sum);
    }

    [Fact]
    public void A_tail_call_costs_fuel_as_a_call_and_gives_its_depth_back()
    {
        // g calls a leaf, so that it counts against the depth, and then itself in tail position.
        var builder = new ModuleBuilder();
        int leaf = builder.Function(":", Code);
        builder.Function(
            "i:", Code.Get(0).Op(0x45).Open(Opcode.If).Op(Opcode.Return).End()
                .Call(leaf).Get(0).I32(1).Op(Sub32).With(Opcode.ReturnCall, 1),
            export: "f");
        byte[] bytes = builder.Build();
        GuestResult shallow = Guest.Call(bytes, "f", depth: 1, arguments: [1_000]);
        Assert.Null(shallow.Trap);
        // A turn: get, eqz, if; call, get, const, sub, return_call. The last: get, eqz, if; return.
        long turn = 3 + FuelSchedule.Call + 3 + FuelSchedule.Call;
        Assert.Equal((1_000 * turn) + 3 + 1, shallow.FuelUsed);
        Assert.Equal(Trap.CallDepthExceeded, Guest.Call(bytes, "f", depth: 0, arguments: [1_000]).Trap);
        Assert.Equal(Trap.OutOfFuel, Guest.Call(bytes, "f", fuel: shallow.FuelUsed - 1, arguments: [1_000]).Trap);
        Assert.Null(Guest.Call(bytes, "f", fuel: shallow.FuelUsed, arguments: [1_000]).Trap);
    }

    [Fact]
    public void A_tail_call_through_the_table_traps_as_a_call_does()
    {
        ModuleBuilder builder = new ModuleBuilder().Table(3);
        int type = builder.Type("i:");
        int other = builder.Function("I:", Code);
        builder.Function("i:", Code.Get(0).Get(0).With(Opcode.ReturnCallIndirect, type, 0), export: "f");
        byte[] bytes = builder.Element(0, other).Build();
        Assert.Equal(Trap.IndirectCallTypeMismatch, Guest.Call(bytes, "f", arguments: [0]).Trap);
        Assert.Equal(Trap.UninitializedElement, Guest.Call(bytes, "f", arguments: [1]).Trap);
        Assert.Equal(Trap.UndefinedElement, Guest.Call(bytes, "f", arguments: [3]).Trap);
    }

    [Fact]
    public void A_tail_call_from_a_function_that_the_JIT_does_not_optimise_leaves_no_frame()
    {
        var builder = new ModuleBuilder();
        CodeBuilder code = Code.Get(0).Op(0x45).Open(Opcode.If).I32(42).Op(Opcode.Return).End();
        code.Get(1).Open(Opcode.If);
        for (int i = 0; i < 6_000; i++) code.Get(1).I32(i).Op(Add32).Set(1).Get(2).Get(1).Op(Add32).Set(2);
        code.End();
        code.Get(0).I32(1).Op(Sub32).I32(0);
        for (int i = 0; i < 12; i++) code.I32(i);
        code.With(Opcode.ReturnCall, 1);
        builder.Function("ii:i", code, "i", "f");
        CodeBuilder back = Code.Get(0).Get(1).With(Opcode.ReturnCall, 0);
        builder.Function("iiiiiiiiiiiiii:i", back);
        byte[] bytes = builder.Build();
        Assert.Equal(1, Guest.Load(bytes).SlowFunctions);
        Assert.Equal((null, 42ul), (Run(bytes, Turns / 4, 0).Trap, Run(bytes, Turns / 4, 0).Value));
    }

    private static GuestResult Run(byte[] bytes, params ulong[] arguments)
    {
        Module module = Guest.Load(bytes);
        return Guest.Call(module, "f", Guest.Fuel, 100, SmallStack, arguments);
    }

    /// <summary>Two functions that hand a counter to each other, and constants for the rest; "f" starts them.</summary>
    private static byte[] PingPong(string first, string second, string results, bool indirect)
    {
        ModuleBuilder builder = new ModuleBuilder().Table(2);
        int firstType = builder.Type(first + ":" + results);
        int secondType = builder.Type(second + ":" + results);
        CodeBuilder Body(string own, string other, int otherType, int function)
        {
            CodeBuilder code = Code.Get(0).Op(0x45).Open(Opcode.If);
            foreach (char letter in results) Constant(code, letter, 42);
            code.Op(Opcode.Return).End().Get(0).I32(1).Op(Sub32);
            for (int i = 1; i < other.Length; i++)
            {
                // An own parameter where one of the type stands in the same place, so that it moves.
                if (i < own.Length && own[i] == other[i]) code.Get(i);
                else Constant(code, other[i], i);
            }

            return indirect ? code.I32(function).With(Opcode.ReturnCallIndirect, otherType, 0) : code.With(Opcode.ReturnCall, function);
        }

        int ping = builder.Function(first + ":" + results, Body(first, second, secondType, 1));
        int pong = builder.Function(second + ":" + results, Body(second, first, firstType, 0));
        CodeBuilder start = Code.Get(0);
        for (int i = 1; i < first.Length; i++) Constant(start, first[i], i);
        start.Call(ping);
        for (int i = 1; i < results.Length; i++) start.Op(Opcode.Drop);
        start = results[0] switch
        {
            'v' => start.Lane(0x21D, 0),
            'F' => start.Op(0xB0),
            _ => start.Op(0xAD),
        };
        builder.Function("i:I", start, export: "f");
        return builder.Element(0, ping, pong).Build();
    }

    private static void Constant(CodeBuilder code, char letter, int value)
    {
        switch (letter)
        {
            case 'i':
                code.I32(value);
                break;
            case 'I':
                code.I64(value);
                break;
            case 'f':
                code.F32(BitConverter.SingleToUInt32Bits(value));
                break;
            case 'F':
                code.F64((double)value);
                break;
            case 'v':
                code.V128((ulong)value, ulong.MaxValue);
                break;
            default:
                code.Op(Opcode.RefNull).Raw(0x70);
                break;
        }
    }
}
