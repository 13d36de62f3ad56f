using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Forensics;
using NodeRuntime.Proofs.Light;

namespace NodeRuntime.Cli.Forensics;

/// <summary>
/// A chain in a file: a head with the genesis, the seals below the first block where it stands in a later epoch, then the blocks without their
/// bodies, each record with its length before it. Read from beginning to end, never whole in memory.
/// </summary>
internal static class ChainFile
{
    private const int HeadBytesMax = Limits.GenesisBytesMax + 64;

    /// <summary>Up to the last block with a certificate of its own: what comes behind it nobody could check.</summary>
    /// <param name="sealsTo">The seals that lead from genesis to an epoch, oldest first.</param>
    /// <returns>The heights written, and the bytes.</returns>
    public static async Task<(Height From, Height To, long Bytes)> WriteAsync(
        string path, Genesis genesis, Func<Epoch, IAsyncEnumerable<Seal>> sealsTo, IAsyncEnumerable<ChainLink> links, CancellationToken cancellation)
    {
        Height? from = null;
        Height to = default;
        await using FileStream file = new(path, FileMode.Create, FileAccess.Write);
        await WriteRecordAsync(file, new ChainFileHead(genesis).Encode(), cancellation);
        List<ChainLink> waiting = [];
        await foreach (ChainLink link in links.WithCancellation(cancellation))
        {
            if (from is null && waiting.Count == 0 && link.Header.Epoch.Number > 0)
            {
                await foreach (Seal seal in sealsTo(link.Header.Epoch).WithCancellation(cancellation)) await WriteRecordAsync(file, seal.Encode(), cancellation);
            }

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

    /// <summary>That stand before the first block.</summary>
    public static ImmutableArray<Seal> ReadSeals(string path)
    {
        using FileStream file = File.OpenRead(path);
        ReadHead(file, path);
        ImmutableArray<Seal>.Builder seals = ImmutableArray.CreateBuilder<Seal>();
        while (ReadRecord(file, path, Limits.ChainFileLinkBytesMax) is { } bytes && IsSeal(bytes))
        {
            WireReader reader = new(bytes);
            Seal seal = Seal.Read(reader);
            if (!reader.Succeeded || seals.Count == Limits.SealsPerProofMax) throw Malformed(path, file.Position);
            seals.Add(seal);
        }

        return seals.ToImmutable();
    }

    public static IEnumerable<ChainLink> ReadLinks(string path)
    {
        using FileStream file = File.OpenRead(path);
        ReadHead(file, path);
        bool hasBegun = false;
        while (ReadRecord(file, path, Limits.ChainFileLinkBytesMax) is { } bytes)
        {
            if (!hasBegun && IsSeal(bytes)) continue;
            hasBegun = true;
            if (!ChainLink.TryDecode(bytes, out ChainLink? link)) throw Malformed(path, file.Position);
            yield return link!;
        }
    }

    private static Genesis ReadHead(FileStream file, string path) =>
        ReadRecord(file, path, HeadBytesMax) is { } bytes && ChainFileHead.TryDecode(bytes, out ChainFileHead? head) ? head!.Genesis : throw Malformed(path, file.Position);

    private static bool IsSeal(byte[] record) => WireReader.TypeOf(record, itemsMax: 5) == WireType.Seal;

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
