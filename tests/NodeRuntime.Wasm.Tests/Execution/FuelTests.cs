using System;
using System.Collections.Generic;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Tests.Building;

namespace NodeRuntime.Wasm.Tests.Execution;

public sealed class FuelTests
{
    private static CodeBuilder Code => new();

    /// <summary>Counts local 0 down to nothing: six instructions a turn, and a store that shows how far it came.</summary>
    private static byte[] CountDown() => Guest.One(
        "",
        Code.I32(1000).Set(0)
            .Open(Opcode.Loop)
            .I32(0).Get(0).Memory(0x36)
            .Get(0).I32(1).Op(0x6B).With(Opcode.LocalTee, 0)
            .With(Opcode.BrIf, 0)
            .End(),
        "i");

    [Fact]
    public void The_price_of_a_loop_is_its_turns_times_its_instructions()
    {
        // Before the loop 2; each turn: const, get, store (2), get, const, sub, tee, br_if.
        Assert.Equal(2 + (1000 * 9), Guest.Call(CountDown(), "f").FuelUsed);
    }

    [Fact]
    public void Exactly_the_price_is_enough_and_one_less_is_not()
    {
        Module module = Guest.Load(CountDown());
        Assert.Null(Guest.Call(module, "f", fuel: 9002).Trap);
        Assert.Equal(Trap.OutOfFuel, Guest.Call(module, "f", fuel: 9001).Trap);
    }

    [Fact]
    public void A_run_stops_before_the_first_stretch_that_it_cannot_pay()
    {
        // Every amount of fuel ends in the same trap, and no amount below the whole price gets through.
        Module module = Guest.Load(Guest.One("", Code.I32(3).Set(0).Open(Opcode.Loop).Get(0).I32(1).Op(0x6B)
            .With(Opcode.LocalTee, 0).With(Opcode.BrIf, 0).End(), "i"));
        long price = Guest.Call(module, "f").FuelUsed;
        Assert.Equal(2 + (3 * 5), price);
        for (long fuel = 0; fuel < price; fuel++) Assert.Equal(Trap.OutOfFuel, Guest.Call(module, "f", fuel).Trap);
    }

    [Theory]
    [MemberData(nameof(Traps))]
    public void Fuel_is_exact_at_a_trap(string name, int[] opcodes, int operand, long expected)
    {
        Assert.NotEmpty(name);
        CodeBuilder code = Code.I32(operand).I32(0).Op(opcodes);
        GuestResult result = Guest.Call(Guest.One("", code), "f");
        Assert.NotNull(result.Trap);
        Assert.Equal(expected, result.FuelUsed);
    }

    public static IEnumerable<object[]> Traps()
    {
        yield return ["unreachable", new int[] { Opcode.Unreachable }, 0, 3L];
        yield return ["i32.div_s", new int[] { 0x6D, Opcode.Drop }, 1, 2L + 8 + 1];
        yield return ["i32.rem_u", new int[] { 0x70, Opcode.Drop }, 1, 2L + 8 + 1];
    }

    [Fact]
    public void Fuel_is_exact_in_a_callee_that_traps()
    {
        var builder = new ModuleBuilder();
        int callee = builder.Function("i:", Code.Get(0).Open(Opcode.If).Op(Opcode.Unreachable).End());
        builder.Function(":", Code.I32(0).Call(callee).I32(1).Call(callee), export: "f");
        // The caller's whole run: 2 constants and 2 calls; the callee twice: get, if; once: unreachable. Its end of an if is a run of 0.
        Assert.Equal(2 + (2 * 8) + (2 * 2) + 1, Guest.Call(builder.Build(), "f").FuelUsed);
    }

    [Fact]
    public void An_endless_loop_runs_out_of_fuel() => Assert.Equal(
        Trap.OutOfFuel, Guest.Call(Guest.One("", Code.Open(Opcode.Loop).With(Opcode.Br, 0).End()), "f", fuel: 1_000_000).Trap);

    [Fact]
    public void An_endless_recursion_costs_fuel_too()
    {
        var builder = new ModuleBuilder();
        builder.Function(":", Code.Call(0), export: "f");
        Assert.Equal(Trap.OutOfFuel, Guest.Call(builder.Build(), "f", fuel: 800, depth: 1_000_000).Trap);
    }

    [Fact]
    public void Bulk_work_is_paid_by_its_length()
    {
        CodeBuilder Fill(int length) => Code.I32(0).I32(7).I32(length).With(Opcode.MemoryFill, 0);
        long none = Guest.Call(Guest.One("", Fill(0)), "f").FuelUsed;
        long all = Guest.Call(Guest.One("", Fill(65_536)), "f").FuelUsed;
        Assert.Equal(65_536 / FuelSchedule.BulkBytesPerUnit, all - none);
    }

    [Fact]
    public void Code_that_no_path_reaches_is_free()
    {
        long bare = Guest.Call(Guest.One("", Code.Op(Opcode.Return)), "f").FuelUsed;
        CodeBuilder dead = Code.Op(Opcode.Return).Open(Opcode.Loop).I32(1).Op(Opcode.Drop).End().I32(1).Op(Opcode.Drop);
        Assert.Equal(bare, Guest.Call(Guest.One("", dead), "f").FuelUsed);
    }
}
