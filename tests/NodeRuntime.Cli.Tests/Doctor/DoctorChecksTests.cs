using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Cli.Doctor;
using NodeRuntime.Cli.Results;
using NodeRuntime.Cli.Tests.Support;
using NodeRuntime.Client;
using NodeRuntime.Host.Config;
using NodeRuntime.Primitives;
using NodeRuntime.Sandbox;

namespace NodeRuntime.Cli.Tests.Doctor;

public sealed class DoctorChecksTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly SandboxCapability Yes = new(true, string.Empty);
    private static readonly SandboxCapability No = new(false, "ENOSYS");
    private static readonly SandboxCapabilities AllOffered = new(Yes, Yes, Yes, Yes, Yes, Yes, 7);

    private static readonly DoctorProbes Healthy = new()
    {
        Runtime = static () => new Version(10, 0, 1),
        Signatures = static () => ("libsecp256k1", null),
        Journal = static _ => { },
        Sandbox = static () => AllOffered,
        Now = static () => Noon,
        Config = static _ => new PeerConfig { Genesis = new string('a', 64) },
        Mode = static _ => UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
        FreeBytes = static _ => 100L << 30,
        Listen = static _ => null,
        Peer = static _ => Task.FromResult<(Instant Time, Height Height)?>((InstantOf(Noon - TimeSpan.FromSeconds(2)), new Height(77))),
    };

    private static readonly SortedDictionary<string, (DoctorProbes Probes, string Check, string Word)> Ills = new(StringComparer.Ordinal)
    {
        ["an old .NET"] = (Healthy with { Runtime = static () => new Version(9, 0) }, ".NET", "older than 10"),
        ["no SQLite"] = (Healthy with { Journal = static _ => throw new DllNotFoundException("libsqlite3") }, "sqlite", "libsqlite3"),
        ["a full disk for the journal"] = (Healthy with { Journal = static _ => throw new IOException("No space left") }, "sqlite", "No space left"),
        ["no seccomp"] = (Healthy with { Sandbox = static () => AllOffered with { Seccomp = No } }, "sandbox", "MISSING ENOSYS"),
        ["no Landlock"] = (Healthy with { Sandbox = static () => AllOffered with { Landlock = No } }, "sandbox", "Landlock MISSING"),
        ["an unknown processor"] = (Healthy with { Sandbox = static () => AllOffered with { Architecture = No } }, "sandbox", "x86-64"),
        ["no no_new_privs"] = (Healthy with { Sandbox = static () => AllOffered with { NoNewPrivileges = No } }, "sandbox", "no_new_privs"),
        ["no parent death signal"] = (Healthy with { Sandbox = static () => AllOffered with { ParentDeathSignal = No } }, "sandbox", "parent death"),
        ["no close_range"] = (Healthy with { Sandbox = static () => AllOffered with { CloseRange = No } }, "sandbox", "close_range"),
        ["a clock of last century"] = (Healthy with { Now = static () => DateTimeOffset.UnixEpoch }, "clock", "1970-01-01"),
        ["a clock that is ahead"] = (Healthy with { Now = static () => Noon + TimeSpan.FromMinutes(5) }, "clock", "302.0 s old"),
        ["a clock that is behind"] = (Healthy with { Now = static () => Noon - TimeSpan.FromMinutes(5) }, "clock", "-298.0 s old"),
        ["a bad configuration"] = (Healthy with { Config = static _ => throw new ConfigException("peer.yaml:3:1: typo") }, "config", "peer.yaml:3:1"),
        ["a data folder open to others"] = (Healthy with { Mode = static _ => UnixFileMode.OtherRead }, "data", "open to others"),
        ["a full disk"] = (Healthy with { FreeBytes = static _ => 5 << 20 }, "space", "5 MiB free"),
        ["a port in use"] = (Healthy with { Listen = static address => address.EndsWith("26610", StringComparison.Ordinal) ? "is in use" : null }, "ports", "api: 127.0.0.1:26610 is in use"),
        ["no peer"] = (Healthy with { Peer = static _ => throw new ClientException(ClientFailure.Unreachable, "nobody answers", "run one") }, "peer", "nobody answers"),
    };

    public static TheoryData<string> EveryIll => [.. Ills.Keys];

    [Fact]
    public async Task A_healthy_machine_passes_every_check()
    {
        using CommandLine line = new();
        DoctorResult result = await RunAsync(line, Healthy);

        Assert.True(result.IsHealthy);
        Assert.All(result.Checks, static check => Assert.Equal(CheckState.Ok, check.State));
        Assert.Equal(
            [".NET", "signatures", "sqlite", "sandbox", "clock", "config", "data", "space", "ports", "peer"],
            result.Checks.Select(static check => check.Name));
    }

    [Theory]
    [MemberData(nameof(EveryIll))]
    public async Task An_ill_is_found_and_has_a_remedy(string ill)
    {
        using CommandLine line = new();
        (DoctorProbes probes, string name, string word) = Ills[ill];

        DoctorResult result = await RunAsync(line, probes);

        CheckResult failed = Assert.Single(result.Checks, static check => check.State == CheckState.Failed);
        Assert.False(result.IsHealthy);
        Assert.Equal(name, failed.Name);
        Assert.Contains(word, failed.Detail, StringComparison.Ordinal);
        Assert.NotEmpty(failed.Hint);
    }

    [Fact]
    public void Every_check_has_an_ill_in_which_it_fails() => Assert.Empty(
        new[] { ".NET", "sqlite", "sandbox", "clock", "config", "data", "space", "ports", "peer" }.Except(Ills.Values.Select(static ill => ill.Check)));

    [Fact]
    public async Task A_slow_backend_is_a_warning_with_a_hint()
    {
        using CommandLine line = new();
        DoctorResult result = await RunAsync(line, Healthy with { Signatures = static () => ("platform", "install libsecp256k1") });

        CheckResult check = Assert.Single(result.Checks, static check => check.State == CheckState.Warning);
        Assert.Equal("install libsecp256k1", check.Hint);
        Assert.True(result.IsHealthy);
    }

    [Fact]
    public void A_port_that_is_really_in_use_is_found()
    {
        using System.Net.Sockets.TcpListener taken = new(System.Net.IPAddress.Loopback, 0);
        taken.Start();

        Assert.Equal("is in use", new DoctorProbes().Listen(taken.LocalEndpoint.ToString()!));
    }

    [Fact]
    public async Task What_cannot_be_asked_is_skipped_and_no_failure()
    {
        DoctorResult result = await DoctorChecks.RunAsync(
            Healthy with { Peer = static _ => Task.FromResult<(Instant Time, Height Height)?>(null) }, null, CancellationToken.None);

        Assert.True(result.IsHealthy);
        Assert.Equal(
            ["config", "data", "space", "ports", "peer"],
            result.Checks.Where(static check => check.State == CheckState.Skipped).Select(static check => check.Name));
    }

    private static Task<DoctorResult> RunAsync(CommandLine line, DoctorProbes probes)
    {
        string config = line.Write("peer.yaml", string.Empty);
        Directory.CreateDirectory(line.PathOf("data"));
        return DoctorChecks.RunAsync(probes, config, CancellationToken.None);
    }

    private static Instant InstantOf(DateTimeOffset time) => Instant.FromMilliseconds(time.ToUnixTimeMilliseconds());
}
