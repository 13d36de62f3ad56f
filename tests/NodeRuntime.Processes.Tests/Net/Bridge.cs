using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;

namespace NodeRuntime.Processes.Tests.Net;

/// <summary>
/// A network namespace for each peer, with a cable to a bridge on this machine: the kernel's own TCP between them, no proxy.
/// <code>
/// namespace 0: eth0 10.201.n.1 ──┐
/// namespace 1: eth0 10.201.n.2 ──┤ bridge, 10.201.n.254 on this machine: clients come from here
///           ...                  ┘
/// </code>
/// A cut is a wrong hardware address for the other's: packets leave and reach nobody, and nobody is told. A refusal is a route
/// that says unreachable. Needs root and iproute2; no packet filter.
/// </summary>
internal sealed class Bridge : IDisposable
{
    private const string Nobody = "02:00:00:00:00:01";

    private readonly int _peers;
    private readonly int _net = 1 + (Environment.ProcessId % 250);

    public Bridge(int peers)
    {
        _peers = peers;
        Run("link", "add", Name, "type", "bridge");
        Run("addr", "add", $"10.201.{_net}.254/24", "dev", Name);
        Run("link", "set", Name, "up");
        for (int peer = 0; peer < peers; peer++)
        {
            Run("netns", "add", NamespaceOf(peer));
            Run("link", "add", CableOf(peer), "type", "veth", "peer", "name", "eth0", "netns", NamespaceOf(peer));
            Run("link", "set", CableOf(peer), "master", Name, "up");
            Run("-n", NamespaceOf(peer), "addr", "add", AddressOf(peer) + "/24", "dev", "eth0");
            Run("-n", NamespaceOf(peer), "link", "set", "eth0", "up");
            Run("-n", NamespaceOf(peer), "link", "set", "lo", "up");
        }
    }

    private string Name => Numbered("nrt{0}br", _net);

    public string AddressOf(int peer) => string.Create(CultureInfo.InvariantCulture, $"10.201.{_net}.{peer + 1}");

    /// <summary>The words before a command that runs as this peer.</summary>
    public string[] Enter(int peer) => ["ip", "netns", "exec", NamespaceOf(peer)];

    public void Set(int[] here, int[] there, LinkState state)
    {
        foreach (int one in here)
        {
            foreach (int other in there)
            {
                SetOneWay(one, other, state);
                SetOneWay(other, one, state);
            }
        }
    }

    public void Dispose()
    {
        for (int peer = 0; peer < _peers; peer++) Run("netns", "del", NamespaceOf(peer));
        Run("link", "del", Name);
    }

    private void SetOneWay(int from, int to, LinkState state)
    {
        string name = NamespaceOf(from);
        string address = AddressOf(to);
        // Whatever it was before: open.
        Try("-n", name, "route", "del", "unreachable", address + "/32");
        Try("-n", name, "neigh", "del", address, "dev", "eth0");
        switch (state)
        {
            case LinkState.Open:
                break;
            case LinkState.Silent:
                Run("-n", name, "neigh", "replace", address, "lladdr", Nobody, "dev", "eth0", "nud", "permanent");
                break;
            case LinkState.Refusing:
                Run("-n", name, "route", "add", "unreachable", address + "/32");
                break;
        }
    }

    private string NamespaceOf(int peer) => string.Create(CultureInfo.InvariantCulture, $"nrt{_net}p{peer}");

    private string CableOf(int peer) => string.Create(CultureInfo.InvariantCulture, $"nrt{_net}v{peer}");

    private static string Numbered(string form, int number) => string.Format(CultureInfo.InvariantCulture, form, number);

    private static void Run(params string[] arguments)
    {
        (int exitCode, string error) = Execute(arguments);
        if (exitCode != 0) throw new IOException($"ip {string.Join(' ', arguments)}: {error.Trim()}");
    }

    // What is not there need not be taken away.
    private static void Try(params string[] arguments) => Execute(arguments);

    private static (int ExitCode, string Error) Execute(string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error);
    }
}
