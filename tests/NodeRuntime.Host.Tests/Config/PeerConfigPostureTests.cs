using System;
using NodeRuntime.Host.Config;

namespace NodeRuntime.Host.Tests.Config;

public sealed class PeerConfigPostureTests
{
    [Fact]
    public void Somebody_is_challenged_once_a_minute_where_nobody_says_otherwise()
    {
        Assert.Equal(60, PeerConfigFile.Parse(Text("posture:\n  baseline: 2\n"), "peer.yaml").Posture!.Challenge);
        Assert.Equal(0, PeerConfigFile.Parse(Text("posture:\n  challenge: 0\n"), "peer.yaml").Posture!.Challenge);
    }

    [Theory]
    [InlineData("challenge: -1", "posture.challenge")]
    [InlineData("challenge: 86401", "posture.challenge")]
    [InlineData("challenges: 60", "peer.yaml:3:")]
    public void What_cannot_be_is_named(string line, string named)
    {
        ConfigException complaint = Assert.Throws<ConfigException>(() => PeerConfigFile.Parse(Text("posture:\n  " + line + "\n"), "peer.yaml"));
        Assert.Contains(named, complaint.Message, StringComparison.Ordinal);
    }

    private static string Text(string more) => $"genesis: {new string('a', 64)}\n{more}";
}
