using System;
using System.Collections.Generic;
using System.Threading;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Persistence.Plots;
using NodeRuntime.Primitives;

namespace NodeRuntime.Host.Capacity;

/// <summary>
/// Memories of the keys that were asked for last, of one mode; one is made at a time. What is in use stays until it is given back, also where it has lost its
/// place here.
/// </summary>
/// <param name="places">How many memories stay while nobody uses them.</param>
internal sealed class MemoryShelf(IWorkHashes hashes, WorkMode mode, int places, CoreBudget cores) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Lock _making = new();
    private readonly List<Entry> _entries = [];

    /// <summary>Takes a key's memory, and makes it first where it is not there. Give it back by disposing.</summary>
    public WorkMemoryVerdict Take(WorkKind kind, Hash256 key, CancellationToken cancel, out Lease? lease)
    {
        if (TryTake(kind, key, out lease)) return WorkMemoryVerdict.Accepted;
        lock (_making)
        {
            // Made by another while this one waited.
            if (TryTake(kind, key, out lease)) return WorkMemoryVerdict.Accepted;
            // The oldest gives its room first: a dataset's is not there twice everywhere.
            Shrink(places - 1);
            WorkMemoryVerdict verdict = WorkMemories.Open(hashes, kind, key, mode, cores.Cores, cores, cancel, out IWorkMemory? memory);
            if (verdict != WorkMemoryVerdict.Accepted) return verdict;
            lock (_gate)
            {
                Entry entry = new(kind, key, memory!) { Users = 1 };
                _entries.Insert(0, entry);
                lease = new Lease(this, entry);
            }

            return WorkMemoryVerdict.Accepted;
        }
    }

    /// <summary>Takes a key's memory where it is there already.</summary>
    public bool TryTake(WorkKind kind, Hash256 key, out Lease? lease)
    {
        lock (_gate)
        {
            lease = null;
            int at = _entries.FindIndex(entry => entry.Kind == kind && entry.Key == key);
            if (at < 0) return false;
            Entry found = _entries[at];
            _entries.RemoveAt(at);
            _entries.Insert(0, found);
            found.Users++;
            lease = new Lease(this, found);
            return true;
        }
    }

    public void Dispose() => Shrink(0);

    private void Shrink(int count)
    {
        lock (_gate)
        {
            while (_entries.Count > count)
            {
                Entry oldest = _entries[^1];
                _entries.RemoveAt(_entries.Count - 1);
                oldest.IsGone = true;
                if (oldest.Users == 0) oldest.Memory.Dispose();
            }
        }
    }

    private void GiveBack(Entry entry)
    {
        lock (_gate)
        {
            entry.Users--;
            if (entry is { IsGone: true, Users: 0 }) entry.Memory.Dispose();
        }
    }

    /// <summary>A memory in use. One owner.</summary>
    internal sealed class Lease : IDisposable
    {
        private readonly MemoryShelf _shelf;
        private Entry? _entry;

        internal Lease(MemoryShelf shelf, Entry entry)
        {
            _shelf = shelf;
            _entry = entry;
            Memory = entry.Memory;
        }

        public IWorkMemory Memory { get; }

        public void Dispose()
        {
            if (_entry is { } entry) _shelf.GiveBack(entry);
            _entry = null;
        }
    }

    internal sealed class Entry(WorkKind kind, Hash256 key, IWorkMemory memory)
    {
        public WorkKind Kind => kind;

        public Hash256 Key => key;

        public IWorkMemory Memory => memory;

        public int Users { get; set; }

        public bool IsGone { get; set; }
    }
}
