using System;
using System.Diagnostics.Tracing;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace NodeRuntime.Host.Telemetry;

/// <summary>An exporter that cannot reach its collector tells only those who listen for it: here, the log, once a minute at most.</summary>
internal sealed class ExportComplaints : EventListener
{
    private const string SourceName = "OpenTelemetry-Exporter-OpenTelemetryProtocol";

    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    // Sources are announced before this constructor has run to its end.
    private readonly ILogger? _logger;
    private readonly string _collector;
    private readonly TimeProvider _clock;
    private long _saidAt;

    public ExportComplaints(ILogger logger, string collector, TimeProvider clock)
    {
        _collector = collector;
        _clock = clock;
        _logger = logger;
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == SourceName) EnableEvents(eventSource, EventLevel.Warning);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (_logger is null || (_saidAt != 0 && _clock.GetElapsedTime(_saidAt) < Pause)) return;
        _saidAt = _clock.GetTimestamp();
        string text = string.Format(CultureInfo.InvariantCulture, eventData.Message ?? eventData.EventName ?? "", [.. eventData.Payload ?? []]);
        _logger.LogWarning("telemetry to {Collector}: {Complaint}", _collector, text.Split('\n')[0]);
    }
}
