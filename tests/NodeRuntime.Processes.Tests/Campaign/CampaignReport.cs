using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;

namespace NodeRuntime.Processes.Tests.Campaign;

/// <summary>What a campaign did and saw.</summary>
internal sealed class CampaignReport
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public CampaignOptions Options { get; init; } = new();

    public SortedDictionary<string, List<double>> Recoveries { get; } = new(StringComparer.Ordinal);

    public List<string> Complaints { get; } = [];

    public List<string> Notes { get; } = [];

    /// <summary>What a plan names and processes are not put through so, with the reason.</summary>
    public SortedDictionary<string, string> Skipped { get; } = new(StringComparer.Ordinal);

    /// <summary>Peers whose key was in two processes, signed two things in one view, and votes no more.</summary>
    public SortedSet<int> Lost { get; } = [];

    public ulong Height { get; set; }

    public int Operations { get; set; }

    public int Acknowledged { get; set; }

    public int UnansweredApplied { get; set; }

    public int UnansweredLost { get; set; }

    public int Reads { get; set; }

    public long InputsReplayed { get; set; }

    public int SegmentsReplayed { get; set; }

    public double WallSeconds { get; set; }

    /// <summary>The machine's load average of a minute as the campaign began: this program is the whole load of a quiet one.</summary>
    public double LoadBefore { get; set; }

    public double LoadAfter { get; set; }

    /// <param name="seconds">From the heal to four voting peers that have finalized a block since.</param>
    public void Recovered(string fault, double seconds)
    {
        if (!Recoveries.TryGetValue(fault, out List<double>? all)) Recoveries.Add(fault, all = []);
        all.Add(seconds);
    }

    public void Skip(string what, string reason) => Skipped[what] = reason;

    public void Complain(string complaint) => Complaints.Add(complaint);

    public string ToJson()
    {
        List<double> all = [.. Recoveries.Values.SelectMany(static seconds => seconds).Order()];
        return JsonSerializer.Serialize(
            new
            {
                Options,
                Machine = new { Processors = Environment.ProcessorCount, LoadBefore, LoadAfter },
                WallSeconds = Math.Round(WallSeconds, 1),
                Height,
                Operations,
                Acknowledged,
                UnansweredApplied,
                UnansweredLost,
                Reads,
                SegmentsReplayed,
                InputsReplayed,
                RecoverySeconds = all.Count == 0 ? null : new { P50 = At(all, 0.5), P99 = At(all, 0.99), Max = all[^1] },
                Faults = Recoveries.ToDictionary(
                    static pair => pair.Key,
                    static pair => (object)new { pair.Value.Count, P50 = At([.. pair.Value.Order()], 0.5), Max = pair.Value.Max() }),
                Skipped,
                Lost,
                Notes,
                Complaints,
            },
            Indented);
    }

    private static double At(List<double> sorted, double share) => Math.Round(sorted[(int)Math.Min(sorted.Count - 1, Math.Floor(share * sorted.Count))], 2);
}
