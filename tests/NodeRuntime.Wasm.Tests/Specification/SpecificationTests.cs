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
    public void Every_script_of_the_official_suite_passes()
    {
        SortedDictionary<string, byte[]> files = SpecArchive.Read(SpecArchive.Find()!);
        int passed = 0;
        int skipped = 0;
        int otherwise = 0;
        int scripts = 0;
        var failures = new List<ScriptFailure>();
        foreach (string script in ScriptSuite.Scripts(files))
        {
            ScriptReport report = GuestThread.Run(() => ScriptSuite.Run(script, files, FeaturesOf(script)), ScriptSuite.StackBytes);
            scripts++;
            passed += report.Passed;
            otherwise += report.RefusedOtherwise;
            skipped += report.Skipped;
            failures.AddRange(report.Failures);
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{scripts} scripts: {passed} assertions passed ({otherwise} refused by another verdict), {failures.Count} failed, {skipped} of the text format skipped"));
        Assert.True(failures.Count == 0, string.Join("\n", failures.Take(200)));
        Assert.True(passed > 51_000, "the suite is not whole");
    }

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
