using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Consensus;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Simulation.Agreement;

/// <summary>
/// Sees every vote, certificate, delivery and record of a run and knows who is honest. Its rules are written without the code that
/// they watch, so that an error in the one is not an error in the other. The numbers are those of docs/simulation.md.
/// </summary>
internal sealed class AgreementOracle
{
    private const int ViolationsMax = 20;

    /// <summary>More views than this in ten seconds are a storm: blocks at the shortest interval, and a rotation of haste between.</summary>
    private const int ViewsPerTenSeconds = 80;

    private readonly AgreementWorld _world;
    private readonly List<string> _violations = [];
    private readonly SortedDictionary<Height, (Hash256 Digest, BlockHeader Header)> _chain = [];
    private readonly SortedDictionary<Height, Hash256> _roots = [];
    private readonly SortedSet<Hash256> _transactions = [];
    private readonly SortedSet<Hash256> _reveals = [];
    private readonly SortedDictionary<(int Key, EpochView At), Spoken> _spoken = [];
    private readonly SortedDictionary<(int Key, EpochView At), Spoken> _durable = [];
    private readonly SortedDictionary<EpochView, ViewOutcome> _views = [];
    private readonly SortedDictionary<EpochView, ValidatorIndex> _leaders = [];
    private readonly SortedSet<(int Node, Hash256 Digest)> _checked = [];
    private readonly SortedDictionary<int, Queue<Instant>> _entries = [];

    private readonly SortedDictionary<Epoch, ImmutableArray<(int Key, ulong Weight)>> _sets = [];
    private EpochView _highestEnded;

    public AgreementOracle(AgreementWorld world)
    {
        _world = world;
        ImmutableArray<(int, ulong)>.Builder first = ImmutableArray.CreateBuilder<(int, ulong)>();
        foreach (GenesisValidator member in world.Genesis.Validators) first.Add((first.Count, member.Weight));
        _sets.Add(new Epoch(0), first.ToImmutable());
    }

    public ImmutableArray<string> Violations => [.. _violations];

    public int TransactionsFinal => _transactions.Count;

    public void Violate(string what)
    {
        if (_violations.Count < ViolationsMax && !_violations.Contains(what)) _violations.Add(what);
    }

    /// <summary>I1, I2, I4 (one chain, for ever), I8 (one state), I9 (sums, no transaction twice), I17 (time), I20 (the beacon).</summary>
    public void Delivered(AgreementNode node, Block block, Hash256 digest, LedgerState state)
    {
        Height height = block.Header.Height;
        if (_chain.TryGetValue(height, out (Hash256 Digest, BlockHeader Header) known))
        {
            if (known.Digest != digest) Violate($"I1: peer {node.Number} finalized another block at height {height}");
        }
        else
        {
            First(node, block, digest);
        }

        Replayed(node, height, state);
    }

    private void First(AgreementNode node, Block block, Hash256 digest)
    {
        BlockHeader header = block.Header;
        EpochView at = new(header.Epoch, header.View);
        _chain.Add(header.Height, (digest, header));
        if (header.Height > new Height(1) && _chain.TryGetValue(new Height(header.Height.Number - 1), out (Hash256 Digest, BlockHeader Header) parent))
        {
            if (header.ParentDigest != parent.Digest) Violate($"I2: the final block at height {header.Height} does not stand on the one below");
            Epoch epoch = parent.Header.IsSeal ? parent.Header.Epoch.Next : parent.Header.Epoch;
            if (header.Epoch != epoch) Violate($"I19: the final block at height {header.Height} is of epoch {header.Epoch}, and epoch {epoch} stands");
            if (header.Time <= parent.Header.Time) Violate($"I17: time does not grow at height {header.Height}");
        }

        // Some honest voter found its time within the drift of its own clock, whose own error is bounded in this world.
        Duration bound = _world.Genesis.Parameters.ClockDriftMax + AgreementWorld.ClockErrorMax;
        if (header.Time > _world.Time.Now + bound) Violate($"I17: height {header.Height} is of a time that is not yet");
        if (_leaders.TryGetValue(at, out ValidatorIndex leader) && leader != header.Proposer) Violate($"I18: two leaders of view {header.View}");
        if (_chain.TryGetValue(new Height(header.Height.Number - 1), out (Hash256 Digest, BlockHeader Header) below)) Revealed(header, below.Header.Beacon);
        foreach (System.ReadOnlyMemory<byte> transaction in block.Transactions)
        {
            if (!_transactions.Add(Crypto.Hasher.Sha256(transaction.Span))) Violate($"I9: a transaction of height {header.Height} was there before (peer {node.Number})");
        }
    }

