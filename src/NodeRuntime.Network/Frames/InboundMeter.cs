using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;

namespace NodeRuntime.Network.Frames;

/// <summary>
/// What one connection may bring us. Too many frames is misbehaviour and ends the connection; many bytes are only
/// slowed: the pause is spent not reading, and TCP carries it to the sender.
/// </summary>
internal sealed class InboundMeter
{
    /// <summary>A keep-alive comes every few seconds.</summary>
    private const int ControlFramesPerSecond = 8;

    private readonly TokenBucket[] _frames = new TokenBucket[FrameKinds.ClassCount];
    private readonly TokenBucket[] _bytes = new TokenBucket[FrameKinds.ClassCount];
    private readonly TokenBucket _control;

    public InboundMeter(NetworkConfig config, Instant now)
    {
        for (int i = 0; i < FrameKinds.ClassCount; i++)
        {
            ClassBudget budget = config.Budget((FrameClass)i);
            _frames[i] = new TokenBucket(budget.InboundFramesPerSecond, budget.InboundFramesBurst, now);
            _bytes[i] = new TokenBucket(budget.InboundBytesPerSecond, budget.InboundBytesPerSecond, now);
        }

        _control = new TokenBucket(ControlFramesPerSecond, 8 * ControlFramesPerSecond, now);
    }

    /// <summary>False: the rate was exceeded.</summary>
    public bool TryTake(FrameKind kind, int bytes, Instant now, out Duration pause)
    {
        pause = Duration.Zero;
        if (!kind.IsClass()) return _control.TryTake(1, now);
        if (!_frames[(int)kind].TryTake(1, now)) return false;
        pause = _bytes[(int)kind].TakeOnCredit(FrameReader.HeaderByteCount + bytes, now);
        return true;
    }
}
