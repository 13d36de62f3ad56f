using System;
using System.Collections.Generic;
using System.IO;
using NodeRuntime.Wasm.Fuzz;
using NodeRuntime.Wasm.Fuzz.Comparison;
using NodeRuntime.Wasm.Fuzz.Execution;
using Xunit.Abstractions;

namespace NodeRuntime.Wasm.Tests.Fuzzing;

/// <summary>A short campaign against V8; docs/wasm-fuzzing.md has the long one.</summary>
public sealed class DifferentialTests(ITestOutputHelper output)
{
    private const ulong Seed = 20_261_121;
    private const int Modules = 200;

    [RequiredFact(Requirement.Node, Requirement.Binaryen)]
    public void Two_hundred_modules_do_in_V8_what_they_do_here()
    {
        var summary = new CampaignSummary();
        var differences = new List<string>();
        string folder = Path.Combine(AppContext.BaseDirectory, "wasm-fuzz");
        GuestThread.Run(
            () =>
            {
                using var campaign = new Campaign(Tools.Node!, Tools.WasmOpt!, suite: true);
                campaign.Run(Seed, 0, Modules, outcome =>
                {
                    summary.Add(outcome);
                    if (outcome.Judgement.Agreement != Agreement.Different) return;
                    differences.Add(Findings.Keep(outcome, folder) + ": " + outcome.Judgement.Detail);
                });
                return 0;
            },
            (int)WasiRunner.StackBytes(Subject.Depth) + (1024 * 1024));

        output.WriteLine(summary.ToJson(Seed, 0, TimeSpan.Zero).ToJsonString());
        Assert.Empty(differences);
        // A harness that compares nothing would be green too.
        Assert.True(summary.Executed > Modules / 2, "too few modules ran");
        Assert.True(summary.Calls > 10 * Modules, "too few calls were compared");
        Assert.True(summary.Inconclusive < Modules / 10, "too many runs ended in a limit");
    }

    [RequiredFact(Requirement.Node)]
    public void A_difference_is_seen()
    {
        // The same bytes but for one constant: what the comparison is for.
        byte[] Constant(int value) => Building.Guest.One("i", new Building.CodeBuilder().I32(value));
        using var reference = new ReferenceEngine(Tools.Node!);
        Module one = Building.Guest.Load(Constant(1));
        Module two = Building.Guest.Load(Constant(2));
        CallPlan plan = CallPlan.Make(one.Model, new Primitives.Prng(1));
        Transcript ours = GuestThread.Run(() => Subject.Run(one, Executor.Compiled, plan, []));
        ReferenceAnswer same = reference.Ask(Constant(1), ReferenceEngine.Request(one.Model, plan, [], ours))!;
        ReferenceAnswer other = reference.Ask(Constant(2), ReferenceEngine.Request(two.Model, plan, [], ours))!;
        Assert.Equal(Agreement.Alike, Judgement.OfRuns(ours.Lines, same.Lines).Agreement);
        Assert.Equal(new Judgement(Agreement.Different, "line 2: ours '  = i32:1', V8 '  = i32:2'"), Judgement.OfRuns(ours.Lines, other.Lines));
    }
}