    // From the digests alone: the beacon grows out of its parent's, and nothing was ever shown twice.
    private void Revealed(BlockHeader header, Hash256 before)
    {
        System.ReadOnlySpan<byte> shown = header.Reveal is { } reveal ? reveal.ToArray() : [];
        Hash256 beacon = Crypto.Hasher.Tagged(Crypto.HashDomain.BeaconValue, before.AsSpan(), shown);
        if (header.Beacon != beacon) Violate($"I20: the beacon of height {header.Height} does not follow from the one below");
        if (header.Reveal is { } value && !_reveals.Add(value)) Violate($"I20: what height {header.Height} reveals was shown before");
    }

    public bool HasTransaction(System.ReadOnlyMemory<byte> transaction) => _transactions.Contains(Crypto.Hasher.Sha256(transaction.Span));

    /// <summary>I8 and I9 for a state, as it came about or as it was replayed from a disk (I7).</summary>
    public void Replayed(AgreementNode node, Height height, LedgerState state)
    {
        Hash256 root = state.Root;
        if (_roots.TryGetValue(height, out Hash256 known))
        {
            // The same root is the same state: what there is to see in it was seen in the first.
            if (known == root) return;
            Violate($"I8: peer {node.Number} has another state at height {height}");
        }
        else
        {
            _roots.Add(height, root);
        }

        SupplyRecord supply = state.Supply;
        NoteSet(node, state.Validators);
        if (supply.Balances + supply.Bonds + supply.Escrows + supply.Burned != supply.Minted) Violate($"I9: the sums of height {height} do not add up");
    }

    // The ledger's word for who votes; all must have the same, and no peer twice.
    private void NoteSet(AgreementNode node, ValidatorSet set)
    {
        ImmutableArray<(int Key, ulong Weight)>.Builder members = ImmutableArray.CreateBuilder<(int Key, ulong Weight)>();
        foreach (ValidatorMember member in set.Members) members.Add((_world.KeyOf(member.Peer), member.Weight));
        if (_sets.TryAdd(set.Epoch, members.ToImmutable())) return;
        if (!System.Linq.Enumerable.SequenceEqual(_sets[set.Epoch], members)) Violate($"I19: peer {node.Number} has other validators in epoch {set.Epoch}");
    }

    private int KeyOf(Epoch epoch, ValidatorIndex index) =>
        _sets.TryGetValue(epoch, out ImmutableArray<(int Key, ulong Weight)> set) && index.Number < set.Length ? set[index.Number].Key : -1;

    /// <summary>I5 (one vote per slot, slots in order, rule C) and I6 (durable before it leaves), for what an honest key says.</summary>
    public void Says(AgreementNode node, ConsensusMessage message)
    {
        switch (message)
        {
            case ConsensusMessage.Propose m:
                Proposed(node, m);
                Voted(node, m.LeaderVote);
                break;
            case ConsensusMessage.Reseal m:
                Justified(m.Justification);
                Voted(node, m.LeaderVote);
                break;
            case ConsensusMessage.Voted m:
                Voted(node, m.Vote);
                break;
            case ConsensusMessage.Certified m:
                Certified(m.Certificate);
                break;
            default:
                break;
        }
    }

    private void Proposed(AgreementNode node, ConsensusMessage.Propose proposal)
    {
        BlockHeader header = proposal.Block.Header;
        EpochView at = new(header.Epoch, header.View);
        if (_leaders.TryGetValue(at, out ValidatorIndex known))
        {
            if (known != header.Proposer) Violate($"I18: peer {node.Number} leads view {header.View}, and so does {known}");
        }
        else
        {
            _leaders.Add(at, header.Proposer);
        }

        Justified(proposal.Block.Justification);
    }

