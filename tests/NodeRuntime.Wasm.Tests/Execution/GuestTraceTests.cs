using System;
using System.Linq;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Execution;
using NodeRuntime.Wasm.Tests.Building;

namespace NodeRuntime.Wasm.Tests.Execution;

public sealed class GuestTraceTests
{
    private static CodeBuilder Code => new();

    [Fact]
    public void A_trap_tells_which_functions_were_on_the_stack_innermost_first()
    {
        // Recursion keeps the JIT from inlining: each calls itself once before it goes on.
        ModuleBuilder builder = new ModuleBuilder().Memory(1);
        int import = builder.Import("host", "nothing", ":");
        Assert.Equal(0, import);
        CodeBuilder Twice(int self, Func<CodeBuilder, CodeBuilder> then) =>
            then(Code.Get(0).Open(Opcode.If).I32(0).Call(self).Op(Opcode.Return).End());
        builder.Function("i:", Twice(1, static code => code.I32(-1).Memory(0x28).Op(Opcode.Drop)));
        builder.Function("i:", Twice(2, static code => code.I32(1).Call(1)));
        builder.Function("i:", Twice(3, static code => code.I32(1).Call(2)), export: "f");
        builder.Names((0, "nothing"), (1, "load"), (2, "middle"));
        GuestFrame[] frames = Trace(builder.Build(), 1);
        GuestFrame load = new(1, "load"), middle = new(2, "middle"), start = new(3, "f");
        Assert.Equal([load, load, middle, middle, start, start], frames);
    }

    [Fact]
    public void A_trace_of_an_endless_recursion_is_bounded()
    {
        var builder = new ModuleBuilder();
        builder.Function("i:i", Code.Get(0).Call(0).I32(1).Op(0x6A), export: "f");
        GuestFrame[] frames = Trace(builder.Build(), 1);
        Assert.Equal(GuestTrace.FramesMax, frames.Length);
        Assert.All(frames, static frame => Assert.Equal(new GuestFrame(0, "f"), frame));
    }

    [Fact]
    public void A_broken_name_section_names_what_stands_before_the_break()
    {
        var builder = new ModuleBuilder();
        builder.Function(":", Code.Op(Opcode.Unreachable), export: "f");
        byte[] whole = builder.Names((0, "first"), (1, "second"), (7, "third")).Build();
        // The last name says that it is longer than its section.
        whole[^6] = 0x7F;
        ModuleModel model = Guest.Load(whole).Model;
        Assert.Equal("first second", string.Join(' ', NameSection.Read(model, [0, 1, 7]).Values));
        Assert.Equal([new GuestFrame(0, "first")], Trace(whole));
    }

    private static GuestFrame[] Trace(byte[] bytes, params UInt128[] arguments)
    {
        Module module = Guest.Load(bytes);
        return GuestThread.Run(() =>
        {
            using var store = new Store(module.Limits, Guest.Fuel);
            var host = new HostFunction(new FunctionType([], []), 0);
            using var instance = new Instance(module.Model, module.Code, store, ImportSet.Resolve(module.Model, _ => host), 16);
            FunctionReference function = instance.Function(module.Model.FindExport("f")!.Index);
            TrapException trap = Assert.Throws<TrapException>(
                () => Invoker.Invoke(function, arguments, new object?[arguments.Length], Guest.Depth, []));
            return GuestTrace.Of(trap).ToArray();
        });
    }
}
