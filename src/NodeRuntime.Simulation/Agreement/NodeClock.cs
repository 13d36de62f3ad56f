using NodeRuntime.Primitives;

namespace NodeRuntime.Simulation.Agreement;

/// <summary>A peer's clock and what is wrong with it. It never runs backwards: a clock that is set back stands until it is right again.</summary>
internal sealed class NodeClock
{
    private Instant _last;
    private Instant _driftsSince;

    public Duration Offset { get; set; }

    public Instant? FrozenAt { get; set; }

    /// <summary>Thousandths that it runs too fast, or too slow where negative.</summary>
    public int DriftPerMille { get; private set; }

    public void Drift(Instant now, int perMille)
    {
        Offset += new Duration((now - _driftsSince).Microseconds / 1000 * DriftPerMille);
        DriftPerMille = perMille;
        _driftsSince = now;
    }

    public Instant Read(Instant now)
    {
        Instant reads = FrozenAt ?? now + Offset;
        if (FrozenAt is null && DriftPerMille != 0) reads += new Duration((now - _driftsSince).Microseconds / 1000 * DriftPerMille);
        if (reads > _last) _last = reads;
        return _last;
    }

    /// <summary>How long a timer really takes.</summary>
    public Duration Stretch(Duration delay) => DriftPerMille == 0 ? delay : delay - new Duration(delay.Microseconds / 1000 * DriftPerMille);

    public void Heal(Instant now)
    {
        Offset = Duration.Zero;
        FrozenAt = null;
        DriftPerMille = 0;
        _driftsSince = now;
    }
}