    private void Justified(Justification justification)
    {
        if (justification.Parent is { } parent) Certified(parent);
        foreach (Certificate skip in justification.Skips) Certified(skip);
    }

    private void Voted(AgreementNode node, Vote vote)
    {
        // What somebody else signed may be passed on.
        if (KeyOf(vote.Slot.Epoch, vote.Voter) != node.Key) return;
        (int, EpochView) key = (node.Key, new EpochView(vote.Slot.Epoch, vote.Slot.View));
        bool isDurable = _durable.TryGetValue(key, out Spoken? written) && written.Says(vote);
        if (!isDurable) Violate($"I6: peer {node.Number} says a vote in {vote.Slot.View} {vote.Slot.Kind} before it is durable");
        if (!_spoken.TryGetValue(key, out Spoken? spoken)) _spoken.Add(key, spoken = new Spoken());
        if (spoken.Says(vote)) return;
        if (spoken.Contradicts(vote)) Violate($"I5: peer {node.Number} votes twice in view {vote.Slot.View} {vote.Slot.Kind}");
        if (vote.Slot.Kind == VoteKind.Notarize && spoken.HasFinalize) Violate($"I5: peer {node.Number} notarizes in view {vote.Slot.View} after its finalize slot");
        spoken.Note(vote);
        if (spoken.BreaksRuleC) Violate($"I5: peer {node.Number} finalizes what it did not notarize in view {vote.Slot.View}");
        if (vote.Slot.Kind == VoteKind.Finalize && vote.Value is { } digest && !_checked.Contains((node.Number, digest)))
        {
            Violate($"I8: peer {node.Number} finalizes a block that its ledger did not accept, view {vote.Slot.View}");
        }
    }

    /// <summary>What reached a disk: the other half of I6.</summary>
    public void Durable(AgreementNode node, JournalBatch batch)
    {
        foreach (JournalWrite write in batch.Writes)
        {
            // A vote is short; certificates and bodies are none.
            if (write is not JournalWrite.Put { Stream: "consensus", Payload.Length: <= 256 } put) continue;
            if (LogRecord.Decode(put.Payload) is not LogRecord.OwnVote own) continue;
            (int, EpochView) key = (node.Key, own.At);
            if (!_durable.TryGetValue(key, out Spoken? spoken)) _durable.Add(key, spoken = new Spoken());
            spoken.Note(own.Vote);
        }
    }

    public void Checked(AgreementNode node, Hash256 digest) => _checked.Add((node.Number, digest));

    /// <summary>I3 and L5: enough weight, one outcome of a view.</summary>
    public void Certified(Certificate certificate)
    {
        EpochView view = new(certificate.Slot.Epoch, certificate.Slot.View);
        if (!_views.TryGetValue(view, out ViewOutcome? outcome)) _views.Add(view, outcome = new ViewOutcome());
        if (!outcome.Note(certificate)) return;
        if (view > _highestEnded) _highestEnded = view;
        ulong weight = 0;
        ulong total = 0;
        if (!_sets.TryGetValue(view.Epoch, out ImmutableArray<(int Key, ulong Weight)> set))
        {
            Violate($"I19: a certificate of {view}, and nobody has come into that epoch");
            return;
        }

        foreach ((int _, ulong one) in set) total += one;
        foreach (CertificateSigner signer in certificate.Signers) weight += set[signer.Index.Number].Weight;
        if (3 * (total - weight) >= total) Violate($"L5: a certificate of view {view} holds too little weight");
        if (outcome.Notarized.Count > 1) Violate($"I3: two notarizations in view {view}");
        if (outcome.Finalized.Count > 1) Violate($"I3: two finalizations in view {view}");
        if (outcome.Finalized.Count > 0 && outcome.IsNullified) Violate($"I3: view {view} is finalized and nullified");
        if (outcome.Finalized.Count > 0 && outcome.Notarized.Count > 0 && !outcome.Notarized.SetEquals(outcome.Finalized))
        {
            Violate($"I3: view {view} finalizes what it did not notarize");
        }
    }

