using System.Collections.Generic;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Simulation.Wan;

/// <summary>When each view reached what, from the moment in which its leader began to build.</summary>
internal sealed class WanTimes(Instant from)
{
    private readonly SortedDictionary<View, Instant> _began = [];
    private readonly SortedDictionary<Height, Hash256> _chain = [];
    private readonly SortedDictionary<Height, Instant> _firstFinal = [];
    private readonly List<long> _sent = [];
    private readonly List<long> _accepted = [];
    private readonly List<long> _notarized = [];
    private readonly List<long> _final = [];
    private Hash256 _digest;
    private View _highest;

    public void Began(View view, Instant now)
    {
        if (now >= from) _began.TryAdd(view, now);
    }

    public void Sent(View view, Instant at) => Note(_sent, view, at);

    public void Accepted(View view, Instant at) => Note(_accepted, view, at);

    public void Notarized(View view, Instant at) => Note(_notarized, view, at);

    public void Finalized(int peer, Block block, Instant at)
    {
        Hash256 digest = block.Header.Digest;
        bool isNew = _chain.TryAdd(block.Header.Height, digest);
        Invariant.Holds(isNew || _chain[block.Header.Height] == digest);
        if (!_began.ContainsKey(block.Header.View)) return;
        if (block.Header.View > _highest) _highest = block.Header.View;
        _firstFinal.TryAdd(block.Header.Height, at);
        _digest = Hasher.Sha256(_digest.AsSpan(), System.BitConverter.GetBytes(at.Microseconds + peer));
        Note(_final, block.Header.View, at);
    }

    /// <param name="signatures">Verified by all peers in the time that counts.</param>
    /// <param name="bytes">Sent by all peers in the time that counts.</param>
    public WanReport ToReport(int peers, long signatures, long bytes)
    {
        Invariant.Holds(_firstFinal.Count > 1);
        Instant first = default;
        Instant last = default;
        foreach (Instant at in _firstFinal.Values)
        {
            if (first == default) first = at;
            last = at;
        }

        int blocks = _firstFinal.Count;
        View lowest = default;
        foreach (View view in _began.Keys)
        {
            lowest = view;
            break;
        }

        return new WanReport
        {
            Blocks = blocks,
            SkippedViews = (long)(_highest.Number - lowest.Number + 1) - blocks,
            BlockTime = (last - first) / (blocks - 1),
            SentP50 = Percentile(_sent, 50),
            AcceptedP50 = Percentile(_accepted, 50),
            NotarizedP50 = Percentile(_notarized, 50),
            FinalP50 = Percentile(_final, 50),
            FinalP99 = Percentile(_final, 99),
            FinalMax = Percentile(_final, 100),
            SignaturesPerBlock = signatures / peers / blocks,
            BytesPerBlock = bytes / peers / blocks,
            Digest = _digest,
        };
    }

    private void Note(List<long> times, View view, Instant at)
    {
        if (_began.TryGetValue(view, out Instant began)) times.Add((at - began).Microseconds);
    }

    // The least time that so many of a hundred do not exceed.
    private static Duration Percentile(List<long> times, int percent)
    {
        Invariant.Holds(times.Count > 0);
        times.Sort();
        return new Duration(times[int.Max(0, ((times.Count * percent) + 99) / 100 - 1)]);
    }
}
