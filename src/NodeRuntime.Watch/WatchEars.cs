using System;
using System.Collections.Generic;
using System.Threading;
using NodeRuntime.Posture.Observing;
using NodeRuntime.Posture.State;
using NodeRuntime.Primitives;
using NodeRuntime.Watch.Linux;
using NodeRuntime.Watch.Sources;

namespace NodeRuntime.Watch;

/// <summary>
/// A thread that empties the kernel's queues as soon as something is in them, says when that was, and asks new processes who they are before they are gone.
/// Everything else is the hands' work.
/// </summary>
internal sealed class WatchEars : IDisposable
{
    private const short Readable = 1;
    private const int NonBlockingClosed = 0x80800;
    private const int RememberedMax = 1024;

    private readonly WatchSources _sources;
    private readonly Func<Instant> _now;
    private readonly int _lengthMax;
    private readonly AutoResetEvent _signal;
    private readonly int _wake;
    private readonly Thread _thread;
    private readonly Lock _gate = new();
    private readonly Dictionary<int, string> _executed = [];
    private readonly Dictionary<string, Culprit> _writers = new(StringComparer.Ordinal);
    private List<Happening> _queue = [];
    private Instant? _droppedSince;
    private Instant _heardPrivileged;
    private volatile bool _isOver;

    public WatchEars(WatchSources sources, Func<Instant> now, int lengthMax, AutoResetEvent signal)
    {
        _sources = sources;
        _now = now;
        _lengthMax = lengthMax;
        _signal = signal;
        _wake = Libc.EventDescriptor(0, NonBlockingClosed);
        Invariant.Holds(_wake >= 0);
        _thread = new Thread(Listen) { IsBackground = true, Name = "watch-ears" };
        _thread.Start();
    }

    /// <summary>What has happened since the last time.</summary>
    /// <param name="droppedSince">Since when more was heard than may wait; null where nothing was dropped.</param>
    public List<Happening> Take(out Instant? droppedSince)
    {
        lock (_gate)
        {
            droppedSince = _droppedSince;
            _droppedSince = null;
            List<Happening> taken = _queue;
            if (taken.Count > 0) _queue = [];
            return taken;
        }
    }

    public unsafe void Dispose()
    {
        _isOver = true;
        ulong one = 1;
        _ = Libc.Write(_wake, (byte*)&one, sizeof(ulong));
        _thread.Join();
        _ = Libc.Close(_wake);
    }

    private unsafe void Listen()
    {
        PollEntry* entries = stackalloc PollEntry[5];
        entries[0] = EntryOf(_wake);
        // Who wrote and who is executed first: what follows is about them.
        entries[1] = EntryOf(_sources.Privileged?.Descriptor);
        entries[2] = EntryOf(_sources.Files?.Descriptor);
        entries[3] = EntryOf(_sources.Processes?.Descriptor);
        entries[4] = EntryOf(_sources.Sockets?.Descriptor);
        Instant files = _now(), processes = files, sockets = files;
        _heardPrivileged = files;
        while (!_isOver)
        {
            _ = Libc.Poll(entries, 5, -1);
            if (_isOver) return;
            Instant now = _now();
            // All of them whenever one speaks: the order between them is the order here.
            if (_sources.Privileged is { } privileged && !privileged.Read(HeardPrivileged)) Lose(ThingClass.Process, _heardPrivileged, now);
            _heardPrivileged = now;
            if (_sources.Files is { } inotify)
            {
                inotify.Read((path, what) =>
                {
                    if (what.HasFlag(FileHappening.Overflowed)) Lose(ThingClass.File, files, now);
                    else Add(new Happening.File(path, what, _writers.GetValueOrDefault(path), now));
                });
                files = now;
            }

            if (_sources.Processes is { } connector)
            {
                if (!connector.Read((what, process, parent) => HeardProcess(what, process, parent, now))) Lose(ThingClass.Process, processes, now);
                processes = now;
            }

            if (_sources.Sockets is { } ends)
            {
                if (!ends.Read((place, port, isOfAll) => Add(new Happening.SocketGone(place, port, isOfAll, now)))) Lose(ThingClass.Socket, sockets, now);
                sockets = now;
            }

            // Who wrote this wrote not what comes next.
            _writers.Clear();
            _signal.Set();
        }
    }

    private static PollEntry EntryOf(int? descriptor) => new() { Descriptor = descriptor ?? -1, Events = Readable };

    private void HeardPrivileged(string path, int process, bool isProgram)
    {
        if (!isProgram)
        {
            if (_writers.Count >= RememberedMax) _writers.Clear();
            _writers[path] = new Culprit(process, ProcessTable.UserOf(process), ProcessTable.ProgramOf(process) ?? string.Empty);
            return;
        }

        // The loader is opened behind its program, and by the same process.
        if (System.IO.Path.GetFileName(path.AsSpan()).StartsWith("ld-", StringComparison.Ordinal)) return;
        if (_executed.Count >= RememberedMax) _executed.Clear();
        _executed[process] = path;
    }

    private void HeardProcess(ProcessHappening what, int process, int parent, Instant now)
    {
        switch (what)
        {
            case ProcessHappening.Forked:
                Add(new Happening.Forked(process, parent, now));
                break;
            case ProcessHappening.Executed:
                // Its own word is the better one, as long as it lives.
                string? opened = OpenedBy(process);
                Add(new Happening.Executed(process, ProcessTable.ProgramOf(process) ?? opened, ProcessTable.UserOf(process), now));
                break;
            case ProcessHappening.Exited:
                Add(new Happening.Exited(process, now));
                break;
            default:
                Invariant.Break("a happening without a rule");
                break;
        }
    }

    // What a process opens to execute is told before it executes, but may have come behind the last look: it waits there by now.
    private string? OpenedBy(int process)
    {
        if (_executed.Remove(process, out string? opened)) return opened;
        if (_sources.Privileged is not { } privileged) return null;
        if (!privileged.Read(HeardPrivileged)) Lose(ThingClass.Process, _heardPrivileged, _now());
        return _executed.Remove(process, out opened) ? opened : null;
    }

    private void Lose(ThingClass thingClass, Instant since, Instant now) => Add(new Happening.Lost(thingClass, since, now));

    private void Add(Happening happening)
    {
        lock (_gate)
        {
            if (_queue.Count < _lengthMax) _queue.Add(happening);
            else _droppedSince ??= happening.At;
        }
    }
}
