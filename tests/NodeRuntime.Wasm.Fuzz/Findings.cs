using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;

namespace NodeRuntime.Wasm.Fuzz;

/// <summary>A difference on disk: the module, and what both engines did, with the command that shows it again.</summary>
internal static class Findings
{
    /// <summary>The file of the module.</summary>
    public static string Keep(Outcome outcome, string folder)
    {
        Directory.CreateDirectory(folder);
        string name = string.Create(CultureInfo.InvariantCulture, $"{outcome.Case.Seed}-{outcome.Case.Number}");
        string module = Path.Combine(folder, name + ".wasm");
        File.WriteAllBytes(module, outcome.Case.Bytes);
        using var text = new StreamWriter(Path.Combine(folder, name + ".txt"));
        text.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"dotnet run -c Release --project tests/NodeRuntime.Wasm.Fuzz -- --replay {module} --seed {outcome.Case.Seed} --first {outcome.Case.Number}"));
        Write(outcome, text);
        return module;
    }

    public static void Write(Outcome outcome, TextWriter text)
    {
        text.WriteLine(outcome.Case.Origin);
        text.WriteLine(outcome.Load.Verdict + " " + outcome.Load.Detail);
        text.WriteLine(outcome.Judgement.Agreement + " " + outcome.Judgement.Detail);
        Write("ours", outcome.Ours, text);
        Write("V8", outcome.Theirs, text);
    }

    private static void Write(string who, IReadOnlyList<string> lines, TextWriter text)
    {
        text.WriteLine("-- " + who);
        foreach (string line in lines) text.WriteLine(line);
    }
}
