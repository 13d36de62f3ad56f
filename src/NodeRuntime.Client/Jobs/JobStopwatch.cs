using System;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Client.Jobs;

/// <summary>Takes a job's times from its events. A new attempt starts the later ones anew.</summary>
internal sealed class JobStopwatch(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private TimeSpan? _lease;
    private TimeSpan? _ready;
    private TimeSpan? _result;
    private TimeSpan? _settled;

    public JobTimings Timings => new(
        Milliseconds(TimeSpan.Zero, _lease), Milliseconds(_lease, _ready), Milliseconds(_ready, _result), Milliseconds(_result, _settled));

    public void Hear(JobEvent happened)
    {
        TimeSpan now = time.GetElapsedTime(_start);
        if (happened is JobEvent.LeaseOpened)
        {
            _lease = now;
            _ready = _result = _settled = null;
        }
        else if (happened is JobEvent.LeaseChanged changed)
        {
            switch (changed.State)
            {
                case LeaseState.Opened or LeaseState.NotReady or LeaseState.ResultMissed or LeaseState.Closed:
                    break;
                case LeaseState.Ready:
                    _ready ??= now;
                    break;
                case LeaseState.ResultReported:
                    _ready ??= now;
                    _result ??= now;
                    break;
                case LeaseState.Settled:
                    _ready ??= now;
                    _result ??= now;
                    _settled ??= now;
                    break;
                default:
                    Invariant.Break("a state without a time");
                    break;
            }
        }
    }

    private static long? Milliseconds(TimeSpan? from, TimeSpan? to) => from is { } start && to is { } end ? (long)(end - start).TotalMilliseconds : null;
}
