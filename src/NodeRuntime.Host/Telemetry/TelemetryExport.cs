using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using NodeRuntime.Actors;
using NodeRuntime.Host.Config;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace NodeRuntime.Host.Telemetry;

/// <summary>
/// Sends the peer's figures and spans to a collector, by OTLP over HTTP. The library's own variables (headers with a collector's
/// token, time-outs) hold: OTEL_EXPORTER_OTLP_HEADERS is read from the environment and so stands in no file.
/// </summary>
internal sealed class TelemetryExport : IDisposable
{
    private static readonly ImmutableArray<string> Meters =
        [PeerMeter.MeterName, "System.Runtime", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel"];

    private readonly PeerMeter _meter;
    private readonly MeterProvider _metrics;
    private readonly TracerProvider? _traces;
    private readonly ExportComplaints _complaints;

    /// <param name="peer">Names the instance to the collector.</param>
    public TelemetryExport(
        TelemetrySection section, string peer, string version, Func<ImmutableArray<Figure>> figures, Func<SystemStatus> system, ILogger logger)
    {
        Uri collector = new(section.Endpoint.TrimEnd('/') + "/");
        _complaints = new ExportComplaints(logger, section.Endpoint, TimeProvider.System);
        _meter = new PeerMeter(figures, system, TimeProvider.System);
        ResourceBuilder resource = ResourceBuilder.CreateEmpty().AddService("noderuntime", serviceVersion: version, serviceInstanceId: peer);
        _metrics = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter([.. Meters])
            .AddOtlpExporter((exporter, reader) =>
            {
                To(exporter, new Uri(collector, "v1/metrics"));
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = section.Seconds * 1000;
            })
            .Build();
        if (section.TracesPerMillion > 0) _traces = Traces(section, resource, new Uri(collector, "v1/traces"));
        logger.LogInformation(
            "figures go to {Collector} every {Seconds} s, {Traces} traces in a million", section.Endpoint, section.Seconds, section.TracesPerMillion);
    }

    private static TracerProvider Traces(TelemetrySection section, ResourceBuilder resource, Uri collector)
    {
        TraceIdRatioBasedSampler ratio = new(section.TracesPerMillion / 1e6);
        // What a caller says of sampling does not count: strangers would make the peer send spans.
        ParentBasedSampler sampler = new(ratio, remoteParentSampled: ratio, remoteParentNotSampled: ratio);
        return Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .SetSampler(sampler)
            .AddSource(ActorTracer.SourceName, "Microsoft.AspNetCore")
            .AddOtlpExporter(exporter => To(exporter, collector))
            .Build();
    }

    private static void To(OtlpExporterOptions exporter, Uri collector)
    {
        exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
        exporter.Endpoint = collector;
    }

    /// <summary>Sends what is left, for a moment at most.</summary>
    public void Dispose()
    {
        _traces?.Shutdown(1000);
        _metrics.Shutdown(1000);
        _traces?.Dispose();
        _metrics.Dispose();
        _meter.Dispose();
        _complaints.Dispose();
    }
}
