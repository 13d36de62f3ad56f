using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using NodeRuntime.Wasm.Specification;
using Xunit.Abstractions;

namespace NodeRuntime.Wasm.Tests.Specification;

public sealed class SpecificationTests(ITestOutputHelper output)
{
    // SIMD, tail calls and several memories are other engines' affair for now: their scripts are refused, and that is tested below.
    private static bool IsSupported(string script) =>
        !script.StartsWith("simd", StringComparison.Ordinal) && !script.StartsWith("proposals", StringComparison.Ordinal);

    [SpecificationFact]
    public void Every_script_of_the_official_suite_passes()
    {
        SortedDictionary<string, byte[]> files = SpecArchive.Read(SpecArchive.Find()!);
        int passed = 0;
        int skipped = 0;
        int otherwise = 0;
        int scripts = 0;
        var failures = new List<ScriptFailure>();
        foreach (string script in ScriptSuite.Scripts(files).Where(IsSupported))
        {
            ScriptReport report = GuestThread.Run(() => ScriptSuite.Run(script, files), ScriptSuite.StackBytes);
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
        Assert.True(passed > 15_000, "the suite is not whole");
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
