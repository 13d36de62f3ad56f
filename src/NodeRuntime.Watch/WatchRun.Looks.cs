using System;
using System.Collections.Generic;
using System.IO;
using NodeRuntime.Posture.Controls;
using NodeRuntime.Posture.Observing;
using NodeRuntime.Posture.State;
using NodeRuntime.Primitives;
using NodeRuntime.Watch.Sources;

namespace NodeRuntime.Watch;

/// <summary>Looks in regular intervals, and full ones.</summary>
internal sealed partial class WatchRun
{
    private const string Running = "runs";
    private const string Gone = "gone";
    private const int OwnEvery = 10;

    private static readonly ThingClass[] Classes = Enum.GetValues<ThingClass>();

    private readonly SortedDictionary<ThingClass, Instant> _lookedAt = [];
    private readonly SortedSet<ThingClass> _failed = [];
    private readonly SortedSet<string> _sysctls = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string?> _digests = new(StringComparer.Ordinal);
    private Instant _wallAt;
    private long _steadyAt;
    private long _polls;
    private string _rereadBehind = string.Empty;
    private Instant _rereadBegan;
    private Instant _rereadBefore;
    private bool _mayReread = true;

    // ---- in regular intervals ----

    private void BeginPolls()
    {
        _wallAt = Now();
        _steadyAt = _time.GetTimestamp();
        _socketsSince = _wallAt;
        _rereadBegan = _rereadBefore = _wallAt;
        foreach (Control control in _controls)
        {
            _lookedAt[control.Class] = _wallAt;
            if (control.Class == ThingClass.Sysctl && control.Pattern.IsExact) _sysctls.Add(control.Pattern.Text);
        }
    }

