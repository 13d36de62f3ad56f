using System;
using System.Collections.Generic;
using System.Globalization;
using NodeRuntime.Capacity.Space;
using NodeRuntime.Persistence.Plots;
using NodeRuntime.Primitives;

namespace NodeRuntime.Host.Config;

/// <summary>What cannot stand in a configuration's capacity section.</summary>
internal static class CapacityComplaints
{
    // A month of nightly windows.
    private const int MaintenanceMax = 31;

    private const int MaintenanceMinutesMax = 24 * 60;
    private const int AttributesMax = 8;
    private const string TimeForm = "yyyy-MM-ddTHH:mm:ssZ";

    public static IEnumerable<string> Of(CapacitySection section)
    {
        if (section.Units > SpaceParameters.Default.UnitsMax) yield return $"capacity.units: must be 0 to {SpaceParameters.Default.UnitsMax}";
        if (section.Folder.Trim().Length == 0) yield return "capacity.folder: names no folder";
        if (section.Cores is < 1 or > PlotCrew.ThreadsMax) yield return $"capacity.cores: must be 1 to {PlotCrew.ThreadsMax}";
        if (section.ThrottlePercent is < 1 or > 100) yield return "capacity.throttlePercent: must be 1 to 100";
        if (section.Region.Length > 0 && !IsWord(section.Region, ""))
        {
            yield return $"capacity.region: '{section.Region}' is no word of up to {Limits.RegionCharactersMax} small letters, digits and hyphens";
        }

        if (section.Attributes.Count > AttributesMax) yield return $"capacity.attributes: more than {AttributesMax}";
        for (int i = 0; i < section.Attributes.Count; i++)
        {
            string attribute = section.Attributes[i];
            if (!IsWord(attribute, ".=:")) yield return $"capacity.attributes: '{attribute}' is no word of 1 to {Limits.RegionCharactersMax} of a to z, 0 to 9 and - . = :";
            if (section.Attributes.IndexOf(attribute) != i) yield return $"capacity.attributes: '{attribute}' stands there twice";
        }

        if (section.Maintenance.Count > MaintenanceMax) yield return $"capacity.maintenance: more than {MaintenanceMax} entries";
        foreach (MaintenanceEntry entry in section.Maintenance)
        {
            if (!TryParse(entry.From, out _)) yield return $"capacity.maintenance: '{entry.From}' is no time in UTC, such as 2026-12-01T02:00:00Z";
            if (entry.Minutes is < 1 or > MaintenanceMinutesMax) yield return $"capacity.maintenance: minutes must be 1 to {MaintenanceMinutesMax}";
        }
    }

    internal static bool TryParse(string text, out DateTimeOffset time) => DateTimeOffset.TryParseExact(
        text, TimeForm, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);

    // What the ledger takes: small letters, digits, hyphens, and what is given beside them.
    private static bool IsWord(string text, string others)
    {
        foreach (char c in text)
        {
            if (c is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '-') && !others.Contains(c, StringComparison.Ordinal)) return false;
        }

        return text.Length >= 1 && text.Length <= Limits.RegionCharactersMax;
    }
}
