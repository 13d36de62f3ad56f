using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using NodeRuntime.Host;
using NodeRuntime.Host.Posture;
using NodeRuntime.Posture;
using NodeRuntime.Posture.Observing;
using NodeRuntime.Posture.State;
using NodeRuntime.Primitives;
using NodeRuntime.Watch;

namespace NodeRuntime.Cli.Posture;

/// <summary>A watch over this machine without a peer: the same eyes, the same machine, and nothing kept.</summary>
internal sealed class LocalWatch : IDisposable
{
    private const int WaitingMax = 4096;

    private readonly LinuxMachineWatch _watch;
    private readonly PostureMachine _machine;
    private readonly Channel<ImmutableArray<Observation>> _seen = Channel.CreateBounded<ImmutableArray<Observation>>(WaitingMax);
    private readonly Action<PostureEdge> _happened;
    private int _looks;
    private int _asked;

    /// <param name="happened">Told of each edge, in order, by whoever runs this.</param>
    public LocalWatch(DeclaredControls declared, Action<PostureEdge> happened)
    {
        _watch = LinuxMachineWatch.TryOpen(MachineWatchSettings.Default, TimeProvider.System)
            ?? throw new CliException(ExitCode.Failed, "SystemUnknown", "this system's machines are not watched", "posture needs Linux");
        _machine = new PostureMachine(declared.Controls, declared.Rollouts);
        _happened = happened;
        _watch.Start(declared.Controls, observations => _seen.Writer.TryWrite(observations));
        Instant now = SystemClock.Now;
        Step(new PostureInput.Started(_watch.Sight, now, 0, now));
    }

    /// <summary>For their digests.</summary>
    public long BytesRead => _watch.BytesRead;

    public PostureSummary Summary => _machine.Summary;

    /// <summary>Everything that is known, in order.</summary>
    public IEnumerable<(Thing Thing, string Value)> Things
    {
        get
        {
            foreach (Thing thing in _machine.Things) yield return (thing, _machine.ValueOf(thing)!);
        }
    }

    /// <summary>Whether every control was looked at once: those that cannot be said anything of had their look, too.</summary>
    public bool HasLooked { get; private set; }

    /// <summary>Until it is said to be over, or the time is.</summary>
    public async Task RunAsync(Func<bool> isOver, TimeSpan length, CancellationToken cancellation)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (length < TimeSpan.MaxValue) end.CancelAfter(length);
        using PeriodicTimer timer = new(TimeSpan.FromSeconds(1));
        Task<bool> tick = timer.WaitForNextTickAsync(end.Token).AsTask();
        try
        {
            while (!isOver())
            {
                Task<bool> seen = _seen.Reader.WaitToReadAsync(end.Token).AsTask();
                await Task.WhenAny(seen, tick).ConfigureAwait(false);
                if (tick.IsCompleted)
                {
                    await tick.ConfigureAwait(false);
                    Step(new PostureInput.Ticked(SystemClock.Now));
                    tick = timer.WaitForNextTickAsync(end.Token).AsTask();
                }

                while (_seen.Reader.TryRead(out ImmutableArray<Observation> observations))
                {
                    foreach (Observation observation in observations)
                    {
                        if (observation is Observation.ScanEnded) _looks++;
                        Step(new PostureInput.Observed(observation));
                    }
                }

                HasLooked = _looks > 0 && _looks >= _asked;
                end.Token.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Its time is over.
        }
    }

    public void Dispose() => _watch.Dispose();

    private void Step(PostureInput input)
    {
        foreach (PostureEffect effect in _machine.Step(input))
        {
            switch (effect)
            {
                case PostureEffect.Report m:
                    _happened(m.Edge);
                    break;
                case PostureEffect.Scan m:
                    _asked++;
                    _watch.Scan(m.Number, m.Scope);
                    break;
                case PostureEffect.StoreBaseline:
                    // Nothing is kept: the next run takes its own.
                    break;
                default:
                    Invariant.Break("an effect without a rule");
                    break;
            }
        }
    }
}
