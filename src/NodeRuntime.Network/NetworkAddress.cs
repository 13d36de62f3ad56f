using System;
using System.Globalization;
using System.Net;
using NodeRuntime.Primitives;

namespace NodeRuntime.Network;

/// <summary>host:port, as people and peers write it; an IPv6 host stands in brackets.</summary>
public readonly record struct NetworkAddress(string Host, int Port)
{
    public static bool TryParse(string? text, out NetworkAddress address)
    {
        address = default;
        if (text is null || text.Length > Limits.AddressCharactersMax) return false;
        int colon = text.LastIndexOf(':');
        if (colon <= 0) return false;
        string host = text[..colon];
        bool isBracketed = host.Length > 2 && host[0] == '[' && host[^1] == ']';
        if (isBracketed) host = host[1..^1];
        if (host.Contains(':', StringComparison.Ordinal) != isBracketed) return false;
        if (Uri.CheckHostName(host) == UriHostNameType.Unknown) return false;
        if (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port)) return false;
        if (port > IPEndPoint.MaxPort) return false;
        address = new NetworkAddress(host, port);
        return true;
    }

    /// <summary>A literal address becomes an IPEndPoint, a name is left to DNS.</summary>
    public EndPoint ToEndPoint() =>
        IPAddress.TryParse(Host, out IPAddress? literal) ? new IPEndPoint(literal, Port) : new DnsEndPoint(Host, Port);

    public override string ToString() => Host.Contains(':', StringComparison.Ordinal)
        ? string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{Port}")
        : string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");
}
