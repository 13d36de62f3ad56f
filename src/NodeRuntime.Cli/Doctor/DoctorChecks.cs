using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Cli.Results;
using NodeRuntime.Client;
using NodeRuntime.Host.Config;
using NodeRuntime.Persistence.Folder;
using NodeRuntime.Persistence.Journal;
using NodeRuntime.Primitives;
using NodeRuntime.Sandbox;

namespace NodeRuntime.Cli.Doctor;

/// <summary>What a peer needs of its machine, asked one thing after the other; each answer says what to do.</summary>
internal static class DoctorChecks
{
    private const int RuntimeMajorMin = 10;
    private const long FreeBytesMin = 1L << 30;
    private const UnixFileMode OthersMay = UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    // What a validator's clock may be off its fellows'; beyond it, its headers are refused.
    private static readonly TimeSpan ClockDriftMax = TimeSpan.FromSeconds(10);

    // An idle chain makes a block every two seconds: a proven header older than this says that the clocks differ, or the chain stands.
    private static readonly TimeSpan HeaderAgeExpected = TimeSpan.FromSeconds(10);

    // Before this program was written no clock can be right.
    private static readonly DateTimeOffset Written = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static async Task<DoctorResult> RunAsync(DoctorProbes probes, string? configPath, CancellationToken cancellation)
    {
        List<CheckResult> checks = [Runtime(probes), Signatures(probes), Journal(probes), Sandbox(probes)];
        (CheckResult peer, (Instant Time, Height Height)? seen) = await PeerAsync(probes, cancellation);
        checks.Add(Clock(probes, seen?.Time));
        (CheckResult config, PeerConfig? known) = Config(probes, configPath);
        checks.Add(config);
        checks.Add(Data(probes, configPath, known));
        checks.Add(Space(probes, configPath, known));
        checks.Add(Ports(probes, known));
        checks.Add(peer);
        bool isHealthy = !checks.Exists(static check => check.State == CheckState.Failed);
        return new DoctorResult(isHealthy, [.. checks]);
    }

    private static CheckResult Runtime(DoctorProbes probes)
    {
        Version version = probes.Runtime();
        return version.Major >= RuntimeMajorMin
            ? Ok(".NET", version.ToString())
            : Failed(".NET", $"{version} is older than {RuntimeMajorMin}", $"install the .NET {RuntimeMajorMin} runtime");
    }

    private static CheckResult Signatures(DoctorProbes probes)
    {
        (string backend, string? hint) = probes.Signatures();
        return hint is null ? Ok("signatures", backend) : new CheckResult("signatures", CheckState.Warning, backend, hint);
    }

    private static CheckResult Journal(DoctorProbes probes)
    {
        string folder = Path.Combine(Path.GetTempPath(), "noderuntime-doctor-" + Path.GetRandomFileName());
        try
        {
            probes.Journal(folder);
            return Ok("sqlite", "a journal opens");
        }
        catch (Exception exception) when (exception is JournalException or DataFolderException or IOException or UnauthorizedAccessException or DllNotFoundException)
        {
            return Failed("sqlite", exception.Message, "install SQLite (Debian and Ubuntu: apt-get install libsqlite3-0), and see that the temporary folder can be written");
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }

    private static CheckResult Sandbox(DoctorProbes probes)
    {
        SandboxCapabilities offered = probes.Sandbox();
        string detail = $"seccomp {Word(offered.Seccomp)}, Landlock {Word(offered.Landlock)}";
        return offered.Strangers switch
        {
            StrangerVerdict.Accepted => Ok("sandbox", detail),
            StrangerVerdict.ArchitectureUnknown => Failed("sandbox", "strangers' jobs run on Linux, x86-64 or AArch64, alone", "sell compute from such a machine; validating and submitting work here"),
            StrangerVerdict.NoNewPrivilegesMissing => Failed("sandbox", detail + ": no_new_privs is refused", "run outside of the container that forbids it"),
            StrangerVerdict.SeccompMissing => Failed("sandbox", detail, "use a kernel with CONFIG_SECCOMP_FILTER, or a container that allows it"),
            StrangerVerdict.LandlockMissing => Failed("sandbox", detail, "use Linux 5.13 or later with landlock among the kernel's lsm="),
            StrangerVerdict.ParentDeathSignalMissing => Failed("sandbox", detail + ": no parent death signal", "use a kernel that knows PR_SET_PDEATHSIG"),
            StrangerVerdict.CloseRangeMissing => Failed("sandbox", detail + ": no close_range", "use Linux 5.11 or later"),
        };
    }

    private static string Word(SandboxCapability capability) =>
        capability.Offered ? (capability.Detail.Length == 0 ? "yes" : capability.Detail) : "MISSING " + capability.Detail;

    private static CheckResult Clock(DoctorProbes probes, Instant? proven)
    {
        DateTimeOffset now = probes.Now();
        if (now < Written) return Failed("clock", $"it is not {now:yyyy-MM-dd}", "set the clock, and keep it by NTP");
        if (proven is not { } time) return Ok("clock", now.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture) + ", compared with nothing");
        TimeSpan age = now - DateTimeOffset.UnixEpoch.AddMicroseconds(time.Microseconds);
        string detail = $"the newest proven block is {age.TotalSeconds:0.0} s old";
        bool isRight = age > -ClockDriftMax && age < HeaderAgeExpected + ClockDriftMax;
        return isRight ? Ok("clock", detail) : Failed("clock", detail, "set the clock by NTP; if it is right, the chain stands still");
    }

