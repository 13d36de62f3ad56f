using System;

namespace NodeRuntime.Watch.Sources;

/// <summary>So many bytes a second and no more; what was not used for a quarter of a second is gone.</summary>
internal sealed class ByteBudget(long bytesPerSecond, TimeProvider time)
{
    private double _left = bytesPerSecond / 4.0;
    private long _at = time.GetTimestamp();

    /// <summary>Takes them, and says for how long to wait before more is read.</summary>
    public TimeSpan Take(int bytes)
    {
        long now = time.GetTimestamp();
        _left = Math.Min(_left + (time.GetElapsedTime(_at, now).TotalSeconds * bytesPerSecond), bytesPerSecond / 4.0) - bytes;
        _at = now;
        return _left >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-_left / bytesPerSecond);
    }
}
