using System;
using System.Diagnostics;
using System.IO;
using System.Text.Json.Nodes;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Fuzz.Execution;
using NodeRuntime.Wasm.Tests.Building;

namespace NodeRuntime.Wasm.Tests.Fuzzing;

/// <summary>
/// Modules that want more than their share, each in a process of its own whose peak of memory is read when it is done. The process has
/// the runtime and the harness in it, about 60 MiB.
/// </summary>
public sealed class HostileProcessTests
{
    private const long Mebibyte = 1024 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static CodeBuilder Code => new();

    [Fact]
    public void A_memory_grown_to_its_limit_and_written_stays_within_it()
    {
        // Grows by a page until it may not, and fills all of it.
        CodeBuilder code = Code
            .Open(Opcode.Loop)
            .I32(1).With(Opcode.MemoryGrow, 0).I32(-1).Op(0x47).With(Opcode.BrIf, 0)
            .End()
            .I32(0).I32(7).With(Opcode.MemorySize, 0).I32(16).Op(0x74).With(Opcode.MemoryFill, 0)
            .With(Opcode.MemorySize, 0);
        var builder = new ModuleBuilder();
        builder.Memory(1);
        builder.Function(":i", code);
        Assert.Contains("  = i32:64", Measure(builder.Build(), "Accepted", 120), StringComparison.Ordinal);
    }

    [Fact]
    public void Tables_that_grow_together_stay_within_one_limit()
    {
        var builder = new ModuleBuilder();
        CodeBuilder code = Code.I32(0).Set(0);
        for (int table = 0; table < 64; table++)
        {
            builder.Table(0);
            for (int turn = 0; turn < 10; turn++)
            {
                // Adds what it was given: 100,000 entries, or nothing.
                code.Op(Opcode.RefNull).Raw(0x70).I32(100_000).With(Opcode.TableGrow, table).Op(Opcode.Drop);
            }

            code.With(Opcode.TableSize, table).Get(0).Op(0x6A).Set(0);
        }

        builder.Function(":i", code.Get(0), "i");
        Assert.Contains("  = i32:1000000", Measure(builder.Build(), "Accepted", 150), StringComparison.Ordinal);
    }

    [Fact]
    public void Tables_that_start_too_large_together_trap()
    {
        var builder = new ModuleBuilder();
        for (int table = 0; table < 64; table++) builder.Table(1_000_000);
        builder.Function(":", Code);
        Assert.Contains("limit memory", Measure(builder.Build(), "Accepted", 120), StringComparison.Ordinal);
    }

