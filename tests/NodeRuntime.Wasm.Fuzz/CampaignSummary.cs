using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text.Json.Nodes;
using NodeRuntime.Wasm.Fuzz.Comparison;

namespace NodeRuntime.Wasm.Fuzz;

/// <summary>The figures of a campaign.</summary>
internal sealed class CampaignSummary
{
    private readonly SortedDictionary<string, long> _agreements = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _verdicts = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _traps = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _limits = new(StringComparer.Ordinal);

    public int Modules { get; private set; }

    public int Differences { get; private set; }

    public int Inconclusive { get; private set; }

    /// <summary>Modules that both engines instantiated and whose calls were compared.</summary>
    public int Executed { get; private set; }

    public long Calls { get; private set; }

    public void Add(Outcome outcome)
    {
        Modules++;
        Calls += outcome.Calls;
        if (outcome.Ours.Count > 0) Executed++;
        if (outcome.Judgement.Agreement == Agreement.Different) Differences++;
        if (outcome.Judgement.Agreement == Agreement.Inconclusive)
        {
            Inconclusive++;
            Count(_limits, outcome.Judgement.Detail);
        }

        Count(_agreements, outcome.Judgement.Agreement.ToString());
        Count(_verdicts, outcome.Load.Verdict.ToString());
        foreach (string line in outcome.Ours)
        {
            if (line.StartsWith("  trap ", StringComparison.Ordinal)) Count(_traps, line["  trap ".Length..]);
        }
    }

    public JsonObject ToJson(ulong seed, int first, TimeSpan elapsed) => new()
    {
        ["seed"] = seed,
        ["first"] = first,
        ["modules"] = Modules,
        ["executed"] = Executed,
        ["calls"] = Calls,
        ["differences"] = Differences,
        ["inconclusive"] = Inconclusive,
        ["verdicts"] = Counts(_verdicts),
        ["agreements"] = Counts(_agreements),
        ["traps"] = Counts(_traps),
        ["limits"] = Counts(_limits),
        ["seconds"] = Math.Round(elapsed.TotalSeconds, 1),
    };

    public string Line(TimeSpan elapsed) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Modules} modules, {Executed} executed, {Calls} calls, {Differences} differences, {Inconclusive} inconclusive, {elapsed.TotalSeconds:0} s");

    private static void Count(SortedDictionary<string, long> counts, string what) => counts[what] = counts.GetValueOrDefault(what) + 1;

    private static JsonObject Counts(SortedDictionary<string, long> counts)
    {
        var json = new JsonObject();
        foreach ((string what, long count) in counts) json[what] = count;
        return json;
    }
}
