using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Threading;
using NodeRuntime.Actors;

namespace NodeRuntime.Host.Telemetry;

/// <summary>
/// The peer's figures as instruments that are read when a collector's turn comes, and each supervisor's: its mailbox, what it processed
/// and shed, how often it was restarted.
/// </summary>
internal sealed class PeerMeter : IDisposable
{
    public const string MeterName = "NodeRuntime.Peer";

    /// <summary>Actors below the supervisors come and go with leases and connections: a collector would keep each for ever.</summary>
    private const int ActorDepthMax = 1;

    private static readonly TimeSpan SameReadingFor = TimeSpan.FromMilliseconds(100);

    private readonly Meter _meter = new(MeterName);
    private readonly Func<ImmutableArray<Figure>> _figures;
    private readonly Func<SystemStatus> _system;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private ImmutableArray<Figure> _read = [];
    private long _readAt;

    public PeerMeter(Func<ImmutableArray<Figure>> figures, Func<SystemStatus> system, TimeProvider clock)
    {
        _figures = figures;
        _system = system;
        _clock = clock;
        ImmutableArray<Figure> first = Reading();
        for (int i = 0; i < first.Length; i++)
        {
            int index = i;
            if (first[i].Kind == FigureKind.Counter) _meter.CreateObservableCounter(NameOf(first[i]), () => Reading()[index].Value);
            else _meter.CreateObservableGauge(NameOf(first[i]), () => Reading()[index].Value);
        }

        _meter.CreateObservableGauge("noderuntime_actor_mailbox", () => OfActors(static actor => actor.MailboxLength), "{message}");
        _meter.CreateObservableCounter("noderuntime_actor_processed", () => OfActors(static actor => actor.Processed), "{message}");
        _meter.CreateObservableCounter("noderuntime_actor_shed", () => OfActors(static actor => actor.Shed), "{message}");
        _meter.CreateObservableCounter("noderuntime_actor_restarts", () => OfActors(static actor => actor.Restarts));
    }

    // A collector puts the suffix back where its own manner wants it.
    private static string NameOf(Figure figure) =>
        figure.Name.EndsWith("_total", StringComparison.Ordinal) ? figure.Name[..^"_total".Length] : figure.Name;

    // One reading for all instruments of an export, so that they belong together.
    private ImmutableArray<Figure> Reading()
    {
        lock (_gate)
        {
            if (_read.IsEmpty || _clock.GetElapsedTime(_readAt) >= SameReadingFor)
            {
                _read = _figures();
                _readAt = _clock.GetTimestamp();
            }

            return _read;
        }
    }

    private IEnumerable<Measurement<long>> OfActors(Func<ActorStatus, long> value)
    {
        foreach (ActorStatus actor in _system().Actors)
        {
            string path = actor.Path.ToString();
            if (path.Length > 1 && path.AsSpan(1).Count('/') < ActorDepthMax) yield return new Measurement<long>(value(actor), new KeyValuePair<string, object?>("actor", path));
        }
    }

    public void Dispose() => _meter.Dispose();
}
