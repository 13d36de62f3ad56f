using System;
using System.Threading;
using NodeRuntime.Primitives;
using NodeRuntime.Simulation.Atlas;

namespace NodeRuntime.Processes.Tests.Net;

internal enum Damage
{
    None,

    /// <summary>The connection ends in the middle of a piece.</summary>
    Torn,

    /// <summary>A bit is turned: the record's authentication fails, and the connection ends.</summary>
    Flipped,
}

/// <summary>
/// What a network's misfortunes look like from inside a TCP stream, for one direction of one link. A stream has no packets to
/// lose or to overtake each other; it has bytes that come late:
/// <code>
/// loss            a retransmission after the kernel's least timeout, doubled for each loss of the same packet
/// burst           several in a row: about eight times that timeout
/// reorder         what came too early waits for the missing piece: up to the longest delay more, for this stream alone
/// duplicate       nothing: the receiver's kernel drops it. Doubled messages are the witness's business
/// truncate, flip  the connection ends
/// rate            a piece waits until the ones before it have left
/// </code>
/// Streams are independent, so that messages of different peers do overtake each other. Chance is seeded, its order is the machine's.
/// </summary>
internal sealed class LinkWeather(int from, int to)
{
    // Linux: TCP_RTO_MIN. A packet of Ethernet's size, less the heads.
    private static readonly TimeSpan RetransmissionMin = TimeSpan.FromMilliseconds(200);
    private const int RetransmissionDoublingsMax = 4;
    private const int SegmentBytes = 1_448;

    private readonly Lock _gate = new();
    private readonly Prng _prng = new((ulong)((from * 1_000) + to));
    private DateTime _free = DateTime.MinValue;
    private LinkConditions? _conditions;
    private int _dripBytesPerSecond;

    /// <summary>Null for a link that does nothing to what it carries.</summary>
    public LinkConditions? Conditions
    {
        get
        {
            lock (_gate) return _conditions;
        }

        set
        {
            lock (_gate) _conditions = value;
        }
    }

    /// <summary>Zero for no such bound.</summary>
    public int DripBytesPerSecond
    {
        get
        {
            lock (_gate) return _dripBytesPerSecond;
        }

        set
        {
            lock (_gate) _dripBytesPerSecond = value;
        }
    }

    /// <summary>Draws what becomes of a piece of a stream; a flipped one is changed in place.</summary>
    /// <returns>How much later it arrives, and whether it arrives whole.</returns>
    public (TimeSpan Late, Damage Damage) Strike(Span<byte> piece, DateTime now)
    {
        lock (_gate)
        {
            TimeSpan late = Queue(piece.Length, now);
            if (_conditions is not { } conditions) return (late, Damage.None);
            late += Time(_prng.NextDuration(conditions.DelayMin, conditions.DelayMax));
            if (conditions.IsCloud) late += Time(CloudRegions.Between(from, to));
            for (int packets = (piece.Length + SegmentBytes - 1) / SegmentBytes; packets > 0; packets--) late += Lost(conditions.LossPerMille);
            if (_prng.NextChance(conditions.BurstPerMille)) late += RetransmissionMin * 8;
            if (_prng.NextChance(conditions.ReorderPerMille)) late += Time(_prng.NextDuration(Duration.Zero, conditions.DelayMax));
            if (_prng.NextChance(conditions.TruncationPerMille)) return (late, Damage.Torn);
            if (!_prng.NextChance(conditions.FlipPerMille)) return (late, Damage.None);
            piece[_prng.NextBelow(piece.Length)] ^= (byte)(1 << _prng.NextBelow(8));
            return (late, Damage.Flipped);
        }
    }

    private TimeSpan Queue(int bytes, DateTime now)
    {
        int rate = _conditions?.BytesPerSecond ?? 0;
        if (_dripBytesPerSecond > 0 && (rate == 0 || _dripBytesPerSecond < rate)) rate = _dripBytesPerSecond;
        if (rate == 0) return TimeSpan.Zero;
        _free = (_free > now ? _free : now) + TimeSpan.FromSeconds((double)bytes / rate);
        return _free - now;
    }

    private TimeSpan Lost(int perMille)
    {
        TimeSpan late = TimeSpan.Zero;
        TimeSpan timeout = RetransmissionMin;
        for (int losses = 0; losses < RetransmissionDoublingsMax && _prng.NextChance(perMille); losses++)
        {
            late += timeout;
            timeout *= 2;
        }

        return late;
    }

    private static TimeSpan Time(Duration duration) => TimeSpan.FromMicroseconds(duration.Microseconds);
}
