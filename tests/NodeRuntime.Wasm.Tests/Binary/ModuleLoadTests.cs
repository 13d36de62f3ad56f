using System;
using System.IO;
using FsCheck;
using FsCheck.Fluent;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Tests.Building;

namespace NodeRuntime.Wasm.Tests.Binary;

public sealed class ModuleLoadTests
{
    private const int Add = 0x6A;

    private static readonly byte[] Preamble = [0x00, 0x61, 0x73, 0x6D, 0x01, 0x00, 0x00, 0x00];

    // The largest 32-bit number there is, as an index, a count or an alignment.
    private static readonly byte[] Most = [0xFF, 0xFF, 0xFF, 0xFF, 0x0F];

    private static CodeBuilder Code => new();

    /// <summary>A little of everything.</summary>
    internal static byte[] Varied()
    {
        ModuleBuilder builder = new ModuleBuilder().Memory(1, 2).Table(3);
        int exit = builder.Import("wasi_snapshot_preview1", "proc_exit", "i:");
        int global = builder.Global('I', Code.I64(-5));
        int helper = builder.Function("iF:F", Code.Get(1).Get(0).Op(0xB7).Op(0xA0), "");
        int type = builder.Type(":");
        int empty = builder.Function(":", Code);
        builder.Function(
            ":",
            Code.I32(20).Set(0)
                .Open(Opcode.Block).Open(Opcode.Loop)
                .Get(0).Op(0x45).With(Opcode.BrIf, 1)
                .Get(0).Get(0).Memory(0x28, 8).I32(3).Op(Add).Memory(0x36, 8)
                .Get(0).Get(1).Call(helper).Set(1)
                .With(Opcode.GlobalGet, global).Get(0).Op(0xAC, 0x7C).With(Opcode.GlobalSet, global)
                .I32(1).With(Opcode.CallIndirect, type, 0)
                .Get(0).I32(1).Op(0x6B).Set(0).With(Opcode.Br, 0)
                .End().End()
                .Get(1).Op(0x102).Call(exit),
            "iF",
            "_start");
        return builder.Element(1, empty).Data(16, 1, 2, 3).Build();
    }

    [Fact]
    public void A_module_is_accepted_whole()
    {
        ModuleLoad load = Module.Load(Varied(), ModuleLimits.Default);
        Assert.Equal(new ModuleLoad(load.Module, ModuleVerdict.Accepted, ""), load);
        Assert.NotNull(load.Module);
    }

    [Fact]
    public void A_module_cut_short_anywhere_is_refused_or_whole()
    {
        byte[] bytes = Varied();
        for (int length = 0; length < bytes.Length; length++)
        {
            ModuleLoad load = Module.Load(bytes.AsMemory(0, length), ModuleLimits.Default);
            // Between two sections a cut module can be well-formed: then it lacks what the later ones said.
            if (load.Verdict != ModuleVerdict.Accepted) Assert.StartsWith("offset ", load.Detail, StringComparison.Ordinal);
            Assert.Equal(load.Verdict == ModuleVerdict.Accepted, load.Module is not null);
        }
    }

    [Fact]
    public void The_sample_cut_short_anywhere_is_refused()
    {
        byte[] bytes = SampleProgram.Bytes();
        for (int length = 9; length < bytes.Length; length += 61)
        {
            Assert.NotEqual(ModuleVerdict.Accepted, Module.Load(bytes.AsMemory(0, length), ModuleLimits.Default).Verdict);
        }
    }

    [Fact]
    public void Random_bytes_behind_the_preamble_give_a_verdict() => Prop
        .ForAll<byte[]>(bytes =>
        {
            ModuleLoad load = Module.Load((byte[])[.. Preamble, .. bytes], ModuleLimits.Default);
            return load.Verdict == ModuleVerdict.Accepted || load.Detail.StartsWith("offset ", StringComparison.Ordinal);
        })
        .Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    [Fact]
    public void A_module_with_a_byte_changed_is_refused_or_runs_to_a_named_end()
    {
        byte[] bytes = Varied();
        var random = new Prng(20260101);
        int ran = 0;
        for (int i = 0; i < 4_000; i++)
        {
            byte[] changed = bytes.AsSpan().ToArray();
            int place = 8 + random.NextBelow(changed.Length - 13);
            if (i % 3 == 0) Most.CopyTo(changed.AsSpan(place));
            else changed[place] = (byte)random.NextBelow(256);
            ModuleLoad load = Module.Load(changed, ModuleLimits.Default);
            if (load.Module is null || i % 8 != 0) continue;
            WasiOutcome outcome = GuestThread.Run(load.Module, SampleProgram.Job(fuel: 100_000));
            Assert.NotEqual(WasiStatus.HostStackExhausted, outcome.Status);
            ran++;
        }

        Assert.True(ran > 50, "mutants were hardly ever valid");
    }

    [Fact]
    public void The_sample_with_bytes_changed_gives_a_verdict()
    {
        byte[] bytes = SampleProgram.Bytes();
        var random = new Prng(20260102);
        for (int i = 0; i < 300; i++)
        {
            byte[] changed = bytes.AsSpan().ToArray();
            for (int k = 0; k < 4; k++) Most.CopyTo(changed.AsSpan(8 + random.NextBelow(changed.Length - 13)));
            ModuleLoad load = Module.Load(changed, ModuleLimits.Default);
            Assert.Equal(load.Verdict == ModuleVerdict.Accepted, load.Module is not null);
        }
    }

