using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace NodeRuntime.Host.Config;

/// <summary>
/// Ports of 127.0.0.1 for peers that are still to be started. Whoever asks the system for a free port gets one of the range that it also gives to each
/// connection that is dialled: until the peer listens, and again while it is restarted, any connection of this machine may have it. So these are
/// below that range.
/// </summary>
public static class LoopbackPorts
{
    private const string RangeFile = "/proc/sys/net/ipv4/ip_local_port_range";

    /// <summary>What well-known services of a workstation have is mostly below.</summary>
    private const int Least = 10_240;

    /// <summary>RFC 6335's dynamic ports begin here; Linux begins earlier, and says where.</summary>
    private const int DynamicFirst = 49_152;

    private const int TriesForEach = 64;

    /// <summary>So many different ports on which nobody listens.</summary>
    /// <exception cref="IOException">There are none.</exception>
    public static ImmutableArray<int> Find(int count)
    {
        int end = DynamicRangeFirst();
        List<TcpListener> held = [];
        try
        {
            // All are held at once, so that no two are the same; they are free again a moment before the peers take them.
            ImmutableArray<int>.Builder ports = ImmutableArray.CreateBuilder<int>(count);
            for (int tries = count * TriesForEach; ports.Count < count; tries--)
            {
                if (tries == 0) throw new IOException($"of the ports between {Least} and {end} none is free");
                // A machine that gives connections nearly all ports has no better ones.
                TcpListener listener = new(IPAddress.Loopback, end - Least < count * TriesForEach ? 0 : RandomNumberGenerator.GetInt32(Least, end));
                if (!TryStart(listener)) continue;
                held.Add(listener);
                ports.Add(((IPEndPoint)listener.LocalEndpoint).Port);
            }

            return ports.MoveToImmutable();
        }
        finally
        {
            foreach (TcpListener listener in held) listener.Dispose();
        }
    }

    private static bool TryStart(TcpListener listener)
    {
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            listener.Dispose();
            return false;
        }
    }

    private static int DynamicRangeFirst()
    {
        if (!File.Exists(RangeFile)) return DynamicFirst;
        string[] range = File.ReadAllText(RangeFile).Split((char[])[' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries);
        return range.Length == 2 && int.TryParse(range[0], out int first) ? first : DynamicFirst;
    }
}
