using System.Collections.Generic;
using NodeRuntime.Primitives;

namespace NodeRuntime.Actors;

/// <summary>The restarts of the recent past, for one child or, all for one, for a group. At most RestartsMax entries.</summary>
internal sealed class RestartWindow
{
    private readonly Queue<Instant> _restarts = new();

    /// <summary>The number of this restart within the window, from 1; or null when one more is too many.</summary>
    public int? TryRecord(Instant now, SupervisorStrategy strategy)
    {
        while (_restarts.TryPeek(out Instant oldest) && now - oldest > strategy.Window) _restarts.Dequeue();
        if (_restarts.Count >= strategy.RestartsMax) return null;
        _restarts.Enqueue(now);
        return _restarts.Count;
    }
}
