using System.Collections.Generic;
using NodeRuntime.Primitives;

namespace NodeRuntime.Membership;

/// <summary>
/// Ids of topic messages, remembered for twice a message's life: a message that is still taken is still remembered. When it
/// is full nothing new is taken until something expires: forgetting early would deliver twice.
/// </summary>
internal sealed class SeenCache(Duration lifetime)
{
    public const int IdsMax = 131_072;

    private readonly SortedSet<Hash256> _ids = [];
    private readonly Queue<(Hash256 Id, Instant Until)> _order = new();

    public int Count => _ids.Count;

    /// <summary>True the first time, where there is room.</summary>
    public bool TryAdd(Hash256 id, Instant now)
    {
        while (_order.TryPeek(out (Hash256 Id, Instant Until) oldest) && oldest.Until <= now)
        {
            _order.Dequeue();
            _ids.Remove(oldest.Id);
        }

        if (_ids.Count >= IdsMax || !_ids.Add(id)) return false;
        _order.Enqueue((id, now + lifetime));
        return true;
    }
}