    [Fact]
    public void A_function_of_ten_megabytes_is_refused()
    {
        var builder = new ModuleBuilder();
        builder.Function(":", Code.Raw(Repeat(10_000_000, Opcode.Nop)));
        Assert.Contains("a function has more bytes", Measure(builder.Build(), "LimitExceeded", 150), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("calls", new byte[] { 0x10, 0 })]
    [InlineData("stores", new byte[] { 0x20, 0, 0x20, 0, 0x36, 0, 0 })]
    [InlineData("branches", new byte[] { 0x02, 0x40, 0x20, 0, 0x0D, 0, 0x0B })]
    [InlineData("divisions", new byte[] { 0x20, 0, 0x20, 0, 0x6D, 0x21, 0 })]
    [InlineData("additions", new byte[] { 0x20, 0, 0x20, 0, 0x6A, 0x21, 0 })]
    public void A_function_that_is_too_much_work_to_compile_runs_without(string what, byte[] unit)
    {
        Assert.NotEmpty(what);
        Assert.Contains("call f1", Measure(Straight(unit, 4_000_000), "Accepted", 700), StringComparison.Ordinal);
    }

    [Fact]
    public void The_work_of_one_function_does_not_count_against_the_next()
    {
        CodeBuilder half = Code;
        for (int i = 0; i < 20_000; i++) half.Call(0);
        var builder = new ModuleBuilder();
        for (int i = 0; i < 3; i++) builder.Function(":", half);
        Module module = Module.Load(builder.Build(), ModuleLimits.Default).Module!;
        Assert.DoesNotContain(module.Model.Bodies, static body => body.TooLarge);
    }

    [Theory]
    [InlineData("calls", new byte[] { 0x10, 0 })]
    [InlineData("stores", new byte[] { 0x20, 0, 0x20, 0, 0x36, 0, 0 })]
    [InlineData("conversions", new byte[] { 0x20, 0, 0xB7, 0xAA, 0x21, 0 })]
    public void The_largest_function_of_its_kind_compiles_within_the_memory_of_a_sandbox(string what, byte[] unit)
    {
        Assert.NotEmpty(what);
        int most = 0;
        for (int step = 1 << 18; step > 0; step /= 2)
        {
            ModuleLoad load = Module.Load(Straight(unit, (most + step) * unit.Length), ModuleLimits.Default);
            if (load.Module?.Model.Bodies[1].TooLarge == false) most += step;
        }

        // Fuel may end before the function does: it has been compiled by then.
        Measure(Straight(unit, most * unit.Length), "Accepted", 500);
    }

    [Fact]
    public void As_many_functions_as_a_module_may_have_are_compiled()
    {
        int count = ModuleLimits.Default.FunctionsMax;
        byte[] caller = Code.Unsigned(0).Call(1).Call(count - 1).Op(Opcode.End).Bytes;
        CodeBuilder functions = Code.Unsigned((ulong)count);
        CodeBuilder bodies = Code.Unsigned((ulong)count).Unsigned((ulong)caller.Length).Raw(caller);
        for (int i = 0; i < count; i++) functions.Unsigned(0);
        for (int i = 1; i < count; i++) bodies.Raw(2, 0, (byte)Opcode.End);
        byte[] module = Code
            .Raw(0x00, 0x61, 0x73, 0x6D, 0x01, 0x00, 0x00, 0x00)
            .Raw(1, 4, 1, 0x60, 0, 0)
            .Raw(3).Unsigned((ulong)functions.Bytes.Length).Raw(functions.Bytes)
            .Raw(10).Unsigned((ulong)bodies.Bytes.Length).Raw(bodies.Bytes)
            .Bytes;
        Assert.Contains("  =", Measure(module, "Accepted", 500), StringComparison.Ordinal);
    }

    [Fact]
    public void A_hundred_thousand_locals_are_refused()
    {
        var builder = new ModuleBuilder();
        builder.Function(":", Code, new string('i', 100_000));
        Assert.Contains("more locals than the limit", Measure(builder.Build(), "LimitExceeded", 120), StringComparison.Ordinal);
    }

    [Fact]
    public void Four_thousand_million_locals_in_four_bytes_are_refused()
    {
        // One group of 2^32-1 i64.
        byte[] body = new CodeBuilder().Unsigned(1).Unsigned(uint.MaxValue).Raw(0x7E).Op(Opcode.End).Bytes;
        byte[] module = new CodeBuilder()
            .Raw(0x00, 0x61, 0x73, 0x6D, 0x01, 0x00, 0x00, 0x00)
            .Raw(1, 4, 1, 0x60, 0, 0)
            .Raw(3, 2, 1, 0)
            .Raw(10).Unsigned((ulong)body.Length + 2).Raw(1).Unsigned((ulong)body.Length).Raw(body)
            .Bytes;
        Assert.Contains("more locals than the limit", Measure(module, "LimitExceeded", 120), StringComparison.Ordinal);
    }

    [Fact]
    public void A_hundred_thousand_nested_blocks_are_refused()
    {
        var builder = new ModuleBuilder();
        CodeBuilder code = Code;
        for (int i = 0; i < 100_000; i++) code.Open(Opcode.Block);
        for (int i = 0; i < 100_000; i++) code.End();
        builder.Function(":", code);
        Assert.Contains("nest deeper", Measure(builder.Build(), "LimitExceeded", 120), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(65_536)]
    [InlineData(-1)]
    public void A_data_segment_out_of_range_traps(int offset)
    {
        var builder = new ModuleBuilder();
        builder.Memory(1, 1);
        builder.Data(offset, 1);
        builder.Function(":", Code);
        Assert.Contains("  trap memory", Measure(builder.Build(), "Accepted", 120), StringComparison.Ordinal);
    }

    [Fact]
    public void An_element_segment_out_of_range_traps()
    {
        var builder = new ModuleBuilder();
        int function = builder.Function(":", Code);
        builder.Table(1);
        builder.Element(-1, function);
        Assert.Contains("  trap table", Measure(builder.Build(), "Accepted", 120), StringComparison.Ordinal);
    }

    [Fact]
    public void A_flood_of_imports_is_refused()
    {
        var builder = new ModuleBuilder();
        for (int i = 0; i < 5_000; i++) builder.Import("host", "f", ":");
        Assert.Contains("more imports than the limit", Measure(builder.Build(), "LimitExceeded", 120), StringComparison.Ordinal);
    }

    [Fact]
    public void Branch_tables_as_wide_as_they_may_be_compile_in_bounded_memory()
    {
        CodeBuilder code = Code;
        for (int table = 0; table < 60; table++)
        {
            code.Open(Opcode.Block).I32(0).Op(Opcode.BrTable).Unsigned(65_536).Raw(new byte[65_537]).End();
        }

        var builder = new ModuleBuilder();
        builder.Function(":", code);
        Assert.Contains("  =", Measure(builder.Build(), "Accepted", 500), StringComparison.Ordinal);
    }

    [Fact]
    public void Endless_recursion_through_a_table_exceeds_the_depth()
    {
        var builder = new ModuleBuilder();
        int first = builder.Function(":", Code.I32(1).With(Opcode.CallIndirect, 0, 0));
        int second = builder.Function(":", Code.I32(0).With(Opcode.CallIndirect, 0, 0));
        builder.Table(2);
        builder.Element(0, first, second);
        Assert.Contains("limit depth", Measure(builder.Build(), "Accepted", 120), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("f32.min", 4_000, new byte[] { 0x20, 2, 0x20, 2, 0x96, 0x21, 2 })]
    [InlineData("f64.max", 4_000, new byte[] { 0x20, 3, 0x20, 3, 0xA5, 0x21, 3 })]
    [InlineData("i32.trunc_f64_s", 4_000, new byte[] { 0x20, 3, 0xAA, 0x21, 0 })]
    [InlineData("i32.trunc_f64_s", 15_000, new byte[] { 0x20, 3, 0xAA, 0x21, 0 })]
    [InlineData("i64.trunc_sat_f64_u", 12_000, new byte[] { 0x20, 3, 0xFC, 7, 0x21, 1 })]
    [InlineData("i8x16.popcnt", 3_000, new byte[] { 0x20, 4, 0xFD, 0x62, 0x21, 4 })]
    [InlineData("f32x4.nearest", 3_000, new byte[] { 0x20, 4, 0xFD, 0x6A, 0x21, 4 })]
    [InlineData("f64x2.nearest", 3_000, new byte[] { 0x20, 4, 0xFD, 0x94, 1, 0x21, 4 })]
    [InlineData("i8x16.shuffle", 8_000, new byte[] { 0x20, 4, 0x20, 4, 0xFD, 13, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 9, 8, 7, 6, 5, 4, 0x21, 4 })]
    public void Frames_that_compiling_makes_large_count_more_against_the_depth(string what, int times, byte[] unit)
    {
        Assert.NotEmpty(what);
        var builder = new ModuleBuilder();
        CodeBuilder code = Code;
        for (int i = 0; i < times; i++) code.Raw(unit);
        builder.Function(":", code.Call(0), "iIfFv");
        Assert.Contains("limit depth", Measure(builder.Build(), "Accepted", 400), StringComparison.Ordinal);
    }

    [Fact]
    public void The_largest_frame_of_all_does_not_end_the_process()
    {
        // A leaf counts nothing, and is called where the counted depth is nearly used up.
        var builder = new ModuleBuilder();
        CodeBuilder leaf = Code;
        for (int i = 0; i < 15_000; i++) leaf.Raw(0x20, 3, 0xAA, 0x21, 0);
        CodeBuilder deep = Code.Get(0).Op(0x45).Open(Opcode.If).Call(2).Op(Opcode.Else).Get(0).I32(1).Op(0x6B).Call(1).End();
        builder.Function(":", Code.I32(Subject.Depth - 10).Call(1));
        builder.Function("i:", deep);
        builder.Function(":", leaf, "iIfF");
        Assert.Contains("call f0\n  =", Measure(builder.Build(), "Accepted", 500), StringComparison.Ordinal);
    }

    private static byte[] Straight(byte[] unit, int bytes)
    {
        var builder = new ModuleBuilder();
        builder.Memory(1, 1);
        builder.Function(":", Code);
        var code = new byte[bytes / unit.Length * unit.Length];
        for (int i = 0; i < code.Length; i++) code[i] = unit[i % unit.Length];
        builder.Function(":", Code.Raw(code), "i");
        return builder.Build();
    }

    private static byte[] Repeat(int count, int value)
    {
        var bytes = new byte[count];
        Array.Fill(bytes, (byte)value);
        return bytes;
    }

    /// <summary>What the process said, when the verdict and the peak of its memory were as they should be.</summary>
    private static string Measure(byte[] module, string verdict, long mebibytesMax)
    {
        string file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".wasm");
        File.WriteAllBytes(file, module);
        try
        {
            var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
            start.ArgumentList.Add(typeof(Wasm.Fuzz.ModuleComparison).Assembly.Location);
            start.ArgumentList.Add("--measure");
            start.ArgumentList.Add(file);
            using Process process = Process.Start(start)!;
            System.Threading.Tasks.Task<string> output = process.StandardOutput.ReadToEndAsync();
            if (!process.WaitForExit(Patience))
            {
                process.Kill();
                Assert.Fail("the process did not end in " + Patience);
            }

            Assert.Equal(0, process.ExitCode);
            JsonNode answer = JsonNode.Parse(output.Result)!;
            string text = answer["detail"]!.GetValue<string>() + "\n" + string.Join('\n', answer["lines"]!.AsArray());
            Assert.True(verdict == answer["verdict"]!.GetValue<string>(), answer.ToJsonString());
            long peak = answer["peakBytes"]!.GetValue<long>();
            Assert.True(peak < mebibytesMax * Mebibyte, peak + " bytes at the peak, " + text);
            return text;
        }
        finally
        {
            File.Delete(file);
        }
    }
}
