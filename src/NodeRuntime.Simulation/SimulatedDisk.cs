using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Actors;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;

namespace NodeRuntime.Simulation;

/// <summary>
/// A peer's disk: a journal whose batches become durable after a while and, at a crash, are lost from some batch on. What
/// was answered as written is there for ever, unless the disk lies, rots, or is replaced by an old backup.
/// </summary>
public sealed class SimulatedDisk
{
    private const int BackupsMax = 16;

    private readonly VirtualTimeDispatcher _time;
    private readonly Prng _prng;
    private readonly Faults _faults;
    private readonly bool _isSlow;
    private readonly List<(Instant At, SortedDictionary<string, Stream> Streams)> _backups = [];
    private readonly List<JournalBatch> _cache = [];
    private readonly SortedSet<(string Stream, ulong Sequence)> _rotten = [];
    private SortedDictionary<string, Stream> _streams = new(StringComparer.Ordinal);
    private SortedDictionary<string, Stream>? _underCache;
    private Connection? _open;

    public SimulatedDisk(VirtualTimeDispatcher time, Prng prng, Faults faults)
    {
        _time = time;
        _prng = prng;
        _faults = faults;
        _isSlow = prng.NextChance(faults.SlowDiskPerMille);
    }

    /// <summary>Called when a batch has become durable and before it is answered: oracles look here.</summary>
    public Action<JournalBatch>? OnDurable { get; set; }

    /// <summary>Batches take fifty times as long.</summary>
    public bool IsSlow { get; set; }

    /// <summary>What every batch is answered with while it is not <see cref="JournalVerdict.Written"/>.</summary>
    public JournalVerdict Verdict { get; set; } = JournalVerdict.Written;

    /// <summary>From now on what is answered as written is only in a cache, which a crash empties.</summary>
    public bool IsLying
    {
        get => _underCache is not null;
        set
        {
            _underCache = value ? Copy(_streams) : null;
            _cache.Clear();
        }
    }

    /// <summary>What was on it before the world began.</summary>
    public void Hold(JournalWrite write) => Apply(new JournalBatch([write]));

    /// <summary>The journal as a peer that starts now sees it.</summary>
    public IJournal Open()
    {
        Invariant.Holds(_open is null);
        _open = new Connection(this);
        return _open;
    }

    /// <summary>The power fails: batches under way are lost, but for a prefix that luck had written. Says how many were under way and survived.</summary>
    public (int UnderWay, int Survived) Crash()
    {
        if (_open is null) return (0, 0);
        _open.IsAlive = false;
        int underWay = _open.Pending.Count;
        int survivors = underWay == 0 ? 0 : _prng.NextBelow(underWay + 1);
        int left = survivors;
        if (_underCache is { } durable)
        {
            // The cache had begun to be written out.
            _streams = durable;
            int written = _prng.NextBelow(_cache.Count + 1);
            for (int i = 0; i < written; i++) Apply(_cache[i]);
            IsLying = true;
        }
        else
        {
            foreach (JournalBatch batch in _open.Pending)
            {
                if (left-- <= 0) break;
                Apply(batch);
                OnDurable?.Invoke(batch);
            }
        }

        _open = null;
        return (underWay, survivors);
    }

    /// <summary>Keeps what is durable now, for <see cref="Restore"/>; the oldest copies are forgotten.</summary>
    public void Backup()
    {
        if (_backups.Count == BackupsMax) _backups.RemoveAt(0);
        _backups.Add((_time.Now, Copy(_streams)));
    }

    /// <summary>The youngest backup that is at least this old replaces everything; an empty disk where there is none.</summary>
    public void Restore(Duration age)
    {
        Invariant.Holds(_open is null);
        _streams = new SortedDictionary<string, Stream>(StringComparer.Ordinal);
        foreach ((Instant at, SortedDictionary<string, Stream> streams) in _backups)
        {
            if (at <= _time.Now - age) _streams = Copy(streams);
        }
    }

    public void Erase()
    {
        Invariant.Holds(_open is null);
        _streams = new SortedDictionary<string, Stream>(StringComparer.Ordinal);
        _backups.Clear();
        if (IsLying) IsLying = true;
    }

    /// <summary>The bytes of a stream's last record turn into others.</summary>
    public void Rot(string stream)
    {
        Invariant.Holds(_open is null);
        if (_streams.TryGetValue(stream, out Stream? rotting)) rotting.Rot();
    }

    /// <summary>Another disk with the same content.</summary>
    public void CopyTo(SimulatedDisk other)
    {
        Invariant.Holds(other._open is null);
        other._streams = Copy(_streams);
    }

    private static SortedDictionary<string, Stream> Copy(SortedDictionary<string, Stream> streams)
    {
        SortedDictionary<string, Stream> copy = new(StringComparer.Ordinal);
        foreach ((string name, Stream stream) in streams) copy.Add(name, stream.Copy());
        return copy;
    }

    /// <summary>A record's bytes are no longer those that were written, until it is written again.</summary>
    public void Rot(string stream, ulong sequence) => _rotten.Add((stream, sequence));

