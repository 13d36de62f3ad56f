using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Threading;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Persistence.Files;
using NodeRuntime.Primitives;

namespace NodeRuntime.Persistence.Flight;

// The last minutes of a peer's machines, in a folder of its own:
//
//     consensus-00000012.flight      a segment: a machine's state, and all that it was told from there on
//     membership-00000013.flight     numbers grow over all machines and all starts; the lowest go first
//
// One thread writes for all machines. Bytes are handed to the kernel as they come, without fsync: what a killed process had
// handed over stays, and after a power cut a recording may lack its end. Neither a slow nor a full disk ever makes a machine
// wait: the rest of a segment is dropped, a word is said, and the next begins with the machine's whole state.

/// <summary>Keeps recordings in files, up to a number of bytes and minutes.</summary>
public sealed class FlightRing : IFlightTapes, IDisposable
{
    public const string FileEnding = ".flight";

    // A ring of eight segments loses an eighth of its memory at a time.
    private const int Segments = 8;

    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(30);

    private readonly object _gate = new();
    private readonly Queue<(FlightTape Tape, FlightRecord Record)> _queue = new();
    private readonly SortedDictionary<ulong, string> _files = [];
    private readonly SortedDictionary<string, FlightTape> _tapes = new(StringComparer.Ordinal);
    private readonly string _folder;
    private readonly long _bytesMax;
    private readonly TimeSpan _ageMax;
    private readonly TimeProvider _time;
    private readonly Action<string> _say;
    private readonly Thread _thread;
    private ulong _next;
    private bool _isClosing;

    /// <param name="bytesMax">Of all files together; one segment more may be under way.</param>
    /// <param name="ageMax">A segment whose last record is older than this is deleted.</param>
    /// <param name="say">Told, for a person, when something was dropped; from any thread.</param>
    /// <exception cref="IOException">The folder cannot be made or read.</exception>
    public FlightRing(string folder, long bytesMax, TimeSpan ageMax, TimeProvider time, Action<string> say)
    {
        _folder = folder;
        _bytesMax = bytesMax;
        _ageMax = ageMax;
        _time = time;
        _say = say;
        UnixFiles.CreateFolder(folder);
        foreach (string path in Directory.EnumerateFiles(folder, "*" + FileEnding))
        {
            if (NumberOf(path) is { } number) _files[number] = path;
        }

        foreach (ulong number in _files.Keys) _next = number + 1;
        _thread = new Thread(Run) { IsBackground = true, Name = "flight" };
        _thread.Start();
    }

    private long SegmentBytes => Math.Max(64 * 1024, _bytesMax / Segments);

    private TimeSpan SegmentAge => _ageMax / Segments;

    public IFlightTape Open(string machine)
    {
        lock (_gate)
        {
            FlightTape tape = new(this, machine);
            _tapes[machine] = tape;
            return tape;
        }
    }

