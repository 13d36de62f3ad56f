using System;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Trees;

/// <summary>
/// A range of a state's entries, in the order of keys: what one subtree of the state's tree holds. Its hash is that subtree's,
/// so that a key that is missing, added, moved or changed makes another hash.
/// </summary>
public sealed record StateChunk(ImmutableArray<StateEntry> Entries)
{
    // An array's head, a family, an id and its head, the value's head.
    private const int EntryOverheadBytes = 40;

    /// <summary>What an entry with so long a value counts against <see cref="Limits.StateChunkBytesMax"/>.</summary>
    public static long BytesOf(int valueBytes) => EntryOverheadBytes + valueBytes;

    /// <summary>Checks the bytes of a chunk against its hash in a manifest.</summary>
    /// <param name="chunk">Null unless accepted.</param>
    public static ChunkVerdict Check(ReadOnlyMemory<byte> bytes, Hash256 hash, out StateChunk? chunk)
    {
        ChunkVerdict verdict = TryDecode(bytes, out chunk);
        if (chunk is not null && chunk.Hash() != hash) verdict = ChunkVerdict.HashMismatch;
        if (verdict != ChunkVerdict.Accepted) chunk = null;
        return verdict;
    }

    /// <summary>What can be said without a hash.</summary>
    /// <param name="chunk">Null unless accepted.</param>
    public static ChunkVerdict TryDecode(ReadOnlyMemory<byte> bytes, out StateChunk? chunk)
    {
        chunk = null;
        // The record's own head besides.
        if (bytes.Length > Limits.StateChunkBytesMax + EntryOverheadBytes) return ChunkVerdict.TooLarge;
        WireReader reader = new(bytes);
        StateChunk read = Read(reader);
        if (!reader.Succeeded) return ChunkVerdict.Malformed;
        if (read.Entries.IsEmpty) return ChunkVerdict.Empty;
        for (int i = 1; i < read.Entries.Length; i++)
        {
            if (read.Entries[i - 1].Key.CompareTo(read.Entries[i].Key) >= 0) return ChunkVerdict.KeysNotIncreasing;
        }

        chunk = read;
        return ChunkVerdict.Accepted;
    }

    /// <summary>The hash of the subtree that the entries make; there is at least one, and their keys increase.</summary>
    public Hash256 Hash() => HashOf(Entries.AsSpan());

    // Keys that increase differ first where the first and the last do; recursion is bounded by the key's bits.
    private static Hash256 HashOf(ReadOnlySpan<StateEntry> entries)
    {
        if (entries.Length == 1) return StateProof.HashLeaf(entries[0].Key, Hasher.Sha256(entries[0].Value.Span));
        int bit = entries[0].Key.FirstDifference(entries[^1].Key);
        int split = Split(entries, bit);
        return StateProof.HashNode(bit, HashOf(entries[..split]), HashOf(entries[split..]));
    }

    /// <summary>How many of these entries, whose keys agree above the bit, have a 0 in it.</summary>
    public static int Split(ReadOnlySpan<StateEntry> entries, int bit)
    {
        int low = 0;
        int high = entries.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (entries[middle].Key.Bit(bit)) high = middle;
            else low = middle + 1;
        }

        return low;
    }

    public byte[] Encode()
    {
        WireWriter writer = new();
        Write(writer);
        return writer.ToArray();
    }

    public void Write(WireWriter writer)
    {
        writer.Record(WireType.StateChunk, 1).Array(Entries.Length);
        foreach (StateEntry entry in Entries)
        {
            writer.Array(3);
            entry.Key.Write(writer);
            writer.Bytes(entry.Value.Span).End();
        }

        writer.End().End();
    }

    public static StateChunk Read(WireReader reader)
    {
        reader.Record(WireType.StateChunk, 1);
        StateChunk chunk = new(reader.List(Limits.StateChunkBytesMax / StateKey.ByteCount, ReadEntry));
        reader.End();
        return chunk;
    }

    private static StateEntry ReadEntry(WireReader reader)
    {
        if (reader.Array(3) != 3) reader.Fail();
        StateEntry entry = new(StateKey.Read(reader), reader.Bytes(Limits.StateValueBytesMax));
        reader.End();
        return entry;
    }
}

/// <summary>What is said of a chunk, in the order of the checks.</summary>
public enum ChunkVerdict
{
    Accepted,
    TooLarge,
    Malformed,
    Empty,
    KeysNotIncreasing,

    /// <summary>Entries of another place, height or chain, or entries that somebody changed.</summary>
    HashMismatch,
}