    private void Apply(JournalBatch batch)
    {
        foreach (JournalWrite write in batch.Writes)
        {
            switch (write)
            {
                case JournalWrite.Put put:
                    StreamOf(put.Stream).Put(put.Sequence, put.Payload);
                    _rotten.Remove((put.Stream, put.Sequence));
                    break;
                case JournalWrite.TruncateBelow truncate:
                    StreamOf(truncate.Stream).TruncateBelow(truncate.Sequence);
                    break;
                default:
                    Invariant.Break("a write of no known kind");
                    break;
            }
        }
    }

    private Stream StreamOf(string name)
    {
        if (_streams.TryGetValue(name, out Stream? stream)) return stream;
        stream = new Stream();
        _streams.Add(name, stream);
        return stream;
    }

    private void Write(Connection connection, JournalBatch batch, Action<JournalVerdict> written, ref Instant lastDone)
    {
        connection.Pending.Enqueue(batch);
        Duration delay = _prng.NextDuration(_faults.DiskDelayMin, _faults.DiskDelayMax);
        Instant done = _time.Now + (_isSlow || IsSlow ? delay * 50 : delay);
        if (done <= lastDone) done = lastDone + new Duration(1);
        lastDone = done;
        _time.ScheduleAt(done, () =>
        {
            if (!connection.IsAlive) return;
            JournalBatch first = connection.Pending.Dequeue();
            Invariant.Holds(ReferenceEquals(first, batch));
            if (Verdict != JournalVerdict.Written)
            {
                written(Verdict);
                return;
            }

            Apply(batch);
            if (IsLying) _cache.Add(batch);
            OnDurable?.Invoke(batch);
            written(JournalVerdict.Written);
        });
    }

    private sealed class Connection(SimulatedDisk disk) : IJournal
    {
        private Instant _lastDone = Instant.Epoch;

        public bool IsAlive { get; set; } = true;

        public Queue<JournalBatch> Pending { get; } = [];

        public void Write(JournalBatch batch, Action<JournalVerdict> written) => disk.Write(this, batch, written, ref _lastDone);

        public ReadOnlyMemory<byte>? Read(string stream, ulong sequence) => disk.StreamOf(stream).Read(sequence);

        public JournalReadVerdict TryRead(string stream, ulong sequence, out ReadOnlyMemory<byte> payload)
        {
            payload = ReadOnlyMemory<byte>.Empty;
            if (disk._rotten.Contains((stream, sequence))) return JournalReadVerdict.Damaged;
            if (Read(stream, sequence) is not { } found) return JournalReadVerdict.Absent;
            payload = found;
            return JournalReadVerdict.Found;
        }

        public ImmutableArray<JournalRecord> ReadRange(string stream, ulong from, int countMax) => disk.StreamOf(stream).ReadRange(from, countMax);

        public ulong? Last(string stream) => disk.StreamOf(stream).Last;
    }

    // Records in order of their numbers, nearly always appended at the end and removed at the front.
    private sealed class Stream
    {
        private readonly List<(ulong Sequence, ReadOnlyMemory<byte> Payload)> _records = [];
        private int _first;

        public ulong? Last => _first < _records.Count ? _records[^1].Sequence : null;

        public void Put(ulong sequence, ReadOnlyMemory<byte> payload)
        {
            int at = IndexOf(sequence);
            if (at < _records.Count && _records[at].Sequence == sequence) _records[at] = (sequence, payload);
            else _records.Insert(at, (sequence, payload));
        }

        public void TruncateBelow(ulong sequence)
        {
            _first = IndexOf(sequence);
            if (_first < 64 || _first * 2 < _records.Count) return;
            _records.RemoveRange(0, _first);
            _first = 0;
        }

        public ReadOnlyMemory<byte>? Read(ulong sequence)
        {
            int at = IndexOf(sequence);
            // A bare null would become an empty memory by way of an array.
            return at < _records.Count && _records[at].Sequence == sequence ? _records[at].Payload : default(ReadOnlyMemory<byte>?);
        }

        public ImmutableArray<JournalRecord> ReadRange(ulong from, int countMax)
        {
            int at = IndexOf(from);
            int count = Math.Min(countMax, _records.Count - at);
            ImmutableArray<JournalRecord>.Builder records = ImmutableArray.CreateBuilder<JournalRecord>(count);
            for (int i = at; i < at + count; i++) records.Add(new JournalRecord(_records[i].Sequence, _records[i].Payload));
            return records.MoveToImmutable();
        }

        public void Rot()
        {
            if (Last is null) return;
            byte[] rotten = _records[^1].Payload.ToArray();
            for (int i = 0; i < rotten.Length; i++) rotten[i] ^= 0x5A;
            _records[^1] = (_records[^1].Sequence, rotten);
        }

        public Stream Copy()
        {
            Stream copy = new();
            copy._records.AddRange(_records.GetRange(_first, _records.Count - _first));
            return copy;
        }

        // The first record of this number or a greater one.
        private int IndexOf(ulong sequence)
        {
            if (_records.Count == _first || _records[^1].Sequence < sequence) return _records.Count;
            int low = _first;
            int high = _records.Count - 1;
            while (low < high)
            {
                int middle = (low + high) / 2;
                if (_records[middle].Sequence < sequence) low = middle + 1;
                else high = middle;
            }

            return low;
        }
    }
}
