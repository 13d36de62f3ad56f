using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Simulation.Atlas;

/// <summary>What becomes of one frame: when it arrives, perhaps once more, and in what state.</summary>
internal readonly record struct FrameFate(Instant? First, Instant? Second, FrameDamage Damage);

internal enum FrameDamage
{
    None,
    Truncated,
    Flipped,
}

/// <summary>
/// All links between a number of parties, and every fault that a network has. It decides when a frame arrives and whether; what
/// a frame is it does not know. Frames of one link keep their order unless reordering strikes.
/// </summary>
internal sealed class Links
{
    private static readonly Duration ReplayAfterMax = Duration.FromSeconds(5);
    private static readonly Duration OvertakingMax = Duration.FromMilliseconds(400);

    private readonly int _count;
    private readonly Prng _prng;
    private readonly Marks _marks;
    private readonly bool[] _isCut;
    private readonly FaultClass[] _cutBy;
    private readonly bool[] _bursts;
    private readonly Instant[] _lastArrival;
    private readonly Instant[] _busyUntil;
    private readonly int[] _drip;

    public Links(int count, Prng prng, Marks marks)
    {
        _count = count;
        _prng = prng;
        _marks = marks;
        _isCut = new bool[count * count];
        _cutBy = new FaultClass[count * count];
        _bursts = new bool[count * count];
        _lastArrival = new Instant[count * count];
        _busyUntil = new Instant[count * count];
        _drip = new int[count];
    }

    public LinkConditions Conditions { get; set; } = LinkConditions.Calm;

    public long FramesSent { get; private set; }

    public long FramesLost { get; private set; }

    /// <summary>Frames of this way vanish.</summary>
    public void Cut(int from, int to, FaultClass cause)
    {
        _isCut[(from * _count) + to] = true;
        _cutBy[(from * _count) + to] = cause;
    }

    public bool IsCut(int from, int to) => _isCut[(from * _count) + to];

    public void Mend() => Array.Clear(_isCut);

    /// <summary>What this party says trickles: so many bytes in a second; zero for no limit.</summary>
    public void Drip(int from, int bytesPerSecond) => _drip[from] = bytesPerSecond;

    /// <summary>No fault is left, and no link remembers one.</summary>
    public void Heal()
    {
        Mend();
        Array.Clear(_bursts);
        Array.Clear(_drip);
        Array.Clear(_busyUntil);
        Conditions = LinkConditions.Calm with { IsCloud = Conditions.IsCloud };
    }

    /// <param name="isWhole">A stream that its transport keeps whole: it breaks at a cut, or it delivers, in order.</param>
    public FrameFate Send(Instant now, int from, int to, int bytes, bool isWhole = false)
    {
        FramesSent++;
        int link = (from * _count) + to;
        LinkConditions conditions = isWhole ? Whole(Conditions) : Conditions;
        if (_isCut[link])
        {
            _marks.Note(_cutBy[link]);
            return Lost();
        }

        if (conditions.LossPerMille > 0 && _prng.NextChance(conditions.LossPerMille))
        {
            _marks.Note(FaultClass.Loss);
            return Lost();
        }

        if (conditions.BurstPerMille > 0 && IsInBurst(link, conditions.BurstPerMille)) return Lost();
        Instant arrival = now + Delay(from, to, conditions);
        arrival = Throttle(now, arrival, link, from, bytes, conditions);
        if (conditions.ReorderPerMille > 0 && _prng.NextChance(conditions.ReorderPerMille))
        {
            _marks.Note(FaultClass.Reorder);
            arrival += _prng.NextDuration(Duration.Zero, OvertakingMax);
        }
        else
        {
            if (arrival <= _lastArrival[link]) arrival = _lastArrival[link] + new Duration(1);
            _lastArrival[link] = arrival;
        }

        return new FrameFate(arrival, Again(arrival, conditions), Damage(conditions));
    }

    /// <summary>How long a word takes that is no frame: a dial, the notice that a connection ended.</summary>
    public Duration Delay(int from, int to) => Delay(from, to, Conditions);

    private static LinkConditions Whole(LinkConditions conditions) => conditions with
    {
        LossPerMille = 0,
        BurstPerMille = 0,
        DuplicationPerMille = 0,
        ReplayPerMille = 0,
        ReorderPerMille = 0,
        TruncationPerMille = 0,
        FlipPerMille = 0,
    };

    private FrameFate Lost()
    {
        FramesLost++;
        return default;
    }

    private bool IsInBurst(int link, int perMille)
    {
        // A row ends with every fourth frame, so that it is four long on average.
        if (_bursts[link]) _bursts[link] = !_prng.NextChance(250);
        else _bursts[link] = _prng.NextChance(perMille);
        if (_bursts[link]) _marks.Note(FaultClass.BurstLoss);
        return _bursts[link];
    }

    private Duration Delay(int from, int to, LinkConditions conditions)
    {
        Duration delay = _prng.NextDuration(conditions.DelayMin, conditions.DelayMax);
        if (conditions.DelayMax > LinkConditions.Calm.DelayMax) _marks.Note(FaultClass.LongDelay);
        if (!conditions.IsCloud) return delay;
        _marks.Note(FaultClass.CloudLatency);
        // Between regions the jitter is a tenth of the way.
        Duration way = CloudRegions.Between(from, to);
        return way + _prng.NextDuration(Duration.Zero, way / 10);
    }

    private Instant Throttle(Instant now, Instant arrival, int link, int from, int bytes, LinkConditions conditions)
    {
        int rate = conditions.BytesPerSecond;
        FaultClass cause = FaultClass.BandwidthCap;
        if (_drip[from] > 0)
        {
            rate = _drip[from];
            cause = FaultClass.SlowDrip;
        }

        if (rate == 0) return arrival;
        _marks.Note(cause);
        Instant begins = _busyUntil[link] > now ? _busyUntil[link] : now;
        _busyUntil[link] = begins + new Duration(bytes * 1_000_000L / rate);
        return arrival + (_busyUntil[link] - now);
    }

    private Instant? Again(Instant arrival, LinkConditions conditions)
    {
        if (conditions.DuplicationPerMille > 0 && _prng.NextChance(conditions.DuplicationPerMille))
        {
            _marks.Note(FaultClass.Duplication);
            return arrival + _prng.NextDuration(new Duration(1), Duration.FromMilliseconds(20));
        }

        if (conditions.ReplayPerMille == 0 || !_prng.NextChance(conditions.ReplayPerMille)) return null;
        _marks.Note(FaultClass.Replay);
        return arrival + _prng.NextDuration(Duration.FromMilliseconds(100), ReplayAfterMax);
    }

    private FrameDamage Damage(LinkConditions conditions)
    {
        if (conditions.TruncationPerMille > 0 && _prng.NextChance(conditions.TruncationPerMille))
        {
            _marks.Note(FaultClass.TruncatedFrame);
            return FrameDamage.Truncated;
        }

        if (conditions.FlipPerMille == 0 || !_prng.NextChance(conditions.FlipPerMille)) return FrameDamage.None;
        _marks.Note(FaultClass.FlippedFrame);
        return FrameDamage.Flipped;
    }
}
