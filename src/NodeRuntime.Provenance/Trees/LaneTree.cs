using System;
using System.Collections.Generic;
using NodeRuntime.Crypto.Lanes;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Provenance.Trees;

/// <summary>
/// An RFC 9162 tree that grows by thousands of leaves at a time. On each level hashes wait until there are enough pairs to fill the hasher's
/// lanes several times over; then they become half as many hashes of the level above. So memory is bounded (one buffer for each level), and no lane
/// runs empty but at the end. With <c>keepsNodes</c> it also keeps every hash, 64 bytes for each leaf, and proofs can be made. One owner.
/// <code>
/// level 2   [ h0-3 .............. ]
/// level 1   [ h01  h23  h45 ..... ]      a full buffer: 64 pairs, one call
/// level 0   [ d0 d1 d2 d3 d4 d5 d6 ]
/// </code>
/// </summary>
public sealed class LaneTree : ITreeNodes
{
    /// <summary>Four calls' worth for sixteen lanes: the waste of a last, short call hardly shows.</summary>
    private const int BufferHashes = 128;

    private const int BufferByteCount = BufferHashes * Hash256.ByteCount;

    private readonly IShortSha256 _hasher;
    private readonly bool _keepsNodes;
    private readonly List<Level> _levels = [];

    public LaneTree(IShortSha256 hasher, bool keepsNodes)
    {
        _hasher = hasher;
        _keepsNodes = keepsNodes;
    }

    /// <summary>Leaves so far.</summary>
    public ulong Count { get; private set; }

    public void Append(Hash256 leaf) => Append(leaf.AsSpan());

    /// <param name="leaves">Leaf hashes in a row, 32 bytes each.</param>
    public void Append(ReadOnlySpan<byte> leaves)
    {
        Invariant.Holds(leaves.Length % Hash256.ByteCount == 0);
        Count += (ulong)(leaves.Length / Hash256.ByteCount);
        Append(0, leaves);
    }

    /// <summary>The root over what was appended so far; more may follow.</summary>
    public Hash256 Root()
    {
        if (Count == 0) return MerkleTree.EmptyRoot;
        // Of each level what waits there, and behind it what came up from below: in pairs, and who has no partner goes up alone.
        byte[] row = new byte[2 * BufferByteCount];
        int count = 0;
        for (int level = 0; level < _levels.Count; level++)
        {
            Level waiting = _levels[level];
            row.AsSpan(0, count * Hash256.ByteCount).CopyTo(row.AsSpan(waiting.Length));
            waiting.Buffer.AsSpan(0, waiting.Length).CopyTo(row);
            count += waiting.Length / Hash256.ByteCount;
            if (level + 1 < _levels.Count) count = PairUp(row, count);
        }

        while (count > 1) count = PairUp(row, count);
        return new Hash256(row.AsSpan(0, Hash256.ByteCount));
    }

    public bool TryNode(int level, ulong index, out Hash256 hash)
    {
        hash = default;
        return level < _levels.Count && _levels[level].TryKept(index, out hash);
    }

    private int PairUp(byte[] row, int count)
    {
        int pairs = count / 2;
        Span<byte> above = row.AsSpan(0, pairs * Hash256.ByteCount);
        _hasher.HashPrefixed(1, row.AsSpan(0, 2 * above.Length), 2 * Hash256.ByteCount, above);
        if (count % 2 == 1) row.AsSpan((count - 1) * Hash256.ByteCount, Hash256.ByteCount).CopyTo(row.AsSpan(above.Length));
        return pairs + (count % 2);
    }

    private void Append(int number, ReadOnlySpan<byte> hashes)
    {
        if (number == _levels.Count) _levels.Add(new Level());
        Level level = _levels[number];
        if (_keepsNodes) level.Keep(hashes);
        Span<byte> above = stackalloc byte[BufferByteCount / 2];
        while (!hashes.IsEmpty)
        {
            int taken = Math.Min(hashes.Length, BufferByteCount - level.Length);
            hashes[..taken].CopyTo(level.Buffer.AsSpan(level.Length));
            level.Length += taken;
            hashes = hashes[taken..];
            if (level.Length < BufferByteCount) continue;
            _hasher.HashPrefixed(1, level.Buffer, 2 * Hash256.ByteCount, above);
            level.Length = 0;
            Append(number + 1, above);
        }
    }

    private sealed class Level
    {
        private const int ChunkHashes = 4096;

        private readonly List<byte[]> _chunks = [];
        private int _kept;

        public byte[] Buffer { get; } = new byte[BufferByteCount];

        /// <summary>Bytes in the buffer.</summary>
        public int Length { get; set; }

        public void Keep(ReadOnlySpan<byte> hashes)
        {
            while (!hashes.IsEmpty)
            {
                int at = _kept % ChunkHashes;
                if (at == 0) _chunks.Add(new byte[ChunkHashes * Hash256.ByteCount]);
                int taken = Math.Min(hashes.Length, (ChunkHashes - at) * Hash256.ByteCount);
                hashes[..taken].CopyTo(_chunks[^1].AsSpan(at * Hash256.ByteCount));
                _kept += taken / Hash256.ByteCount;
                hashes = hashes[taken..];
            }
        }

        public bool TryKept(ulong index, out Hash256 hash)
        {
            hash = default;
            if (index >= (ulong)_kept) return false;
            int at = (int)index;
            hash = new Hash256(_chunks[at / ChunkHashes].AsSpan(at % ChunkHashes * Hash256.ByteCount, Hash256.ByteCount));
            return true;
        }
    }
}
