using System;
using NodeRuntime.Host.Config;

namespace NodeRuntime.Host.Tests.Config;

public sealed class PeerConfigProvenanceTests
{
    [Fact]
    public void A_section_is_read_and_what_it_leaves_out_has_its_default()
    {
        ProvenanceSection section = PeerConfigFile.Parse(Text("provenance:\n  zone: EE-tallinn-1\n  keep: full\n"), "peer.yaml").Provenance!;
        Assert.Equal((true, "EE-tallinn-1", "full", 86_400), (section.Enter, section.Zone, section.Keep, section.Seconds));
    }

    [Theory]
    [InlineData("zone: ee", "provenance.zone")]
    [InlineData("keep: all", "provenance.keep")]
    [InlineData("seconds: 59", "provenance.seconds")]
    [InlineData("seconds: 31622401", "provenance.seconds")]
    [InlineData("enters: true", "peer.yaml:3:")]
    [InlineData("witnesses: [{key: nobody, url: 'https://witness.example'}]", "provenance.witnesses: key")]
    [InlineData("witnesses: [{url: 'ftp://witness.example'}]", "provenance.witnesses: key")]
    public void What_cannot_be_is_named(string line, string named)
    {
        ConfigException complaint = Assert.Throws<ConfigException>(() => PeerConfigFile.Parse(Text("provenance:\n  " + line + "\n"), "peer.yaml"));
        Assert.Contains(named, complaint.Message, StringComparison.Ordinal);
    }

    private static string Text(string more) => $"genesis: {new string('a', 64)}\n{more}";
}
