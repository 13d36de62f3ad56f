using System;
using System.Linq;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Execution;
using NodeRuntime.Wasm.Tests.Building;

namespace NodeRuntime.Wasm.Tests.Execution;

/// <summary>
/// The compiler makes fewer bounds checks and tests of fuel than there are accesses and runs. Here is what the guest could see if it made
/// too few, or made them in another order: traps that do not come or come as another, and stores that are there and should not be.
/// </summary>
public sealed class SharedCheckTests
{
    private const int Add = 0x6A;
    private const int Load8 = 0x2D;
    private const int Load32 = 0x28;
    private const int Load64 = 0x29;
    private const int Store8 = 0x3A;
    private const int Divide = 0x6D;
    private const long Bytes = 65_536;

    // p = parameter 0; a sum in local 1.
    private const string Locals = "i";

    private static CodeBuilder Code => new();

    private static readonly int[] Addresses =
        [0, 1, 4, 8, 100, 65_504, 65_512, 65_519, 65_520, 65_524, 65_528, 65_532, 65_535, 65_536, -1, -4, -8, -16, -24, int.MinValue, int.MaxValue];

    [Theory]
    [InlineData("0 8 16")]
    [InlineData("16 8 0")]
    [InlineData("8 -8 0")]
    [InlineData("-4 4")]
    [InlineData("16 24")]
    [InlineData("24 16")]
    [InlineData("0 65000 32")]
    [InlineData("0 65532 4")]
    [InlineData("1000000000 0")]
    [InlineData("-2147483648 0")]
    public void Loads_from_one_local_trap_exactly_when_one_of_them_would(string displacements)
    {
        int[] distances = [.. displacements.Split(' ').Select(static text => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture))];
        foreach (uint offset in new uint[] { 0, 8 })
        {
            CodeBuilder code = Code;
            foreach (int distance in distances)
            {
                code.Get(0).I32(distance).Op(Add).Memory(Load32, offset).Get(1).Op(Add).Set(1);
            }

            Module module = One(code);
            foreach (int address in Addresses)
            {
                bool outside = distances.Any(distance => (long)unchecked((uint)(address + distance)) + offset + 4 > Bytes);
                Assert.Equal(outside ? Trap.OutOfBoundsMemory : null, Run(module, address).Trap);
            }
        }
    }

    [Fact]
    public void Random_accesses_of_locals_that_move_trap_where_they_should()
    {
        var random = new Prng(7);
        for (int i = 0; i < 60; i++) CheckRandom(random);
    }

    /// <summary>Loads, stores and moves of two locals, against the same in C#: the same trap, and the same bytes in memory.</summary>
    private static void CheckRandom(Prng random)
    {
        CodeBuilder code = Code.Get(0).Set(1);
        var steps = new (int Kind, int Local, int Distance, int Size)[12];
        for (int i = 0; i < steps.Length; i++)
        {
            int kind = (int)(random.NextUInt64() % 5);
            int local = (int)(random.NextUInt64() % 2);
            int distance = ((int)(random.NextUInt64() % 9) - 2) * 4;
            steps[i] = (kind, local, distance, i % 2 == 0 ? 4 : 8);
            switch (kind)
            {
                case 0:
                    code.Get(local).I32(distance).Op(Add).Set(local);
                    break;
                case 1:
                    code.Get(local).I32(distance).Op(Add).Set(1 - local);
                    break;
                case 2:
                    code.Get(local).I32(distance).Op(Add).I32(i + 1).Memory(Store8);
                    break;
                case 3:
                    // Twice the same displacement, as an offset and as a constant.
                    code.Get(local).Memory(i % 2 == 0 ? Load32 : Load64, 12).Op(Opcode.Drop);
                    break;
                default:
                    code.Get(local).I32(distance).Op(Add).Memory(i % 2 == 0 ? Load32 : Load64).Op(Opcode.Drop);
                    break;
            }
        }

        Module module = One(code);
        foreach (int address in Addresses)
        {
            byte[] memory = new byte[Bytes];
            bool outside = Simulate(steps, address, memory);
            Outcome outcome = Run(module, address);
            Assert.Equal(outside ? Trap.OutOfBoundsMemory : null, outcome.Trap);
            Assert.True(memory.AsSpan().SequenceEqual(outcome.Memory));
        }
    }

    private static bool Simulate((int Kind, int Local, int Distance, int Size)[] steps, int address, byte[] memory)
    {
        int[] locals = [address, address];
        for (int i = 0; i < steps.Length; i++)
        {
            (int kind, int local, int distance, int size) = steps[i];
            int moved = unchecked(locals[local] + distance);
            long place = unchecked((uint)moved);
            switch (kind)
            {
                case 0:
                    locals[local] = moved;
                    break;
                case 1:
                    locals[1 - local] = moved;
                    break;
                case 2 when place + 1 > Bytes:
                    return true;
                case 2:
                    memory[place] = (byte)(i + 1);
                    break;
                case 3 when unchecked((uint)locals[local]) + 12L + size > Bytes:
                case 4 when place + size > Bytes:
                    return true;
            }
        }

        return false;
    }

    [Fact]
    public void A_store_before_the_trap_is_made_and_one_behind_is_not()
    {
        CodeBuilder code = Code.Get(0).Memory(Load8).Op(Opcode.Drop)
            .Get(0).I32(1).Memory(Store8)
            .Get(0).Memory(Load32, 65_533).Op(Opcode.Drop)
            .Get(0).I32(2).Memory(Store8, 1);
        Outcome outcome = Run(One(code), 0);
        Assert.Equal(Trap.OutOfBoundsMemory, outcome.Trap);
        Assert.Equal((1, 0), (outcome.Memory[0], outcome.Memory[1]));
    }

    [Fact]
    public void Another_trap_in_between_comes_first()
    {
        CodeBuilder code = Code.Get(0).Memory(Load8).Op(Opcode.Drop)
            .I32(1).Get(1).Op(Divide).Op(Opcode.Drop)
            .Get(0).Memory(Load32, 65_533).Op(Opcode.Drop);
        Assert.Equal(Trap.IntegerDivideByZero, Run(One(code), 0).Trap);
    }

    [Fact]
    public void A_check_in_one_way_says_nothing_about_the_other()
    {
        // if (p == 65532) p = 65536 else load p + 0..4; then load p.
        CodeBuilder code = Code.Get(0).I32(65_532).Op(0x46).Open(Opcode.If).I32(65_536).Set(0).Op(Opcode.Else)
            .Get(0).Memory(Load32).Op(Opcode.Drop).End()
            .Get(0).Memory(Load32).Op(Opcode.Drop);
        Module module = One(code);
        Assert.Equal(Trap.OutOfBoundsMemory, Run(module, 65_532).Trap);
        Assert.Null(Run(module, 65_528).Trap);
    }

    [Fact]
    public void A_loop_checks_the_local_it_moves_in_each_turn()
    {
        CodeBuilder code = Code.Get(0).Memory(Load32).Op(Opcode.Drop)
            .Open(Opcode.Loop).Get(0).I32(9).Memory(Store8).Get(0).I32(1).Op(Add).Set(0).With(Opcode.Br, 0).End();
        Outcome outcome = Run(One(code), 65_500);
        Assert.Equal(Trap.OutOfBoundsMemory, outcome.Trap);
        Assert.Equal(36, outcome.Memory.Count(static value => value == 9));
    }

    [Fact]
    public void A_run_that_cannot_be_paid_changes_nothing_and_has_no_other_trap()
    {
        // Two runs: the first 3 units and an if, the second stores, then goes out of bounds.
        CodeBuilder code = Code.Get(0).Op(0x45, 0x45).Open(Opcode.If)
            .Get(0).I32(1).Memory(Store8)
            .Get(0).Memory(Load32, 65_536).Op(Opcode.Drop).End();
        Module module = One(code);
        Outcome whole = Run(module, 1);
        Assert.Equal(Trap.OutOfBoundsMemory, whole.Trap);
        Assert.Equal(1, whole.Memory[1]);
        for (long fuel = 0; fuel < whole.FuelUsed; fuel++)
        {
            Outcome outcome = Run(module, 1, fuel);
            Assert.Equal(Trap.OutOfFuel, outcome.Trap);
            Assert.Equal(fuel - Store.Exhausted, outcome.FuelUsed);
            Assert.Equal(0, outcome.Memory[1]);
        }

        Assert.Equal(Trap.OutOfBoundsMemory, Run(module, 1, whole.FuelUsed).Trap);
    }

    [Fact]
    public void A_load_out_of_bounds_in_an_unpaid_run_is_out_of_fuel()
    {
        Module module = One(Code.Get(0).Op(0x45, 0x45).Open(Opcode.If).Get(0).Memory(Load32, 65_536).Op(Opcode.Drop).End());
        long whole = Run(module, 1).FuelUsed;
        Assert.Equal(Trap.OutOfBoundsMemory, Run(module, 1, whole).Trap);
        Assert.Equal(Trap.OutOfFuel, Run(module, 1, whole - 1).Trap);
        Assert.Equal(Trap.OutOfFuel, Run(module, 1, 1).Trap);
    }

    [Theory]
    [InlineData(0x77)]
    [InlineData(0x78)]
    public void A_rotation_is_compared_with_zero_as_its_value_is(int rotation)
    {
        var builder = new ModuleBuilder().Memory(1);
        int same = builder.Function("i:i", Code.Get(0));
        int rotated = builder.Function("i:i", Code.Get(0).I32(2).Op(rotation));
        // One digit for each way: directly, in a local, chosen, called with, returned, in a tree that folds, divided by.
        CodeBuilder code = Code.I32(0).Set(1);
        void Digit(CodeBuilder condition) => code.Get(1).I32(10).Op(0x6C).Raw(condition.Bytes).Op(Add).Set(1);
        CodeBuilder rotate = Code.Get(0).I32(2).Op(rotation);
        Digit(Code.Raw(rotate.Bytes).Op(0x45));
        Digit(Code.Raw(rotate.Bytes).Set(2).Get(2).Op(0x45));
        Digit(Code.I32(0).I32(1).Raw(rotate.Bytes).Op(Opcode.Select));
        Digit(Code.Raw(rotate.Bytes).Call(same).Op(0x45));
        Digit(Code.Get(0).Call(rotated).Op(0x45));
        Digit(Code.Raw(rotate.Bytes).Get(3).Op(0x73).Op(0x45));
        Digit(Code.Raw(rotate.Bytes).Open(Opcode.If, 0x7F).I32(0).Op(Opcode.Else).I32(1).End());
        builder.Function("i:i", code.Get(1), "iii", "f");
        Module module = Guest.Load(builder.Build());
        foreach (uint x in new uint[] { 0, 1, 2, 4, 0x40000000, 0x80000000, uint.MaxValue, 12345 })
        {
            Assert.Equal(x == 0 ? 1_111_111UL : 0, Guest.Call(module, "f", arguments: x).Value);
        }
    }

    /// <summary>
    /// Locals that are others and a constant, set anew by constants, by each other and by what nobody knows, in loops and behind ifs, with a
    /// store after each step: what is left in memory, the trap and the fuel are those of the executor that checks each access.
    /// </summary>
    [Fact]
    public void Locals_that_count_from_each_other_trap_where_each_access_alone_would()
    {
        var random = new Prng(20);
        for (int i = 0; i < 120; i++)
        {
            CodeBuilder code = Code;
            AppendSteps(code, random, steps: 6, nesting: 2);
            ModuleBuilder builder = new ModuleBuilder().Memory(1, 1);
            builder.Function("i:", code, "iiiii", "f");
            Module module = Guest.Load(builder.Build());
            foreach (int address in new[] { 0, 40, 65_500, 65_528, -24 })
            {
                Outcome compiled = Run(module, address, fuel: 2_000);
                Outcome stepping = Run(module, address, fuel: 2_000, Executor.Stepping);
                Assert.Equal((stepping.Trap, stepping.FuelUsed), (compiled.Trap, compiled.FuelUsed));
                Assert.Equal(stepping.Memory, compiled.Memory);
            }
        }
    }

    /// <summary>Locals 0 to 3 are addresses; 4 and 5 count the turns of loops.</summary>
    private static void AppendSteps(CodeBuilder code, Prng random, int steps, int nesting)
    {
        for (int i = 0; i < steps; i++)
        {
            int to = random.NextBelow(4);
            int from = random.NextBelow(4);
            int distance = (random.NextBelow(9) - 4) * 8;
            switch (random.NextBelow(nesting > 0 ? 9 : 7))
            {
                case 0 or 1:
                    code.Get(from).I32(distance).Op(Add).Set(to);
                    break;
                case 2:
                    code.Get(to).I32(distance).Op(Add).Set(to);
                    break;
                case 3:
                    code.Get(from).I32(distance).Op(Add).Memory(0x2D).Set(to);
                    break;
                case 4 or 5 or 6:
                    code.Get(from).I32(distance).Op(Add).I32(i + 1).Memory(Store8, (ulong)random.NextBelow(3) * 4);
                    break;
                case 7:
                    code.Get(from).I32(8).Op(0x71).Open(Opcode.If);
                    AppendSteps(code, random, 3, nesting - 1);
                    code.Op(Opcode.Else);
                    AppendSteps(code, random, 3, nesting - 1);
                    code.End();
                    break;
                case 8:
                    int counter = 3 + nesting;
                    code.I32(2).Set(counter).Open(Opcode.Loop);
                    AppendSteps(code, random, 4, nesting - 1);
                    code.Get(counter).I32(1).Op(0x6B).With(Opcode.LocalTee, counter).With(Opcode.BrIf, 0).End();
                    break;
            }

            code.Get(to).I32(i).Memory(Store8);
        }
    }

    private static Module One(CodeBuilder code)
    {
        ModuleBuilder builder = new ModuleBuilder().Memory(1, 1);
        builder.Function("i:", code, Locals, "f");
        return Guest.Load(builder.Build());
    }

    private sealed record Outcome(Trap? Trap, long FuelUsed, byte[] Memory);

    private static unsafe Outcome Run(Module module, int argument, long fuel = Guest.Fuel, Executor executor = Executor.Compiled)
    {
        using var store = new Store(module.Limits, fuel);
        using var instance = new Instance(module, executor, store, ImportSet.Resolve(module.Model, static _ => null), 1);
        Trap? trapped = null;
        try
        {
            Invoker.Invoke(instance.Function(0), [unchecked((uint)argument)], new object?[1], 100, []);
        }
        catch (TrapException trap)
        {
            trapped = trap.Trap;
        }

        byte[] memory = new Span<byte>(instance.Memory!.Pointer(0, (uint)Bytes), (int)Bytes).ToArray();
        instance.Memory.Dispose();
        return new Outcome(trapped, fuel - store.Fuel, memory);
    }
}
