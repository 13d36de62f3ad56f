using System.Collections.Generic;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus.Tests.Harness;

/// <summary>
/// Sees every vote, certificate and delivery of a run and knows who is honest. Its rules are written without the
/// machine's code, so that an error in the one is not an error in the other.
/// </summary>
internal sealed class Oracle(ChainId chain, ValidatorSet genesis, IReadOnlySet<PublicKey> faulty, bool mayFork = false)
{
    private readonly SortedDictionary<Height, Hash256> _chain = [];
    private readonly SortedDictionary<(EpochView View, VoteKind Kind, ushort Voter), Hash256?> _votes = [];
    private readonly SortedDictionary<EpochView, Hash256> _finalized = [];
    private readonly SortedSet<EpochView> _nullified = [];
    private readonly SortedDictionary<EpochView, SortedSet<Hash256>> _notarized = [];
    private readonly SortedDictionary<uint, ValidatorSet> _sets = new() { [0] = genesis };
    private readonly SortedDictionary<uint, Height> _seals = [];

    public int HeightsAgreed => _chain.Count;

    public int ViewsNullified => _nullified.Count;

    /// <summary>Epochs that ended.</summary>
    public int Seals => _seals.Count;

    /// <summary>Seals that were put to the vote again.</summary>
    public int Reseals { get; private set; }

    public void Resealed(Vote vote) => Reseals += _votes.ContainsKey((ViewOf(vote.Slot), vote.Slot.Kind, vote.Voter.Number)) ? 0 : 1;

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

        EpochView view = new(block.Header.Epoch, block.Header.View);
        if (_nullified.Contains(view) && _finalized.ContainsKey(view)) throw new HarnessException($"view {view} is finalized and nullified");
        NoteSeal(node, block);
    }

    // One seal for each epoch, and nothing of an epoch above its seal.
    private void NoteSeal(int node, Block block)
    {
        uint epoch = block.Header.Epoch.Number;
        if (_seals.TryGetValue(epoch, out Height sealedAt) && block.Header.Height > sealedAt)
        {
            throw new HarnessException($"node {node} finalized height {block.Header.Height} of epoch {epoch} above its seal at {sealedAt}");
        }

        if (block.Justification.Succession is not { } succession) return;
        _seals[epoch] = block.Header.Height;
        _sets[epoch + 1] = succession.Next;
        ulong ready = 0;
        ulong total = 0;
        foreach (ValidatorMember member in succession.Next.Members) total += member.Weight;
        foreach (CertificateSigner signer in succession.Ready) ready += succession.Next[signer.Index].Weight;
        if (3 * (total - ready) >= total) throw new HarnessException($"epoch {epoch + 1} begins before a quorum of it is ready");
    }

    /// <summary>I5 and I6, for a vote as it leaves an honest node.</summary>
    /// <param name="validators">Who votes on the child of the node's youngest finalized block.</param>
    public void VoteLeaves(int node, Vote vote, SmallDisk disk, ValidatorSet validators)
    {
        if (vote.Slot.Epoch != validators.Epoch) throw new HarnessException($"node {node} votes in epoch {vote.Slot.Epoch} and is in {validators.Epoch}");
        if (vote.Voter.Number >= validators.Count || vote.Signature != KeyedHashSignatures.Compute(validators[vote.Voter].Key, vote.Slot.SigningDigest(chain, vote.Value)))
        {
            throw new HarnessException($"node {node} votes in {vote.Slot} with a key that has no vote in that epoch");
        }

        if (!disk.Holds(vote)) throw new HarnessException($"node {node} says a vote of {vote.Slot} before it is durable");
        (EpochView, VoteKind, ushort) key = (ViewOf(vote.Slot), vote.Slot.Kind, vote.Voter.Number);
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
        ValidatorSet set = _sets[certificate.Slot.Epoch.Number];
        foreach (ValidatorMember one in set.Members) total += one.Weight;
        foreach (CertificateSigner signer in certificate.Signers) weight += set[signer.Index].Weight;
        if (3 * (total - weight) >= total) throw new HarnessException($"a certificate of {certificate.Slot} holds too little weight");
        if (mayFork) return;
        EpochView view = ViewOf(certificate.Slot);
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
        ValidatorSet set = _sets[evidence.First.Slot.Epoch.Number];
        if (!faulty.Contains(set[evidence.Voter].Key)) throw new HarnessException($"validator {evidence.Voter} is honest and accused in view {evidence.View}");
    }

    private static EpochView ViewOf(VoteSlot slot) => new(slot.Epoch, slot.View);
}
