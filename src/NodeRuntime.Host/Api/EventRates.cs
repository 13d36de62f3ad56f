using System;
using System.Collections.Generic;
using System.Threading;
using NodeRuntime.Primitives;

namespace NodeRuntime.Host.Api;

/// <summary>
/// How many events each account may still enter: a bucket that holds twice what a second may bring, a whole call at least, and fills with so many a second. Of as many
/// accounts as <see cref="Limits.EventRatesMax"/>: the one that was longest silent is forgotten, and begins with a full bucket.
/// </summary>
internal sealed class EventRates(int perSecond, TimeProvider time)
{
    private readonly Dictionary<AccountId, LinkedListNode<Bucket>> _buckets = [];
    private readonly LinkedList<Bucket> _order = [];
    private readonly Lock _lock = new();

    // In thousandths of an event, so that a millisecond is worth something at any rate.
    private readonly long _full = 1000L * Math.Max(2L * perSecond, Limits.EventsPerCallMax);

    public int Accounts => _buckets.Count;

    /// <summary>Null where the account may: then so many are taken. Else how long to wait for them.</summary>
    /// <param name="count">At most <see cref="Limits.EventsPerCallMax"/>.</param>
    public TimeSpan? Take(AccountId account, int count)
    {
        lock (_lock)
        {
            Bucket bucket = Find(account);
            long elapsed = (long)time.GetElapsedTime(bucket.FilledAt).TotalMilliseconds;
            if (elapsed > 0)
            {
                // A bucket is full before its account has been away for a second or two: no product overflows.
                bucket.Level = elapsed > _full / perSecond ? _full : Math.Min(_full, bucket.Level + (elapsed * perSecond));
                bucket.FilledAt = time.GetTimestamp();
            }

            long wanted = 1000L * count;
            if (bucket.Level < wanted) return TimeSpan.FromMilliseconds(((wanted - bucket.Level) / perSecond) + 1);
            bucket.Level -= wanted;
            return null;
        }
    }

    private Bucket Find(AccountId account)
    {
        if (_buckets.TryGetValue(account, out LinkedListNode<Bucket>? node))
        {
            _order.Remove(node);
        }
        else
        {
            if (_buckets.Count == Limits.EventRatesMax)
            {
                _buckets.Remove(_order.First!.Value.Account);
                _order.RemoveFirst();
            }

            _buckets[account] = node = new LinkedListNode<Bucket>(new Bucket(account) { Level = _full, FilledAt = time.GetTimestamp() });
        }

        _order.AddLast(node);
        return node.Value;
    }

    private sealed class Bucket(AccountId account)
    {
        public AccountId Account { get; } = account;

        public long Level { get; set; }

        public long FilledAt { get; set; }
    }
}
