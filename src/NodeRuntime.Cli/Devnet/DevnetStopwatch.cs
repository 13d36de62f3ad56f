using System;
using NodeRuntime.Client.Jobs;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Cli.Devnet;

/// <summary>Whole milliseconds between the stations of a job, by this process's clock, the last lease's where there were several.</summary>
internal sealed class DevnetStopwatch(TimeProvider time, long submitted)
{
    private long _leased;
    private long _ready;
    private long _result;
    private long _settled;

    public DevnetTimings Timings => new(Between(submitted, _leased), Between(_leased, _ready), Between(_ready, _result), Between(_result, _settled));

    public void Hear(JobEvent happened)
    {
        switch (happened)
        {
            case JobEvent.LeaseOpened:
                _leased = time.GetTimestamp();
                break;
            case JobEvent.LeaseChanged { State: LeaseState.Ready }:
                _ready = time.GetTimestamp();
                break;
            case JobEvent.LeaseChanged { State: LeaseState.ResultReported }:
                // A quick job goes from opened to reported between two looks.
                if (_ready < _leased) _ready = time.GetTimestamp();
                _result = time.GetTimestamp();
                break;
            case JobEvent.LeaseChanged { State: LeaseState.Settled }:
                if (_ready < _leased) _ready = time.GetTimestamp();
                if (_result < _ready) _result = time.GetTimestamp();
                _settled = time.GetTimestamp();
                break;
            default:
                break;
        }
    }

    private long Between(long from, long to) => to <= from ? 0 : (long)time.GetElapsedTime(from, to).TotalMilliseconds;
}
