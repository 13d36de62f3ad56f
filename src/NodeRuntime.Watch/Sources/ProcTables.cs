using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Net;
using System.Text;
using NodeRuntime.Crypto;
using NodeRuntime.Posture.State;
using NodeRuntime.Primitives;
using NodeRuntime.Watch.Linux;

namespace NodeRuntime.Watch.Sources;

/// <summary>Tables of the kernel and of /etc as things and their values. Each reader gives null where the table cannot be read.</summary>
internal static class ProcTables
{
    private const string Listening = "0A";

    /// <summary>From the folder that a machine's tables stand in: "/" but in tests.</summary>
    public static SortedDictionary<string, string>? Read(ThingClass thingClass, string root, IReadOnlyCollection<string> sysctls) => thingClass switch
    {
        ThingClass.Socket => Sockets(root),
        ThingClass.Module => Table(root + "proc/modules", Module),
        ThingClass.Mount => Table(root + "proc/self/mounts", Mount),
        ThingClass.User => Table(root + "etc/passwd", User),
        ThingClass.Group => Table(root + "etc/group", Group),
        ThingClass.Sysctl => Sysctls(root, sysctls),
        ThingClass.File or ThingClass.Process or ThingClass.Assembly or ThingClass.Library or ThingClass.Environment or ThingClass.Use or ThingClass.Peer =>
            Invariant.Unreachable<SortedDictionary<string, string>>("no table of the kernel"),
    };

    private static SortedDictionary<string, string>? Sockets(string root)
    {
        SortedDictionary<string, string> found = new(StringComparer.Ordinal);
        foreach (string name in (ReadOnlySpan<string>)["proc/net/tcp", "proc/net/tcp6"])
        {
            // A kernel without IPv6 has no such table.
            if (Lines(root + name) is not { } lines)
            {
                if (name.EndsWith('6')) continue;
                return null;
            }

            foreach (string line in lines)
            {
                string[] parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (parts.Length < 8 || parts[3] != Listening || ParseAddress(parts[1]) is not { } place) continue;
                found[place] = "uid " + parts[7];
            }
        }

        return found;
    }

    /// <summary>As the kernel writes it: words of 32 bits in the machine's order, then the port.</summary>
    private static string? ParseAddress(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon is not (8 or 32)) return null;
        if (!ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort port)) return null;
        byte[] bytes = new byte[colon / 2];
        if (Convert.FromHexString(text.AsSpan(0, colon), bytes, out _, out _) != System.Buffers.OperationStatus.Done) return null;
        for (int i = 0; BitConverter.IsLittleEndian && i < bytes.Length; i += 4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(i), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(i)));
        }

        return SocketEnds.NameOf(new IPAddress(bytes), port);
    }

    private static (string, string)? Module(string line)
    {
        // name size users by state address
        string[] parts = line.Split(' ');
        return parts.Length < 2 ? null : (parts[0], "size " + parts[1]);
    }

    private static (string, string)? Mount(string line)
    {
        // device place type options
        string[] parts = line.Split(' ');
        return parts.Length < 4 ? null : (parts[1], Bounded($"{parts[2]} {parts[0]} {parts[3]}"));
    }

    private static (string, string)? User(string line)
    {
        // name:password:uid:gid:comment:home:shell
        string[] parts = line.Split(':');
        return parts.Length < 7 || parts[0].Length == 0 ? null : (parts[0], Bounded($"{parts[2]} {parts[3]} {parts[5]} {parts[6]}"));
    }

    private static (string, string)? Group(string line)
    {
        // name:password:gid:members
        string[] parts = line.Split(':');
        return parts.Length < 4 || parts[0].Length == 0 ? null : (parts[0], Bounded($"{parts[2]} {parts[3]}"));
    }

    private static SortedDictionary<string, string> Sysctls(string root, IReadOnlyCollection<string> names)
    {
        SortedDictionary<string, string> found = new(StringComparer.Ordinal);
        foreach (string name in names)
        {
            string path = root + "proc/sys/" + name.Replace('.', '/');
            if (!File.Exists(path)) continue;
            // Names alone are asked for that controls name; dots within a part are not known there.
            found[name] = Text(path) is { } text ? Bounded(text.Trim().Replace('\t', ' ')) : Thing.Unreadable;
        }

        return found;
    }

    private static SortedDictionary<string, string>? Table(string path, Func<string, (string, string)?> parse)
    {
        if (Lines(path) is not { } lines) return null;
        SortedDictionary<string, string> found = new(StringComparer.Ordinal);
        foreach (string line in lines)
        {
            // A place that is mounted over has both in its value.
            if (parse(line) is ({ } name, { } value)) found[name] = found.TryGetValue(name, out string? below) ? Bounded(below + "; " + value) : value;
        }

        return found;
    }

    /// <summary>What is too long stands there as its digest.</summary>
    public static string Bounded(string text) =>
        text.Length <= Limits.PostureValueCharactersMax ? text : "sha256 " + Hasher.Sha256(Encoding.UTF8.GetBytes(text));

    private static string[]? Lines(string path) => Text(path)?.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string? Text(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
