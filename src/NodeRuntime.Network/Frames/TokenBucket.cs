using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Network.Frames;

/// <summary>
/// A rate with a burst, in integers: it holds micro-tokens, gains <paramref name="perSecond"/> of them per microsecond and
/// never more than the burst. One owner, no lock.
/// </summary>
internal sealed class TokenBucket(long perSecond, long burst, Instant start)
{
    private const long Scale = 1_000_000;

    private readonly long _full = burst * Scale;
    private long _level = burst * Scale;
    private Instant _last = start;

    /// <summary>Takes the tokens, or none of them.</summary>
    public bool TryTake(long count, Instant now)
    {
        Refill(now);
        if (_level < count * Scale) return false;
        _level -= count * Scale;
        return true;
    }

    /// <summary>Takes the tokens, going into debt, and says how long it takes to be out of it.</summary>
    public Duration TakeOnCredit(long count, Instant now)
    {
        Refill(now);
        _level -= count * Scale;
        return _level >= 0 ? Duration.Zero : new Duration(-_level / perSecond);
    }

    public bool IsFull(Instant now)
    {
        Refill(now);
        return _level == _full;
    }

    private void Refill(Instant now)
    {
        // A clock that was set back gives nothing and takes nothing.
        long elapsed = Math.Max(0, (now - _last).Microseconds);
        _last = now;

        // What is missing bounds the product: no overflow after a long silence.
        long missing = _full - _level;
        _level = elapsed >= (missing / perSecond) + 1 ? _full : Math.Min(_full, _level + (elapsed * perSecond));
    }
}
