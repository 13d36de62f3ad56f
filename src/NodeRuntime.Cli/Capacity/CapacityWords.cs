using System.Globalization;
using NodeRuntime.Api;
using NodeRuntime.Primitives;

namespace NodeRuntime.Cli.Capacity;

/// <summary>What a peer has proven, in words.</summary>
internal static class CapacityWords
{
    /// <summary>"12.5 +- 1.3" of thousandths of a hash a second.</summary>
    public static string Rate(CapacityAnswer it) => string.Create(CultureInfo.InvariantCulture, $"{it.CpuRate / 1000.0:0.0} +- {it.CpuError / 1000.0:0.0}");

    public static string Line(CapacityAnswer it) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(it.Proven ? "proven" : "not proven")}, processors {it.CpuUnits} at {Rate(it)} hashes/s, space {it.SpaceUnits}, {it.Grade} grade, {it.Faults} faults");

    /// <summary>Tokens of base units, as a peer writes them; what is no number is shown as it is.</summary>
    public static string Tokens(string units) =>
        System.UInt128.TryParse(units, NumberStyles.None, CultureInfo.InvariantCulture, out System.UInt128 amount) ? Words.Tokens(new Amount(amount)) : units;
}
