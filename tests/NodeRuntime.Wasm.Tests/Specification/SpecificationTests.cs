using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using NodeRuntime.Wasm.Specification;
using Xunit.Abstractions;

namespace NodeRuntime.Wasm.Tests.Specification;

public sealed class SpecificationTests(ITestOutputHelper output)
{
    // The suite of 2.0 calls invalid what these two allow; the proposals' own scripts know several memories.
    private static WasmFeatures FeaturesOf(string script) =>
        script.StartsWith("proposals", StringComparison.Ordinal)
            ? WasmFeatures.All & ~WasmFeatures.ExtendedConstants
            : WasmFeatures.All & ~(WasmFeatures.ExtendedConstants | WasmFeatures.MultiMemory);

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
        foreach (string script in ScriptSuite.Scripts(files))
        {
            ScriptReport compiled = Run(script, files, Executor.Compiled);
            ScriptReport stepping = Run(script, files, Executor.Stepping);
            scripts++;
            passed += compiled.Passed;
            otherwise += compiled.RefusedOtherwise;
            skipped += compiled.Skipped;
            commands += compiled.FuelUsed.Length;
            failures.AddRange(compiled.Failures.Select(static failure => failure.ToString()));
            failures.AddRange(stepping.Failures.Select(static failure => "stepping: " + failure));
            if (compiled.Passed != stepping.Passed) failures.Add(script + ": the executors pass different numbers of assertions");
            for (int i = 0; i < compiled.FuelUsed.Length; i++)
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
        Assert.True(passed > 51_000, "the suite is not whole");
    }

    private static ScriptReport Run(string script, SortedDictionary<string, byte[]> files, Executor executor) =>
        GuestThread.Run(() => ScriptSuite.Run(script, files, FeaturesOf(script), executor), ScriptSuite.StackBytes);

    [SpecificationFact]
    public void Every_module_of_a_feature_that_is_off_is_refused_by_its_name_or_valid_without_it()
    {
        SortedDictionary<string, byte[]> files = SpecArchive.Read(SpecArchive.Find()!);
        int refused = 0;
        foreach ((string name, byte[] bytes) in files)
        {
            if (!name.EndsWith(".wasm", StringComparison.Ordinal)) continue;
            ModuleLoad load = Module.Load(bytes, ModuleLimits.Default, WasmFeatures.None);
            Assert.NotEqual(ModuleVerdict.LimitExceeded, load.Verdict);
            if (load.Verdict == ModuleVerdict.Unsupported) refused++;
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{refused} modules refused by a feature's name"));
        Assert.True(refused > 500, "the suite is not whole");
    }
}
