using System.Collections.Generic;
using NodeRuntime.Primitives;

namespace NodeRuntime.Membership;

/// <summary>
/// Points for misdeeds, halved every minute; at a hundred a peer is banned for a while. Two grave misdeeds suffice. What networks
/// do to honest peers (silence) adds little and never bans alone.
/// </summary>
internal sealed class ScoreBoard(Duration banLength)
{
    private const int BanPoints = 100;
    private const int EntriesMax = 4096;
    private static readonly Duration HalfLife = Duration.FromMinutes(1);

    private readonly SortedDictionary<PeerId, (int Points, Instant At)> _points = [];
    private readonly SortedDictionary<PeerId, Instant> _bans = [];

    public bool IsBanned(PeerId peer, Instant now) => _bans.TryGetValue(peer, out Instant until) && now < until;

    /// <summary>The end of the ban, where this misdeed brought one.</summary>
    public Instant? Add(PeerId peer, Misdeed misdeed, Instant now)
    {
        (int Points, Instant At) entry = Decay(_points.GetValueOrDefault(peer, (0, now)), now);
        int weight = misdeed switch
        {
            Misdeed.Malformed => 50,
            Misdeed.BadSignature => 50,
            Misdeed.RuleBroken => 50,
            Misdeed.Flood => 20,

            // Up to half of a ban, and no further.
            Misdeed.Unanswered => entry.Points < BanPoints / 2 ? 2 : 0,
        };
        entry.Points += weight;
        if (entry.Points < BanPoints)
        {
            if (_points.Count >= EntriesMax) Sweep(now);
            if (_points.Count < EntriesMax || _points.ContainsKey(peer)) _points[peer] = entry;
            return null;
        }

        _points.Remove(peer);
        if (_bans.Count >= EntriesMax) Sweep(now);
        Instant until = now + banLength;
        if (_bans.Count < EntriesMax) _bans[peer] = until;
        return until;
    }

    public void Sweep(Instant now)
    {
        List<PeerId> over = [];
        foreach ((PeerId peer, Instant until) in _bans)
        {
            if (until <= now) over.Add(peer);
        }

        foreach (PeerId peer in over) _bans.Remove(peer);
        over.Clear();
        foreach ((PeerId peer, (int Points, Instant At) entry) in _points)
        {
            if (Decay(entry, now).Points == 0) over.Add(peer);
        }

        foreach (PeerId peer in over) _points.Remove(peer);
    }

    private static (int Points, Instant At) Decay((int Points, Instant At) entry, Instant now)
    {
        long halvings = (now - entry.At).Microseconds / HalfLife.Microseconds;
        if (halvings <= 0) return entry;
        return (halvings > 30 ? 0 : entry.Points >> (int)halvings, entry.At + (HalfLife * halvings));
    }
}
