using System;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Traces;

/// <summary>
/// The tree of one memory's pages of 4 KiB, of 2^20 leaves whatever its size: what was never touched is zeros, whose digests at
/// each level are known. Between two roots only touched pages and the ways above them are hashed.
/// </summary>
internal sealed unsafe class MemoryPages
{
    private const int Height = 20;

    private readonly LinearMemory _memory;
    private readonly ITraceHasher _hasher;
    private readonly Hash256[] _zeros = new Hash256[Height + 1];
    private readonly Hash256[][] _levels = new Hash256[Height + 1][];

    public MemoryPages(LinearMemory memory, ITraceHasher hasher)
    {
        _memory = memory;
        _hasher = hasher;
        memory.TrackTouches();
        _zeros[0] = hasher.Hash(TraceDomain.Page, new byte[LinearMemory.TouchBytes]);
        for (int i = 1; i <= Height; i++) _zeros[i] = TraceTree.Join(hasher, _zeros[i - 1], _zeros[i - 1]);
        for (int i = 0; i <= Height; i++) _levels[i] = [];
    }

    private int Pages => (int)(_memory.Length / LinearMemory.TouchBytes);

    /// <summary>Hashes what was touched since the last call.</summary>
    public Hash256 Root()
    {
        Grow();
        var changed = new bool[Pages];
        for (int i = 0; i < changed.Length; i++)
        {
            if (_memory.Touched[i] == 0) continue;
            changed[i] = true;
            _memory.Touched[i] = 0;
            _levels[0][i] = _hasher.Hash(TraceDomain.Page, Page(i));
        }

        for (int level = 1; level <= Height; level++) changed = Rehash(level, changed);
        return _levels[Height].Length > 0 ? _levels[Height][0] : _zeros[Height];
    }

    /// <summary>The pages that are not all zeros.</summary>
    public void Write(WireWriter writer)
    {
        int filled = 0;
        for (int i = 0; i < Pages; i++) filled += IsZero(i) ? 0 : 1;
        writer.Array(2).UInt64((ulong)_memory.Pages).Array(filled);
        for (int i = 0; i < Pages; i++)
        {
            if (!IsZero(i)) writer.Array(2).UInt64((ulong)i).Bytes(Page(i)).End();
        }

        writer.End().End();
    }

    /// <summary>Into a memory just made, before any segment is copied: it may grow, and its pages are these and zeros.</summary>
    public void Read(WireReader reader)
    {
        if (reader.Array(2) != 2) reader.Fail();
        int pages = reader.Int32(_memory.Pages, _memory.PagesMax);
        if (reader.Failed || _memory.Grow((uint)(pages - _memory.Pages)) < 0)
        {
            reader.Fail();
            return;
        }

        int filled = reader.Array(Pages);
        for (int i = 0; i < filled && !reader.Failed; i++)
        {
            if (reader.Array(2) != 2) reader.Fail();
            int page = reader.Int32(0, Pages - 1);
            byte[] bytes = reader.BytesExactly(LinearMemory.TouchBytes);
            reader.End();
            if (reader.Failed) return;
            bytes.CopyTo(Page(page));
            _memory.Touched[page] = 1;
        }

        reader.End();
        reader.End();
    }

    private Span<byte> Page(int index) =>
        new((byte*)_memory.Base + ((nint)index * LinearMemory.TouchBytes), LinearMemory.TouchBytes);

    /// <summary>Pages with the digest of zeros, which were hashed before they are written, need no look.</summary>
    private bool IsZero(int index) => _levels[0][index] == _zeros[0];

    private void Grow()
    {
        int count = Pages;
        for (int level = 0; level <= Height && _levels[level].Length < count; level++)
        {
            int before = _levels[level].Length;
            Array.Resize(ref _levels[level], count);
            Array.Fill(_levels[level], _zeros[level], before, count - before);
            count = (count + 1) / 2;
        }
    }

    private bool[] Rehash(int level, bool[] below)
    {
        var changed = new bool[_levels[level].Length];
        for (int i = 0; i < changed.Length; i++)
        {
            int left = i * 2;
            bool hasRight = left + 1 < below.Length;
            if (!below[left] && !(hasRight && below[left + 1])) continue;
            changed[i] = true;
            Hash256 right = hasRight ? _levels[level - 1][left + 1] : _zeros[level - 1];
            _levels[level][i] = TraceTree.Join(_hasher, _levels[level - 1][left], right);
        }

        return changed;
    }
}
