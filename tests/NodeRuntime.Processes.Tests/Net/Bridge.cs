using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using NodeRuntime.Processes.Tests.Running;

namespace NodeRuntime.Processes.Tests.Net;

/// <summary>
/// A network namespace for each peer, with a cable to a bridge on this machine: the kernel's own TCP between them, no proxy.
/// <code>
/// namespace 0: eth0 10.201.n.1 ──┐
/// namespace 1: eth0 10.201.n.2 ──┤ bridge, 10.201.n.254 on this machine: clients come from here
///           ...                  ┘
/// </code>
/// Where iptables is installed, a cut is a rule that drops what comes from the other, and a refusal one that answers its TCP with
/// a reset. Without it a cut is a wrong hardware address for the other's (packets leave and reach nobody, and nobody is told), and
/// a refusal a route that says unreachable. A rate is a token bucket (tbf) on the peer's end of its cable. Needs iproute2, and root
/// of this machine or of a namespace of its own.
/// </summary>
internal sealed class Bridge : IDisposable
{
    private const string Nobody = "02:00:00:00:00:01";

    private const string Ip = "ip";
    private const string Tc = "tc";

    private readonly int _peers;
    private readonly LinkState[,] _states;
    private readonly bool _hasFilter = Requirement.IsInstalled("iptables");
    private readonly int _net = 1 + (Environment.ProcessId % 250);

    public Bridge(int peers)
    {
        _peers = peers;
        _states = new LinkState[peers, peers];
        Run(Ip, "link", "add", Name, "type", "bridge");
        Run(Ip, "addr", "add", $"10.201.{_net}.254/24", "dev", Name);
        Run(Ip, "link", "set", Name, "up");
        for (int peer = 0; peer < peers; peer++)
        {
            Run(Ip, "netns", "add", NamespaceOf(peer));
            Run(Ip, "link", "add", CableOf(peer), "type", "veth", "peer", "name", "eth0", "netns", NamespaceOf(peer));
            Run(Ip, "link", "set", CableOf(peer), "master", Name, "up");
            Run(Ip, "-n", NamespaceOf(peer), "addr", "add", AddressOf(peer) + "/24", "dev", "eth0");
            Run(Ip, "-n", NamespaceOf(peer), "link", "set", "eth0", "up");
            Run(Ip, "-n", NamespaceOf(peer), "link", "set", "lo", "up");
        }
    }

    private string Name => Numbered("nrt{0}br", _net);

    public string AddressOf(int peer) => string.Create(CultureInfo.InvariantCulture, $"10.201.{_net}.{peer + 1}");

    /// <summary>The words before a command that runs as this peer.</summary>
    public string[] Enter(int peer) => [Ip, "netns", "exec", NamespaceOf(peer)];

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

    /// <summary>These ways lose everything, each one direction; all others are open.</summary>
    public void Cut(IReadOnlyCollection<(int From, int To)> ways)
    {
        for (int from = 0; from < _peers; from++)
        {
            for (int to = 0; to < _peers; to++)
            {
                if (from != to) SetOneWay(from, to, ways.Contains((from, to)) ? LinkState.Silent : LinkState.Open);
            }
        }
    }

    /// <summary>Everything that a peer says goes through a token bucket; zero for none.</summary>
    public void Drip(int peer, int bytesPerSecond)
    {
        string name = NamespaceOf(peer);
        Try(Tc, "-n", name, "qdisc", "del", "dev", "eth0", "root");
        if (bytesPerSecond == 0) return;
        // A burst of two packets, and a queue of half a second.
        Run(Tc, "-n", name, "qdisc", "add", "dev", "eth0", "root", "tbf", "rate", Numbered("{0}bps", bytesPerSecond), "burst", "3100", "latency", "500ms");
    }

    /// <summary>The kernel aborts all TCP connections of a peer with others: it answers each with a reset.</summary>
    public void Reset(int peer)
    {
        for (int other = 0; other < _peers; other++)
        {
            if (other != peer) Run(Ip, "netns", "exec", NamespaceOf(peer), "ss", "-K", "state", "established", "dst", AddressOf(other));
        }
    }

    public void Dispose()
    {
        for (int peer = 0; peer < _peers; peer++) Run(Ip, "netns", "del", NamespaceOf(peer));
        Run(Ip, "link", "del", Name);
    }

    private void SetOneWay(int from, int to, LinkState state)
    {
        LinkState before = _states[from, to];
        if (state == before) return;
        _states[from, to] = state;
        if (_hasFilter) Filter(from, to, before, state);
        else Mislead(from, to, state);
    }

    // At the end of the way.
    private void Filter(int from, int to, LinkState before, LinkState state)
    {
        string[] filter = ["netns", "exec", NamespaceOf(to), "iptables"];
        if (before != LinkState.Open) Run(Ip, [.. filter, "-D", .. RuleOf(before)]);
        if (state != LinkState.Open) Run(Ip, [.. filter, "-A", .. RuleOf(state)]);

        string[] RuleOf(LinkState one) => one == LinkState.Silent
            ? ["INPUT", "-s", AddressOf(from), "-j", "DROP"]
            : ["INPUT", "-s", AddressOf(from), "-p", "tcp", "-j", "REJECT", "--reject-with", "tcp-reset"];
    }

    private void Mislead(int from, int to, LinkState state)
    {
        string name = NamespaceOf(from);
        string address = AddressOf(to);
        // Whatever it was before: open.
        Try(Ip, "-n", name, "route", "del", "unreachable", address + "/32");
        Try(Ip, "-n", name, "neigh", "del", address, "dev", "eth0");
        switch (state)
        {
            case LinkState.Open:
                break;
            case LinkState.Silent:
                Run(Ip, "-n", name, "neigh", "replace", address, "lladdr", Nobody, "dev", "eth0", "nud", "permanent");
                break;
            case LinkState.Refusing:
                Run(Ip, "-n", name, "route", "add", "unreachable", address + "/32");
                break;
        }
    }

    private string NamespaceOf(int peer) => string.Create(CultureInfo.InvariantCulture, $"nrt{_net}p{peer}");

    private string CableOf(int peer) => string.Create(CultureInfo.InvariantCulture, $"nrt{_net}v{peer}");

    private static string Numbered(string form, int number) => string.Format(CultureInfo.InvariantCulture, form, number);

    private static void Run(string program, params string[] arguments)
    {
        (int exitCode, string error) = Execute(program, arguments);
        if (exitCode != 0) throw new IOException($"{program} {string.Join(' ', arguments)}: {error.Trim()}");
    }

    // What is not there need not be taken away.
    private static void Try(string program, params string[] arguments) => Execute(program, arguments);

    private static (int ExitCode, string Error) Execute(string program, string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        output.Wait();
        return (process.ExitCode, error);
    }
}
