using System;
using System.Collections.Generic;
using System.IO;
using NodeRuntime.Posture.Observing;
using NodeRuntime.Posture.State;
using NodeRuntime.Primitives;
using NodeRuntime.Watch.Linux;

namespace NodeRuntime.Watch;

/// <summary>What the kernel said, and what it means.</summary>
internal sealed partial class WatchRun
{
    private const FileHappening ContentMoved =
        FileHappening.Modified | FileHappening.MovedFrom | FileHappening.MovedTo | FileHappening.Created | FileHappening.Deleted;

    // The range in which the kernel chooses ports for those who name none.
    private const string PortRange = "proc/sys/net/ipv4/ip_local_port_range";

    private (int First, int Last)? _ephemeral;
    private Instant _socketsSince;
    private bool _socketsDue;

    private void AttendTo(Happening happening)
    {
        switch (happening)
        {
            case Happening.Executed { Program: { } begun } m:
                if (_processes.Of(m.Process) == begun) break;
                EndProgramOf(m.Process, m.At);
                BeginProgram(m.Process, begun, m.User, m.At);
                break;
            case Happening.Executed m:
                // Something ran, and nobody can say what: every control of programs is in doubt.
                EndProgramOf(m.Process, m.At);
                Say(new Observation.Lost(new Scope(ThingClass.Process, string.Empty), EdgeCause.ProcessEvent, m.At, m.At));
                break;
            case Happening.Forked m:
                if (_processes.Of(m.Parent) is { } program) BeginProgram(m.Process, program, null, m.At);
                break;
            case Happening.Exited m:
                EndProgramOf(m.Process, m.At);
                break;
            case Happening.SocketGone m:
                AttendTo(m);
                break;
            case Happening.Lost m:
                Say(new Observation.Lost(new Scope(m.Class, string.Empty), EdgeCause.QueueOverflowed, m.Since, m.At));
                break;
            default:
                Invariant.Break("a happening without a rule");
                break;
        }
    }

    private void BeginProgram(int process, string program, uint? user, Instant at)
    {
        if (!_processes.Set(process, program)) return;
        Thing thing = new(ThingClass.Process, program);
        if (Concerns(thing)) Compare(thing, Running, at, at, EdgeCause.ProcessEvent, new Culprit(process, user, program));
    }

    private void EndProgramOf(int process, Instant at)
    {
        if (!_processes.Remove(process, out string program)) return;
        Thing thing = new(ThingClass.Process, program);
        if (Concerns(thing)) Compare(thing, null, at, at, EdgeCause.ProcessEvent);
    }

    // One that is on the list may have namesakes: the list is read anew. One that is not came and went between two looks.
    private void AttendTo(Happening.SocketGone gone)
    {
        Thing thing = new(ThingClass.Socket, gone.Place);
        if (!Concerns(thing)) return;
        if (_known.ContainsKey(thing))
        {
            _socketsDue = true;
            return;
        }

        // A connection that was refused leaves just such an end: of all addresses, with a port that the kernel chose.
        if (gone.IsOfAll && IsEphemeral(gone.Port)) return;
        Say(new Observation.Flashed(thing, Gone, _socketsSince, gone.At, EdgeCause.SocketEvent));
    }

    private bool IsEphemeral(int port)
    {
        if (_ephemeral is null)
        {
            try
            {
                string[] words = File.ReadAllText(_settings.TableRoot + PortRange).Split(['\t', ' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
                _ephemeral = (int.Parse(words[0], System.Globalization.CultureInfo.InvariantCulture), int.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException or IndexOutOfRangeException)
            {
                // The kernel's own default.
                _ephemeral = (32768, 60999);
            }
        }

        return port >= _ephemeral.Value.First && port <= _ephemeral.Value.Last;
    }

    // ---- files ----

    private void Look(string path, Touch touch)
    {
        Thing thing = new(ThingClass.File, path);
        if (touch.What.HasFlag(FileHappening.Forgotten)) _roots.Forget(path);
        if ((touch.What & FileHappening.FolderMoved) != 0)
        {
            // The watch went with it: what comes in its place is not heard until all is looked at again.
            Say(new Observation.Lost(new Scope(ThingClass.File, path), EdgeCause.SourceFailed, touch.First, touch.Last));
        }

        if (touch.What.HasFlag(FileHappening.IsFolder) && (touch.What & ContentMoved) != 0) LookBeneath(path, touch);
        if (!Concerns(thing)) return;
        _scanTouched?.Add(path);
        string? before = _known.GetValueOrDefault(thing), now = ReadFile(thing);
        if (now != before)
        {
            Remember(thing, now);
            Say(new Observation.Saw(thing, now, touch.First, touch.Last, EdgeCause.FileEvent, touch.Who));
            return;
        }

        // It is what it was, and was touched all the same.
        if ((touch.What & ContentMoved) != 0)
        {
            Say(new Observation.Flashed(thing, Thing.Altered, touch.First, touch.Last, EdgeCause.FileEvent, touch.Who));
        }
        else if (touch.What.HasFlag(FileHappening.Attributes) && before is not null)
        {
            Say(new Observation.Flashed(thing, Thing.Unreadable, touch.First, touch.Last, EdgeCause.FileEvent, touch.Who));
        }
    }

    // A folder came or went, with all that is in it.
    private void LookBeneath(string path, Touch touch)
    {
        List<string> there = [];
        if (Directory.Exists(path) && _roots.IsDeep(path) && !_roots.Enter(path, there, isDeep: true))
        {
            Say(new Observation.Lost(new Scope(ThingClass.File, path), EdgeCause.Crowded, touch.First, touch.Last));
        }

        Scope beneath = new(ThingClass.File, path);
        List<Thing> due = [];
        foreach (Thing known in _known.Keys)
        {
            if (beneath.Holds(known) && known.Path != path) due.Add(known);
        }

        foreach (string found in there)
        {
            if (found != path) due.Add(new Thing(ThingClass.File, found));
        }

        foreach (Thing thing in due)
        {
            _scanTouched?.Add(thing.Path);
            Compare(thing, ReadFile(thing), touch.First, Now(), EdgeCause.FileEvent, touch.Who);
        }
    }
}
