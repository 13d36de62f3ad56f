using System.Threading;

namespace NodeRuntime.Network.Frames;

/// <summary>Bytes that wait to be sent over all connections. A connection's small share is always granted: a few peers that do not
/// read cannot silence the others.</summary>
internal sealed class SendBudget(long bytesMax)
{
    private long _bytes;

    public long Bytes => Volatile.Read(ref _bytes);

    public bool TryTake(long count, bool withinShare)
    {
        if (Interlocked.Add(ref _bytes, count) <= bytesMax || withinShare) return true;
        Interlocked.Add(ref _bytes, -count);
        return false;
    }

    public void Give(long count) => Interlocked.Add(ref _bytes, -count);
}