    /// <summary>L6, and that a view is entered only over a certificate of the one before it or a later one.</summary>
    public void Entered(AgreementNode node, EpochView view)
    {
        ulong ended = _highestEnded.Epoch == view.Epoch ? _highestEnded.View.Number : 0;
        if (_highestEnded.Epoch.CompareTo(view.Epoch) <= 0 && view.View.Number > 1 && view.View.Number > ended + 1) Violate($"I3: peer {node.Number} enters view {view} over no certificate");
        if (!_entries.TryGetValue(node.Number, out Queue<Instant>? entries)) _entries.Add(node.Number, entries = []);
        entries.Enqueue(_world.Time.Now);
        while (entries.TryPeek(out Instant first) && _world.Time.Now - first > Duration.FromSeconds(10)) entries.Dequeue();
        if (entries.Count > ViewsPerTenSeconds + (2 * _world.ValidatorCount)) Violate($"L6: peer {node.Number} runs through {entries.Count} views in ten seconds");
    }

    /// <summary>I10: evidence names no honest key.</summary>
    public void Accused(AgreementNode node, Evidence evidence)
    {
        if (_world.IsKeyHonest(KeyOf(evidence.First.Slot.Epoch, evidence.Voter))) Violate($"I10: peer {node.Number} accuses honest validator {evidence.Voter} in view {evidence.View}");
    }

    /// <summary>I16: an honest peer is never blamed.</summary>
    public void Blamed(AgreementNode node, PeerId peer, ConsensusFault fault)
    {
        if (_world.IsPeerHonest(peer)) Violate($"I16: peer {node.Number} blames an honest peer for {fault}");
    }

    /// <summary>With at most F liars nobody ever sees a fork.</summary>
    public void Halted(AgreementNode node, Certificate first, Certificate second)
    {
        if (node.IsFaithful) Violate($"I1: peer {node.Number} halted between views {first.Slot.View} and {second.Slot.View}");
    }

    /// <summary>I13: what a machine holds is bounded by views, not by what others say.</summary>
    public void Holds(AgreementNode node, ConsensusSnapshot snapshot)
    {
        ulong views = snapshot.View.Number - snapshot.FinalizedView.Number + Limits.ViewsAheadMax + Limits.ViewsBehindMax;
        bool isBounded = (ulong)snapshot.BlocksHeld <= views * 2 && (ulong)snapshot.CertificatesHeld <= views * 3 && (ulong)snapshot.VoteSlotsHeld <= views * 2;
        if (!isBounded) Violate($"I13: peer {node.Number} holds {snapshot.BlocksHeld} blocks and {snapshot.CertificatesHeld} certificates over {views} views");
    }

    private sealed class Spoken
    {
        private Hash256? _notarized;
        private Hash256? _finalized;

        public bool HasFinalize { get; private set; }

        public bool BreaksRuleC => _finalized is not null && _notarized is not null && _finalized != _notarized;

        public bool Says(Vote vote) => vote.Slot.Kind == VoteKind.Notarize
            ? _notarized is not null && _notarized == vote.Value
            : HasFinalize && _finalized == vote.Value;

        public bool Contradicts(Vote vote) => vote.Slot.Kind == VoteKind.Notarize ? _notarized is not null : HasFinalize;

        public void Note(Vote vote)
        {
            if (vote.Slot.Kind == VoteKind.Notarize)
            {
                _notarized = vote.Value;
                return;
            }

            HasFinalize = true;
            _finalized = vote.Value;
        }
    }

    private sealed class ViewOutcome
    {
        public SortedSet<Hash256> Notarized { get; } = [];

        public SortedSet<Hash256> Finalized { get; } = [];

        public bool IsNullified { get; private set; }

        /// <summary>Says whether it is news.</summary>
        public bool Note(Certificate certificate)
        {
            if (certificate.IsNotarization) return Notarized.Add(certificate.Value!.Value);
            if (certificate.IsFinalization) return Finalized.Add(certificate.Value!.Value);
            bool isNews = !IsNullified;
            IsNullified = true;
            return isNews;
        }
    }
}
