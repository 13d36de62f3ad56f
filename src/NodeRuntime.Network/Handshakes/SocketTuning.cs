using System;
using System.Buffers.Binary;
using System.Net.Sockets;

namespace NodeRuntime.Network.Handshakes;

/// <summary>What a socket of ours is told.</summary>
internal static class SocketTuning
{
    private const int IpProtocolTcp = 6;
    private const int TcpNotSentLowWater = 25;

    /// <summary>What the kernel may hold unsent of one connection: more would queue bulk where priorities do not reach.</summary>
    private const int NotSentBytesMax = 128 * 1024;

    public static void Apply(Socket socket)
    {
        socket.NoDelay = true;
        if (!OperatingSystem.IsLinux()) return;
        Span<byte> value = stackalloc byte[sizeof(int)];
        if (BitConverter.IsLittleEndian) BinaryPrimitives.WriteInt32LittleEndian(value, NotSentBytesMax);
        else BinaryPrimitives.WriteInt32BigEndian(value, NotSentBytesMax);
        socket.SetRawSocketOption(IpProtocolTcp, TcpNotSentLowWater, value);
    }
}
