using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.IO;
using System.Threading;
using NodeRuntime.Posture.Controls;
using NodeRuntime.Posture.Observing;
using NodeRuntime.Posture.State;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Watch.Linux;
using NodeRuntime.Watch.Sources;

namespace NodeRuntime.Watch;

/// <summary>How a watch over this machine works.</summary>
public sealed record MachineWatchSettings
{
    public static MachineWatchSettings Default { get; } = new();

    /// <summary>Of content that is read to be compared.</summary>
    public long HashBytesPerSecond { get; init; } = 50_000_000;

    /// <summary>The same of what did not change, as far as the kernel says: writes through mapped memory it does not tell.</summary>
    public long RereadBytesPerSecond { get; init; } = 1_000_000;

    /// <summary>Between two looks at what the kernel does not tell of itself.</summary>
    public TimeSpan PollEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Where proc and etc are; another place in tests alone.</summary>
    public string TableRoot { get; init; } = "/";

    /// <summary>What waits between the kernel's queues and the one who reads files; what is more is lost.</summary>
    public int QueueLength { get; init; } = 1 << 16;

    /// <summary>False: as an unprivileged user sees it.</summary>
    public bool UsesPrivilege { get; init; } = true;
}

/// <summary>
/// Eyes on a Linux machine, with what this process may use: inotify for files, the process connector, the ends of sockets, fanotify where CAP_SYS_ADMIN is held, and
/// tables that are read every second. docs/posture.md says what each of them cannot see.
/// </summary>
public sealed class LinuxMachineWatch : IMachineWatch, IDisposable
{
    private readonly MachineWatchSettings _settings;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private WatchRun? _run;
    private MachineSight? _sight;
    private bool _isDisposed;

    public LinuxMachineWatch(MachineWatchSettings settings, TimeProvider time)
    {
        _settings = settings;
        _time = time;
    }

    /// <summary>Null on a system that this watch does not know.</summary>
    public static LinuxMachineWatch? TryOpen(MachineWatchSettings settings, TimeProvider time) =>
        OperatingSystem.IsLinux() ? new LinuxMachineWatch(settings, time) : null;

    public MachineSight Sight
    {
        get
        {
            lock (_gate) return _sight ?? new MachineSight(AgentLevel.None, [], ["it has not begun"]);
        }
    }

    /// <summary>Bytes that were read for digests, since the watch began.</summary>
    public long BytesRead
    {
        get
        {
            lock (_gate) return _run?.BytesRead ?? 0;
        }
    }

    public void Start(ImmutableArray<Control> controls, Func<ImmutableArray<Observation>, bool> sink)
    {
        WatchRun? before;
        lock (_gate)
        {
            before = _run;
            _run = null;
        }

        before?.Dispose();
        lock (_gate)
        {
            if (_isDisposed) return;
            WatchSources sources = WatchSources.Open(controls, _settings);
            _sight = sources.Sight;
            _run = new WatchRun(controls, sources, _settings, _time, sink);
        }
    }

    public void Scan(ulong number, Scope scope)
    {
        lock (_gate) _run?.Scan(number, scope);
    }

    public void Dispose()
    {
        WatchRun? run;
        lock (_gate)
        {
            _isDisposed = true;
            run = _run;
            _run = null;
        }

        run?.Dispose();
    }
}

/// <summary>What of the kernel can be listened to, for these controls.</summary>
internal sealed class WatchSources : IDisposable
{
    private const string MeasurementList = "/sys/kernel/security/ima/ascii_runtime_measurements";
    private const string SecurityModule = "/dev/tpmrm0";

    private WatchSources()
    {
    }

    public Inotify? Files { get; private set; }

    public ProcessConnector? Processes { get; private set; }

    public SocketEnds? Sockets { get; private set; }

    public Fanotify? Privileged { get; private set; }

    public MachineSight Sight { get; private set; } = null!;

    public static WatchSources Open(ImmutableArray<Control> controls, MachineWatchSettings settings)
    {
        WatchSources sources = new();
        List<string> heard = [], missing = [];
        bool Has(ThingClass thingClass)
        {
            foreach (Control control in controls)
            {
                if (control.Class == thingClass) return true;
            }

            return false;
        }

        if (Has(ThingClass.File)) sources.Files = Try("inotify", static () => new Inotify(), heard, missing);
        if (Has(ThingClass.Process)) sources.Processes = Try("process-connector", static () => new ProcessConnector(), heard, missing);
        if (Has(ThingClass.Socket)) sources.Sockets = Try("socket-ends", static () => new SocketEnds(), heard, missing);
        if (Has(ThingClass.Process) && new ProcessTable().Reset() is > 0 and int hidden)
        {
            missing.Add(string.Create(CultureInfo.InvariantCulture, $"programs of {hidden} processes: this user may not ask them"));
        }

        string reason = "not wanted";
        Fanotify? privileged = settings.UsesPrivilege ? Fanotify.TryOpen(Has(ThingClass.Process), out reason) : null;
        if (privileged is null) missing.Add("fanotify: " + reason);
        else heard.Add("fanotify");
        sources.Privileged = privileged;
        heard.Add("tables");
        // Detected, and said; what they hold is not read, so that they raise no level.
        missing.Add(File.Exists(MeasurementList) ? "the kernel's measurements: there, and not used" : "the kernel's measurements: this kernel makes none");
        missing.Add(File.Exists(SecurityModule) ? "a security module: there, and not used" : "a security module: there is none");
        sources.Sight = new MachineSight(privileged is null ? AgentLevel.Unprivileged : AgentLevel.Privileged, [.. heard], [.. missing]);
        return sources;
    }

    public void Dispose()
    {
        Files?.Dispose();
        Processes?.Dispose();
        Sockets?.Dispose();
        Privileged?.Dispose();
    }

    private static T? Try<T>(string name, Func<T> open, List<string> heard, List<string> missing)
        where T : class
    {
        try
        {
            T opened = open();
            heard.Add(name);
            return opened;
        }
        catch (IOException exception)
        {
            missing.Add(name + ": " + exception.Message);
            return null;
        }
    }
}
