using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Xunit.Abstractions;

namespace NodeRuntime.Wasm.Tests.Specification;

public sealed class SpecificationTests(ITestOutputHelper output)
{
    // SIMD, tail calls and several memories are other engines' affair for now: their scripts are refused, and that is tested below.
    private static bool IsSupported(string script) =>
        !script.StartsWith("simd", StringComparison.Ordinal) && !script.StartsWith("proposals", StringComparison.Ordinal);

    [SpecificationFact]
    public void Every_script_of_the_official_suite_passes_on_both_executors_for_equal_fuel()
    {
        SortedDictionary<string, byte[]> files = SpecArchive.Read(SpecArchive.Find()!);
        int passed = 0;
        int skipped = 0;
        int otherwise = 0;
        int scripts = 0;
        int commands = 0;
        var failures = new List<string>();
        foreach (string script in files.Keys.Select(static name => name.Split('/')[0]).Distinct().Where(IsSupported))
        {
            using ScriptRunner compiled = Run(script, files, Executor.Compiled);
            using ScriptRunner stepping = Run(script, files, Executor.Stepping);
            scripts++;
            passed += compiled.Passed;
            otherwise += compiled.RefusedOtherwise;
            skipped += compiled.Skipped;
            commands += compiled.FuelUsed.Count;
            failures.AddRange(compiled.Failures);
            failures.AddRange(stepping.Failures.Select(static failure => "stepping: " + failure));
            if (compiled.Passed != stepping.Passed) failures.Add(script + ": the executors pass different numbers of assertions");
            for (int i = 0; i < compiled.FuelUsed.Count; i++)
            {
                if (compiled.FuelUsed[i] == stepping.FuelUsed[i]) continue;
                failures.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{script}: command {i} cost {compiled.FuelUsed[i]} compiled and {stepping.FuelUsed[i]} stepping"));
            }
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{scripts} scripts: {passed} assertions passed on each executor ({otherwise} refused by another verdict), {failures.Count} failed, {skipped} of the text format skipped; {commands} commands for equal fuel"));
        Assert.True(failures.Count == 0, string.Join("\n", failures.Take(200)));
        Assert.True(passed > 15_000, "the suite is not whole");
    }

    private static ScriptRunner Run(string script, SortedDictionary<string, byte[]> files, Executor executor)
    {
        var runner = new ScriptRunner(script, files, executor);
        GuestThread.Run(() =>
        {
            runner.Run();
            return 0;
        });
        return runner;
    }

    [SpecificationFact]
    public void Every_module_of_an_unsupported_feature_is_refused_or_valid_without_it()
    {
        SortedDictionary<string, byte[]> files = SpecArchive.Read(SpecArchive.Find()!);
        int refused = 0;
        foreach ((string name, byte[] bytes) in files)
        {
            if (!name.EndsWith(".wasm", StringComparison.Ordinal) || IsSupported(name)) continue;
            ModuleLoad load = Module.Load(bytes, ModuleLimits.Default);
            Assert.NotEqual(ModuleVerdict.LimitExceeded, load.Verdict);
            if (load.Verdict == ModuleVerdict.Unsupported) refused++;
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{refused} modules refused by a feature's name"));
        Assert.True(refused > 500, "the suite is not whole");
    }
}
