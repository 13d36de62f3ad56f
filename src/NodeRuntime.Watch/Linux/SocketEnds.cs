using System;
using System.Buffers.Binary;
using System.Globalization;
using System.Net;

namespace NodeRuntime.Watch.Linux;

/// <summary>
/// TCP sockets that are gone and had no other end: those that listened, and those that were bound and never connected (linux/sock_diag.h, groups
/// SKNLGRP_INET_TCP_DESTROY and INET6). So a listener that lived between two looks at the list is known at its end.
/// </summary>
internal sealed class SocketEnds : IDisposable
{
    private const uint Groups = 1 | 4;
    private const byte Version4 = 2;

    // struct inet_diag_msg { u8 family, state, timer, retrans; be16 sport, dport; be32 src[4], dst[4]; ... }
    private const int MessageByteCount = 72;

    private readonly Netlink _link = new(Netlink.SocketDiagnosis, Groups);

    public int Descriptor => _link.Descriptor;

    /// <param name="heard">The address as in <see cref="NodeRuntime.Posture.State.ThingClass.Socket"/>, its port, and whether it was of all addresses.</param>
    /// <returns>False where the kernel had to drop some.</returns>
    public bool Read(Action<string, int, bool> heard) => _link.Read(message =>
    {
        ReadOnlySpan<byte> bytes = message.Span[Netlink.HeadByteCount..];
        if (bytes.Length < MessageByteCount) return;
        int port = BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]), other = BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]);
        if (port == 0 || other != 0) return;
        IPAddress address = new(bytes[0] == Version4 ? bytes.Slice(8, 4) : bytes.Slice(8, 16));
        heard(NameOf(address, port), port, address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any));
    });

    public void Dispose() => _link.Dispose();

    public static string NameOf(IPAddress address, int port) => address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork
        ? string.Create(CultureInfo.InvariantCulture, $"tcp/{address}:{port}")
        : string.Create(CultureInfo.InvariantCulture, $"tcp6/[{address}]:{port}");
}