    [Theory]
    [InlineData("threads", new byte[] { 0xFE, 0x00 })]
    [InlineData("relaxed SIMD", new byte[] { 0xFD, 0x80, 0x02 })]
    [InlineData("exception handling", new byte[] { 0x06, 0x40 })]
    public void A_feature_that_is_not_run_is_refused_by_its_name(string feature, byte[] code)
    {
        ModuleLoad load = Module.Load(Guest.One("", new CodeBuilder().Raw(code)), ModuleLimits.Default);
        Assert.Equal(ModuleVerdict.Unsupported, load.Verdict);
        Assert.Contains(feature, load.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Features))]
    public void A_feature_is_run_or_refused_by_its_name_when_it_is_off(string feature, WasmFeatures flag, byte[] bytes)
    {
        Assert.Equal(ModuleVerdict.Accepted, Module.Load(bytes, ModuleLimits.Default).Verdict);
        Assert.Equal(ModuleVerdict.Accepted, Module.Load(bytes, ModuleLimits.Default, flag).Verdict);
        ModuleLoad load = Module.Load(bytes, ModuleLimits.Default, WasmFeatures.All & ~flag);
        Assert.Equal(ModuleVerdict.Unsupported, load.Verdict);
        Assert.Contains(feature, load.Detail, StringComparison.Ordinal);
    }

    public static TheoryData<string, WasmFeatures, byte[]> Features()
    {
        var extended = new ModuleBuilder();
        extended.Global('i', Code.I32(1).I32(2).Op(Add));
        var constants = new ModuleBuilder();
        constants.Function(":", Code.V128(1, 2).Op(Opcode.Drop));
        var types = new ModuleBuilder();
        types.Function("v:", Code);
        var direct = new ModuleBuilder();
        direct.Function(":", Code.With(Opcode.ReturnCall, 0));
        ModuleBuilder indirect = new ModuleBuilder().Table(1);
        indirect.Function(":", Code.I32(0).With(Opcode.ReturnCallIndirect, indirect.Type(":"), 0));
        return new TheoryData<string, WasmFeatures, byte[]>
        {
            { "SIMD", WasmFeatures.Simd, constants.Build() },
            { "SIMD (v128)", WasmFeatures.Simd, types.Build() },
            { "tail calls", WasmFeatures.TailCalls, direct.Build() },
            { "tail calls", WasmFeatures.TailCalls, indirect.Build() },
            { "multiple memories", WasmFeatures.MultiMemory, [.. Preamble, 5, 5, 2, 0, 1, 0, 1] },
            { "extended constant expressions", WasmFeatures.ExtendedConstants, extended.Build() },
        };
    }

    [Theory]
    [InlineData(ModuleVerdict.Malformed, new byte[] { 0, 0x61, 0x73, 0x6D, 2, 0, 0, 0 })]
    [InlineData(ModuleVerdict.Malformed, new byte[] { 0, 0x61, 0x73, 0x6D, 1, 0, 0, 0, 13, 0 })]
    [InlineData(ModuleVerdict.Malformed, new byte[] { 0, 0x61, 0x73, 0x6D, 1, 0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F })]
    [InlineData(ModuleVerdict.LimitExceeded, new byte[] { 0, 0x61, 0x73, 0x6D, 1, 0, 0, 0, 1, 5, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F })]
    [InlineData(ModuleVerdict.Malformed, new byte[] { 0, 0x61, 0x73, 0x6D, 1, 0, 0, 0, 3, 2, 1, 0 })]
    [InlineData(ModuleVerdict.Invalid, new byte[] { 0, 0x61, 0x73, 0x6D, 1, 0, 0, 0, 8, 1, 0 })]
    [InlineData(ModuleVerdict.LimitExceeded, new byte[] { 0, 0x61, 0x73, 0x6D, 1, 0, 0, 0, 4, 7, 1, 0x70, 0, 0xFF, 0xFF, 0xFF, 0x7F })]
    public void Broken_sections_have_their_verdict(ModuleVerdict expected, byte[] bytes) =>
        Assert.Equal(expected, Module.Load(bytes, ModuleLimits.Default).Verdict);

    [Fact]
    public void An_index_or_alignment_beyond_31_bits_is_refused()
    {
        int[] opcodes = [Opcode.Br, Opcode.Call, Opcode.LocalGet, Opcode.GlobalGet, Opcode.TableGet, Opcode.RefFunc, Opcode.TableFill];
        foreach (int opcode in opcodes)
        {
            byte[] bytes = Guest.One("", Code.Op(opcode).Raw(Most));
            Assert.Equal(ModuleVerdict.Invalid, Module.Load(bytes, ModuleLimits.Default).Verdict);
        }

        byte[] load = Guest.One("", Code.I32(0).Op(Opcode.LoadFirst).Raw(Most).Raw(0));
        Assert.Equal(ModuleVerdict.Malformed, Module.Load(load, ModuleLimits.Default).Verdict);
    }

    [Fact]
    public void Too_many_bytes_are_not_even_read() => Assert.Equal(
        ModuleVerdict.LimitExceeded, Module.Load(new byte[11], ModuleLimits.Default with { BytesMax = 10 }).Verdict);

    [Fact]
    public void Too_many_locals_are_refused_without_making_them()
    {
        // One group of 2^32 - 1 locals.
        byte[] body = [1, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x7F, 0x0B];
        byte[] bytes = [.. Preamble, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 10, (byte)(body.Length + 2), 1, (byte)body.Length, .. body];
        Assert.Equal(ModuleVerdict.LimitExceeded, Module.Load(bytes, ModuleLimits.Default).Verdict);
    }
}
