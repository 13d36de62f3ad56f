using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Threading;
using NodeRuntime.Posture.Controls;
using NodeRuntime.Posture.Observing;
using NodeRuntime.Posture.State;
using NodeRuntime.Primitives;
using NodeRuntime.Watch;

namespace NodeRuntime.Posture.Tests.Watching;

/// <summary>A real watch over a folder of its own, with the machine behind it: everything that it reports, and waiting for it with much patience.</summary>
internal sealed class LiveWatch : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly LinuxMachineWatch _watch;
    private readonly PostureMachine _machine;
    private readonly List<PostureEdge> _edges = [];
    private readonly object _gate = new();

    public LiveWatch(MachineWatchSettings settings, Func<string, ImmutableArray<Control>> controls, Action<string>? prepare = null)
    {
        Folder = Directory.CreateTempSubdirectory("noderuntime-posture-").FullName;
        prepare?.Invoke(Folder);
        ImmutableArray<Control> all = controls(Folder);
        _machine = new PostureMachine(all, []);
        _watch = new LinuxMachineWatch(settings, TimeProvider.System);
        lock (_gate)
        {
            _watch.Start(all, Take);
            Instant now = Now;
            Do(_machine.Step(new PostureInput.Started(_watch.Sight, now, 0, now)));
        }
    }

    public string Folder { get; }

    public MachineSight Sight => _watch.Sight;

    private static Instant Now => Instant.FromMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());

    public static Control ControlOf(string id, ThingClass thingClass, string pattern, ControlRule rule) => new(id, id, thingClass, PathPattern.TryParse(pattern)!, rule);

    public string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>Until the controls stand so.</summary>
    public LiveWatch Until(string control, ControlState state)
    {
        Wait(() => _machine.Summary.Controls.Single(it => it.Control.Id == control).State == state, $"{control} to be {state}");
        return this;
    }

    public PostureEdge Edge(Func<PostureEdge, bool> wanted, string what)
    {
        PostureEdge? found = null;
        Wait(() => (found = _edges.FirstOrDefault(wanted)) is not null, what);
        return found!;
    }

    public ulong Losses
    {
        get
        {
            lock (_gate) return _machine.Summary.Losses;
        }
    }

    /// <summary>Once it is there or something was missed: whether it is the former.</summary>
    public bool IsBadNotLost(string path, ulong lossesBefore)
    {
        bool isBad = false;
        Wait(() => (isBad = _edges.Any(it => it.Path == path && it.To == ControlState.Bad)) || _machine.Summary.Losses > lossesBefore, $"{path}, or a loss");
        return isBad;
    }

    public int Count(Func<PostureEdge, bool> wanted)
    {
        lock (_gate) return _edges.Count(wanted);
    }

    public void Dispose()
    {
        _watch.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private void Wait(Func<bool> isSo, string what)
    {
        DateTime until = DateTime.UtcNow + Patience;
        lock (_gate)
        {
            while (!isSo())
            {
                TimeSpan left = until - DateTime.UtcNow;
                if (left <= TimeSpan.Zero)
                {
                    Assert.Fail($"waited for {what}; {string.Join(", ", _watch.Sight.Missing)}\n"
                        + string.Join('\n', _edges.Select(static edge => $"{edge.Control} {edge.Path} {edge.From}->{edge.To} {edge.By}")));
                }

                // The watch's own seconds pass here, too: a look that was put off comes in its turn.
                if (!Monitor.Wait(_gate, TimeSpan.FromMilliseconds(200))) Do(_machine.Step(new PostureInput.Ticked(Now)));
            }
        }
    }

    private bool Take(ImmutableArray<Observation> observations)
    {
        lock (_gate)
        {
            foreach (Observation observation in observations) Do(_machine.Step(new PostureInput.Observed(observation)));
            Monitor.PulseAll(_gate);
        }

        return true;
    }

    private void Do(IReadOnlyList<PostureEffect> effects)
    {
        foreach (PostureEffect effect in effects)
        {
            if (effect is PostureEffect.Report m) _edges.Add(m.Edge);
            else if (effect is PostureEffect.Scan scan) _watch.Scan(scan.Number, scan.Scope);
        }
    }
}
