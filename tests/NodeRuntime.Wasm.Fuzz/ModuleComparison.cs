using System.Collections.Generic;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm.Fuzz.Comparison;
using NodeRuntime.Wasm.Fuzz.Execution;

namespace NodeRuntime.Wasm.Fuzz;

/// <summary>Everything about one compared module.</summary>
internal sealed record Outcome(FuzzCase Case, ModuleLoad Load, Judgement Judgement, IReadOnlyList<string> Ours, IReadOnlyList<string> Theirs, int Calls);

/// <summary>One module through both engines.</summary>
internal static class ModuleComparison
{
    private static readonly string[] Nothing = [];

    public static Outcome Compare(FuzzCase module, ReferenceEngine reference)
    {
        ModuleLoad load = Module.Load(module.Bytes, ModuleLimits.Default, Subject.Features);
        if (load.Module is null || !HostWorld.CanLink(load.Module.Model))
        {
            if (reference.Ask(module.Bytes, null) is not { } verdict) return Lost(module, load, Nothing);
            Judgement judged = Judgement.OfAcceptance(load, verdict);
            if (judged.Agreement == Agreement.Alike) judged = new Judgement(Agreement.NotLinked, "");
            return new Outcome(module, load, judged, Nothing, Nothing, 0);
        }

        // The first number of a case's stream chose the module; the calls have a stream beside it.
        Prng random = FuzzCases.Random(module.Seed, module.Number).Fork();
        CallPlan plan = CallPlan.Make(load.Module.Model, random);
        SortedDictionary<int, ulong> globals = HostWorld.GlobalBits(load.Module.Model, random);
        Transcript ours = Subject.Run(load.Module, Executor.Compiled, plan, globals);
        Transcript stepped = Subject.Run(load.Module, Executor.Stepping, plan, globals);
        Judgement own = Judgement.OfExecutors(ours, stepped);
        if (own.Agreement == Agreement.Different) return new Outcome(module, load, own, ours.Lines, stepped.Lines, ours.Calls);
        bool runs = ours.Instantiated || !ours.EndedByLimit;
        ReferenceAnswer? answer = reference.Ask(
            module.Bytes, runs ? ReferenceEngine.Request(load.Module.Model, plan, globals, ours) : null);
        if (answer is null) return Lost(module, load, ours.Lines);
        Judgement judgement = Judgement.OfAcceptance(load, answer);
        if (judgement.Agreement == Agreement.Alike) judgement = Judgement.OfRuns(ours.Lines, answer.Lines);
        return new Outcome(module, load, judgement, ours.Lines, answer.Lines, ours.Calls);
    }

    private static Outcome Lost(FuzzCase module, ModuleLoad load, IReadOnlyList<string> ours) =>
        new(module, load, new Judgement(Agreement.Different, "V8 died or did not answer in time"), ours, Nothing, 0);
}
