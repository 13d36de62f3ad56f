using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Runtime.Provenance;

/// <summary>What the parts of the machine share: who this peer is, whom it sees, what the ledger says, and what they ask for.</summary>
internal sealed class ProvenanceScene(ChainId chain, ISigner signer, ISignatureVerifier signatures, ProvenanceSettings settings, CalendarEpochs epochs)
{
    public ChainId Chain { get; } = chain;

    /// <summary>The node key's.</summary>
    public ISigner Signer { get; } = signer;

    public PeerId Self { get; } = signer.PublicKey.ToPeerId();

    public ProvenanceSettings Settings { get; } = settings;

    public ISignatureVerifier Signatures { get; } = signatures;

    public CalendarEpochs Epochs { get; set; } = epochs;

    /// <summary>The largest calendar under a quorum's checkpoint that this peer has verified, and that note; nothing before the first.</summary>
    public (ulong Size, string Note) Newest { get; private set; } = (0, string.Empty);

    public SortedDictionary<PeerId, PublicKey> Connected { get; } = [];

    public List<ProvenanceEffect> Effects { get; } = [];

    /// <summary>What this peer says to itself where it is its own parent, and of the topmost tree.</summary>
    public Queue<ProvenanceMessage> ToSelf { get; } = [];

    public Instant Now { get; set; }

    /// <summary>The second that is now.</summary>
    public Round Current => EpochPlans.RoundOf(Now);

    public PublicKey? KeyOf(PeerId peer)
    {
        if (peer == Self) return Signer.PublicKey;
        return Connected.TryGetValue(peer, out PublicKey key) ? key : null;
    }

    public bool IsReachable(PeerId peer) => peer == Self || Connected.ContainsKey(peer);

    public void Believe(ulong size, string note)
    {
        if (size > Newest.Size) Newest = (size, note);
    }

    public void Send(PeerId peer, ProvenanceMessage message)
    {
        if (peer == Self) ToSelf.Enqueue(message);
        else Effects.Add(new ProvenanceEffect.Send(peer, message));
    }

    /// <summary>To all validators of an epoch that this peer sees, but itself.</summary>
    public void SendToOthers(CalendarEpoch epoch, ProvenanceMessage message)
    {
        foreach (PeerId validator in epoch.Parents)
        {
            if (validator != Self && IsReachable(validator)) Send(validator, message);
        }
    }

    public bool IsSigned(PeerId peer, Hash256 digest, Signature signature) =>
        KeyOf(peer) is { } key && Signatures.Verify(key, digest, signature) == SignatureVerdict.Accepted;

    /// <summary>
    /// A peer's two parents in an epoch: the validators that it sees, in an order of its own that nobody chose; itself only where there is no other.
    /// </summary>
    public ImmutableArray<PeerId> ParentsIn(CalendarEpoch epoch)
    {
        List<(Hash256 Rank, PeerId Peer)> ranked = [];
        foreach (PeerId parent in epoch.Parents)
        {
            if (parent == Self || !IsReachable(parent)) continue;
            ranked.Add((Hasher.Tagged(HashDomain.ProvenanceParent, Self.Hash.AsSpan(), parent.Hash.AsSpan()), parent));
        }

        if (ranked.Count == 0) return epoch.Parents.Length == 1 && epoch.Parents[0] == Self ? [Self] : [];
        ranked.Sort(static (left, right) => left.Rank.CompareTo(right.Rank));
        return ranked.Count == 1 ? [ranked[0].Peer] : [ranked[0].Peer, ranked[1].Peer];
    }
}