    private TimeSpan UntilNextPoll()
    {
        TimeSpan left = _settings.PollEvery - _time.GetElapsedTime(_steadyAt);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private void PollWhenDue()
    {
        if (_socketsDue)
        {
            _socketsDue = false;
            PollTable(ThingClass.Socket);
        }

        if (_time.GetElapsedTime(_steadyAt) < _settings.PollEvery) return;
        LookAtClocks();
        _polls++;
        foreach (ThingClass thingClass in Classes)
        {
            if (!_lookedAt.ContainsKey(thingClass)) continue;
            if (thingClass == ThingClass.File) PollFiles();
            else if (thingClass == ThingClass.Process) PollProcesses();
            else if (thingClass < ThingClass.Assembly || _polls % OwnEvery == 0) PollTable(thingClass);
        }

        Flush();
    }

    private void LookAtClocks()
    {
        Instant wall = Now();
        long steady = _time.GetTimestamp();
        Duration passed = new((long)_time.GetElapsedTime(_steadyAt, steady).TotalMicroseconds);
        if (ClockRules.Judge(wall - _wallAt, passed) is { } why)
        {
            // The interval is the longer of both: where the clock went back, its end is before its beginning otherwise.
            Say(new Observation.Lost(Scope.All, why, wall < _wallAt ? wall : _wallAt, wall));
        }

        _wallAt = wall;
        _steadyAt = steady;
    }

    private void PollTable(ThingClass thingClass)
    {
        Instant since = _lookedAt[thingClass];
        SortedDictionary<string, string>? table = ReadTable(thingClass, isFresh: false);
        Instant now = Now();
        if (table is null)
        {
            if (_failed.Add(thingClass)) Say(new Observation.Lost(new Scope(thingClass, string.Empty), EdgeCause.SourceFailed, since, now));
            return;
        }

        _failed.Remove(thingClass);
        _lookedAt[thingClass] = now;
        if (thingClass == ThingClass.Socket) _socketsSince = now;
        foreach (Thing gone in Vanished(thingClass, table)) Compare(gone, null, since, now, EdgeCause.Polled);
        foreach ((string path, string value) in table)
        {
            Thing thing = new(thingClass, path);
            if (Concerns(thing)) Compare(thing, value, since, now, EdgeCause.Polled);
        }
    }

    // With the connector the kernel tells; without it everything is looked at.
    private void PollProcesses()
    {
        if (_sources.Processes is not null) return;
        Instant since = _lookedAt[ThingClass.Process], now = Now();
        _processes.Reset();
        _lookedAt[ThingClass.Process] = now;
        SortedDictionary<string, string> table = Programs();
        foreach (Thing gone in Vanished(ThingClass.Process, table)) Compare(gone, null, since, now, EdgeCause.Polled);
        foreach (string program in table.Keys)
        {
            Thing thing = new(ThingClass.Process, program);
            if (Concerns(thing)) Compare(thing, Running, since, now, EdgeCause.Polled);
        }
    }

    private void PollFiles()
    {
        Instant since = _lookedAt[ThingClass.File], now = Now();
        _lookedAt[ThingClass.File] = now;
        foreach (string root in _roots.Unwatched())
        {
            if (!Directory.Exists(root)) continue;
            List<string> found = [];
            if (!_roots.Watch(root, found)) Say(new Observation.Lost(new Scope(ThingClass.File, root), EdgeCause.Crowded, since, now));
            foreach (string path in found)
            {
                Thing thing = new(ThingClass.File, path);
                Compare(thing, ReadFile(thing), since, Now(), EdgeCause.Polled);
            }
        }

        Reread();
    }

    // What is written through mapped memory nobody tells: so everything is read again, slowly. Without inotify this is all there is.
    private void Reread()
    {
        if (!_mayReread)
        {
            _mayReread = _reread.Take(0) == TimeSpan.Zero;
            return;
        }

        List<Thing> due = [];
        foreach (Thing thing in _known.Keys)
        {
            if (thing.Class == ThingClass.File && string.CompareOrdinal(thing.Path, _rereadBehind) > 0) due.Add(thing);
        }

        foreach (Thing thing in due)
        {
            long before = _reader.BytesRead;
            // When it was read before this is not kept: not before the last round began.
            Compare(thing, ReadFile(thing), _rereadBefore, Now(), EdgeCause.Polled);
            _rereadBehind = thing.Path;
            // A look costs something, too.
            _mayReread = _reread.Take((int)Math.Min(_reader.BytesRead - before + 4096, int.MaxValue)) == TimeSpan.Zero;
            if (!_mayReread || _isOver) return;
        }

        _rereadBehind = string.Empty;
        _rereadBefore = _rereadBegan;
        _rereadBegan = Now();
    }

    private List<Thing> Vanished(ThingClass thingClass, SortedDictionary<string, string> table)
    {
        List<Thing> vanished = [];
        foreach (Thing thing in _known.Keys)
        {
            if (thing.Class == thingClass && !table.ContainsKey(thing.Path)) vanished.Add(thing);
        }

        return vanished;
    }

    private SortedDictionary<string, string>? ReadTable(ThingClass thingClass, bool isFresh)
    {
        if (thingClass is not (ThingClass.Assembly or ThingClass.Library or ThingClass.Environment)) return ProcTables.Read(thingClass, _settings.TableRoot, _sysctls);
        if (isFresh) _digests.Clear();
        return OwnProcess.Read(thingClass, DigestOf);
    }

    // What is loaded is loaded: its file is read once for each full look.
    private string? DigestOf(string path)
    {
        if (_digests.TryGetValue(path, out string? known)) return known;
        string? value = _reader.Read(path);
        string? digest = value is null or Thing.Unreadable ? value : FileValue.TryParse(value)?.Content?.ToString() ?? Thing.Unreadable;
        _digests[path] = digest;
        return digest;
    }

    private SortedDictionary<string, string> Programs()
    {
        SortedDictionary<string, string> table = new(StringComparer.Ordinal);
        foreach (string program in _processes.Programs) table[program] = Running;
        return table;
    }

    // ---- full looks ----

    private FullLook? _scanning;
    private SortedSet<string>? _scanTouched;

    /// <summary>One piece of the full look that is under way. False where there is none.</summary>
    private bool StepScan()
    {
        if (_scanning is null)
        {
            (ulong Number, Scope Scope) asked;
            lock (_gate)
            {
                if (!_scans.TryDequeue(out asked)) return false;
            }

            _scanning = BeginScan(asked.Number, asked.Scope);
            return true;
        }

        if (_scanning.Files.TryDequeue(out string? path))
        {
            LookFully(path);
            return true;
        }

        Say(new Observation.ScanEnded(_scanning.Number, _scanning.IsWhole, Now()));
        _scanning = null;
        _scanTouched = null;
        Flush();
        return true;
    }

    private FullLook BeginScan(ulong number, Scope scope)
    {
        Say(new Observation.ScanBegan(number, Now()));
        FullLook look = new(number);
        foreach (ThingClass thingClass in Classes)
        {
            if (!_lookedAt.ContainsKey(thingClass) || (scope.Class is { } one && one != thingClass)) continue;
            if (thingClass == ThingClass.File) ListFiles(look, scope);
            else if (thingClass == ThingClass.Process) look.IsWhole &= LookAtProcesses(scope);
            else look.IsWhole &= LookAtTable(thingClass, scope);
        }

        _scanTouched = new SortedSet<string>(StringComparer.Ordinal);
        Flush();
        return look;
    }

    private void ListFiles(FullLook look, Scope scope)
    {
        List<string> found = [];
        foreach (string root in _roots.In(scope)) look.IsWhole &= _roots.Watch(root, found);
        SortedSet<string> files = new(StringComparer.Ordinal);
        foreach (string path in found)
        {
            if (scope.Holds(new Thing(ThingClass.File, path))) files.Add(path);
        }

        // What is known and not there any more is said by not being said.
        foreach (Thing known in new List<Thing>(_known.Keys))
        {
            if (known.Class == ThingClass.File && scope.Holds(known) && !files.Contains(known.Path)) _known.Remove(known);
        }

        foreach (string path in files) look.Files.Enqueue(path);
        if (files.Count > Limits.PostureThingsMax) look.IsWhole = false;
    }

    // What was touched while it was read was looked at behind that, and said.
    private void LookFully(string path)
    {
        Thing thing = new(ThingClass.File, path);
        _scanTouched!.Remove(path);
        _mayAttend = true;
        string? value = ReadFile(thing);
        _mayAttend = false;
        if (_isOver || _scanTouched.Contains(path)) return;
        Remember(thing, value);
        Instant now = Now();
        if (value is not null) Say(new Observation.Saw(thing, value, now, now, EdgeCause.Scanned));
    }

    private bool LookAtProcesses(Scope scope)
    {
        // What the connector told before this is in the table anew.
        int hidden = _processes.Reset();
        Say(scope, ThingClass.Process, Programs());
        return hidden == 0;
    }

    private bool LookAtTable(ThingClass thingClass, Scope scope)
    {
        SortedDictionary<string, string>? table = ReadTable(thingClass, isFresh: true);
        if (table is null) return false;
        _failed.Remove(thingClass);
        _lookedAt[thingClass] = Now();
        if (thingClass == ThingClass.Socket) _socketsSince = _lookedAt[thingClass];
        Say(scope, thingClass, table);
        return true;
    }

    private void Say(Scope scope, ThingClass thingClass, SortedDictionary<string, string> table)
    {
        Instant now = Now();
        foreach (Thing gone in Vanished(thingClass, table))
        {
            if (scope.Holds(gone)) _known.Remove(gone);
        }

        foreach ((string path, string value) in table)
        {
            Thing thing = new(thingClass, path);
            if (!scope.Holds(thing) || !Concerns(thing)) continue;
            Remember(thing, value);
            Say(new Observation.Saw(thing, value, now, now, EdgeCause.Scanned));
        }
    }

    private sealed class FullLook(ulong number)
    {
        public ulong Number { get; } = number;

        public bool IsWhole { get; set; } = true;

        public Queue<string> Files { get; } = [];
    }
}
