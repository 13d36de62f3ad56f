using System;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Tests.Building;

namespace NodeRuntime.Wasm.Tests.Execution;

public sealed class ConstantExpressionTests
{
    private static CodeBuilder Code => new();

    private static ulong Global(char letter, CodeBuilder initial)
    {
        var builder = new ModuleBuilder();
        int global = builder.Global(letter, initial);
        builder.Function(":" + letter, Code.With(Opcode.GlobalGet, global), export: "f");
        return Guest.Call(builder.Build(), "f").Value;
    }

    private static ModuleVerdict Verdict(char letter, CodeBuilder initial)
    {
        var builder = new ModuleBuilder();
        builder.Global(letter, initial);
        return Module.Load(builder.Build(), ModuleLimits.Default).Verdict;
    }

    [Fact]
    public void Integers_are_added_subtracted_and_multiplied_and_wrap()
    {
        Assert.Equal(20u, Global('i', Code.I32(2).I32(3).Op(Opcode.I32Add).I32(4).Op(Opcode.I32Mul)));
        Assert.Equal(unchecked((uint)-5), Global('i', Code.I32(-1).I32(4).Op(Opcode.I32Sub)));
        Assert.Equal(0x80000000u, Global('i', Code.I32(int.MaxValue).I32(1).Op(Opcode.I32Add)));
        Assert.Equal(1u, Global('i', Code.I32(-1).I32(-1).Op(Opcode.I32Mul)));
        Assert.Equal(1ul << 63, Global('I', Code.I64(long.MaxValue).I64(1).Op(Opcode.I64Add)));
        Assert.Equal(0x1_0000_0000ul - 7, Global('I', Code.I64(0x1_0000_0000).I64(7).Op(Opcode.I64Sub)));
        Assert.Equal(unchecked((ulong)(long.MinValue * 3)), Global('I', Code.I64(long.MinValue).I64(3).Op(Opcode.I64Mul)));
    }

    [Fact]
    public void A_global_may_be_made_of_those_before_it_that_do_not_change()
    {
        var builder = new ModuleBuilder();
        int first = builder.Global('I', Code.I64(40), mutable: false);
        int second = builder.Global('I', Code.With(Opcode.GlobalGet, first).I64(2).Op(Opcode.I64Add), mutable: false);
        builder.Function(":I", Code.With(Opcode.GlobalGet, second), export: "f");
        Assert.Equal(42ul, Guest.Call(builder.Build(), "f").Value);

        var forward = new ModuleBuilder();
        forward.Global('I', Code.With(Opcode.GlobalGet, 1), mutable: false);
        forward.Global('I', Code.I64(1), mutable: false);
        Assert.Equal(ModuleVerdict.Invalid, Module.Load(forward.Build(), ModuleLimits.Default).Verdict);

        var changing = new ModuleBuilder();
        changing.Global('I', Code.I64(1));
        changing.Global('I', Code.With(Opcode.GlobalGet, 0), mutable: false);
        Assert.Equal(ModuleVerdict.Invalid, Module.Load(changing.Build(), ModuleLimits.Default).Verdict);
    }

    [Fact]
    public void Offsets_of_segments_are_computed()
    {
        ModuleBuilder builder = new ModuleBuilder().Memory(1);
        int place = builder.Global('i', Code.I32(60), mutable: false);
        builder.DataAt(0, Code.With(Opcode.GlobalGet, place).I32(4).Op(Opcode.I32Add), 7, 1);
        builder.Function(":i", Code.I32(64).Memory(0x28), export: "f");
        Assert.Equal(0x107u, Guest.Call(builder.Build(), "f").Value);
    }

    [Fact]
    public void What_is_no_constant_is_invalid()
    {
        Assert.Equal(ModuleVerdict.Invalid, Verdict('i', Code.I32(1).I32(2)));
        Assert.Equal(ModuleVerdict.Invalid, Verdict('i', Code.I32(1).Op(Opcode.I32Add)));
        Assert.Equal(ModuleVerdict.Invalid, Verdict('i', Code.Op(Opcode.I32Add)));
        Assert.Equal(ModuleVerdict.Invalid, Verdict('i', Code.I32(1).I64(2).Op(Opcode.I32Add)));
        Assert.Equal(ModuleVerdict.Invalid, Verdict('I', Code.I32(1).I32(2).Op(Opcode.I32Add)));
        Assert.Equal(ModuleVerdict.Invalid, Verdict('i', Code.I32(1).I32(2).Op(0x6D)));
        Assert.Equal(ModuleVerdict.Invalid, Verdict('F', Code.F64(1.0).F64(2.0).Op(0xA0)));
        Assert.Equal(ModuleVerdict.Invalid, Verdict('v', Code.V128(1, 2).V128(1, 2).Op(0x2AE)));
    }

    [Fact]
    public void A_constant_expression_has_a_limit()
    {
        CodeBuilder Sum(int terms)
        {
            CodeBuilder code = Code.I32(1);
            for (int i = 1; i < terms; i++) code.I32(1).Op(Opcode.I32Add);
            return code;
        }

        Assert.Equal(500u, Global('i', Sum(500)));
        Assert.Equal(ModuleVerdict.LimitExceeded, Verdict('i', Sum(600)));
    }
}