    /// <summary>Writes what waits, and ends.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isClosing) return;
            _isClosing = true;
            Monitor.PulseAll(_gate);
        }

        _thread.Join();
    }

    private bool Enqueue(FlightTape tape, FlightRecord record)
    {
        lock (_gate)
        {
            if (_isClosing) return false;
            // A checkpoint larger than the bound is taken alone, or a machine with much in it would never be recorded.
            bool fits = tape.Waiting < Limits.FlightQueueRecordsMax && tape.WaitingBytes + record.Weight <= Limits.FlightQueueBytesMax;
            if (!fits && tape.Waiting > 0) return false;
            tape.Waiting++;
            tape.WaitingBytes += record.Weight;
            _queue.Enqueue((tape, record));
            if (_queue.Count == 1) Monitor.Pulse(_gate);
            return true;
        }
    }

    private void Run()
    {
        while (true)
        {
            FlightTape tape;
            FlightRecord record;
            lock (_gate)
            {
                while (_queue.Count == 0 && !_isClosing) Monitor.Wait(_gate);
                if (_queue.Count == 0) break;
                (tape, record) = _queue.Dequeue();
                tape.Waiting--;
                tape.WaitingBytes -= record.Weight;
            }

            Write(tape, record);
        }

        lock (_gate)
        {
            foreach (FlightTape tape in _tapes.Values) tape.Close();
        }
    }

    private void Write(FlightTape tape, FlightRecord record)
    {
        try
        {
            if (tape.File is null && !record.BeginsSegment) return;
            ReadOnlyMemory<byte> bytes = record.Encode();
            if (bytes.IsEmpty)
            {
                tape.End("a step is too long to be recorded");
                return;
            }

            if (record.BeginsSegment) Begin(tape);
            tape.File!.Write(bytes.Span);
            tape.Written += bytes.Length;
            if (tape.Written >= SegmentBytes || _time.GetElapsedTime(tape.BeganAt) >= SegmentAge) tape.IsFull = true;
        }
        catch (Exception exception)
        {
            // The disk's fault, or a defect of a record: neither may end a peer that works. It is said, and tried again later. What is in the
            // file stays readable: a torn tail is what a crash leaves as well.
            tape.NotBefore = _time.GetTimestamp() + (long)(AfterFailure.TotalSeconds * _time.TimestampFrequency);
            string? empty = tape.Written == 0 ? tape.File?.Name : null;
            tape.End(exception.Message);
            if (empty is not null) Remove(empty);
        }
    }

    // A file without its first record is no recording.
    private void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _say($"{path} holds nothing and stays: {exception.Message}");
        }
    }

    private void Begin(FlightTape tape)
    {
        tape.Close();
        string path = Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{tape.Machine}-{_next:D8}{FileEnding}"));
        FileStreamOptions options = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            // Someone may look while it is written.
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        tape.Begin(new FileStream(path, options), _time.GetTimestamp());
        _files[_next++] = path;
        Trim();
    }

    // The oldest first, until what is left and what will come has room; never one that is being written.
    private void Trim()
    {
        SortedSet<string> open = new(StringComparer.Ordinal);
        lock (_gate)
        {
            foreach (FlightTape tape in _tapes.Values)
            {
                if (tape.File is { } file) open.Add(file.Name);
            }
        }

        long total = SegmentBytes * open.Count;
        SortedDictionary<ulong, FileInfo> closed = [];
        foreach ((ulong number, string path) in _files)
        {
            if (open.Contains(Path.GetFullPath(path))) continue;
            FileInfo file = new(path);
            closed.Add(number, file);
            if (file.Exists) total += file.Length;
        }

        DateTime oldest = _time.GetUtcNow().UtcDateTime - _ageMax;
        foreach ((ulong number, FileInfo file) in closed)
        {
            bool isGone = !file.Exists;
            if (!isGone && total <= _bytesMax && file.LastWriteTimeUtc >= oldest) continue;
            if (!isGone)
            {
                total -= file.Length;
                file.Delete();
            }

            _files.Remove(number);
        }
    }

    private static ulong? NumberOf(string path)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        return ulong.TryParse(name.AsSpan(name.LastIndexOf('-') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) ? number : null;
    }

    private sealed class FlightTape(FlightRing ring, string machine) : IFlightTape
    {
        private volatile bool _wantsSegment = true;
        private bool _hasSaid;

        public string Machine { get; } = machine;

        // Under the ring's lock.
        public int Waiting { get; set; }

        public long WaitingBytes { get; set; }

        // The writing thread's own.
        public FileStream? File { get; private set; }

        public long Written { get; set; }

        public long BeganAt { get; private set; }

        public bool IsFull
        {
            set => _wantsSegment |= value;
        }

        /// <summary>A timestamp before which nothing is tried again.</summary>
        public long NotBefore
        {
            get => Interlocked.Read(ref _notBefore);
            set => Interlocked.Exchange(ref _notBefore, value);
        }

        private long _notBefore = long.MinValue;

        public bool WantsSegment => _wantsSegment && ring._time.GetTimestamp() >= NotBefore;

        public void Offer(FlightRecord record)
        {
            // Dropped already, and said: until a segment begins nothing here can be replayed.
            if (!record.BeginsSegment && _isBroken) return;
            if (record.BeginsSegment)
            {
                _isBroken = false;
                _wantsSegment = false;
            }

            if (ring.Enqueue(this, record)) return;
            _isBroken = true;
            _wantsSegment = true;
            Say("the disk does not keep up");
        }

        // The machine's own thread.
        private bool _isBroken;

        public void Begin(FileStream file, long at)
        {
            File = file;
            Written = 0;
            BeganAt = at;
            _hasSaid = false;
        }

        public void End(string reason)
        {
            Close();
            _wantsSegment = true;
            Say(reason);
        }

        public void Close()
        {
            File?.Dispose();
            File = null;
        }

        // Once for each segment: a full disk is no reason to fill the log.
        private void Say(string reason)
        {
            if (_hasSaid) return;
            _hasSaid = true;
            ring._say($"the recording of {Machine} lacks a part: {reason}");
        }
    }
}
