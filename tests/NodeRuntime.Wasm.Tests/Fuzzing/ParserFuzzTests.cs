using System;
using NodeRuntime.Wasm.Fuzz;
using NodeRuntime.Wasm.Fuzz.Sources;
using Xunit.Abstractions;

namespace NodeRuntime.Wasm.Tests.Fuzzing;

/// <summary>Whatever the bytes: a verdict. docs/wasm-fuzzing.md has the long campaign.</summary>
public sealed class ParserFuzzTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Mutated_bytes_give_a_verdict_in_bounded_memory(ulong seed)
    {
        ParserSummary summary = ParserFuzz.Run(seed, 0, 5_000, suite: true);
        output.WriteLine(summary.ToJson(seed, 0, TimeSpan.Zero).ToJsonString());
        Assert.Empty(summary.Findings);
        Assert.True(summary.Verdicts.Count >= 3, "the mutations reach too few verdicts");
    }

    [Fact]
    public void Every_beginning_of_a_module_gives_a_verdict()
    {
        byte[] sample = KnownModules.Find(suite: false)[0];
        for (int length = 0; length < sample.Length; length += 1 + (length / 64))
        {
            ModuleLoad load = Module.Load(sample.AsMemory(0, length), ModuleLimits.Default);
            // A cut between two sections can leave a whole module of another meaning, but no code section fits its functions.
            Assert.NotEqual(ModuleVerdict.Unsupported, load.Verdict);
            Assert.Equal(load.Verdict == ModuleVerdict.Accepted, load.Module is not null);
        }
    }
}
