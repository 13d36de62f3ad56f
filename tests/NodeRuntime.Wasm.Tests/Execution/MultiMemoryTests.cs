using System;
using System.Linq;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Execution;
using NodeRuntime.Wasm.Tests.Building;

namespace NodeRuntime.Wasm.Tests.Execution;

public sealed class MultiMemoryTests
{
    private const int Load32 = 0x28;
    private const int Store32 = 0x36;
    private const int Add32 = 0x6A;

    private static CodeBuilder Code => new();

    private static ulong Evaluate(ModuleBuilder builder, CodeBuilder code, string locals = "")
    {
        builder.Function(":i", code, locals, "f");
        GuestResult result = Guest.Call(builder.Build(), "f");
        Assert.Null(result.Trap);
        return result.Value;
    }

    private static Trap? TrapOf(ModuleBuilder builder, CodeBuilder code, string locals = "")
    {
        builder.Function(":", code, locals, "f");
        return Guest.Call(builder.Build(), "f").Trap;
    }

    [Fact]
    public void Each_memory_has_its_own_bytes_and_its_own_end()
    {
        CodeBuilder both = Code
            .I32(100).I32(5).Memory(Store32, 0, 0)
            .I32(100).I32(70).Memory(Store32, 0, 1)
            .I32(100).Memory(Load32, 0, 0).I32(100).Memory(Load32, 0, 1).Op(Add32);
        Assert.Equal(75u, Evaluate(new ModuleBuilder().Memory(1).Memory(2), both));
        Trap? Read(int memory, int address) => TrapOf(
            new ModuleBuilder().Memory(1).Memory(2).Memory(0),
            Code.I32(address).Set(0).Get(0).Memory(Load32, 4, memory).Op(Opcode.Drop),
            "i");
        Assert.Null(Read(1, 131_064));
        Assert.Equal(Trap.OutOfBoundsMemory, Read(1, 131_065));
        Assert.Equal(Trap.OutOfBoundsMemory, Read(1, -1));
        Assert.Equal(Trap.OutOfBoundsMemory, Read(0, 65_529));
        Assert.Equal(Trap.OutOfBoundsMemory, Read(2, 0));
    }

    [Fact]
    public void A_constant_address_in_the_second_memory_is_checked_against_the_second() =>
        Assert.Equal(
            Trap.OutOfBoundsMemory,
            TrapOf(new ModuleBuilder().Memory(2).Memory(1), Code.I32(70_000).Memory(Load32, 0, 1).Op(Opcode.Drop)));

    [Fact]
    public void A_value_of_another_memory_is_read_before_that_memory_is_written()
    {
        CodeBuilder code = Code
            .I32(8).I32(3).Memory(Store32, 0, 1)
            .I32(8).Memory(Load32, 0, 1)
            .I32(8).I32(50).Memory(Store32, 0, 1)
            .I32(8).Memory(Load32, 0, 1).Op(Add32);
        Assert.Equal(53u, Evaluate(new ModuleBuilder().Memory(1).Memory(1), code));
    }

    [Fact]
    public void Bulk_instructions_name_their_memories()
    {
        // Memory 1 holds a segment from the start; it is copied to memory 0, and 0 is filled behind it.
        ModuleBuilder builder = new ModuleBuilder().Memory(1).Memory(1).DataAt(1, Code.I32(10).I32(6).Op(Add32), 1, 2, 3, 4);
        CodeBuilder code = Code
            .I32(100).I32(16).I32(4).With(Opcode.MemoryCopy, 0, 1)
            .I32(102).I32(9).I32(1).With(Opcode.MemoryFill, 0)
            .I32(100).Memory(Load32, 0, 0);
        Assert.Equal(0x04_09_02_01u, Evaluate(builder, code));
        Assert.Equal(
            Trap.OutOfBoundsMemory,
            TrapOf(new ModuleBuilder().Memory(1).Memory(2), Code.I32(65_536).I32(65_536).I32(1).With(Opcode.MemoryCopy, 0, 1)));
        Assert.Null(TrapOf(new ModuleBuilder().Memory(1).Memory(2), Code.I32(65_536).I32(0).I32(1).With(Opcode.MemoryCopy, 1, 0)));
    }

    [Fact]
    public void Memories_grow_apart_and_out_of_one_budget()
    {
        // A guest has 16 pages: 1 and 2 to start with. The second takes 10, then the first may take 3 and no more.
        CodeBuilder code = Code
            .I32(10).With(Opcode.MemoryGrow, 1).Op(Opcode.Drop)
            .I32(4).With(Opcode.MemoryGrow, 0).Set(0)
            .I32(3).With(Opcode.MemoryGrow, 0).Op(Opcode.Drop)
            .Get(0).With(Opcode.MemorySize, 0).Op(Add32).I32(100).With(Opcode.MemorySize, 1).Op(0x6C, Add32);
        Assert.Equal((ulong)(-1 + 4 + 1200), Evaluate(new ModuleBuilder().Memory(1).Memory(2), code, "i"));
        Assert.Equal(Trap.MemoryLimitExceeded, TrapOf(new ModuleBuilder().Memory(9).Memory(8), Code));
        Assert.Null(TrapOf(new ModuleBuilder().Memory(8).Memory(8), Code));
    }

    [Fact]
    public void Too_many_memories_are_refused()
    {
        byte[] Module(int memories)
        {
            var builder = new ModuleBuilder();
            for (int i = 0; i < memories; i++) builder.Memory(0);
            return builder.Build();
        }

        Assert.Equal(ModuleVerdict.Accepted, Wasm.Module.Load(Module(16), ModuleLimits.Default).Verdict);
        Assert.Equal(ModuleVerdict.LimitExceeded, Wasm.Module.Load(Module(17), ModuleLimits.Default).Verdict);
    }

    [Fact]
    public void A_memory_that_is_not_there_is_invalid()
    {
        CodeBuilder[] codes =
        [
            Code.I32(0).Memory(Load32, 0, 1).Op(Opcode.Drop),
            Code.I32(0).I32(0).Memory(Store32, 0, 1),
            Code.With(Opcode.MemorySize, 1).Op(Opcode.Drop),
            Code.I32(0).I32(0).I32(0).With(Opcode.MemoryCopy, 0, 1),
            Code.I32(0).I32(0).I32(0).With(Opcode.MemoryFill, 1),
        ];
        Assert.All(
            codes.Select(static code => Wasm.Module.Load(Guest.One("", code), ModuleLimits.Default)),
            static load => Assert.Equal(ModuleVerdict.Invalid, load.Verdict));
    }
}
