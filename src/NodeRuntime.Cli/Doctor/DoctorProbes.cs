using System;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Crypto;
using NodeRuntime.Host.Config;
using NodeRuntime.Persistence.Folder;
using NodeRuntime.Persistence.Journal;
using NodeRuntime.Primitives;
using NodeRuntime.Sandbox;

namespace NodeRuntime.Cli.Doctor;

/// <summary>The questions that doctor puts to this machine, each of them replaceable.</summary>
internal sealed record DoctorProbes
{
    public Func<Version> Runtime { get; init; } = static () => Environment.Version;

    /// <summary>What verifies signatures here, and what to install for more speed.</summary>
    public Func<(string Backend, string? Hint)> Signatures { get; init; } = static () =>
    {
        SystemSignatures opened = SystemSignatures.Open(RandomNumberGenerator.GetBytes(SystemSignatures.EntropyByteCount));
        return (opened.Backend, opened.Hint);
    };

    /// <summary>Opens a journal in a folder and closes it; throws what stands in the way.</summary>
    public Action<string> Journal { get; init; } = static folder =>
    {
        using DataFolder data = DataFolder.Open(folder, default);
        using SqlJournal journal = SqlJournal.OpenSqlite(data);
    };

    public Func<SandboxCapabilities> Sandbox { get; init; } = SandboxCapabilities.Probe;

    public Func<DateTimeOffset> Now { get; init; } = static () => DateTimeOffset.UtcNow;

    public Func<string, PeerConfig> Config { get; init; } = static path => PeerConfigFile.Load(path);

    public Func<string, UnixFileMode> Mode { get; init; } = static path => OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(path);

    public Func<string, long> FreeBytes { get; init; } = static path => new DriveInfo(path).AvailableFreeSpace;

    /// <summary>Null where the address can be listened on, else why not.</summary>
    public Func<string, string?> Listen { get; init; } = static address =>
    {
        if (!IPEndPoint.TryParse(address.Replace("localhost", "127.0.0.1", StringComparison.Ordinal), out IPEndPoint? endpoint)) return "is no address of this machine";
        try
        {
            using Socket socket = new(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(endpoint);
            return null;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode == SocketError.AddressAlreadyInUse ? "is in use" : exception.Message;
        }
    };

    /// <summary>A proven header's time and height, from the context's gateways; null where there is no context.</summary>
    public Func<CancellationToken, Task<(Instant Time, Height Height)?>> Peer { get; init; } =
        static _ => Task.FromResult<(Instant Time, Height Height)?>(null);
}
