using System.Collections.Generic;
using NodeRuntime.Primitives;

namespace NodeRuntime.Membership;

/// <summary>Some of the connected, by chance.</summary>
internal static class RandomPeers
{
    public static List<PeerId> Pick(SortedDictionary<PeerId, Link> links, int countMax, Prng prng, PeerId? except)
    {
        List<PeerId> peers = new(links.Count);
        foreach (PeerId peer in links.Keys)
        {
            if (peer != except) peers.Add(peer);
        }

        // Fisher and Yates, only as far as needed.
        int count = int.Min(countMax, peers.Count);
        for (int i = 0; i < count; i++)
        {
            int other = i + prng.NextBelow(peers.Count - i);
            (peers[i], peers[other]) = (peers[other], peers[i]);
        }

        return peers.GetRange(0, count);
    }
}
