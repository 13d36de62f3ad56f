using System.Collections.Generic;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus.Tests.Harness;

/// <summary>
/// Sees every vote, certificate and delivery of a run and knows who is honest. Its rules are written without the
/// machine's code, so that an error in the one is not an error in the other.
/// </summary>
internal sealed class Oracle(ulong[] weights, bool[] honest, bool mayFork = false)
{
    private readonly SortedDictionary<Height, Hash256> _chain = [];
    private readonly SortedDictionary<(ulong View, VoteKind Kind, ushort Voter), Hash256?> _votes = [];
    private readonly SortedDictionary<ulong, Hash256> _finalized = [];
    private readonly SortedSet<ulong> _nullified = [];
    private readonly SortedDictionary<ulong, SortedSet<Hash256>> _notarized = [];

    public int HeightsAgreed => _chain.Count;

    public int ViewsNullified => _nullified.Count;

    /// <summary>I1, I4: one digest for each height, over all honest nodes and for ever.</summary>
    public void Delivered(int node, Block block)
    {
        if (mayFork) return;
        Hash256 digest = block.Header.Digest;
        if (_chain.TryGetValue(block.Header.Height, out Hash256 known))
        {
            if (known != digest) throw new HarnessException($"agreement: node {node} finalized another block at height {block.Header.Height}");
        }
        else
        {
            _chain.Add(block.Header.Height, digest);
        }

        if (_nullified.Contains(block.Header.View.Number) && _finalized.ContainsKey(block.Header.View.Number))
        {
            throw new HarnessException($"view {block.Header.View} is finalized and nullified");
        }
    }

    /// <summary>I5 and I6, for a vote as it leaves an honest node.</summary>
    public void VoteLeaves(int node, Vote vote, SmallDisk disk)
    {
        if (!disk.Holds(vote)) throw new HarnessException($"node {node} says a vote of {vote.Slot} before it is durable");
        (ulong, VoteKind, ushort) key = (vote.Slot.View.Number, vote.Slot.Kind, vote.Voter.Number);
        if (_votes.TryGetValue(key, out Hash256? before))
        {
            if (before != vote.Value) throw new HarnessException($"node {node} votes twice in {vote.Slot}");
            return;
        }

        _votes.Add(key, vote.Value);
        // Rule C: an honest voter finalizes only what it notarized, or where it did not notarize.
        if (_votes.TryGetValue((key.Item1, VoteKind.Notarize, key.Item3), out Hash256? notarized)
            && _votes.TryGetValue((key.Item1, VoteKind.Finalize, key.Item3), out Hash256? finalized)
            && finalized is not null && finalized != notarized)
        {
            throw new HarnessException($"node {node} breaks rule C in view {vote.Slot.View}");
        }
    }

    /// <summary>I2 and I3, for a certificate that an honest node shows.</summary>
    public void CertificateSeen(Certificate certificate)
    {
        ulong weight = 0;
        ulong total = 0;
        foreach (ulong one in weights) total += one;
        foreach (CertificateSigner signer in certificate.Signers) weight += weights[signer.Index.Number];
        if (3 * (total - weight) >= total) throw new HarnessException($"a certificate of {certificate.Slot} holds too little weight");
        if (mayFork) return;
        ulong view = certificate.Slot.View.Number;
        if (certificate.IsNotarization)
        {
            if (!_notarized.TryGetValue(view, out SortedSet<Hash256>? digests)) _notarized.Add(view, digests = []);
            digests.Add(certificate.Value!.Value);
            if (digests.Count > 1) throw new HarnessException($"two notarizations in view {view}");
        }
        else if (certificate.IsNullification)
        {
            _nullified.Add(view);
        }
        else if (!_finalized.TryAdd(view, certificate.Value!.Value) && _finalized[view] != certificate.Value)
        {
            throw new HarnessException($"two finalizations in view {view}");
        }

        if (!_finalized.TryGetValue(view, out Hash256 final)) return;
        if (_nullified.Contains(view)) throw new HarnessException($"view {view} is finalized and nullified");
        if (_notarized.TryGetValue(view, out SortedSet<Hash256>? others) && !others.SetEquals([final]))
        {
            throw new HarnessException($"view {view} finalizes what it did not notarize");
        }
    }

    /// <summary>I10: evidence never names an honest key.</summary>
    public void Accused(Evidence evidence)
    {
        if (evidence.First.Voter != evidence.Second.Voter) throw new HarnessException("evidence against two");
        if (honest[evidence.Voter.Number]) throw new HarnessException($"validator {evidence.Voter} is honest and accused in view {evidence.View}");
    }
}
