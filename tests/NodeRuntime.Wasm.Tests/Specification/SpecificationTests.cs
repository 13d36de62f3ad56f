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

    [Fact]
    public void Every_script_of_the_official_suite_passes()
    {
        if (SpecArchive.Find() is not { } path)
        {
            output.WriteLine("skipped: shared/vectors/wasm-spec-2.0.tar.gz does not lie beside this checkout");
            return;
        }

        SortedDictionary<string, byte[]> files = SpecArchive.Read(path);
        int passed = 0;
        int skipped = 0;
        int otherwise = 0;
        int scripts = 0;
        var failures = new List<string>();
        foreach (string script in files.Keys.Select(static name => name.Split('/')[0]).Distinct().Where(IsSupported))
        {
            using var runner = new ScriptRunner(script, files);
            GuestThread.Run(() =>
            {
                runner.Run();
                return 0;
            });
            scripts++;
            passed += runner.Passed;
            otherwise += runner.RefusedOtherwise;
            skipped += runner.Skipped;
            failures.AddRange(runner.Failures);
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{scripts} scripts: {passed} assertions passed ({otherwise} refused by another verdict), {failures.Count} failed, {skipped} of the text format skipped"));
        Assert.True(failures.Count == 0, string.Join("\n", failures.Take(200)));
        Assert.True(passed > 15_000, "the suite is not whole");
    }
}
