using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using NodeRuntime.Benchmarks.Harness;
using NodeRuntime.Benchmarks.Programs;

namespace NodeRuntime.Benchmarks.Groups;

/// <summary>
/// The programs of <c>benchmarks/programs</c> on this engine, beside the same C as native code, the same .wasm in V8 and in wabt's
/// interpreter, and this engine without fuel.
/// </summary>
internal static class WasmGroup
{
    private const string Name = "wasm";
    private const string Metered = "with-fuel";

    /// <param name="only">One program's name, or null for all.</param>
    public static IEnumerable<BenchmarkRow> Run(string? only)
    {
        bool native = Tools.Has("gcc", "gcc", "native code");
        bool v8 = Tools.Has("node", "nodejs", "V8");
        bool interpreter = Tools.Has(InterpreterContestant.Command, "wabt", "wasm-interp");
        string folder = Directory.CreateTempSubdirectory("noderuntime-benchmarks-").FullName;
        List<(string Limit, double Value, double LimitValue)> all = [];
        int slow = 0;
        try
        {
            foreach (string program in ProgramFiles.Names())
            {
                if (only is not null && program != only) continue;
                var metered = new GuestContestant(Metered, program, metered: true);
                List<IContestant> contestants = [metered, new GuestContestant("without-fuel", program, metered: false)];
                if (native) contestants.Add(new ServerContestant("native", Tools.BuildNative(program, folder)));
                if (v8) contestants.Add(new ServerContestant("V8", "node", Path.Combine(ProgramFiles.Folder, "serve.js"), ProgramFiles.Wasm(program)));
                if (interpreter) contestants.Add(new InterpreterContestant(program));
                slow += metered.SlowFunctions;
                double[] rates;
                try
                {
                    rates = ProgramContest.Hold(contestants);
                }
                finally
                {
                    foreach (IContestant contestant in contestants) contestant.Dispose();
                }

                for (int i = 1; i < rates.Length; i++)
                {
                    all.Add((contestants[i].Name, rates[0], rates[i]));
                    yield return Row(program, "units/s", rates[0], rates[i], contestants[i].Name);
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        foreach (IGrouping<string, (string Limit, double Value, double LimitValue)> limit in all.GroupBy(static row => row.Limit))
        {
            double value = Geometric(limit.Select(static row => row.Value));
            yield return Row($"geometric mean of {limit.Count()}", "units/s", value, Geometric(limit.Select(static row => row.LimitValue)), limit.Key);
        }

        yield return Row("functions left unoptimised", "functions", slow, 0, "none");
    }

    private static BenchmarkRow Row(string name, string unit, double value, double limit, string limitName) =>
        new(Name, name, value, unit, limit, limitName, limit == 0 ? 0 : value / limit);

    private static double Geometric(IEnumerable<double> values) => Math.Exp(values.Average(static value => Math.Log(value)));
}
