using System;
using NodeRuntime.Host.Config;

namespace NodeRuntime.Host.Tests.Config;

public sealed class PeerConfigAddressTests
{
    [Theory]
    [InlineData("127.0.0.1:26610")]
    [InlineData("localhost:26610")]
    [InlineData("'[::1]:26610'")]
    public void An_api_address_of_this_machine_is_taken(string api) =>
        Assert.Equal(api.Trim('\''), PeerConfigFile.Parse(TextWith(api), "peer.yaml").Api);

    [Theory]
    [InlineData("example.com:80")]
    [InlineData("localhost.example.com:80")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:70000")]
    public void Any_other_is_a_complaint_and_not_a_crash_at_the_start(string api)
    {
        ConfigException complaint = Assert.Throws<ConfigException>(() => PeerConfigFile.Parse(TextWith(api), "peer.yaml"));
        Assert.Contains("api:", complaint.Message, StringComparison.Ordinal);
    }

    private static string TextWith(string api) => $"genesis: {new string('a', 64)}\napi: {api}\n";
}
