using System;
using System.Collections.Concurrent;
using System.IO;
using System.Linq;
using System.Threading;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Persistence.Flight;
using NodeRuntime.Persistence.Tests.Support;
using NodeRuntime.Primitives;

namespace NodeRuntime.Persistence.Tests.Flight;

/// <summary>The ring of recordings: bounded in bytes, minutes and memory, and never in a machine's way.</summary>
public sealed class FlightRingTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly ConcurrentQueue<string> _said = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Segments_hold_their_records_in_the_order_given_and_numbers_go_on_after_a_restart()
    {
        using (FlightRing ring = Open(1 << 20))
        {
            IFlightTape tape = ring.Open("machine");
            Assert.True(tape.WantsSegment);
            tape.Offer(new Bytes(true, 1));
            Assert.False(tape.WantsSegment);
            tape.Offer(new Bytes(false, 2));
            tape.Offer(new Bytes(false, 3));
        }

        using (FlightRing ring = Open(1 << 20)) ring.Open("machine").Offer(new Bytes(true, 4));

        Assert.Equal(["machine-00000000.flight", "machine-00000001.flight"], Files());
        Assert.Equal([1, 2, 3], File.ReadAllBytes(_folder.In("ring/machine-00000000.flight")));
        Assert.Equal([4], File.ReadAllBytes(_folder.In("ring/machine-00000001.flight")));
        Assert.Empty(_said);
    }

    [Fact]
    public void What_was_handed_over_is_in_the_file_while_the_ring_still_runs()
    {
        using FlightRing ring = Open(1 << 20);
        IFlightTape tape = ring.Open("machine");
        tape.Offer(new Bytes(true, 1));
        using ManualResetEventSlim written = new();
        tape.Offer(new Bytes(false, 2));
        // The next is encoded only after the one before it was written.
        tape.Offer(new Bytes(false, 3) { Encoding = written.Set });
        Assert.True(written.Wait(TimeSpan.FromSeconds(20)));

        using FileStream file = new(_folder.In("ring/machine-00000000.flight"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        Assert.Equal([1, 2], [file.ReadByte(), file.ReadByte()]);
    }

    [Fact]
    public void Of_many_segments_the_newest_stay_within_the_bound()
    {
        const int Bound = 1 << 20;
        using (FlightRing ring = Open(Bound))
        {
            IFlightTape tape = ring.Open("machine");
            for (int i = 0; i < 100; i++) tape.Offer(new Bytes(true, (byte)i, 60_000));
        }

        long total = new DirectoryInfo(_folder.In("ring")).EnumerateFiles().Sum(static file => file.Length);
        Assert.InRange(total, Bound / 2, Bound);
        Assert.Equal("machine-00000099.flight", Files()[^1]);
    }

    [Fact]
    public void A_full_segment_asks_for_the_next()
    {
        using FlightRing ring = Open(1 << 20);
        IFlightTape tape = ring.Open("machine");
        tape.Offer(new Bytes(true, 1));
        using ManualResetEventSlim written = new();
        tape.Offer(new Bytes(false, 2, 1 << 18));
        tape.Offer(new Bytes(false, 3) { Encoding = written.Set });
        Assert.True(written.Wait(TimeSpan.FromSeconds(20)));

        Assert.True(tape.WantsSegment);
    }

    [Fact]
    public void Old_segments_go_when_a_new_one_begins()
    {
        using (FlightRing ring = Open(1 << 20)) ring.Open("machine").Offer(new Bytes(true, 1));
        File.SetLastWriteTimeUtc(_folder.In("ring/machine-00000000.flight"), DateTime.UtcNow - TimeSpan.FromMinutes(11));
        using (FlightRing ring = Open(1 << 20)) ring.Open("other").Offer(new Bytes(true, 2));

        Assert.Equal(["other-00000001.flight"], Files());
    }

    [Fact]
    public void A_disk_that_does_not_keep_up_costs_the_rest_of_the_segment_and_nobody_waits()
    {
        using ManualResetEventSlim disk = new();
        using (FlightRing ring = Open(1 << 20))
        {
            IFlightTape tape = ring.Open("machine");
            tape.Offer(new Bytes(true, 1) { Encoding = () => disk.Wait(TimeSpan.FromSeconds(20)) });
            for (int i = 0; i < Limits.FlightQueueRecordsMax + 10; i++) tape.Offer(new Bytes(false, 2));
            Assert.True(tape.WantsSegment);
            Assert.Contains("machine", Assert.Single(_said), StringComparison.Ordinal);
            tape.Offer(new Bytes(false, 9));
            disk.Set();
        }

        byte[] bytes = File.ReadAllBytes(_folder.In("ring/machine-00000000.flight"));
        Assert.DoesNotContain((byte)9, bytes);
        Assert.InRange(bytes.Length, Limits.FlightQueueRecordsMax, Limits.FlightQueueRecordsMax + 1);
    }

    [Fact]
    public void A_folder_that_is_gone_is_said_once_and_breaks_nothing()
    {
        using (FlightRing ring = Open(1 << 20))
        {
            Directory.Delete(_folder.In("ring"));
            IFlightTape tape = ring.Open("machine");
            tape.Offer(new Bytes(true, 1));
            tape.Offer(new Bytes(false, 2));
        }

        Assert.Contains("machine", Assert.Single(_said), StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_that_fails_ends_its_segment_and_is_said()
    {
        using (FlightRing ring = Open(1 << 20))
        {
            IFlightTape tape = ring.Open("machine");
            tape.Offer(new Bytes(true, 1));
            tape.Offer(new Bytes(false, 2) { Encoding = static () => throw new InvalidOperationException("no shape") });
            tape.Offer(new Bytes(false, 3));
        }

        Assert.Equal([1], File.ReadAllBytes(_folder.In("ring/machine-00000000.flight")));
        Assert.Contains("no shape", Assert.Single(_said), StringComparison.Ordinal);
    }

    private FlightRing Open(long bytesMax) => new(_folder.In("ring"), bytesMax, TimeSpan.FromMinutes(10), TimeProvider.System, _said.Enqueue);

    private string[] Files() => [.. Directory.EnumerateFiles(_folder.In("ring")).Select(static path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    private sealed class Bytes(bool beginsSegment, byte value, int count = 1) : FlightRecord
    {
        public Action? Encoding { get; init; }

        public override bool BeginsSegment => beginsSegment;

        public override int Weight => count;

        public override ReadOnlyMemory<byte> Encode()
        {
            Encoding?.Invoke();
            return Enumerable.Repeat(value, count).ToArray();
        }
    }
}
