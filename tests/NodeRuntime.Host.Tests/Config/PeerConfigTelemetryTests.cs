using System;
using NodeRuntime.Host.Config;

namespace NodeRuntime.Host.Tests.Config;

public sealed class PeerConfigTelemetryTests
{
    [Fact]
    public void Without_the_section_nothing_is_sent() => Assert.Null(PeerConfigFile.Parse(Text(""), "peer.yaml").Telemetry);

    [Fact]
    public void An_address_is_enough()
    {
        TelemetrySection section = PeerConfigFile.Parse(Text("telemetry:\n  endpoint: http://127.0.0.1:4318\n"), "peer.yaml").Telemetry!;
        Assert.Equal(("http://127.0.0.1:4318", 15, 1000), (section.Endpoint, section.Seconds, section.TracesPerMillion));
    }

    [Theory]
    [InlineData("endpoint: 127.0.0.1:4318", "telemetry.endpoint")]
    [InlineData("endpoint: ftp://collector", "telemetry.endpoint")]
    [InlineData("seconds: 5", "telemetry.endpoint")]
    [InlineData("endpoint: http://c\n  seconds: 0", "telemetry.seconds")]
    [InlineData("endpoint: http://c\n  tracesPerMillion: 1000001", "telemetry.tracesPerMillion")]
    [InlineData("endpoint: http://c\n  second: 1", "second")]
    public void What_cannot_be_is_named(string lines, string named)
    {
        ConfigException complaint = Assert.Throws<ConfigException>(() => PeerConfigFile.Parse(Text("telemetry:\n  " + lines + "\n"), "peer.yaml"));
        Assert.Contains(named, complaint.Message, StringComparison.Ordinal);
    }

    private static string Text(string more) => $"genesis: {new string('a', 64)}\n{more}";
}
