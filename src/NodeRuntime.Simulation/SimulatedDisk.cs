using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Actors;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;

namespace NodeRuntime.Simulation;

/// <summary>
/// A peer's disk: a journal whose batches become durable after a while and, at a crash, are lost from some batch on. What
/// was answered as written is there for ever.
/// </summary>
public sealed class SimulatedDisk(VirtualTimeDispatcher time, Prng prng, Faults faults)
{
    private readonly SortedDictionary<string, SortedDictionary<ulong, byte[]>> _streams = new(StringComparer.Ordinal);
    private readonly bool _isSlow = prng.NextChance(faults.SlowDiskPerMille);
    private readonly SortedSet<(string Stream, ulong Sequence)> _rotten = [];
    private Connection? _open;

    /// <summary>Called when a batch has become durable and before it is answered: oracles look here.</summary>
    public Action<JournalBatch>? OnDurable { get; set; }

    /// <summary>The journal as a peer that starts now sees it.</summary>
    public IJournal Open()
    {
        Invariant.Holds(_open is null);
        _open = new Connection(this);
        return _open;
    }

    /// <summary>The power fails: batches under way are lost, but for a prefix that luck had written.</summary>
    public void Crash()
    {
        if (_open is null) return;
        _open.IsAlive = false;
        int survivors = _open.Pending.Count == 0 ? 0 : prng.NextBelow(_open.Pending.Count + 1);
        foreach (JournalBatch batch in _open.Pending)
        {
            if (survivors-- <= 0) break;
            Apply(batch);
        }

        _open = null;
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
                    StreamOf(put.Stream)[put.Sequence] = put.Payload.ToArray();
                    _rotten.Remove((put.Stream, put.Sequence));
                    break;
                case JournalWrite.TruncateBelow truncate:
                    SortedDictionary<ulong, byte[]> stream = StreamOf(truncate.Stream);
                    while (stream.Count > 0 && First(stream) < truncate.Sequence) stream.Remove(First(stream));
                    break;
                default:
                    Invariant.Break("a write of no known kind");
                    break;
            }
        }
    }

    private static ulong First(SortedDictionary<ulong, byte[]> stream)
    {
        foreach (ulong sequence in stream.Keys) return sequence;
        return Invariant.Unreachable<ulong>("an empty stream has no first record");
    }

    private SortedDictionary<ulong, byte[]> StreamOf(string name)
    {
        if (_streams.TryGetValue(name, out SortedDictionary<ulong, byte[]>? stream)) return stream;
        stream = [];
        _streams.Add(name, stream);
        return stream;
    }

    private sealed class Connection(SimulatedDisk disk) : IJournal
    {
        private Instant _lastDone = Instant.Epoch;

        public bool IsAlive { get; set; } = true;

        public Queue<JournalBatch> Pending { get; } = [];

        public void Write(JournalBatch batch, Action<JournalVerdict> written) => disk.Write(this, batch, written, ref _lastDone);

        public ReadOnlyMemory<byte>? Read(string stream, ulong sequence) =>
            disk.StreamOf(stream).TryGetValue(sequence, out byte[]? payload) ? (ReadOnlyMemory<byte>?)payload : null;

        public JournalReadVerdict TryRead(string stream, ulong sequence, out ReadOnlyMemory<byte> payload)
        {
            payload = ReadOnlyMemory<byte>.Empty;
            if (disk._rotten.Contains((stream, sequence))) return JournalReadVerdict.Damaged;
            if (Read(stream, sequence) is not { } found) return JournalReadVerdict.Absent;
            payload = found;
            return JournalReadVerdict.Found;
        }

        public ImmutableArray<JournalRecord> ReadRange(string stream, ulong from, int countMax)
        {
            ImmutableArray<JournalRecord>.Builder records = ImmutableArray.CreateBuilder<JournalRecord>();
            foreach ((ulong sequence, byte[] payload) in disk.StreamOf(stream))
            {
                if (sequence < from) continue;
                if (records.Count == countMax) break;
                records.Add(new JournalRecord(sequence, payload));
            }

            return records.ToImmutable();
        }

        public ulong? Last(string stream)
        {
            ulong? last = null;
            foreach (ulong sequence in disk.StreamOf(stream).Keys) last = sequence;
            return last;
        }
    }

    private void Write(Connection connection, JournalBatch batch, Action<JournalVerdict> written, ref Instant lastDone)
    {
        connection.Pending.Enqueue(batch);
        Duration delay = prng.NextDuration(faults.DiskDelayMin, faults.DiskDelayMax);
        Instant done = time.Now + (_isSlow ? delay * 50 : delay);
        if (done <= lastDone) done = lastDone + new Duration(1);
        lastDone = done;
        time.ScheduleAt(done, () =>
        {
            if (!connection.IsAlive) return;
            JournalBatch first = connection.Pending.Dequeue();
            Invariant.Holds(ReferenceEquals(first, batch));
            Apply(batch);
            OnDurable?.Invoke(batch);
            written(JournalVerdict.Written);
        });
    }
}
