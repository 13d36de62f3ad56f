using NodeRuntime.Primitives;

namespace NodeRuntime.Runtime.Transactions;

/// <summary>
/// What one peer may cost us: so much a second, and so much at once. Beyond it what the peer sends is not looked at. It is no
/// misdeed to have much to say: nobody is blamed for it.
/// </summary>
internal sealed class PeerBudget(long perSecond, long burst, Instant now)
{
    private const long MicrosPerSecond = 1_000_000;

    private long _microTokens = burst * MicrosPerSecond;
    private Instant _filledAt = now;

    public bool TryTake(long count, Instant at)
    {
        Fill(at);
        if (_microTokens < count * MicrosPerSecond) return false;
        _microTokens -= count * MicrosPerSecond;
        return true;
    }

    /// <summary>What was done cost more than it seemed: the budget may fall below nothing, by no more than a full one.</summary>
    public void Charge(long count, Instant at)
    {
        Fill(at);
        _microTokens = long.Max(-burst * MicrosPerSecond, _microTokens - (count * MicrosPerSecond));
    }

    private void Fill(Instant at)
    {
        long elapsed = long.Clamp((at - _filledAt).Microseconds, 0, 60 * MicrosPerSecond);
        _filledAt = at;
        _microTokens = long.Min(burst * MicrosPerSecond, _microTokens + (elapsed * perSecond));
    }
}
