using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Threading;
using NodeRuntime.Posture.Controls;
using NodeRuntime.Posture.Observing;
using NodeRuntime.Posture.State;
using NodeRuntime.Primitives;
using NodeRuntime.Watch.Linux;
using NodeRuntime.Watch.Sources;

namespace NodeRuntime.Watch;

/// <summary>
/// The hands of a watch, from one start to the next: a thread that looks at what the ears heard, reads tables every second, and does full looks
/// piece by piece, so that what happens meanwhile is not kept waiting. What it knows it compares with what it finds; differences are what it says.
/// </summary>
internal sealed partial class WatchRun : IDisposable
{
    private static readonly TimeSpan SayAgain = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan SayFor = TimeSpan.FromSeconds(5);

    private readonly ImmutableArray<Control> _controls;
    private readonly WatchSources _sources;
    private readonly MachineWatchSettings _settings;
    private readonly TimeProvider _time;
    private readonly Func<ImmutableArray<Observation>, bool> _sink;
    private readonly AutoResetEvent _signal = new(false);
    private readonly ManualResetEvent _over = new(false);
    private readonly WatchEars _ears;
    private readonly FolderRoots _roots;
    private readonly FileReader _reader;
    private readonly ByteBudget _reread;
    private readonly ProcessTable _processes = new();
    private readonly SortedDictionary<Thing, string> _known = [];
    private readonly List<Observation> _said = [];
    private readonly Queue<(ulong Number, Scope Scope)> _scans = [];
    private readonly Lock _gate = new();
    private readonly Thread _thread;
    private Instant? _unheardSince;
    private volatile bool _isOver;

    public WatchRun(
        ImmutableArray<Control> controls, WatchSources sources, MachineWatchSettings settings, TimeProvider time, Func<ImmutableArray<Observation>, bool> sink)
    {
        _controls = controls;
        _sources = sources;
        _settings = settings;
        _time = time;
        _sink = sink;
        _roots = new FolderRoots(controls, sources.Files, sources.Privileged);
        _reader = new FileReader(new ByteBudget(settings.HashBytesPerSecond, time), WaitForBudget);
        _reread = new ByteBudget(settings.RereadBytesPerSecond, time);
        BeginPolls();
        _ears = new WatchEars(sources, Now, settings.QueueLength, _signal);
        _thread = new Thread(Work) { IsBackground = true, Name = "watch-hands" };
        _thread.Start();
    }

    public long BytesRead => Interlocked.Read(ref _bytesRead);

    private long _bytesRead;

    public void Scan(ulong number, Scope scope)
    {
        lock (_gate) _scans.Enqueue((number, scope));
        _signal.Set();
    }

    public void Dispose()
    {
        _isOver = true;
        _over.Set();
        _signal.Set();
        _thread.Join();
        _ears.Dispose();
        _sources.Dispose();
        _reader.Dispose();
        _signal.Dispose();
        _over.Dispose();
    }

    private Instant Now() => new((_time.GetUtcNow().UtcDateTime - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);

    private void Work()
    {
        while (!_isOver)
        {
            Attend();
            PollWhenDue();
            if (!StepScan()) _signal.WaitOne(UntilNextPoll());
            Interlocked.Exchange(ref _bytesRead, _reader.BytesRead);
        }
    }

    /// <summary>What the ears heard, now; and says what it means.</summary>
    private void Attend()
    {
        List<Happening> happened = _ears.Take(out Instant? droppedSince);
        OrderedDictionary<string, Touch> touched = new(StringComparer.Ordinal);
        foreach (Happening happening in happened)
        {
            if (happening is Happening.File file) Touch.Add(touched, file);
            else AttendTo(happening);
        }

        foreach ((string path, Touch touch) in touched) Look(path, touch);
        if (droppedSince is { } since)
        {
            Instant now = Now();
            foreach (ThingClass thingClass in (ReadOnlySpan<ThingClass>)[ThingClass.File, ThingClass.Process, ThingClass.Socket])
            {
                Say(new Observation.Lost(new Scope(thingClass, string.Empty), EdgeCause.QueueOverflowed, since, now));
            }
        }

        Flush();
    }

    private bool _mayAttend;

    // Between two pieces of a large file in a full look: whoever waits for an alert does not wait for that.
    private bool WaitForBudget(TimeSpan pause)
    {
        if (_over.WaitOne(pause)) return false;
        if (!_mayAttend) return true;
        _mayAttend = false;
        Attend();
        _mayAttend = true;
        return true;
    }

    private void Say(Observation observation)
    {
        _said.Add(observation);
        if (_said.Count >= Limits.PostureObservationsPerMessageMax) Flush();
    }

    // The kernel's queues wait with us for a while; then it is lost, and said to be.
    private void Flush()
    {
        if (_unheardSince is { } unheard && _sink([new Observation.Lost(Scope.All, EdgeCause.QueueOverflowed, unheard, Now())])) _unheardSince = null;
        if (_said.Count == 0) return;
        ImmutableArray<Observation> said = [.. _said];
        _said.Clear();
        Instant first = Now();
        long begun = _time.GetTimestamp();
        while (_unheardSince is null && !_isOver)
        {
            if (_sink(said)) return;
            if (_time.GetElapsedTime(begun) > SayFor) break;
            _over.WaitOne(SayAgain);
        }

        _unheardSince ??= first;
    }

    private bool Concerns(Thing thing)
    {
        foreach (Control control in _controls)
        {
            if (control.Concerns(thing)) return true;
        }

        return false;
    }

    // Only what is compared with a baseline, or listed as a roll-out, has to be read.
    private bool NeedsContent(Thing thing)
    {
        foreach (Control control in _controls)
        {
            if (control.Rule is ControlRule.AsBaseline or ControlRule.OneOf && control.Concerns(thing)) return true;
        }

        return false;
    }

    private string? ReadFile(Thing thing) => _reader.Read(thing.Path, NeedsContent(thing));

    private void Remember(Thing thing, string? value)
    {
        if (value is null) _known.Remove(thing);
        else _known[thing] = value;
    }

    /// <summary>Says a value where it is another than the one that is known.</summary>
    private void Compare(Thing thing, string? value, Instant since, Instant at, EdgeCause by, Culprit? who = null)
    {
        if (_known.GetValueOrDefault(thing) == value) return;
        Remember(thing, value);
        Say(new Observation.Saw(thing, value, since, at, by, who));
    }

    /// <summary>What happened to a path since it was last looked at.</summary>
    private sealed class Touch
    {
        public Instant First { get; private init; }

        public Instant Last { get; private set; }

        public FileHappening What { get; private set; }

        public Culprit? Who { get; private set; }

        public static void Add(OrderedDictionary<string, Touch> touched, Happening.File file)
        {
            if (!touched.TryGetValue(file.Path, out Touch? touch)) touched.Add(file.Path, touch = new Touch { First = file.At });
            touch.Last = file.At;
            touch.What |= file.What;
            touch.Who ??= file.Who;
        }
    }
}
