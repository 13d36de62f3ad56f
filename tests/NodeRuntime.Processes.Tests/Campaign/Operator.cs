using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Data.Sqlite;
using NodeRuntime.Host.Config;
using NodeRuntime.Processes.Tests.Net;
using NodeRuntime.Processes.Tests.Running;

namespace NodeRuntime.Processes.Tests.Campaign;

/// <summary>
/// What a dying machine or a careless hand does to one peer's process and to its folder. Whatever is put in place of a data
/// folder, its flight recordings are kept: they are no part of what a backup is for, and all of them are replayed in the end.
/// </summary>
internal sealed class Operator(PeerNet net)
{
    private int _clones;
    private int _wiped;

    /// <summary>SIGKILL, and its end. Nothing where it has ended by itself.</summary>
    public async Task KillAsync(int peer)
    {
        if (net.RunOf(peer).HasExited) return;
        ProcessEntry process = net.ProcessOf(peer);
        Signals.Kill(process);
        await Deadline.UntilAsync("the end of a killed peer", 20, () => !ProcessTable.IsAlive(process));
        // The kernel knows it before its parent does, and whoever asks the parent must hear the same.
        await net.RunOf(peer).EndAsync(20);
    }

    /// <summary>A copy of the folder as it is at one moment, as of a disk that is pulled out: the peer stands still while it is made.</summary>
    public async Task BackUpAsync(int peer, string to)
    {
        ProcessEntry? process = net.RunOf(peer).HasExited ? null : net.ProcessOf(peer);
        if (process is not null)
        {
            Signals.Pause(process.Id);
            await Deadline.UntilAsync("a peer that stands still", 10, () => !ProcessTable.IsAlive(process) || ProcessTable.IsStopped(process.Id));
        }

        try
        {
            Copy(net.DataOf(peer), to);
        }
        finally
        {
            if (process is not null) Signals.Continue(process.Id);
        }

        DeleteFlight(to);
    }

    /// <summary>A dead peer's folder is what was backed up.</summary>
    public void PutBack(int peer, string backup)
    {
        string data = net.DataOf(peer);
        Directory.Move(Path.Combine(data, "flight"), Path.Combine(backup, "flight"));
        Directory.Delete(data, recursive: true);
        Directory.Move(backup, data);
    }

    /// <summary>Of a dead peer's folder nothing is left; its recordings stand aside.</summary>
    public void Wipe(int peer)
    {
        string aside = Path.Combine(net.FolderOf(peer), "flight-" + Interlocked.Increment(ref _wiped).ToString(CultureInfo.InvariantCulture));
        Directory.Move(Path.Combine(net.DataOf(peer), "flight"), aside);
        Directory.Delete(net.DataOf(peer), recursive: true);
    }

    /// <summary>All that a peer recorded, also on disks that it has lost.</summary>
    public IReadOnlyList<string> RecordingsOf(int peer) =>
        [Path.Combine(net.DataOf(peer), "flight"), .. Directory.GetDirectories(net.FolderOf(peer), "flight-*")];

    /// <summary>The bytes of a dead peer's watermark do not decode any more. The row's checksum is right: a wrong one is refused by name at the start.</summary>
    public void Rot(int peer)
    {
        using SqliteConnection connection = StoredChain.Open(net.DataOf(peer), SqliteOpenMode.ReadWrite);
        using SqliteCommand read = connection.CreateCommand();
        read.CommandText = "SELECT payload FROM journal WHERE stream = 'watermark' AND sequence = 0";
        if (read.ExecuteScalar() is not byte[] payload) throw new IOException($"peer {peer} has no watermark");
        for (int i = 0; i < payload.Length; i++) payload[i] ^= 0x5A;
        using SqliteCommand write = connection.CreateCommand();
        write.CommandText = "UPDATE journal SET payload = $payload, checksum = $checksum WHERE stream = 'watermark' AND sequence = 0";
        write.Parameters.AddWithValue("$payload", payload);
        write.Parameters.AddWithValue("$checksum", ChecksumOf("watermark", 0, payload));
        if (write.ExecuteNonQuery() != 1) throw new IOException($"the watermark of peer {peer} was not written");
    }

    /// <summary>A second process with a peer's key, on other ports.</summary>
    /// <param name="data">A data folder of its own, which it takes over; null for an empty one.</param>
    public async Task<CliRun> CloneAsync(int peer, string? data)
    {
        string folder = net.Place.PathOf("clone-" + Interlocked.Increment(ref _clones).ToString(CultureInfo.InvariantCulture));
        Directory.CreateDirectory(folder);
        foreach (string file in ImmutableArray.Create("node.key", "genesis.bin")) Copy(Path.Combine(net.FolderOf(peer), file), Path.Combine(folder, file));
        if (data is not null) Directory.Move(data, Path.Combine(folder, "data"));
        PeerConfig config = new()
        {
            Genesis = net.ConfigOf(peer).Genesis,
            Listen = "127.0.0.1:0",
            Api = "127.0.0.1:0",
            Seeds = [.. Enumerable.Range(0, net.Count).Where(other => other != peer).Select(other => net.ConfigOf(other).Listen)],
        };
        string path = Path.Combine(folder, "clone.yaml");
        await File.WriteAllTextAsync(path, PeerConfigFile.Write(config));
        return CliRun.Start(net.Place, "run", path, "--log-file", Path.Combine(folder, "peer.log"), "--output", "json");
    }

    /// <summary>With modes and owners: keys stay closed to others.</summary>
    public static void Copy(string from, string to)
    {
        using Process copy = Process.Start("cp", ["-aT", from, to]);
        copy.WaitForExit();
        if (copy.ExitCode != 0) throw new IOException($"cp {from} {to} failed");
    }

    private static void DeleteFlight(string data)
    {
        string flight = Path.Combine(data, "flight");
        if (Directory.Exists(flight)) Directory.Delete(flight, recursive: true);
    }

    // As docs/persistence.md has it: written down once more, since the journal's own must not be the only one who knows.
    private static long ChecksumOf(string stream, long sequence, byte[] payload)
    {
        byte[] name = Encoding.UTF8.GetBytes(stream);
        byte[] row = new byte[sizeof(int) + name.Length + sizeof(long) + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(row, name.Length);
        name.CopyTo(row, sizeof(int));
        BinaryPrimitives.WriteInt64BigEndian(row.AsSpan(sizeof(int) + name.Length), sequence);
        payload.CopyTo(row, row.Length - payload.Length);
        return BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(row));
    }
}
