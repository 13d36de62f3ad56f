using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Forensics;

namespace NodeRuntime.Cli.Forensics;

/// <summary>
/// A chain in a file: a head with the genesis, then the blocks without their bodies, each record with its length before it. Read
/// from beginning to end, never whole in memory.
/// </summary>
internal static class ChainFile
{
    private const int HeadBytesMax = Limits.GenesisBytesMax + 64;

    /// <summary>Up to the last block with a certificate of its own: what comes behind it nobody could check.</summary>
    /// <returns>The heights written, and the bytes.</returns>
    public static async Task<(Height From, Height To, long Bytes)> WriteAsync(
        string path, Genesis genesis, IAsyncEnumerable<ChainLink> links, CancellationToken cancellation)
    {
        Height? from = null;
        Height to = default;
        await using FileStream file = new(path, FileMode.Create, FileAccess.Write);
        await WriteRecordAsync(file, new ChainFileHead(genesis).Encode(), cancellation);
        List<ChainLink> waiting = [];
        await foreach (ChainLink link in links.WithCancellation(cancellation))
        {
            waiting.Add(link);
            if (link.Finalization is null) continue;
            foreach (ChainLink certain in waiting) await WriteRecordAsync(file, certain.Encode(), cancellation);
            from ??= waiting[0].Header.Height;
            to = link.Header.Height;
            waiting.Clear();
        }

        if (from is not { } first) throw new CliException(ExitCode.NotFound, "ChainEmpty", "there is no finalized block yet", "wait until the peer has some");
        await file.FlushAsync(cancellation);
        return (first, to, file.Length);
    }

    public static Genesis ReadHead(string path)
    {
        using FileStream file = File.OpenRead(path);
        return ReadHead(file, path);
    }

    public static IEnumerable<ChainLink> ReadLinks(string path)
    {
        using FileStream file = File.OpenRead(path);
        ReadHead(file, path);
        while (ReadRecord(file, path, Limits.ChainFileLinkBytesMax) is { } bytes)
        {
            if (!ChainLink.TryDecode(bytes, out ChainLink? link)) throw Malformed(path, file.Position);
            yield return link!;
        }
    }

    private static Genesis ReadHead(FileStream file, string path) =>
        ReadRecord(file, path, HeadBytesMax) is { } bytes && ChainFileHead.TryDecode(bytes, out ChainFileHead? head) ? head!.Genesis : throw Malformed(path, file.Position);

    private static byte[]? ReadRecord(FileStream file, string path, int bytesMax)
    {
        Span<byte> length = stackalloc byte[4];
        int read = file.ReadAtLeast(length, 4, throwOnEndOfStream: false);
        if (read == 0) return null;
        uint count = read == 4 ? BinaryPrimitives.ReadUInt32BigEndian(length) : uint.MaxValue;
        if (count > bytesMax) throw Malformed(path, file.Position);
        byte[] bytes = new byte[count];
        if (file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) != bytes.Length) throw Malformed(path, file.Position);
        return bytes;
    }

    private static async Task WriteRecordAsync(FileStream file, byte[] bytes, CancellationToken cancellation)
    {
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
        await file.WriteAsync(length, cancellation);
        await file.WriteAsync(bytes, cancellation);
    }

    private static CliException Malformed(string path, long position) => new(
        ExitCode.Usage, "ChainFileMalformed", $"{path} is no chain file, or is damaged near byte {position}", "`noderuntime chain export` writes one");
}
