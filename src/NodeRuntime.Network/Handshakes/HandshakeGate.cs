using System;
using System.Collections.Generic;
using System.Net;
using System.Threading;
using NodeRuntime.Network.Frames;
using NodeRuntime.Primitives;

namespace NodeRuntime.Network.Handshakes;

internal enum GateVerdict
{
    Accepted,
    TooManyHandshakes,
    SourceTooFast,
}

/// <summary>
/// Stands before the first byte of TLS, where a stranger costs us most: so many handshakes at once, and a rate for each
/// source, an IPv4 address or a /64 of IPv6 (who has one address there has all of them).
/// </summary>
internal sealed class HandshakeGate(NetworkConfig config)
{
    /// <summary>Sources remembered. One whose bucket is full again is as good as unknown and is forgotten first.</summary>
    private const int SourcesMax = 4096;

    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, TokenBucket> _sources = [];
    private int _underWay;

    /// <summary>Accepted is undone by <see cref="Leave"/>.</summary>
    public GateVerdict TryEnter(IPAddress source, Instant now)
    {
        lock (_gate)
        {
            if (_underWay >= config.HandshakesMax) return GateVerdict.TooManyHandshakes;
            UInt128 key = ToKey(source);
            if (!_sources.TryGetValue(key, out TokenBucket? bucket))
            {
                if (_sources.Count >= SourcesMax) Forget(now);
                if (_sources.Count >= SourcesMax) return GateVerdict.SourceTooFast;
                bucket = new TokenBucket(config.HandshakesPerSourcePerSecond, config.HandshakesPerSourceBurst, now);
                _sources.Add(key, bucket);
            }

            if (!bucket.TryTake(1, now)) return GateVerdict.SourceTooFast;
            _underWay++;
            return GateVerdict.Accepted;
        }
    }

    public void Leave()
    {
        lock (_gate) _underWay--;
    }

    private void Forget(Instant now)
    {
        foreach ((UInt128 key, TokenBucket bucket) in _sources)
        {
            if (bucket.IsFull(now)) _sources.Remove(key);
        }
    }

    private static UInt128 ToKey(IPAddress source)
    {
        Span<byte> bytes = stackalloc byte[16];
        source.MapToIPv6().TryWriteBytes(bytes, out _);
        bool isIPv4 = source.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork || source.IsIPv4MappedToIPv6;
        if (!isIPv4) bytes[8..].Clear();
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
