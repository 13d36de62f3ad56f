using System;
using NodeRuntime.Host.Config;

namespace NodeRuntime.Host.Tests.Config;

public sealed class PeerConfigCapacityTests
{
    [Fact]
    public void Without_the_section_nothing_is_proven() => Assert.Null(PeerConfigFile.Parse(Text(string.Empty), "peer.yaml").Capacity);

    [Fact]
    public void A_section_is_read_and_what_it_leaves_out_has_its_default()
    {
        CapacitySection section = PeerConfigFile.Parse(
            Text("capacity:\n  units: 16\n  cores: 2\n  attributes: [ssd, 'disk=2']\n  maintenance:\n  - from: 2026-12-01T02:00:00Z\n    minutes: 90\n"),
            "peer.yaml").Capacity!;
        Assert.Equal((16U, "plot", 2, 50, false, string.Empty), (section.Units, section.Folder, section.Cores, section.ThrottlePercent, section.Dataset, section.Region));
        Assert.Equal(["ssd", "disk=2"], section.Attributes);
        Assert.Equal(("2026-12-01T02:00:00Z", 90), (section.Maintenance[0].From, section.Maintenance[0].Minutes));
    }

    [Theory]
    [InlineData("units: 65537", "capacity.units")]
    [InlineData("units: -1", "peer.yaml:3:")]
    [InlineData("folder: ' '", "capacity.folder")]
    [InlineData("cores: 0", "capacity.cores")]
    [InlineData("cores: 257", "capacity.cores")]
    [InlineData("throttlePercent: 0", "capacity.throttlePercent")]
    [InlineData("throttlePercent: 101", "capacity.throttlePercent")]
    [InlineData("region: 'abcdefghijklmnopqrstuvwxyz0123456789'", "capacity.region")]
    [InlineData("region: De", "capacity.region")]
    [InlineData("attributes: [SSD]", "'SSD'")]
    [InlineData("attributes: ['']", "''")]
    [InlineData("attributes: [ssd, ssd]", "twice")]
    [InlineData("attributes: [a, b, c, d, e, f, g, h, i]", "more than 8")]
    [InlineData("maintenance: [{ from: tomorrow, minutes: 5 }]", "'tomorrow'")]
    [InlineData("maintenance: [{ from: '2026-12-01T02:00:00Z', minutes: 1441 }]", "minutes")]
    [InlineData("unit: 1", "peer.yaml:3:")]
    public void What_cannot_be_is_named(string line, string named)
    {
        ConfigException complaint = Assert.Throws<ConfigException>(() => PeerConfigFile.Parse(Text("capacity:\n  " + line + "\n"), "peer.yaml"));
        Assert.Contains(named, complaint.Message, StringComparison.Ordinal);
    }

    private static string Text(string more) => $"genesis: {new string('a', 64)}\n{more}";
}
