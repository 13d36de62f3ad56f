using System.Net;
using System.Net.Sockets;

namespace NodeRuntime.Network;

/// <summary>Opens the listening socket, or says what a person should do.</summary>
internal static class Listener
{
    public static Socket Bind(string listen, int backlog)
    {
        if (!NetworkAddress.TryParse(listen, out NetworkAddress address))
        {
            throw new NetworkOpenException($"The listen address \"{listen}\" is not host:port, such as 0.0.0.0:7070 or [::]:7070.");
        }

        IPEndPoint endPoint = Resolve(address);
        Socket socket = new(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endPoint.Address.Equals(IPAddress.IPv6Any)) socket.DualMode = true;
            socket.Bind(endPoint);
            socket.Listen(backlog);
            return socket;
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new NetworkOpenException(Explain(listen, exception.SocketErrorCode), exception);
        }
    }

    private static IPEndPoint Resolve(NetworkAddress address)
    {
        if (IPAddress.TryParse(address.Host, out IPAddress? literal)) return new IPEndPoint(literal, address.Port);
        if (address.Host == "localhost") return new IPEndPoint(IPAddress.Loopback, address.Port);
        try
        {
            IPAddress[] found = Dns.GetHostAddresses(address.Host);
            if (found.Length > 0) return new IPEndPoint(found[0], address.Port);
            throw new NetworkOpenException($"The listen address \"{address}\" names a host without an address.");
        }
        catch (SocketException exception)
        {
            string why = $"The listen address \"{address}\" names a host that cannot be resolved: {exception.Message}.";
            throw new NetworkOpenException(why, exception);
        }
    }

    private static string Explain(string listen, SocketError error)
    {
        if (error == SocketError.AddressAlreadyInUse)
        {
            return $"The listen address {listen} is taken by another process. "
                + "Stop that process or choose another port (port 0 takes a free one).";
        }

        if (error == SocketError.AccessDenied) return $"This user may not listen on {listen}. Choose a port above 1023.";
        if (error == SocketError.AddressNotAvailable)
        {
            return $"{listen} is not an address of this machine. Choose one that is, or 0.0.0.0 for all.";
        }

        return $"Cannot listen on {listen}: {error}.";
    }
}