    private static (CheckResult Check, PeerConfig? Config) Config(DoctorProbes probes, string? path)
    {
        if (path is null) return (Skipped("config", "no peer.yaml was named", "--config FILE checks a peer's configuration"), null);
        try
        {
            PeerConfig config = probes.Config(path);
            return (Ok("config", path), config);
        }
        catch (ConfigException exception)
        {
            return (Failed("config", exception.Message, "docs/configuration.md lists every key"), null);
        }
    }

    private static CheckResult Data(DoctorProbes probes, string? configPath, PeerConfig? config)
    {
        if (config is null) return Skipped("data", "no configuration", "--config FILE");
        string path = DataPathOf(configPath!, config);
        if (!Directory.Exists(path)) return Ok("data", $"{path} is made at the first run");
        return (probes.Mode(path) & OthersMay) == 0
            ? Ok("data", path)
            : Failed("data", $"{path} is open to others", $"chmod 700 '{path}'");
    }

    private static CheckResult Space(DoctorProbes probes, string? configPath, PeerConfig? config)
    {
        if (config is null) return Skipped("space", "no configuration", "--config FILE");
        long free = probes.FreeBytes(Path.GetDirectoryName(Path.GetFullPath(configPath!))!);
        string detail = $"{free >> 20} MiB free";
        return free >= FreeBytesMin ? Ok("space", detail) : Failed("space", detail, $"free at least {FreeBytesMin >> 20} MiB: a full disk stops the journal");
    }

    private static CheckResult Ports(DoctorProbes probes, PeerConfig? config)
    {
        if (config is null) return Skipped("ports", "no configuration", "--config FILE");
        foreach ((string key, string address) in new[] { ("listen", config.Listen), ("api", config.Api) })
        {
            if (probes.Listen(address) is { } reason) return Failed("ports", $"{key}: {address} {reason}", "stop what uses it (the peer itself, if it runs), or choose another");
        }

        return Ok("ports", $"{config.Listen} and {config.Api} are free");
    }

    private static async Task<(CheckResult Check, (Instant Time, Height Height)? Seen)> PeerAsync(DoctorProbes probes, CancellationToken cancellation)
    {
        try
        {
            (Instant Time, Height Height)? seen = await probes.Peer(cancellation);
            return seen is { } header
                ? (Ok("peer", $"a gateway proves height {header.Height}"), seen)
                : (Skipped("peer", "no context", "`noderuntime wallet new --contact URL --genesis HASH` makes one"), null);
        }
        catch (ClientException exception)
        {
            return (Failed("peer", exception.Message, exception.Hint), null);
        }
    }

    private static string DataPathOf(string configPath, PeerConfig config) =>
        Path.Combine(Path.GetDirectoryName(Path.GetFullPath(configPath))!, config.Data);

    private static CheckResult Ok(string name, string detail) => new(name, CheckState.Ok, detail, string.Empty);

    private static CheckResult Failed(string name, string detail, string hint) => new(name, CheckState.Failed, detail, hint);

    private static CheckResult Skipped(string name, string detail, string hint) => new(name, CheckState.Skipped, detail, hint);
}
