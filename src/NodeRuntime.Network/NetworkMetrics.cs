using System;
using System.Collections.Generic;
using System.Diagnostics.Metrics;
using NodeRuntime.Actors.Ports;

namespace NodeRuntime.Network;

/// <summary>What the network counts: the meter "NodeRuntime.Network". No peer's name is a tag: there are too many.</summary>
internal sealed class NetworkMetrics : IDisposable
{
    public const string MeterName = "NodeRuntime.Network";

    private readonly Meter _meter = new(MeterName);
    private readonly UpDownCounter<int> _connections;
    private readonly Counter<long> _closed;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _frames;
    private readonly Counter<long> _bytes;
    private readonly Counter<long> _shed;

    public NetworkMetrics()
    {
        _connections = _meter.CreateUpDownCounter<int>("noderuntime.network.connections", "{connection}", "Authenticated connections");
        _closed = _meter.CreateCounter<long>("noderuntime.network.closed", "{connection}", "Connections that ended, by reason");
        _refused = _meter.CreateCounter<long>("noderuntime.network.refused", "{handshake}", "Handshakes that came to nothing, by reason");
        _frames = _meter.CreateCounter<long>("noderuntime.network.frames", "{frame}", "Frames, by direction and class");
        _bytes = _meter.CreateCounter<long>("noderuntime.network.bytes", "By", "Bytes of frames, by direction and class");
        _shed = _meter.CreateCounter<long>("noderuntime.network.shed", "{frame}", "Frames refused by a full queue, by class");
    }

    public void Opened() => _connections.Add(1);

    public void Closed(DisconnectReason reason)
    {
        _connections.Add(-1);
        _closed.Add(1, new KeyValuePair<string, object?>("reason", reason));
    }

    public void Refused(string reason, bool outbound) => _refused.Add(
        1, new KeyValuePair<string, object?>("reason", reason), new KeyValuePair<string, object?>("direction", outbound ? "out" : "in"));

    public void Moved(FrameClass frameClass, int bytes, bool outbound)
    {
        KeyValuePair<string, object?> direction = new("direction", outbound ? "out" : "in");
        KeyValuePair<string, object?> tag = new("class", frameClass);
        _frames.Add(1, direction, tag);
        _bytes.Add(bytes, direction, tag);
    }

    public void Shed(FrameClass frameClass) => _shed.Add(1, new KeyValuePair<string, object?>("class", frameClass));

    public void Dispose() => _meter.Dispose();
}
