using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using NodeRuntime.Simulation.Nemesis;

namespace NodeRuntime.Cli.Simulate;

/// <summary>The named plans, which are part of the program, and plans in files.</summary>
internal static class PlanCatalog
{
    private const string Prefix = "plans/";
    private const string Suffix = ".yaml";

    public static IReadOnlyList<string> Names()
    {
        List<string> names = [];
        foreach (string resource in Assembly.GetExecutingAssembly().GetManifestResourceNames())
        {
            if (resource.StartsWith(Prefix, StringComparison.Ordinal)) names.Add(resource[Prefix.Length..^Suffix.Length]);
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <summary>A name, or a path to a file.</summary>
    public static NemesisPlan Load(string nameOrPath)
    {
        string text = Text(nameOrPath);
        NemesisPlanError? error = NemesisPlanReader.Read(text, out NemesisPlan? plan);
        if (error is null) return plan!;
        throw new CliException(ExitCode.Usage, "PlanWrong", $"{nameOrPath}:{error.Line}: {error.Message}", "docs/simulation.md tells what a plan may say");
    }

    private static string Text(string nameOrPath)
    {
        using Stream? resource = Assembly.GetExecutingAssembly().GetManifestResourceStream(Prefix + nameOrPath + Suffix);
        if (resource is not null)
        {
            using StreamReader reader = new(resource);
            return reader.ReadToEnd();
        }

        if (!File.Exists(nameOrPath))
        {
            throw new CliException(
                ExitCode.NotFound, "PlanMissing", $"--plan: there is no file and no plan '{nameOrPath}'", "name a file, or one of " + string.Join(", ", Names()));
        }

        if (new FileInfo(nameOrPath).Length <= 4 * NemesisPlanReader.CharactersMax) return File.ReadAllText(nameOrPath);
        throw new CliException(ExitCode.Usage, "PlanTooLong", $"{nameOrPath} is longer than any plan", $"a plan has at most {NemesisPlanReader.CharactersMax} characters");
    }
}
