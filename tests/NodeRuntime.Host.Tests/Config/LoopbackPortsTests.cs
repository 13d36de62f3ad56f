using System;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using NodeRuntime.Host.Config;
using Xunit;

namespace NodeRuntime.Host.Tests.Config;

public sealed class LoopbackPortsTests
{
    [Fact]
    public void Ports_are_different_and_somebody_can_listen_on_them()
    {
        ImmutableArray<int> ports = LoopbackPorts.Find(64);

        Assert.Equal(64, ports.Distinct().Count());
        foreach (int port in ports)
        {
            using TcpListener listener = new(IPAddress.Loopback, port);
            listener.Start();
        }
    }

    [Fact]
    public void None_is_of_the_range_that_the_system_gives_to_connections()
    {
        if (!OperatingSystem.IsLinux()) return;
        int[] range = [.. File.ReadAllText("/proc/sys/net/ipv4/ip_local_port_range").Split((char[])[' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];

        Assert.All(LoopbackPorts.Find(256), port => Assert.True(range[0] < 30_000 || port < range[0], $"{port} is in the range of {range[0]} to {range[1]}"));
    }

    [Fact]
    public void A_port_that_is_taken_is_not_found()
    {
        int taken = LoopbackPorts.Find(1)[0];
        using TcpListener listener = new(IPAddress.Loopback, taken);
        listener.Start();

        for (int i = 0; i < 100; i++) Assert.DoesNotContain(taken, LoopbackPorts.Find(64));
    }
}
