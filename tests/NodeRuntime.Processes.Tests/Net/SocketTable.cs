using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;

namespace NodeRuntime.Processes.Tests.Net;

/// <summary>The machine's TCP sockets and who holds them, read from /proc.</summary>
internal static class SocketTable
{
    /// <summary>Which of these processes holds the socket between two ends; null for none of them.</summary>
    public static int? HolderOf(IPEndPoint local, IPEndPoint remote, IEnumerable<int> processes)
    {
        if (InodeOf(local, remote) is not { } inode) return null;
        string name = $"socket:[{inode}]";
        foreach (int process in processes)
        {
            if (Holds(process, name)) return process;
        }

        return null;
    }

    // A socket made for both families stands in the second table, the address with ::ffff: before it.
    private static string? InodeOf(IPEndPoint local, IPEndPoint remote)
    {
        (string here, string there) = (Written(local), Written(remote));
        foreach (string line in File.ReadLines("/proc/net/tcp").Concat(File.ReadLines("/proc/net/tcp6")))
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields[1].EndsWith(here, StringComparison.Ordinal) && fields[2].EndsWith(there, StringComparison.Ordinal)) return fields[9];
        }

        return null;
    }

    // As the kernel prints it: the address's bytes as a number of the machine, little-endian here, and the port.
    private static string Written(IPEndPoint end)
    {
        byte[] bytes = end.Address.MapToIPv4().GetAddressBytes();
        Array.Reverse(bytes);
        return Convert.ToHexString(bytes) + ":" + end.Port.ToString("X4", CultureInfo.InvariantCulture);
    }

    private static bool Holds(int process, string name)
    {
        try
        {
            return Directory.EnumerateFiles($"/proc/{process}/fd").Any(path => File.ResolveLinkTarget(path, returnFinalTarget: false)?.Name == name);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The process, or the descriptor that was just looked at, is gone: it dials no more.
            return false;
        }
    }
}
