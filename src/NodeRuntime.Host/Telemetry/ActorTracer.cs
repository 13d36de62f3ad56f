using System;
using System.Diagnostics;
using NodeRuntime.Actors;
using NodeRuntime.Actors.Ports;

namespace NodeRuntime.Host.Telemetry;

/// <summary>
/// One span for each delivery that is followed, below the span in which it was told: a request's way through the supervisors is one
/// trace. What was told outside of any trace (by the network, by a timer) begins one as often as the sampler says. Spans end at the peer's door: no
/// stranger learns of them, and none is begun because a stranger says so.
/// </summary>
public sealed class ActorTracer : ITracer, IDisposable
{
    public const string SourceName = "NodeRuntime.Actors";

    private readonly ActivitySource _source = new(SourceName);

    public object? Origin => Activity.Current is { Recorded: true } current ? current : null;

    public object? Begin(object? origin, ActorPath recipient, string messageType)
    {
        if (!_source.HasListeners()) return null;
        // A worker may still stand in another's span: what is told from nowhere is nobody's child.
        if (origin is null) Activity.Current = null;
        Activity? span = _source.StartActivity(messageType, ActivityKind.Internal, (origin as Activity)?.Context ?? default);
        span?.SetTag("actor", recipient.ToString());
        return span;
    }

    public void End(object span, Exception? failure)
    {
        Activity activity = (Activity)span;
        if (failure is not null) activity.SetStatus(ActivityStatusCode.Error, failure.GetType().Name);
        activity.Dispose();
    }

    public void Dispose() => _source.Dispose();
}
